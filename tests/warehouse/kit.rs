//! A small warehouse to test with: tables of one number column, runs by number.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::{DateTime, Duration, TimeZone, Utc};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use portrait::name::{AsOf, ReleaseId, RunId, TableName};
use portrait::warehouse::{
    Content, Dated, Draft, DraftTable, FileEntry, Release, StageOptions, StagedTable, TableSpec, Warehouse,
    WarehouseError,
};

pub fn open(folder: &Path) -> Warehouse {
    Warehouse::open(folder.to_str().unwrap()).unwrap()
}

/// Noon of the nth day after the first run.
pub fn instant(day: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap() + Duration::days(day)
}

pub fn run_id(number: u32) -> RunId {
    RunId::new(instant(i64::from(number)), number)
}

pub fn as_of(text: &str) -> AsOf {
    text.parse().unwrap()
}

pub fn table(name: &str) -> TableName {
    TableName::new(name).unwrap()
}

pub fn published(name: &str) -> TableSpec {
    TableSpec {
        published: true,
        description: Some(format!("It's {name}.")),
        ..TableSpec::internal(table(name))
    }
}

pub fn dated(name: &str, daily_for_days: Option<u32>) -> TableSpec {
    TableSpec { history: Some(Dated { column: "as_of".to_owned(), daily_for_days }), ..published(name) }
}

pub fn batch(numbers: &[i64]) -> RecordBatch {
    let words =
        StringViewArray::from_iter_values(numbers.iter().map(|n| format!("a rather long word for {n}")));
    let schema = Schema::new(vec![
        Field::new("number", DataType::Int64, false),
        Field::new("word", DataType::Utf8View, true),
    ]);
    let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(numbers.to_vec())), Arc::new(words)];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

pub fn stage(
    warehouse: &Warehouse,
    run: &RunId,
    date: AsOf,
    spec: &TableSpec,
    numbers: &[i64],
) -> Result<StagedTable, WarehouseError> {
    let rows = batch(numbers);
    let stage = warehouse.stage(run, date, spec, rows.schema_ref(), &StageOptions::for_table(spec))?;
    let mut writer = stage.writer(0);
    writer.write(&rows)?;
    let files = writer.finish()?;
    stage.finish(vec![files])
}

/// Stages each table with its numbers and publishes them against the latest release.
pub fn publish(warehouse: &Warehouse, number: u32, date: &str, tables: &[(TableSpec, &[i64])]) -> Release {
    let draft = draft(warehouse, number, date, tables);
    warehouse.publish(&draft).unwrap()
}

pub fn draft(warehouse: &Warehouse, number: u32, date: &str, tables: &[(TableSpec, &[i64])]) -> Draft {
    let (run, date) = (run_id(number), as_of(date));
    let staged = |(spec, numbers): &(TableSpec, &[i64])| DraftTable {
        spec: spec.clone(),
        content: Content::Staged {
            table: stage(warehouse, &run, date, spec, numbers).unwrap(),
            fingerprint: format!("{numbers:?}"),
        },
    };
    Draft {
        as_of: date,
        created_at: instant(i64::from(number)),
        pipelines: Vec::new(),
        base: warehouse.latest().unwrap().map(|release| release.id),
        tables: tables.iter().map(staged).collect(),
        retired: Default::default(),
        state: Default::default(),
        run,
    }
}

/// The `number` column of a file.
pub fn numbers_in(path: &Path) -> Vec<i64> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut numbers = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let column = batch.column_by_name("number").unwrap().as_any().downcast_ref::<Int64Array>().unwrap();
        numbers.extend(column.values().iter().copied());
    }
    numbers
}

pub fn numbers_of<'a>(warehouse: &Warehouse, files: impl IntoIterator<Item = &'a FileEntry>) -> Vec<i64> {
    files.into_iter().flat_map(|file| numbers_in(&warehouse.path_of(file))).collect()
}

/// The numbers that a reader of `current/TABLE` sees, or of a folder under it.
pub fn current(root: &Path, folder: &str) -> Vec<i64> {
    files_in(&root.join("current").join(folder)).iter().flat_map(|path| numbers_in(path)).collect()
}

/// The files in a folder, sorted by name; none if there is no folder.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

pub fn names_in(folder: &Path) -> Vec<String> {
    files_in(folder).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

pub fn release_number(release: &Release) -> u64 {
    let ReleaseId(number) = release.id;
    number
}
