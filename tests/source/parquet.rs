//! Parquet: projection, and types that differ from the contract's.

use arrow::array::*;
use arrow::datatypes::{Int8Type, Int32Type};
use portrait::config::column::{Column, ColumnType};
use portrait::config::project::Source;
use portrait::config::raw::source::FileFormat;

use super::*;

fn of(columns: Vec<Column>) -> Source {
    source(FileFormat::Parquet, columns)
}

fn one(kind: ColumnType, array: ArrayRef, rows: &[&str], rejects: &[&str]) {
    let bytes = parquet_bytes(&batch(vec![("v", array)]));
    check(&of(vec![column("v", kind)]), &bytes, rows, rejects);
}

#[test]
fn columns_are_projected_and_matched() {
    let source = of(vec![required("id", ColumnType::String), column("n", ColumnType::Int), text("absent")]);
    let bytes = parquet_bytes(&batch(vec![
        ("extra", arc(Int32Array::from(vec![1, 2, 3]))),
        ("N", arc(Int32Array::from(vec![Some(1), None, Some(3)]))),
        ("id", arc(StringArray::from(vec![Some(" a "), Some(""), None]))),
    ]));
    let rejects = ["2 id missing_value row", "3 id missing_value row"];
    let report = check(&source, &bytes, &["a|1|-"], &rejects);
    assert_eq!(report.extra_columns, ["extra"]);
    let error = refused(&of(vec![required("key", ColumnType::String)]), "a.parquet", &bytes);
    assert!(error.contains("`a.parquet` has no column `key`"), "{error}");
}

#[test]
fn numbers_become_numbers() {
    let money = || decimal(6, 2);
    one(
        money(),
        arc(Int64Array::from(vec![1, 9999, 10000])),
        &["1.00", "9999.00", "-"],
        &["3 v decimal_overflow cell"],
    );
    let floats = vec![0.1 + 0.2, 1.005, f64::NAN];
    one(
        money(),
        arc(Float64Array::from(floats)),
        &["0.30", "-", "-"],
        &["2 v decimal_scale cell", "3 v not_decimal cell"],
    );
    one(money(), arc(Float32Array::from(vec![19.99_f32])), &["19.99"], &[]);
    let decimals = Decimal128Array::from(vec![123_400, 123_456]).with_precision_and_scale(12, 4).unwrap();
    one(money(), arc(decimals), &["12.34", "-"], &["2 v decimal_scale cell"]);
    one(ColumnType::Int, arc(Float64Array::from(vec![6.0, 6.5])), &["6", "-"], &["2 v not_int cell"]);
    one(ColumnType::Int, arc(UInt64Array::from(vec![7, u64::MAX])), &["7", "-"], &["2 v not_int cell"]);
    one(ColumnType::Int, arc(StringArray::from(vec!["7", "x"])), &["7", "-"], &["2 v not_int cell"]);
    one(ColumnType::Float, arc(Int8Array::from(vec![-1])), &["-1.0"], &[]);
    one(boolean(), arc(BooleanArray::from(vec![Some(true), None])), &["true", "-"], &[]);
    one(boolean(), arc(Int32Array::from(vec![1, 0, 2])), &["true", "false", "-"], &["3 v not_boolean cell"]);
}

#[test]
fn text_comes_in_every_wrapping() {
    let long = "a text that is longer than a view holds";
    one(ColumnType::String, arc(LargeStringArray::from(vec![long])), &[long], &[]);
    one(ColumnType::String, arc(StringViewArray::from(vec![long])), &[long], &[]);
    one(
        ColumnType::String,
        arc(vec![Some(long), None].into_iter().collect::<DictionaryArray<Int32Type>>()),
        &[long, "-"],
        &[],
    );
    one(
        ColumnType::Int,
        arc(vec!["1", "2", "1"].into_iter().collect::<DictionaryArray<Int8Type>>()),
        &["1", "2", "1"],
        &[],
    );
    one(ColumnType::String, arc(Int32Array::from(vec![5])), &["5"], &[]);
    one(ColumnType::String, arc(BinaryArray::from(vec![b"ok".as_slice()])), &["ok"], &[]);
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), None]);
    one(ColumnType::Json, arc(lists.clone()), &["[1,null]", "-"], &[]);
    let bytes = parquet_bytes(&batch(vec![("v", arc(lists))]));
    let error = refused(&of(vec![column("v", ColumnType::Int)]), "a.parquet", &bytes);
    assert!(error.contains("column `v` of `a.parquet` is List"), "{error}");
}

#[test]
fn instants_come_in_every_unit() {
    let utc = || timestamp(&[], Tz::UTC);
    let seconds = 1_700_000_000;
    one(
        utc(),
        arc(TimestampNanosecondArray::from(vec![seconds * 1_000_000_000 + 1_500])),
        &["2023-11-14T22:13:20.000001Z"],
        &[],
    );
    one(utc(), arc(TimestampMillisecondArray::from(vec![seconds * 1000])), &["2023-11-14T22:13:20Z"], &[]);
    let local = timestamp(&[], SHANGHAI);
    one(
        local.clone(),
        arc(TimestampMicrosecondArray::from(vec![seconds * 1_000_000])),
        &["2023-11-14T14:13:20Z"],
        &[],
    );
    let zoned = TimestampMicrosecondArray::from(vec![seconds * 1_000_000]).with_timezone("UTC");
    one(local.clone(), arc(zoned.clone()), &["2023-11-14T22:13:20Z"], &[]);
    one(
        local.clone(),
        arc(StringArray::from(vec!["2023-11-14 22:13:20", "?"])),
        &["2023-11-14T14:13:20Z", "-"],
        &["2 v not_timestamp cell"],
    );
    one(local, arc(Date32Array::from(vec![0])), &["1969-12-31T16:00:00Z"], &[]);
    one(date(&[]), arc(Date32Array::from(vec![1])), &["1970-01-02"], &[]);
    one(
        date(&[]),
        arc(TimestampMillisecondArray::from(vec![86_400_000, 1])),
        &["1970-01-02", "-"],
        &["2 v not_date cell"],
    );
    one(date(&[]), arc(StringArray::from(vec!["2024-02-29"])), &["2024-02-29"], &[]);
}

#[test]
fn later_rows_stay_away() {
    let mut source = of(vec![required("at", timestamp(&[], Tz::UTC))]);
    source.dated_by = Some(0);
    let at = TimestampMicrosecondArray::from(vec![0, 1_900_000_000_000_000]).with_timezone("UTC");
    let report =
        check(&source, &parquet_bytes(&batch(vec![("at", arc(at))])), &["1970-01-01T00:00:00Z"], &[]);
    assert_eq!((report.rows_read, report.rows_later), (1, 1));
}

#[test]
fn a_packed_file_is_spooled() {
    let bytes = parquet_bytes(&batch(vec![("v", arc(Int32Array::from(vec![1])))]));
    check_named(&of(vec![text("v")]), "a.parquet.gz", &gzipped(&bytes), &["1"], &[]);
}
