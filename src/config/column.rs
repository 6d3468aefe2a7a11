//! A column of a source's contract: its type, what counts as a good value, what a bad one does.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};
use chrono_tz::Tz;
use regex::Regex;

use super::raw::source::{OnError, Pii};

/// A column's promise, checked.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    /// Names in the files, the first found wins; `name` itself if the contract gives none.
    pub headers: Vec<String>,
    pub kind: ColumnType,
    pub description: Option<String>,
    pub required: bool,
    pub trim: bool,
    /// Words of this column that stand for no value, beside those of the files.
    pub null_values: Vec<String>,
    /// The only good values, as text in the column's canonical spelling.
    pub accepted: Option<Vec<String>>,
    /// Anchored at both ends.
    pub pattern: Option<Regex>,
    pub range: Option<ValueRange>,
    pub pii: Option<Pii>,
    pub on_error: OnError,
}

/// What a column's text is parsed to.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnType {
    String,
    /// Words in lower case.
    Boolean {
        true_words: Vec<String>,
        false_words: Vec<String>,
    },
    /// 64 bits; `6.0` is 6.
    Int,
    Float,
    Decimal {
        precision: u8,
        scale: i8,
    },
    /// strftime formats tried in turn; empty: ISO 8601.
    Date {
        formats: Vec<String>,
    },
    /// strftime formats tried in turn; empty: RFC 3339 or ISO 8601. Values without an offset are in `zone`.
    Timestamp {
        formats: Vec<String>,
        zone: Tz,
    },
    /// Kept as text that is valid JSON.
    Json,
}

impl ColumnType {
    /// The Arrow type of a loaded column. Text is Utf8View, instants are microseconds in UTC.
    pub fn arrow(&self) -> DataType {
        match self {
            Self::String | Self::Json => DataType::Utf8View,
            Self::Boolean { .. } => DataType::Boolean,
            Self::Int => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale),
            Self::Date { .. } => DataType::Date32,
            Self::Timestamp { .. } => DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
        }
    }
}

impl Column {
    /// The Arrow field of the loaded column: never null if `required`.
    pub fn field(&self) -> Field {
        Field::new(&self.name, self.kind.arrow(), !self.required)
    }
}

/// The least and the greatest good value, both included, in the column's own type.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueRange {
    Int {
        min: Option<i64>,
        max: Option<i64>,
    },
    Float {
        min: Option<f64>,
        max: Option<f64>,
    },
    /// Scaled by the column's scale.
    Decimal {
        min: Option<i128>,
        max: Option<i128>,
    },
    /// Days since 1970-01-01.
    Date {
        min: Option<i32>,
        max: Option<i32>,
    },
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp {
        min: Option<i64>,
        max: Option<i64>,
    },
}
