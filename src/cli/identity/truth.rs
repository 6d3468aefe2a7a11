//! Reads who records truly are: a truth of all of them, or labels of pairs. Messages name rows, never values.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, RecordBatch, StringViewArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::cli::failure::Failure;
use crate::config::identity::Decision;
use crate::identity::columns::{text, value};
use crate::identity::evaluation::Name;

/// A truth: records and their persons.
pub fn read_truth(path: &Path) -> Result<Vec<(Name, String)>, Failure> {
    let columns = ["source", "source_key", "person_id"];
    if path.extension().is_some_and(|extension| extension == "parquet") {
        return of_batches(path, &parquet(path)?, columns);
    }
    let rows = csv_rows(path, &columns)?;
    let rows = rows.into_iter().map(|(line, row)| match <[String; 3]>::try_from(row) {
        Ok([source, key, person]) if ![&source, &key, &person].iter().any(|cell| cell.is_empty()) => {
            Ok(((source, key), person))
        }
        _ => Err(wrong(path, line, "source, source_key or person_id is empty")),
    });
    rows.collect()
}

/// Labels: pairs of records, and whether they are one. Rows without a decision are passed over.
pub fn read_labels(path: &Path) -> Result<Vec<(Name, Name, bool)>, Failure> {
    let columns = ["left_source", "left_source_key", "right_source", "right_source_key", "decision"];
    let mut labels = Vec::new();
    for (line, row) in csv_rows(path, &columns)? {
        let Ok([left_source, left_key, right_source, right_key, decision]) = <[String; 5]>::try_from(row)
        else {
            continue;
        };
        if decision.is_empty() {
            continue;
        }
        let Some(decision) = Decision::from_word(&decision) else {
            return Err(wrong(path, line, "the decision is neither `same` nor `different`"));
        };
        labels.push(((left_source, left_key), (right_source, right_key), decision == Decision::Same));
    }
    if labels.is_empty() {
        return Err(Failure::usage(format!("no row of `{}` has a decision", path.display())));
    }
    Ok(labels)
}

fn wrong(path: &Path, line: u64, what: &str) -> Failure {
    Failure::usage(format!("`{}` line {line}: {what}", path.display()))
}

/// The wanted columns of a CSV file, row by row with their lines.
fn csv_rows(path: &Path, columns: &[&str]) -> Result<Vec<(u64, Vec<String>)>, Failure> {
    let unreadable = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(path, line, "the row cannot be read; save the file as CSV in UTF-8")
    };
    let file = File::open(path)
        .map_err(|error| Failure::io(format!("failed to read `{}`", path.display()), error))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(file);
    let header = reader.headers().map_err(unreadable)?.clone();
    let position =
        |name: &str| header.iter().position(|column| column.trim_start_matches('\u{feff}') == name);
    let mut positions = Vec::new();
    for column in columns {
        let Some(at) = position(column) else {
            return Err(wrong(path, 1, &format!("the column `{column}` is missing")));
        };
        positions.push(at);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let cell = |at: &usize| record.get(*at).unwrap_or_default().to_owned();
        rows.push((record.position().map_or(0, csv::Position::line), positions.iter().map(cell).collect()));
    }
    Ok(rows)
}

fn parquet(path: &Path) -> Result<Vec<RecordBatch>, Failure> {
    let file = File::open(path)
        .map_err(|error| Failure::io(format!("failed to read `{}`", path.display()), error))?;
    let unreadable = |error: &dyn std::error::Error| {
        Failure::usage(format!("`{}` cannot be read as Parquet: {error}", path.display()))
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| unreadable(&error))?;
    reader.collect::<Result<_, _>>().map_err(|error| unreadable(&error))
}

fn of_batches(
    path: &Path,
    batches: &[RecordBatch],
    columns: [&str; 3],
) -> Result<Vec<(Name, String)>, Failure> {
    let read = |name: &str| -> Result<StringViewArray, Failure> {
        text(batches, name).map_err(|_| wrong(path, 1, &format!("the column `{name}` is missing")))
    };
    let [source, key, person] = columns;
    let (source, key, person) = (read(source)?, read(key)?, read(person)?);
    let row = |row: usize| match (value(&source, row), value(&key, row), value(&person, row)) {
        (Some(source), Some(key), Some(person)) => {
            Ok(((source.to_owned(), key.to_owned()), person.to_owned()))
        }
        _ => Err(wrong(path, row as u64 + 1, "source, source_key or person_id is empty")),
    };
    (0..source.len()).map(row).collect()
}
