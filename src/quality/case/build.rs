//! Written rows → a typed batch.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::json::ReaderBuilder;
use serde_json::Value;

use super::{Cell, Row};
use crate::config::problem::{Location, Problem, nearest};
use crate::quality::literal::text;

/// Rows of a table's columns, those that are not written null. Every column may be null, whatever the schema says: a case
/// names only what it is about.
///
/// # Errors
/// Columns that `table` does not have, and values that are none of their column's type.
pub fn batch(table: &str, rows: &[Row], schema: &Schema) -> Result<RecordBatch, Vec<Problem>> {
    let mut problems = unknown(table, rows, schema);
    let mut columns = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        columns.push(column(rows, field, &mut problems));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let fields: Vec<_> =
        schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options).map_err(|error| {
        let at = rows.first().map(|row| row.at.clone());
        vec![Problem {
            level: crate::config::problem::Level::Error,
            at,
            message: error.to_string(),
            help: None,
        }]
    })
}

fn unknown(table: &str, rows: &[Row], schema: &Schema) -> Vec<Problem> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    let cells = rows.iter().flat_map(|row| &row.cells);
    cells
        .filter(|cell| !names().any(|name| name == cell.name))
        .map(|cell| {
            let message = format!("`{table}` has no column `{}`", cell.name);
            let problem = Problem::error(cell.name_at.clone(), message);
            match nearest(&cell.name, names()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            }
        })
        .collect()
}

fn column(rows: &[Row], field: &Field, problems: &mut Vec<Problem>) -> ArrayRef {
    let cells: Vec<Option<&Cell>> =
        rows.iter().map(|row| row.cells.iter().find(|cell| cell.name == *field.name())).collect();
    let written = |cell: &Option<&Cell>| cell.is_some_and(|cell| !cell.value.is_null());
    let nothing = || new_null_array(field.data_type(), cells.len());
    if !cells.iter().any(written) {
        return nothing();
    }
    if field.data_type().is_nested() {
        return nested(rows, &cells, field, problems).unwrap_or_else(nothing);
    }
    let texts: StringArray = cells.iter().map(|cell| cell.and_then(|cell| text(&cell.value))).collect();
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let Ok(values) = cast_with_options(&texts, field.data_type(), &options) else {
        let at = cells.iter().flatten().next().map(|cell| &cell.name_at);
        problems.extend(at.map(|at| wrong(at, field, "values of its type cannot be written here")));
        return nothing();
    };
    for (index, cell) in cells.iter().enumerate() {
        let Some(cell) = cell.filter(|cell| !cell.value.is_null()) else { continue };
        if values.is_null(index) || is_rounded(&cell.value, field.data_type()) {
            let value = text(&cell.value).unwrap_or_else(|| cell.value.to_string());
            problems.push(wrong(&cell.value_at, field, &format!("`{value}` is no value of it")));
        }
    }
    values
}

/// A number with more decimals than the column holds would change on its way in.
fn is_rounded(value: &Value, kind: &DataType) -> bool {
    let (DataType::Decimal128(_, scale) | DataType::Decimal256(_, scale)) = kind else { return false };
    let Some(text) = text(value) else { return false };
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len());
    !text.contains(['e', 'E']) && decimals > usize::try_from(*scale).unwrap_or_default()
}

fn nested(
    rows: &[Row],
    cells: &[Option<&Cell>],
    field: &Field,
    problems: &mut Vec<Problem>,
) -> Option<ArrayRef> {
    let schema = Arc::new(Schema::new(vec![field.clone().with_nullable(true)]));
    let objects: Vec<Value> = cells
        .iter()
        .map(|cell| {
            let value = cell.map_or(Value::Null, |cell| cell.value.clone());
            Value::Object(std::iter::once((field.name().clone(), value)).collect())
        })
        .collect();
    let read = || -> Result<Option<ArrayRef>, arrow::error::ArrowError> {
        let builder = ReaderBuilder::new(schema).with_batch_size(objects.len().max(1));
        let mut decoder = builder.build_decoder()?;
        decoder.serialize(&objects)?;
        Ok(decoder.flush()?.map(|batch| Arc::clone(batch.column(0))))
    };
    match read() {
        Ok(values) => values,
        Err(error) => {
            let at = cells.iter().flatten().next().map(|cell| &cell.value_at);
            let at = at.or_else(|| rows.first().map(|row| &row.at));
            problems.extend(at.map(|at| wrong(at, field, &error.to_string())));
            None
        }
    }
}

fn wrong(at: &Location, field: &Field, what: &str) -> Problem {
    Problem::error(at.clone(), format!("column `{}` is {}: {what}", field.name(), field.data_type()))
}
