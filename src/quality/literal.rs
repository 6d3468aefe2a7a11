//! Values that are written in YAML → SQL literals of a column's type. Never lets one out of its quotes.

use arrow::datatypes::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use crate::config::sql;

/// A value as an SQL literal that compares with a column of type `kind` exactly.
///
/// # Errors
/// What the value ought to look like, if it is none of the type's.
pub fn literal(value: &Value, kind: &DataType) -> Result<String, &'static str> {
    match kind {
        DataType::Dictionary(_, inner) => literal(value, inner),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            text(value).map(|text| sql::literal(&text)).ok_or("a text")
        }
        DataType::Boolean => boolean(value).map(|truth| truth.to_string()).ok_or("`true` or `false`"),
        kind if kind.is_integer() => integer(value).map(|number| number.to_string()).ok_or("a whole number"),
        kind if kind.is_floating() => float(value)
            .map(|number| format!("CAST({} AS DOUBLE)", sql::literal(&number.to_string())))
            .ok_or("a number"),
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => decimal(value, *scale).ok_or("a number"),
        DataType::Date32 | DataType::Date64 => {
            date(value).map(|day| format!("DATE '{day}'")).ok_or("a date, YYYY-MM-DD")
        }
        DataType::Timestamp(unit, zone) => instant(value)
            .map(|instant| timestamp(instant, *unit, zone.as_deref()))
            .ok_or("an instant, such as 2026-01-31T00:00:00Z"),
        _ => Err("a text, a number, a date or a truth value, which this column does not hold"),
    }
}

/// A scalar as text.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// Digits as they are written, with at least the column's scale: `0.005` stays so beside a column of cents.
fn decimal(value: &Value, scale: i8) -> Option<String> {
    let text = text(value).filter(|_| !matches!(value, Value::Bool(_)))?;
    let unsigned = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || whole.len() + fraction.len() > 38 {
        return None;
    }
    let scale = usize::try_from(scale).unwrap_or_default().max(fraction.len()).min(38 - whole.len());
    Some(format!("CAST('{text}' AS DECIMAL(38, {scale}))"))
}

pub(super) fn date(value: &Value) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(value.as_str()?, "%Y-%m-%d").ok()
}

/// With an offset, or in UTC; a day is its beginning.
pub(super) fn instant(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str()?;
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| date(value)?.and_hms_opt(0, 0, 0))
        .map(|instant| instant.and_utc())
}

fn timestamp(instant: DateTime<Utc>, unit: TimeUnit, zone: Option<&str>) -> String {
    let unit = match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "µs",
        TimeUnit::Nanosecond => "ns",
    };
    let text = sql::literal(&instant.format("%Y-%m-%dT%H:%M:%S%.6f").to_string());
    match zone {
        None => format!("arrow_cast({text}, 'Timestamp({unit})')"),
        Some(_) => format!("arrow_cast({text}, 'Timestamp({unit}, \"UTC\")')"),
    }
}
