//! Columns that already have a type → the contract's type. What fits is kept as it is; text and what differs goes value
//! by value, with a reason for every one that does not fit.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, StringViewArray};
use arrow::compute::{CastOptions, can_cast_types, cast_with_options};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Decimal256Type, Float64Type, Int64Type, TimeUnit,
    TimestampMicrosecondType,
};
use arrow::error::ArrowError;

use super::moment::Moment;
use super::{Cells, Kind, Parser, Problems, number};
use crate::source::block::Cell;
use crate::source::reject::Reason;

/// Why a column cannot become another.
#[derive(Debug)]
pub enum Unfit {
    Type { found: String, wanted: String },
    Arrow(ArrowError),
}

impl From<ArrowError> for Unfit {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

/// A column that is not there: NULL throughout.
pub struct Absent(pub usize);

impl Cells for Absent {
    fn rows(&self) -> usize {
        self.0
    }

    fn cell(&self, _row: usize) -> Cell<'_> {
        Cell::Null
    }
}

const MICROS_A_DAY: i64 = 86_400_000_000;

/// A column in the contract's type, and what did not fit.
pub fn convert(parser: &mut Parser, array: &ArrayRef) -> Result<(ArrayRef, Problems), Unfit> {
    let array = &plain(array)?;
    let found = array.data_type().clone();
    let Parser { pattern, kind, required, .. } = parser;
    let required = *required;
    if pattern.is_some() || is_text(&found) {
        return by_text(parser, array);
    }
    match kind {
        Kind::Int(rule) if found.is_integer() && found != DataType::UInt64 => {
            let ints = cast(array, &DataType::Int64)?;
            let ints = ints.as_primitive::<Int64Type>();
            Ok(map::<Int64Type, Int64Type>(ints, required, |value| rule.check(value)))
        }
        Kind::Int(rule) if found.is_floating() => {
            let floats = cast(array, &DataType::Float64)?;
            Ok(map::<Float64Type, Int64Type>(floats.as_primitive(), required, |value| {
                let whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
                if whole { rule.check(value as i64) } else { Err(Reason::NotInt) }
            }))
        }
        Kind::Float(rule) if found.is_numeric() => {
            let floats = cast(array, &DataType::Float64)?;
            Ok(map::<Float64Type, Float64Type>(floats.as_primitive(), required, |value| {
                if value.is_finite() { rule.check(value) } else { Err(Reason::NotFloat) }
            }))
        }
        Kind::Decimal { precision, scale, rule } if is_decimal(&found) => {
            let (digits, from_scale) = match found {
                DataType::Decimal32(_, s) | DataType::Decimal64(_, s) | DataType::Decimal128(_, s) => (38, s),
                DataType::Decimal256(_, s) => (76, s),
                _ => (38, 0),
            };
            let (precision, scale) = (*precision, *scale);
            let (values, problems) = if digits == 38 {
                let decimals = cast(array, &DataType::Decimal128(38, from_scale))?;
                map::<Decimal128Type, Decimal128Type>(decimals.as_primitive(), required, |value| {
                    rescale(value, from_scale, precision, scale).and_then(|value| rule.check(value))
                })
            } else {
                let decimals = array.as_primitive::<Decimal256Type>();
                map::<Decimal256Type, Decimal128Type>(decimals, required, |value| {
                    let value = value.to_i128().ok_or(Reason::DecimalOverflow)?;
                    rescale(value, from_scale, precision, scale).and_then(|value| rule.check(value))
                })
            };
            let values = values.as_primitive::<Decimal128Type>().clone();
            Ok((Arc::new(values.with_precision_and_scale(precision, scale)?), problems))
        }
        Kind::Decimal { precision, scale, rule } if found.is_integer() && found != DataType::UInt64 => {
            let (precision, scale) = (*precision, *scale);
            let ints = cast(array, &DataType::Int64)?;
            let (values, problems) =
                map::<Int64Type, Decimal128Type>(ints.as_primitive(), required, |value| {
                    rescale(i128::from(value), 0, precision, scale).and_then(|value| rule.check(value))
                });
            let values = values.as_primitive::<Decimal128Type>().clone();
            Ok((Arc::new(values.with_precision_and_scale(precision, scale)?), problems))
        }
        Kind::Decimal { precision, scale, rule } if found.is_floating() => {
            let (precision, scale) = (*precision, *scale);
            let significant = if found == DataType::Float64 { 15 } else { 6 };
            let floats = cast(array, &DataType::Float64)?;
            let (values, problems) =
                map::<Float64Type, Decimal128Type>(floats.as_primitive(), required, |value| {
                    let text = significant_digits(value, significant).ok_or(Reason::NotDecimal)?;
                    number::decimal(text.as_bytes(), precision, scale).and_then(|value| rule.check(value))
                });
            let values = values.as_primitive::<Decimal128Type>().clone();
            Ok((Arc::new(values.with_precision_and_scale(precision, scale)?), problems))
        }
        Kind::Date { rule, .. } if matches!(found, DataType::Date32 | DataType::Date64) => {
            let days = cast(array, &DataType::Date32)?;
            Ok(map::<Date32Type, Date32Type>(days.as_primitive(), required, |value| rule.check(value)))
        }
        Kind::Date { rule, .. } if matches!(found, DataType::Timestamp(_, None)) => {
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            let micros = micros.as_primitive::<TimestampMicrosecondType>();
            Ok(map::<TimestampMicrosecondType, Date32Type>(micros, required, |value| {
                if value % MICROS_A_DAY != 0 {
                    return Err(Reason::NotDate);
                }
                i32::try_from(value / MICROS_A_DAY)
                    .map_err(|_| Reason::NotDate)
                    .and_then(|day| rule.check(day))
            }))
        }
        Kind::Timestamp { clock, rule, .. }
            if matches!(found, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64) =>
        {
            let offset = match &found {
                DataType::Timestamp(_, Some(_)) => Some(0),
                _ => None,
            };
            let micros = match &found {
                DataType::Timestamp(_, zone) => {
                    cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?
                }
                _ => cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?,
            };
            let micros = micros.as_primitive::<TimestampMicrosecondType>();
            let (values, problems) =
                map::<TimestampMicrosecondType, TimestampMicrosecondType>(micros, required, |value| {
                    let days =
                        i32::try_from(value.div_euclid(MICROS_A_DAY)).map_err(|_| Reason::NotTimestamp)?;
                    let moment = Moment { days, micros: value.rem_euclid(MICROS_A_DAY), offset };
                    clock.instant(moment).and_then(|value| rule.check(value))
                });
            let values = values.as_primitive::<TimestampMicrosecondType>().clone();
            Ok((Arc::new(values.with_timezone("UTC")), problems))
        }
        _ => by_text(parser, array),
    }
}

/// A column through its text.
fn by_text(parser: &mut Parser, array: &ArrayRef) -> Result<(ArrayRef, Problems), Unfit> {
    if array.data_type().is_nested() {
        let wanted = match parser.kind {
            Kind::Json | Kind::String { .. } => None,
            _ => Some("a plain value".to_owned()),
        };
        return match wanted {
            Some(wanted) => Err(Unfit::Type { found: array.data_type().to_string(), wanted }),
            None => Ok(parser.parse(&json(array)?)?),
        };
    }
    // Text of an instant says its zone, so that it is read back as the same instant.
    let text = cast(array, &DataType::Utf8View)?;
    Ok(parser.parse(text.as_string_view())?)
}

/// Nested values as JSON text.
fn json(array: &ArrayRef) -> Result<StringViewArray, ArrowError> {
    let field = arrow::datatypes::Field::new("v", array.data_type().clone(), true);
    let schema = Arc::new(arrow::datatypes::Schema::new(vec![field]));
    let batch = arrow::array::RecordBatch::try_new(schema, vec![Arc::clone(array)])?;
    let mut writer = arrow::json::LineDelimitedWriter::new(Vec::new());
    writer.write(&batch)?;
    writer.finish()?;
    let lines = writer.into_inner();
    let values = lines.split(|byte| *byte == b'\n').take(array.len()).map(|line| {
        let value = line.strip_prefix(b"{\"v\":").and_then(|line| line.strip_suffix(b"}"));
        value.and_then(|value| std::str::from_utf8(value).ok())
    });
    Ok(values.collect())
}

/// Dictionaries and runs unpacked.
fn plain(array: &ArrayRef) -> Result<ArrayRef, Unfit> {
    match array.data_type() {
        DataType::Dictionary(_, value) => cast(array, value),
        DataType::RunEndEncoded(_, value) => cast(array, value.data_type()),
        _ => Ok(Arc::clone(array)),
    }
}

fn is_text(found: &DataType) -> bool {
    matches!(
        found,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
    )
}

fn is_decimal(found: &DataType) -> bool {
    matches!(
        found,
        DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..)
    )
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Unfit> {
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    if !can_cast_types(array.data_type(), to) {
        return Err(Unfit::Type { found: array.data_type().to_string(), wanted: to.to_string() });
    }
    let options = CastOptions { safe: true, ..CastOptions::default() };
    Ok(cast_with_options(array, to, &options)?)
}

/// Maps the values of a column; those that do not fit become NULL.
fn map<From: ArrowPrimitiveType, To: ArrowPrimitiveType>(
    array: &PrimitiveArray<From>,
    required: bool,
    mut fit: impl FnMut(From::Native) -> Result<To::Native, Reason>,
) -> (ArrayRef, Problems) {
    let mut problems = Problems::new();
    let values: PrimitiveArray<To> = (0..array.len())
        .map(|row| {
            let fitted = match array.is_valid(row) {
                true => fit(array.value(row)).map(Some),
                false if required => Err(Reason::MissingValue),
                false => Ok(None),
            };
            fitted.unwrap_or_else(|reason| {
                problems.push((row as u32, reason));
                None
            })
        })
        .collect();
    (Arc::new(values), problems)
}

fn rescale(value: i128, from: i8, precision: u8, to: i8) -> Result<i128, Reason> {
    let shift = i32::from(to) - i32::from(from);
    let power = number::power_of_ten(shift.unsigned_abs() as usize).ok_or(Reason::DecimalOverflow)?;
    let scaled = if shift >= 0 {
        value.checked_mul(power).ok_or(Reason::DecimalOverflow)?
    } else if value % power == 0 {
        value / power
    } else {
        return Err(Reason::DecimalScale);
    };
    number::within(scaled, precision)
}

/// A float to as many digits as it surely means, so that 0.1 + 0.2 is 0.3.
pub fn significant_digits(value: f64, digits: usize) -> Option<String> {
    value.is_finite().then(|| format!("{value:.*e}", digits - 1))
}
