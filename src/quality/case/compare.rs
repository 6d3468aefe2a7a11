//! Expected rows against what a model made: the difference, row by row.

use std::fmt;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Float64Type, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{Expect, Order};
use crate::config::problem::Problem;

/// Floats are equal if they differ by less than this share of the greater.
const TOLERANCE: f64 = 1e-9;

/// How expected rows differ from actual ones, in the columns that were compared. Empty: they are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    pub columns: Vec<String>,
    /// Expected and not there.
    pub missing: Vec<Vec<String>>,
    /// There and not expected.
    pub unexpected: Vec<Vec<String>>,
    /// Rows that are as expected.
    pub equal: usize,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty()
    }
}

/// Compares the columns that expected rows name; in those, a cell that is not written is null. Without expected rows there
/// must be no rows at all.
///
/// # Errors
/// Columns that the model does not make, values that are none of their column's type.
pub fn compare(
    model: &str,
    expect: &Expect,
    schema: &Schema,
    actual: &[RecordBatch],
) -> Result<Difference, Vec<Problem>> {
    let expected = super::batch(model, &expect.rows, schema)?;
    let failed = |error: arrow::error::ArrowError| vec![Problem::error(expect.at.clone(), error.to_string())];
    let named = |name: &str| expect.rows.iter().any(|row| row.cells.iter().any(|cell| cell.name == name));
    let compared: Vec<usize> = (0..schema.fields().len())
        .filter(|&index| expect.rows.is_empty() || named(schema.field(index).name()))
        .collect();
    let expected = expected.project(&compared).map_err(failed)?;
    let actual = actual
        .iter()
        .map(|batch| {
            let batch = batch.project(&compared)?;
            RecordBatch::try_new_with_options(expected.schema(), batch.columns().to_vec(), &rows_of(&batch))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    let actual = concat_batches(&expected.schema(), &actual).map_err(failed)?;
    let expected = Rows::new(&expected).map_err(failed)?;
    let actual = Rows::new(&actual).map_err(failed)?;
    Ok(match expect.order {
        Order::Any => in_any_order(&expected, &actual),
        Order::Exact => in_order(&expected, &actual),
    })
}

fn rows_of(batch: &RecordBatch) -> RecordBatchOptions {
    RecordBatchOptions::new().with_row_count(Some(batch.num_rows()))
}

fn in_order(expected: &Rows, actual: &Rows) -> Difference {
    let mut difference = Difference { columns: expected.names.clone(), ..Difference::default() };
    for row in 0..expected.count.max(actual.count) {
        if row < expected.count && row < actual.count && expected.equals(row, actual, row) {
            difference.equal += 1;
            continue;
        }
        if row < expected.count {
            difference.missing.push(expected.shown(row));
        }
        if row < actual.count {
            difference.unexpected.push(actual.shown(row));
        }
    }
    difference
}

fn in_any_order(expected: &Rows, actual: &Rows) -> Difference {
    let mut difference = Difference { columns: expected.names.clone(), ..Difference::default() };
    let mut free: Vec<bool> = vec![true; actual.count];
    for row in 0..expected.count {
        let found = (0..actual.count).find(|&other| free[other] && expected.equals(row, actual, other));
        match found {
            Some(other) => {
                free[other] = false;
                difference.equal += 1;
            }
            None => difference.missing.push(expected.shown(row)),
        }
    }
    difference.unexpected = (0..actual.count).filter(|&row| free[row]).map(|row| actual.shown(row)).collect();
    difference
}

/// A batch as text, and its floats as numbers.
struct Rows {
    names: Vec<String>,
    columns: Vec<Values>,
    count: usize,
}

enum Values {
    Text(Vec<Option<String>>),
    Float(Vec<Option<f64>>),
}

impl Rows {
    fn new(batch: &RecordBatch) -> Result<Self, arrow::error::ArrowError> {
        let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let columns = batch.columns().iter().map(values).collect::<Result<_, _>>()?;
        Ok(Self { names, columns, count: batch.num_rows() })
    }

    fn equals(&self, row: usize, other: &Self, other_row: usize) -> bool {
        self.columns.iter().zip(&other.columns).all(|pair| match pair {
            (Values::Text(one), Values::Text(two)) => one[row] == two[other_row],
            (Values::Float(one), Values::Float(two)) => match (one[row], two[other_row]) {
                (Some(one), Some(two)) => is_near(one, two),
                (one, two) => one.is_none() && two.is_none(),
            },
            _ => false,
        })
    }

    fn shown(&self, row: usize) -> Vec<String> {
        let shown = |values: &Values| match values {
            Values::Text(texts) => texts[row].clone(),
            Values::Float(numbers) => numbers[row].map(|number| number.to_string()),
        };
        self.columns.iter().map(|values| shown(values).unwrap_or_else(|| "null".to_owned())).collect()
    }
}

fn is_near(one: f64, two: f64) -> bool {
    one == two || (one.is_nan() && two.is_nan()) || (one - two).abs() <= TOLERANCE * one.abs().max(two.abs())
}

fn values(column: &ArrayRef) -> Result<Values, arrow::error::ArrowError> {
    if column.data_type().is_floating() {
        let numbers = cast(column, &DataType::Float64)?;
        return Ok(Values::Float(numbers.as_primitive::<Float64Type>().iter().collect()));
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let texts = (0..column.len()).map(|row| {
        if column.is_null(row) { Ok(None) } else { formatter.value(row).try_to_string().map(Some) }
    });
    Ok(Values::Text(texts.collect::<Result<_, _>>()?))
}

/// `-` was expected and is missing, `+` was not expected.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marked =
            |sign: char, rows: &[Vec<String>]| rows.iter().map(|row| (sign, row.clone())).collect::<Vec<_>>();
        let mut lines = vec![(' ', self.columns.clone())];
        lines.extend(marked('-', &self.missing));
        lines.extend(marked('+', &self.unexpected));
        let width = |index: usize| {
            lines.iter().filter_map(|(_, cells)| cells.get(index)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> =
            (0..self.columns.len()).map(|index| width(index).unwrap_or_default()).collect();
        for (sign, cells) in &lines {
            let padded: Vec<String> =
                cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
            writeln!(f, "{}", format!("{sign} {}", padded.join(" | ")).trim_end())?;
        }
        write!(
            f,
            "{} as expected, {} missing, {} not expected",
            self.equal,
            self.missing.len(),
            self.unexpected.len()
        )
    }
}
