//! Tests of `source`: given a file's bytes and a contract, which rows are loaded and what is rejected.

mod corrupt;
mod csv;
mod discover;
mod moment;
mod ndjson;
mod parquet;
mod property;
mod reveal;
mod unique;
mod workbook;

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::UInt64Type;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono_tz::Tz;
use portrait::config::column::{Column, ColumnType};
use portrait::config::problem::Location;
use portrait::config::project::{Delimiter, Files, Source};
use portrait::config::raw::source::{Channel, Encoding, ExtraColumns, FileFormat, OnError};
use portrait::name::TableName;
use portrait::source::{
    FileReport, InputFile, ReadOptions, Sink, SinkError, SourceError, Threads, read, reject, schema,
};

pub const SHANGHAI: Tz = Tz::Asia__Shanghai;

/// A source named `sample` with these columns.
pub fn source(format: FileFormat, columns: Vec<Column>) -> Source {
    Source {
        name: TableName::new("sample").unwrap(),
        channel: Channel::Online,
        description: None,
        files: Files {
            paths: vec!["sample".to_owned()],
            format,
            encoding: Encoding::Auto,
            delimiter: Delimiter::Byte(b','),
            quote: Some(b'"'),
            header: true,
            sheet: None,
            null_values: Vec::new(),
        },
        columns,
        unique: None,
        dated_by: None,
        updated_at: None,
        max_reject_ratio: 1.0,
        freshness: None,
        extra_columns: ExtraColumns::Warn,
        optional: false,
        at: Location { file: "pipelines/sample.yaml".into(), line: 1, column: 1, length: 1 },
    }
}

pub fn csv_source(columns: Vec<Column>) -> Source {
    source(FileFormat::Csv, columns)
}

/// A column of a type, optional and without rules.
pub fn column(name: &str, kind: ColumnType) -> Column {
    Column {
        name: name.to_owned(),
        headers: vec![name.to_owned()],
        kind,
        description: None,
        required: false,
        trim: true,
        null_values: Vec::new(),
        accepted: None,
        pattern: None,
        range: None,
        pii: None,
        on_error: OnError::Null,
    }
}

pub fn required(name: &str, kind: ColumnType) -> Column {
    Column { required: true, on_error: OnError::Row, ..column(name, kind) }
}

pub fn text(name: &str) -> Column {
    column(name, ColumnType::String)
}

pub fn decimal(precision: u8, scale: i8) -> ColumnType {
    ColumnType::Decimal { precision, scale }
}

pub fn date(formats: &[&str]) -> ColumnType {
    ColumnType::Date { formats: formats.iter().map(|format| (*format).to_owned()).collect() }
}

pub fn timestamp(formats: &[&str], zone: Tz) -> ColumnType {
    ColumnType::Timestamp { formats: formats.iter().map(|format| (*format).to_owned()).collect(), zone }
}

pub fn boolean() -> ColumnType {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    ColumnType::Boolean { true_words: words(&["true", "t", "1"]), false_words: words(&["false", "f", "0"]) }
}

pub fn options() -> ReadOptions {
    let run = "20260131T020000Z-3f9a1c".parse().unwrap();
    ReadOptions::new(run, "2026-01-31".parse().unwrap(), SHANGHAI)
}

/// Keeps batches.
#[derive(Default)]
pub struct Kept {
    pub rows: Vec<RecordBatch>,
    pub rejects: Vec<RecordBatch>,
}

impl Sink for Kept {
    fn rows(&mut self, batch: RecordBatch) -> Result<(), SinkError> {
        self.rows.push(batch);
        Ok(())
    }

    fn rejects(&mut self, batch: RecordBatch) -> Result<(), SinkError> {
        self.rejects.push(batch);
        Ok(())
    }
}

/// Rows as text, cells between `|`, NULL as `-`.
pub fn shown(batches: &[RecordBatch]) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let mut rows = Vec::new();
    for batch in batches {
        let formats: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = formats.iter().map(|format| format.value(row).to_string()).collect();
            rows.push(cells.join("|"));
        }
    }
    rows
}

/// Rejects as `line column reason kind`.
pub fn shown_rejects(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        assert_eq!(batch.schema(), reject::schema());
        let lines = batch.column(2).as_primitive::<UInt64Type>();
        let texts: Vec<_> = [5, 6, 7].iter().map(|index| batch.column(*index).as_string_view()).collect();
        for row in 0..batch.num_rows() {
            let column = if texts[0].is_null(row) { "-" } else { texts[0].value(row) };
            let (reason, kind) = (texts[1].value(row), texts[2].value(row));
            rows.push(format!("{} {column} {reason} {kind}", lines.value(row)));
        }
    }
    rows
}

/// A file of these bytes.
pub fn file(folder: &Path, name: &str, bytes: &[u8]) -> InputFile {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    InputFile { path, relative: name.to_owned(), bytes: bytes.len() as u64, modified_micros: 0 }
}

/// Reads bytes as a file of a source, however small its blocks, and holds it to the invariants.
pub fn read_with(
    source: &Source,
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<(FileReport, Kept), SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), name, bytes);
    let mut kept = Kept::default();
    let report = read(source, &file, options, &mut kept)?;
    let loaded: usize = kept.rows.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(report.rows_loaded, loaded as u64);
    assert_eq!(report.rows_read, report.rows_loaded + report.rows_quarantined);
    assert!(kept.rows.iter().all(|batch| batch.schema() == schema::staged(source)));
    Ok((report, kept))
}

/// The whole of a test: bytes of a file and a contract → loaded rows and rejects, whatever the size of blocks.
pub fn check(source: &Source, bytes: &[u8], rows: &[&str], rejects: &[&str]) -> FileReport {
    check_named(source, "sample", bytes, rows, rejects)
}

pub fn check_named(source: &Source, name: &str, bytes: &[u8], rows: &[&str], rejects: &[&str]) -> FileReport {
    let mut reports = Vec::new();
    for (block_bytes, threads) in [(1 << 20, Threads::One), (64, Threads::One), (64, Threads::Two)] {
        let options = ReadOptions { block_bytes, threads, ..options() };
        let (report, kept) =
            read_with(source, name, bytes, &options).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(shown(&kept.rows), rows, "rows, in blocks of {block_bytes} bytes");
        let mut found = shown_rejects(&kept.rejects);
        let mut expected: Vec<String> = rejects.iter().map(|reject| (*reject).to_owned()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "rejects, in blocks of {block_bytes} bytes");
        reports.push(report);
    }
    assert!(reports.iter().all(|report| *report == reports[0]), "{reports:?}");
    reports.remove(0)
}

/// A file that cannot be read at all: what the error says.
pub fn refused(source: &Source, name: &str, bytes: &[u8]) -> String {
    let said = [Threads::One, Threads::Two].map(|threads| {
        match read_with(source, name, bytes, &ReadOptions { threads, ..options() }) {
            Ok((report, _)) => panic!("read: {report:?}"),
            Err(error) => chain(&error),
        }
    });
    assert_eq!(said[0], said[1]);
    said[0].clone()
}

/// An error with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn batch(columns: Vec<(&str, arrow::array::ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

pub fn parquet_bytes(batch: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub fn arc<T: Array + 'static>(array: T) -> arrow::array::ArrayRef {
    Arc::new(array)
}
