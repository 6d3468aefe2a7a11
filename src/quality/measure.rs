//! The answers of check queries, read from the batches that a query returned.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType, UInt64Type};
use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::query::{CheckQuery, ROWS};

/// Why a check query's answer cannot be read.
#[derive(Debug, Error)]
pub enum QualityError {
    #[error("a check query returned {0} rows, not one")]
    NotOneRow(usize),
    #[error("column `{0}` of a check query is neither a count nor a date")]
    WrongType(String),
}

/// What the queries said of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// The table's rows.
    pub rows: u64,
    /// By index of the check.
    pub answers: BTreeMap<usize, Answer>,
}

/// What a query said of one check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Rows that fail.
    pub failing: u64,
    /// Rows that were looked at, where that is not all of them.
    pub of: Option<u64>,
    /// The newest value, for freshness.
    pub newest: Option<Newest>,
}

/// The newest value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newest {
    Day(NaiveDate),
    Instant(DateTime<Utc>),
}

impl Measured {
    /// Adds what a query returned.
    ///
    /// # Errors
    /// If it is not one row of counts and dates.
    pub fn read(&mut self, query: &CheckQuery, batches: &[RecordBatch]) -> Result<(), QualityError> {
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        let batch = batches.iter().find(|batch| batch.num_rows() > 0).filter(|_| rows == 1);
        let batch = batch.ok_or(QualityError::NotOneRow(rows))?;
        if let Some(rows) = batch.column_by_name(ROWS) {
            self.rows = count(ROWS, rows)?;
        }
        for &check in &query.checks {
            let answer = self.answers.entry(check).or_default();
            let column = |what: &str| {
                let name = format!("check_{check}_{what}");
                batch.column_by_name(&name).map(|values| (name, values))
            };
            if let Some((name, values)) = column("failing") {
                answer.failing = count(&name, values)?;
            }
            if let Some((name, values)) = column("of") {
                answer.of = Some(count(&name, values)?);
            }
            if let Some((name, values)) = column("newest") {
                answer.newest = newest(&name, values)?;
            }
        }
        Ok(())
    }
}

fn count(name: &str, values: &ArrayRef) -> Result<u64, QualityError> {
    let wrong = || QualityError::WrongType(name.to_owned());
    let counts = cast(values, &DataType::UInt64).map_err(|_| wrong())?;
    let counts = counts.as_primitive_opt::<UInt64Type>().ok_or_else(wrong)?;
    if counts.is_null(0) { Ok(0) } else { Ok(counts.value(0)) }
}

fn newest(name: &str, values: &ArrayRef) -> Result<Option<Newest>, QualityError> {
    let wrong = || QualityError::WrongType(name.to_owned());
    if values.is_null(0) {
        return Ok(None);
    }
    match values.data_type() {
        DataType::Date32 | DataType::Date64 => {
            let days = cast(values, &DataType::Date32).map_err(|_| wrong())?;
            let days = days.as_primitive_opt::<Date32Type>().ok_or_else(wrong)?;
            Ok(NaiveDate::from_epoch_days(days.value(0)).map(Newest::Day))
        }
        DataType::Timestamp(_, zone) => {
            let kind = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
            let instants = cast(values, &kind).map_err(|_| wrong())?;
            let instants = instants.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(wrong)?;
            Ok(DateTime::from_timestamp_micros(instants.value(0)).map(Newest::Instant))
        }
        _ => Err(wrong()),
    }
}
