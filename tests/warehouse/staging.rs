//! Files as they are written: types, order, metadata, limits; what is refused.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Array, DictionaryArray, Int64Array, ListBuilder, RecordBatch, StringArray,
    StringViewArray, StringViewBuilder, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use portrait::warehouse::{StageOptions, TableSpec, WarehouseError};

use super::kit::{self, as_of, batch, numbers_of, open, published, run_id, table};

const DATE: &str = "2026-01-31";

#[test]
fn views_become_plain_text_and_every_type_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let words: StringViewArray =
        vec![Some("王小明和他的很长很长的名字"), None, Some("short")].into_iter().collect();
    let money = Decimal128Array::from(vec![1050, -1, 0]).with_precision_and_scale(18, 2).unwrap();
    let times = TimestampMicrosecondArray::from(vec![0, 1, -1]).with_timezone("UTC");
    let mut lists = ListBuilder::new(StringViewBuilder::new());
    for words in [vec!["tea", "a list item longer than twelve bytes"], vec![], vec!["coffee"]] {
        lists.append_value(words.into_iter().map(Some));
    }
    let channel: DictionaryArray<Int32Type> = vec!["online", "offline", "online"].into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("word", Arc::new(words)),
        ("money", Arc::new(money)),
        ("at", Arc::new(times)),
        ("interests", Arc::new(lists.finish())),
        ("channel", Arc::new(channel)),
    ];
    let rows = RecordBatch::try_from_iter(columns).unwrap();
    let mut spec = published("everything");
    spec.columns.insert("word".to_owned(), "A word.".to_owned());
    let stage = warehouse
        .stage(&run_id(1), as_of(DATE), &spec, rows.schema_ref(), &StageOptions::published())
        .unwrap();
    let mut writer = stage.writer(0);
    writer.write(&rows).unwrap();
    let files = writer.finish().unwrap();
    let staged = stage.finish(vec![files]).unwrap();

    let file = File::open(warehouse.path_of(&staged.files[0])).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = reader.schema().clone();
    let kinds: Vec<&DataType> = schema.fields().iter().map(|field| field.data_type()).collect();
    assert_eq!(kinds[0], &DataType::Utf8);
    assert_eq!(kinds[1], &DataType::Decimal128(18, 2));
    assert_eq!(kinds[2], &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())));
    assert!(matches!(kinds[3], DataType::List(item) if item.data_type() == &DataType::Utf8));
    assert_eq!(kinds[4], &DataType::Utf8);
    assert_eq!(schema.field(0).metadata()["description"], "A word.");
    assert_eq!(schema.fields(), staged.arrow_schema().unwrap().fields());
    let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let value =
        |key: &str| metadata.iter().find(|entry| entry.key == key).and_then(|entry| entry.value.clone());
    assert_eq!(value("portrait.table").unwrap(), "everything");
    assert_eq!(value("portrait.run").unwrap(), run_id(1).to_string());
    assert_eq!(value("portrait.as_of").unwrap(), DATE);
    assert_eq!(value("portrait.description").unwrap(), "It's everything.");
    let read = reader.build().unwrap().next().unwrap().unwrap();
    let words = read.column(0).as_any().downcast_ref::<StringArray>().unwrap();
    assert_eq!(words.iter().collect::<Vec<_>>(), [Some("王小明和他的很长很长的名字"), None, Some("short")]);
    assert_eq!(format!("{:?}", read.column(3).slice(0, 1)).matches("longer than twelve").count(), 1);
    assert_eq!(read.column(1).as_any().downcast_ref::<Decimal128Array>().unwrap().value(1), -1);
}

#[test]
fn files_say_how_they_are_sorted_and_have_the_filters_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let spec = TableSpec {
        key: vec!["word".to_owned(), "number".to_owned()],
        bloom_columns: vec!["number".to_owned()],
        ..published("sorted")
    };
    let options = StageOptions { rows_per_group: 4, ..StageOptions::for_table(&spec) };
    let rows = batch(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let stage = warehouse.stage(&run_id(1), as_of(DATE), &spec, rows.schema_ref(), &options).unwrap();
    let mut writer = stage.writer(0);
    writer.write(&rows).unwrap();
    let files = writer.finish().unwrap();
    let staged = stage.finish(vec![files]).unwrap();
    let file = File::open(warehouse.path_of(&staged.files[0])).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let groups = reader.metadata().row_groups();
    assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [4, 4, 1]);
    for group in groups {
        let sorted: Vec<i32> =
            group.sorting_columns().unwrap().iter().map(|column| column.column_idx).collect();
        assert_eq!(sorted, [1, 0]);
        assert!(group.column(0).bloom_filter_offset().is_some());
        assert!(group.column(1).bloom_filter_offset().is_none());
        assert!(group.column(0).statistics().is_some());
    }
}

#[test]
fn a_table_without_rows_has_a_file_with_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let schema = batch(&[]).schema();
    let stage = warehouse
        .stage(&run_id(1), as_of(DATE), &published("empty"), &schema, &StageOptions::internal())
        .unwrap();
    let files = stage.writer(3).finish().unwrap();
    assert!(files.is_empty());
    let staged = stage.finish(vec![files]).unwrap();
    assert_eq!((staged.files.len(), staged.rows()), (1, 0));
    assert!(numbers_of(&warehouse, &staged.files).is_empty());
    assert_eq!(
        staged.columns.iter().map(|column| column.kind.as_str()).collect::<Vec<_>>(),
        ["Int64", "Utf8"]
    );
}

#[test]
fn long_streams_split_and_streams_keep_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let spec = published("split");
    let options = StageOptions { rows_per_file: 5, ..StageOptions::internal() };
    let stage = warehouse.stage(&run_id(1), as_of(DATE), &spec, &batch(&[]).schema(), &options).unwrap();
    let streams = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3_u32)
            .map(|stream| {
                let stage = &stage;
                scope.spawn(move || {
                    let mut writer = stage.writer(stream);
                    for start in (0..12).step_by(3) {
                        let first = i64::from(stream) * 100 + start;
                        writer.write(&batch(&[first, first + 1, first + 2])).unwrap();
                    }
                    writer.finish().unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let staged = stage.finish(streams).unwrap();
    assert_eq!(staged.files.iter().map(|file| file.rows).collect::<Vec<_>>(), [5, 5, 2, 5, 5, 2, 5, 5, 2]);
    let expected: Vec<i64> = (0..3).flat_map(|stream| (0..12).map(move |n| stream * 100 + n)).collect();
    assert_eq!(numbers_of(&warehouse, &staged.files), expected);
}

#[test]
fn what_does_not_fit_the_schema_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let spec = published("strict");
    let stage = warehouse
        .stage(&run_id(1), as_of(DATE), &spec, &batch(&[]).schema(), &StageOptions::internal())
        .unwrap();
    let refuse = |columns: Vec<(&str, ArrayRef)>| {
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
            .collect();
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        stage.writer(0).write(&rows).unwrap_err().to_string()
    };
    let number: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let word: ArrayRef = Arc::new(StringViewArray::from(vec!["a", "b"]));
    assert_eq!(
        refuse(vec![("number", number.clone()), ("word", word.clone())]),
        "column `number` of `strict` may not be NULL and is in 1 rows"
    );
    assert_eq!(
        refuse(vec![("number", word.clone()), ("word", word.clone())]),
        "column `number` of `strict` was staged as Int64 and comes as Utf8View"
    );
    assert_eq!(refuse(vec![("number", number)]), "`strict` was staged with 2 columns and comes with 1");
    let unsorted = StageOptions { sorted_by: vec!["nowhere".to_owned()], ..StageOptions::internal() };
    let refused =
        warehouse.stage(&run_id(1), as_of(DATE), &spec, &batch(&[]).schema(), &unsorted).err().unwrap();
    assert_eq!(
        refused.to_string(),
        "`strict` names `nowhere` as a column to sort by, which is not one of its columns"
    );
}

#[test]
fn an_unfinished_writer_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let stage = warehouse
        .stage(&run_id(1), as_of(DATE), &published("left"), &batch(&[]).schema(), &StageOptions::internal())
        .unwrap();
    let mut writer = stage.writer(0);
    writer.write(&batch(&[1, 2])).unwrap();
    assert_eq!(kit::files_in(&folder.path().join("data/left")).len(), 1);
    drop(writer);
    assert!(kit::files_in(&folder.path().join("data/left")).is_empty());
}

#[test]
fn a_file_in_the_way_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    std::fs::write(folder.path().join("data"), "in the way").unwrap();
    let refused = kit::stage(&warehouse, &run_id(1), as_of(DATE), &published("customer"), &[1]).unwrap_err();
    let path = warehouse.location().to_owned() + "/data/customer";
    assert_eq!(
        refused.to_string(),
        format!("cannot write `customer` to `{path}`: a file stands where a folder should")
    );
    let blocked = folder.path().join("data");
    let refused = portrait::warehouse::Warehouse::open(blocked.to_str().unwrap()).err().unwrap();
    assert!(matches!(refused, WarehouseError::Io { .. }), "{refused}");
    assert!(
        portrait::warehouse::Warehouse::open("s3://bucket/place")
            .err()
            .unwrap()
            .to_string()
            .contains("`s3://bucket/place`")
    );
}

/// A limit on the size of files stands for a full disk: a write fails in the middle of a file.
#[test]
fn a_write_that_fails_names_the_table_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact warehouse::staging::child_writes_much --ignored --nocapture";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("WAREHOUSE_TEST_FOLDER", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("cannot write `much` to `"), "{said}");
    assert!(kit::files_in(&folder.path().join("data/much")).is_empty());
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
#[allow(clippy::print_stdout, reason = "how a child answers")]
fn child_writes_much() {
    let Some(folder) = std::env::var_os("WAREHOUSE_TEST_FOLDER") else { return };
    let warehouse = open(std::path::Path::new(&folder));
    let spec = published("much");
    let schema = batch(&[]).schema();
    let stage = warehouse.stage(&run_id(1), as_of(DATE), &spec, &schema, &StageOptions::internal()).unwrap();
    let mut writer = stage.writer(0);
    let numbers: Vec<i64> =
        (0..100_000_i64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64)).collect();
    let failed = writer.write(&batch(&numbers)).and_then(|()| writer.finish().map(|_| ())).unwrap_err();
    println!("{failed}");
}

#[test]
fn raw_identifiers_are_the_owners_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("warehouse");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let warehouse = open(&folder);
    let restricted = TableSpec { restricted: true, ..published("customer_pii") };
    let internal = TableSpec::internal(table("source__online_account"));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    for (spec, closed) in [(&restricted, true), (&internal, true), (&published("customer"), false)] {
        let staged = kit::stage(&warehouse, &run_id(1), as_of(DATE), spec, &[1]).unwrap();
        let path = warehouse.path_of(&staged.files[0]);
        assert_eq!(mode(&path), if closed { 0 } else { 0o044 }, "{}", spec.name);
        assert_eq!(mode(path.parent().unwrap()), if closed { 0 } else { 0o055 }, "{}", spec.name);
    }
}

/// A dictionary of values that all differ would be built and thrown away; one of two words is what makes files small.
#[test]
fn only_columns_that_repeat_have_a_dictionary() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let ids: StringViewArray = (0..4000).map(|n| Some(format!("customer number {n}"))).collect();
    let words: StringViewArray =
        (0..4000).map(|n| Some(if n % 3 == 0 { "paid" } else { "cancelled" })).collect();
    let numbers: Int64Array = (0..4000).map(|n| Some(n % 7)).collect();
    let rows = RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(ids) as ArrayRef, true),
        ("word", Arc::new(words), true),
        ("number", Arc::new(numbers), true),
    ])
    .unwrap();
    let spec = TableSpec::internal(table("mixed"));
    let stage =
        warehouse.stage(&run_id(1), as_of(DATE), &spec, &rows.schema(), &StageOptions::internal()).unwrap();
    let mut writer = stage.writer(0);
    writer.write(&rows).unwrap();
    let files = writer.finish().unwrap();
    let file = File::open(warehouse.path_of(&files[0])).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let group = reader.metadata().row_group(0);
    let dictionaries: Vec<bool> =
        group.columns().iter().map(|column| column.dictionary_page_offset().is_some()).collect();
    assert_eq!(dictionaries, [false, true, true]);
}
