//! A value as it is written → a value of a declared type: parameters, `accepted`, `range`. Exact: decimals are read from
//! their digits, never through a float.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::super::column::{ColumnType, ValueRange};
use super::super::project::ParamValue;
use super::super::raw::pipeline::ParamType;
use super::super::yaml::{Scalar, Value};
use super::{Pass, Place};
use crate::name::AsOf;

/// Decimal places of a `decimal` parameter.
const PARAM_SCALE: u32 = 6;

/// What stands for a parameter whose value cannot be read: its type is known all the same.
pub fn any_param(kind: ParamType) -> ParamValue {
    match kind {
        ParamType::String => ParamValue::String(String::new()),
        ParamType::Boolean => ParamValue::Boolean(false),
        ParamType::Int => ParamValue::Int(0),
        ParamType::Float => ParamValue::Float(0.0),
        ParamType::Decimal => ParamValue::Decimal(0),
        ParamType::Date => ParamValue::Date(NaiveDate::default()),
    }
}

/// A parameter's value in its type.
pub fn param(kind: ParamType, place: Place<'_>, pass: &mut Pass<'_>) -> Option<ParamValue> {
    let scalar = scalar(place, pass)?;
    let value = match kind {
        ParamType::String => Some(ParamValue::String(scalar.text.clone())),
        ParamType::Boolean => plain(scalar).boolean().map(ParamValue::Boolean),
        ParamType::Int => plain(scalar).integer().and_then(|n| i64::try_from(n).ok()).map(ParamValue::Int),
        ParamType::Float => plain(scalar).number().map(ParamValue::Float),
        ParamType::Decimal => decimal(&scalar.text, PARAM_SCALE, 20).map(ParamValue::Decimal),
        ParamType::Date => date(&scalar.text).map(ParamValue::Date),
    };
    if value.is_none() {
        let (what, help) = match kind {
            ParamType::String => ("text", "put it in quotes"),
            ParamType::Boolean => ("a truth value", "write `true` or `false`"),
            ParamType::Int => ("a whole number of 64 bits", "write digits only"),
            ParamType::Float => ("a number", "write digits with a point: `0.05`"),
            ParamType::Decimal => {
                ("a decimal with at most six decimals", "write digits with a point: `0.05`")
            }
            ParamType::Date => ("a date", "write it as YYYY-MM-DD"),
        };
        pass.bad(place, what, help);
    }
    value
}

/// A value in a column's canonical spelling: `007` of an int is `7`, `1.5` of a `decimal(18, 2)` is `1.50`.
pub fn canonical(kind: &ColumnType, place: Place<'_>, pass: &mut Pass<'_>) -> Option<String> {
    let scalar = scalar(place, pass)?;
    let text = match kind {
        ColumnType::String => Some(scalar.text.clone()),
        ColumnType::Boolean { true_words, false_words } => {
            let word = scalar.text.to_lowercase();
            if word == "true" || true_words.contains(&word) {
                Some("true".to_owned())
            } else if word == "false" || false_words.contains(&word) {
                Some("false".to_owned())
            } else {
                None
            }
        }
        ColumnType::Int => scalar.text.parse::<i64>().ok().map(|number| number.to_string()),
        ColumnType::Float => plain(scalar).number().map(|number| number.to_string()),
        ColumnType::Decimal { precision, scale } => {
            let scale = scale.unsigned_abs();
            decimal(&scalar.text, scale.into(), *precision).map(|digits| spelled(digits, scale.into()))
        }
        ColumnType::Date { .. } => date(&scalar.text).map(|date| date.to_string()),
        ColumnType::Timestamp { .. } | ColumnType::Json => None,
    };
    if text.is_none() {
        bad(kind, place, pass);
    }
    text
}

/// The least and the greatest good value in a column's type.
pub fn range(kind: &ColumnType, place: Place<'_>, pass: &mut Pass<'_>) -> Option<ValueRange> {
    fn bounds<T: PartialOrd + Copy>(
        kind: &ColumnType,
        place: Place<'_>,
        pass: &mut Pass<'_>,
        read: impl Fn(&Scalar) -> Option<T>,
    ) -> Option<(Option<T>, Option<T>)> {
        let before = pass.count();
        let mut bound = |key: &str| -> Option<T> {
            let place = place.key(key);
            if !place.is_written() {
                return None;
            }
            let value = read(scalar(place, pass)?);
            if value.is_none() {
                bad(kind, place, pass);
            }
            value
        };
        let (min, max) = (bound("min"), bound("max"));
        if let (Some(least), Some(greatest)) = (min, max)
            && least > greatest
        {
            pass.error(place.key("min").at(), "`min` is greater than `max`", "swap them");
        }
        (pass.count() == before).then_some((min, max))
    }

    if !place.key("min").is_written() && !place.key("max").is_written() {
        pass.absent(place, "`range` says no limit", "add `min`, `max` or both");
        return None;
    }
    match kind {
        ColumnType::Int => {
            let read = |scalar: &Scalar| scalar.text.parse::<i64>().ok();
            bounds(kind, place, pass, read).map(|(min, max)| ValueRange::Int { min, max })
        }
        ColumnType::Float => {
            let read = |scalar: &Scalar| plain(scalar).number();
            bounds(kind, place, pass, read).map(|(min, max)| ValueRange::Float { min, max })
        }
        ColumnType::Decimal { precision, scale } => {
            let read = |scalar: &Scalar| decimal(&scalar.text, scale.unsigned_abs().into(), *precision);
            bounds(kind, place, pass, read).map(|(min, max)| ValueRange::Decimal { min, max })
        }
        ColumnType::Date { .. } => {
            let read = |scalar: &Scalar| date(&scalar.text).map(|date| AsOf(date).days());
            bounds(kind, place, pass, read).map(|(min, max)| ValueRange::Date { min, max })
        }
        ColumnType::Timestamp { zone, .. } => {
            let read = |scalar: &Scalar| instant(&scalar.text, *zone);
            bounds(kind, place, pass, read).map(|(min, max)| ValueRange::Timestamp { min, max })
        }
        ColumnType::String | ColumnType::Boolean { .. } | ColumnType::Json => {
            let message = format!("{} column has no `range`", word(kind));
            pass.error(place.key_at(), message, "use `accepted` or `pattern`, or change the type");
            None
        }
    }
}

fn bad(kind: &ColumnType, place: Place<'_>, pass: &mut Pass<'_>) {
    let (what, help) = match kind {
        ColumnType::String => ("text", "write one value".to_owned()),
        ColumnType::Boolean { .. } => ("a truth value", "write `true` or `false`".to_owned()),
        ColumnType::Int => ("a whole number of 64 bits", "write digits only".to_owned()),
        ColumnType::Float => ("a number", "write digits with a point: `0.5`".to_owned()),
        ColumnType::Decimal { precision, scale } => (
            "a value of this column",
            format!(
                "a `decimal({precision}, {scale})` has up to {scale} decimals and {precision} digits in all"
            ),
        ),
        ColumnType::Date { .. } => ("a date", "write it as YYYY-MM-DD".to_owned()),
        ColumnType::Timestamp { .. } => {
            ("a timestamp", "write it as \"YYYY-MM-DD HH:MM:SS\" or YYYY-MM-DD".to_owned())
        }
        ColumnType::Json => ("a value that can be compared", "use `pattern`".to_owned()),
    };
    pass.bad(place, what, help);
}

/// The type's name in YAML, with its article.
pub fn word(kind: &ColumnType) -> &'static str {
    match kind {
        ColumnType::String => "a string",
        ColumnType::Boolean { .. } => "a boolean",
        ColumnType::Int => "an int",
        ColumnType::Float => "a float",
        ColumnType::Decimal { .. } => "a decimal",
        ColumnType::Date { .. } => "a date",
        ColumnType::Timestamp { .. } => "a timestamp",
        ColumnType::Json => "a json",
    }
}

fn scalar<'t>(place: Place<'t>, pass: &mut Pass<'_>) -> Option<&'t Scalar> {
    match place.node().map(|node| &node.value) {
        Some(Value::Scalar(scalar)) if !scalar.is_null() => Some(scalar),
        _ => {
            pass.error(place.at(), "one value is expected here", "write a word, a number or a date");
            None
        }
    }
}

/// As if without quotes: `"8"` is 8 where a number is declared.
fn plain(scalar: &Scalar) -> Scalar {
    Scalar { plain: true, ..scalar.clone() }
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// Microseconds since 1970 of an instant; without an offset in `zone`, without a time at midnight.
fn instant(text: &str, zone: Tz) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_micros());
    }
    let local = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| date(text).map(|date| date.and_time(NaiveTime::MIN)))?;
    zone.from_local_datetime(&local).earliest().map(|instant| instant.timestamp_micros())
}

/// The digits of a decimal, scaled; `None` if it needs more decimals or more digits than there are.
fn decimal(text: &str, scale: u32, precision: u8) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let scale = scale as usize;
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty()
        || !numeric(whole)
        || !numeric(fraction)
        || fraction.len() > scale
    {
        return None;
    }
    let digits = format!("{whole}{fraction:0<scale$}");
    let digits = digits.trim_start_matches('0');
    if digits.len() > usize::from(precision) {
        return None;
    }
    if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok().map(|number| sign * number) }
}

fn spelled(digits: i128, scale: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
