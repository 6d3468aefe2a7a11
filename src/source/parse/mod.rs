//! Values as text → typed columns, a column at a time. Knows a column's promise, nothing of files.

pub mod array;
pub mod moment;
pub mod number;
pub mod text;
pub mod zone;

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanBuilder, NullBufferBuilder, PrimitiveArray, StringViewArray,
    StringViewBuilder,
};
use arrow::datatypes::{Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use regex::Regex;

use self::moment::{Format, iso_date, iso_moment};
use self::text::Cleaner;
use self::zone::Clock;
use super::block::{Block, Cell};
use super::reject::Reason;
use crate::config::column::{Column, ColumnType, ValueRange};
use crate::config::project::Source;

/// What is wrong with the values of a column: row and reason, in the order of rows.
pub type Problems = Vec<(u32, Reason)>;

/// A column's values before they have a type.
pub trait Cells {
    fn rows(&self) -> usize;

    fn cell(&self, row: usize) -> Cell<'_>;

    /// Buffers that text may be taken from without copying it.
    fn buffers(&self) -> Vec<arrow::buffer::Buffer> {
        Vec::new()
    }
}

/// A slot of a block.
pub struct BlockColumn<'a> {
    pub block: &'a Block,
    pub slot: usize,
}

impl Cells for BlockColumn<'_> {
    fn rows(&self) -> usize {
        self.block.rows()
    }

    #[inline]
    fn cell(&self, row: usize) -> Cell<'_> {
        self.block.cell(row, self.slot)
    }

    fn buffers(&self) -> Vec<arrow::buffer::Buffer> {
        vec![self.block.bytes.clone(), self.block.beside.clone()]
    }
}

impl Cells for StringViewArray {
    fn rows(&self) -> usize {
        self.len()
    }

    #[inline]
    fn cell(&self, row: usize) -> Cell<'_> {
        if self.is_null(row) { Cell::Null } else { Cell::Text(self.value(row).as_bytes()) }
    }

    fn buffers(&self) -> Vec<arrow::buffer::Buffer> {
        self.data_buffers().to_vec()
    }
}

/// A column's promise, made ready for many values.
#[derive(Debug, Clone)]
pub struct Parser {
    pub name: String,
    pub required: bool,
    /// A bad value sends the row to the quarantine.
    pub rejects_row: bool,
    cleaner: Cleaner,
    pattern: Option<Regex>,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    String { accepted: Option<Vec<Box<[u8]>>> },
    Json,
    Boolean { truths: Vec<String>, falsehoods: Vec<String>, accepted: Option<Vec<bool>> },
    Int(Rule<i64>),
    Float(Rule<f64>),
    Decimal { precision: u8, scale: i8, rule: Rule<i128> },
    Date { formats: Vec<Format>, rule: Rule<i32> },
    Timestamp { formats: Vec<Format>, clock: Clock, rule: Rule<i64> },
}

/// Which values of a type are good.
#[derive(Debug, Clone)]
pub struct Rule<T> {
    min: Option<T>,
    max: Option<T>,
    accepted: Option<Vec<T>>,
}

impl<T: PartialOrd + Copy> Rule<T> {
    fn new(range: Option<(Option<T>, Option<T>)>, accepted: Option<Vec<T>>) -> Self {
        let (min, max) = range.unwrap_or((None, None));
        Self { min, max, accepted }
    }

    #[inline]
    fn check(&self, value: T) -> Result<T, Reason> {
        if self.min.is_some_and(|min| value < min) || self.max.is_some_and(|max| value > max) {
            return Err(Reason::OutOfRange);
        }
        match &self.accepted {
            Some(accepted) if !accepted.contains(&value) => Err(Reason::NotAccepted),
            _ => Ok(value),
        }
    }
}

impl Parser {
    pub fn new(source: &Source, column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            required: column.required,
            rejects_row: column.required || column.on_error == crate::config::raw::source::OnError::Row,
            cleaner: Cleaner::new(column.trim, [&source.files.null_values, &column.null_values]),
            pattern: column.pattern.clone(),
            kind: Kind::new(column),
        }
    }

    /// The typed column, and what was wrong: bad values are NULL in it.
    pub fn parse<C: Cells>(&mut self, cells: &C) -> Result<(ArrayRef, Problems), ArrowError> {
        let mut problems = Problems::new();
        let Self { cleaner, pattern, kind, required, .. } = self;
        let values = Values { cells, cleaner, pattern: pattern.as_ref(), required: *required };
        let array: ArrayRef = match kind {
            Kind::String { accepted } => values.strings(accepted.as_deref(), &mut problems)?,
            Kind::Json => values.json(&mut problems)?,
            Kind::Boolean { truths, falsehoods, accepted } => {
                values.booleans(truths, falsehoods, accepted.as_deref(), &mut problems)
            }
            Kind::Int(rule) => values
                .primitive::<Int64Type>(&mut problems, |text| number::int(text).and_then(|v| rule.check(v))),
            Kind::Float(rule) => values.primitive::<Float64Type>(&mut problems, |text| {
                number::float(text).and_then(|v| rule.check(v))
            }),
            Kind::Decimal { precision, scale, rule } => {
                let array = values.decimals(&mut problems, *precision, *scale, rule);
                Arc::new(array.with_precision_and_scale(*precision, *scale)?)
            }
            Kind::Date { formats, rule } => values.primitive::<Date32Type>(&mut problems, |text| {
                date(formats, text).ok_or(Reason::NotDate).and_then(|v| rule.check(v))
            }),
            Kind::Timestamp { formats, clock, rule } => {
                let array = values.primitive_array::<TimestampMicrosecondType>(&mut problems, |text| {
                    let moment = timestamp(formats, text).ok_or(Reason::NotTimestamp)?;
                    clock.instant(moment).and_then(|v| rule.check(v))
                });
                Arc::new(array.with_timezone("UTC"))
            }
        };
        Ok((array, problems))
    }
}

fn date(formats: &[Format], text: &[u8]) -> Option<i32> {
    if formats.is_empty() {
        return iso_date(text);
    }
    formats.iter().find_map(|format| format.read(text)).map(|moment| moment.days)
}

fn timestamp(formats: &[Format], text: &[u8]) -> Option<moment::Moment> {
    if formats.is_empty() {
        return iso_moment(text);
    }
    formats.iter().find_map(|format| format.read(text))
}

impl Kind {
    fn new(column: &Column) -> Self {
        let words = column.accepted.as_deref();
        let formats = |formats: &[String]| formats.iter().map(|format| Format::new(format)).collect();
        match &column.kind {
            ColumnType::String => {
                let accepted = words.map(|words| words.iter().map(|word| word.as_bytes().into()).collect());
                Self::String { accepted }
            }
            ColumnType::Json => Self::Json,
            ColumnType::Boolean { true_words, false_words } => {
                let accepted = words.map(|words| words.iter().map(|word| word == "true").collect());
                Self::Boolean { truths: true_words.clone(), falsehoods: false_words.clone(), accepted }
            }
            ColumnType::Int => {
                let range = match column.range {
                    Some(ValueRange::Int { min, max }) => Some((min, max)),
                    _ => None,
                };
                Self::Int(Rule::new(range, typed(words, |word| number::int(word).ok())))
            }
            ColumnType::Float => {
                let range = match column.range {
                    Some(ValueRange::Float { min, max }) => Some((min, max)),
                    _ => None,
                };
                Self::Float(Rule::new(range, typed(words, |word| number::float(word).ok())))
            }
            ColumnType::Decimal { precision, scale } => {
                let range = match column.range {
                    Some(ValueRange::Decimal { min, max }) => Some((min, max)),
                    _ => None,
                };
                let accepted = typed(words, |word| number::decimal(word, *precision, *scale).ok());
                Self::Decimal { precision: *precision, scale: *scale, rule: Rule::new(range, accepted) }
            }
            ColumnType::Date { formats: written } => {
                let range = match column.range {
                    Some(ValueRange::Date { min, max }) => Some((min, max)),
                    _ => None,
                };
                Self::Date { formats: formats(written), rule: Rule::new(range, typed(words, iso_date)) }
            }
            ColumnType::Timestamp { formats: written, zone } => {
                let range = match column.range {
                    Some(ValueRange::Timestamp { min, max }) => Some((min, max)),
                    _ => None,
                };
                let mut clock = Clock::new(*zone);
                let accepted = typed(words, |word| clock.instant(iso_moment(word)?).ok());
                Self::Timestamp { formats: formats(written), clock, rule: Rule::new(range, accepted) }
            }
        }
    }
}

/// Accepted values in the column's own type.
fn typed<T>(words: Option<&[String]>, mut parse: impl FnMut(&[u8]) -> Option<T>) -> Option<Vec<T>> {
    words.map(|words| words.iter().filter_map(|word| parse(word.as_bytes())).collect())
}

/// A column's values with what is asked of every one of them.
struct Values<'a, C> {
    cells: &'a C,
    cleaner: &'a Cleaner,
    pattern: Option<&'a Regex>,
    required: bool,
}

impl<C: Cells> Values<'_, C> {
    /// The text of a value: none where there is no value.
    #[inline]
    fn text(&self, row: usize) -> Result<Option<&[u8]>, Reason> {
        let text = match self.cells.cell(row) {
            Cell::Null => None,
            Cell::Invalid => return Err(Reason::InvalidEncoding),
            Cell::Text(text) => self.cleaner.clean(text),
        };
        match text {
            None if self.required => Err(Reason::MissingValue),
            None => Ok(None),
            Some(text) => {
                if let Some(pattern) = self.pattern
                    && !std::str::from_utf8(text).is_ok_and(|text| pattern.is_match(text))
                {
                    return Err(Reason::PatternMismatch);
                }
                Ok(Some(text))
            }
        }
    }

    fn primitive<T: ArrowPrimitiveType>(
        &self,
        problems: &mut Problems,
        parse: impl FnMut(&[u8]) -> Result<T::Native, Reason>,
    ) -> ArrayRef {
        Arc::new(self.primitive_array::<T>(problems, parse))
    }

    fn primitive_array<T: ArrowPrimitiveType>(
        &self,
        problems: &mut Problems,
        mut parse: impl FnMut(&[u8]) -> Result<T::Native, Reason>,
    ) -> PrimitiveArray<T> {
        let rows = self.cells.rows();
        let mut values = Vec::with_capacity(rows);
        let mut nulls = NullBufferBuilder::new(rows);
        for row in 0..rows {
            let parsed = match self.text(row) {
                Ok(Some(text)) => parse(text).map(Some),
                Ok(None) => Ok(None),
                Err(reason) => Err(reason),
            };
            match parsed {
                Ok(Some(value)) => {
                    values.push(value);
                    nulls.append_non_null();
                }
                Ok(None) => {
                    values.push(T::Native::default());
                    nulls.append_null();
                }
                Err(reason) => {
                    problems.push((row as u32, reason));
                    values.push(T::Native::default());
                    nulls.append_null();
                }
            }
        }
        PrimitiveArray::new(values.into(), nulls.finish())
    }

    fn decimals(
        &self,
        problems: &mut Problems,
        precision: u8,
        scale: i8,
        rule: &Rule<i128>,
    ) -> PrimitiveArray<Decimal128Type> {
        self.primitive_array::<Decimal128Type>(problems, |text| {
            number::decimal(text, precision, scale).and_then(|value| rule.check(value))
        })
    }

    fn booleans(
        &self,
        truths: &[String],
        falsehoods: &[String],
        accepted: Option<&[bool]>,
        problems: &mut Problems,
    ) -> ArrayRef {
        let mut builder = BooleanBuilder::with_capacity(self.cells.rows());
        for row in 0..self.cells.rows() {
            let parsed = self.text(row).and_then(|text| match text {
                None => Ok(None),
                Some(text) => {
                    let value = text::boolean(text, truths, falsehoods).ok_or(Reason::NotBoolean)?;
                    match accepted {
                        Some(accepted) if !accepted.contains(&value) => Err(Reason::NotAccepted),
                        _ => Ok(Some(value)),
                    }
                }
            });
            builder.append_option(parsed.unwrap_or_else(|reason| {
                problems.push((row as u32, reason));
                None
            }));
        }
        Arc::new(builder.finish())
    }

    fn strings(
        &self,
        accepted: Option<&[Box<[u8]>]>,
        problems: &mut Problems,
    ) -> Result<ArrayRef, ArrowError> {
        self.texts(problems, |text| match accepted {
            Some(accepted) if !accepted.iter().any(|word| **word == *text) => Err(Reason::NotAccepted),
            _ => Ok(()),
        })
    }

    fn json(&self, problems: &mut Problems) -> Result<ArrayRef, ArrowError> {
        self.texts(problems, |text| match serde_json::from_slice::<serde::de::IgnoredAny>(text) {
            Ok(_) => Ok(()),
            Err(_) => Err(Reason::NotJson),
        })
    }

    fn texts(
        &self,
        problems: &mut Problems,
        mut check: impl FnMut(&[u8]) -> Result<(), Reason>,
    ) -> Result<ArrayRef, ArrowError> {
        let rows = self.cells.rows();
        let buffers = self.cells.buffers();
        let mut builder = StringViewBuilder::with_capacity(rows);
        let blocks: Vec<(usize, usize, u32)> = buffers
            .into_iter()
            .filter(|buffer| !buffer.is_empty())
            .map(|buffer| (buffer.as_ptr() as usize, buffer.len(), builder.append_block(buffer)))
            .collect();
        for row in 0..rows {
            let text = self.text(row).and_then(|text| match text {
                Some(text) => check(text).map(|()| Some(text)),
                None => Ok(None),
            });
            match text {
                Ok(Some(text)) => {
                    let at = text.as_ptr() as usize;
                    let home = blocks.iter().find(|(start, length, _)| at >= *start && at < start + length);
                    match home {
                        Some((start, _, block)) => {
                            builder.try_append_view(*block, (at - start) as u32, text.len() as u32)?;
                        }
                        None => builder.append_value(text::valid(text)),
                    }
                }
                Ok(None) => builder.append_null(),
                Err(reason) => {
                    problems.push((row as u32, reason));
                    builder.append_null();
                }
            }
        }
        Ok(Arc::new(builder.finish()))
    }
}
