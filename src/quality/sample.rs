//! A few failing rows of a check, so that its reader knows where to look. Personal columns are masked within the query:
//! their values never leave the engine.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Value};

use super::Subject;
use super::query::{combination, fails, statement};
use crate::config::project::{Check, CheckKind};
use crate::config::sql::identifier;

/// How many failing rows are shown.
const ROWS: usize = 5;

/// What stands for a personal value.
const MASK: &str = "***";

/// A query for failing rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub sql: String,
    /// Whether `shown` must mask the texts of columns that the table does not have: those of an SQL file.
    foreign: bool,
}

/// The query for a few rows that fail a check, the same ones on every run: the key and the columns that the check is about,
/// ordered by them. `None` where no row fails by itself (row counts, freshness).
pub fn sample(subject: &Subject, check: &Check) -> Option<Sample> {
    let mut from = subject.relation.clone();
    let (columns, condition) = match &check.kind {
        CheckKind::RowCount { .. } | CheckKind::Freshness { .. } => return None,
        CheckKind::Sql { sql, .. } => {
            let sql = format!("SELECT *\nFROM (\n{}\n) AS failure\nLIMIT {ROWS}", statement(sql));
            return Some(Sample { sql, foreign: true });
        }
        CheckKind::Unique { columns } => return Some(repeated(subject, columns)),
        CheckKind::Relationships { column, to_table, to_column } => {
            let (referring, referred) = (identifier(column), identifier(to_column));
            from = format!("{from} AS referring");
            let condition = format!(
                "referring.{referring} IS NOT NULL\n    AND NOT EXISTS (SELECT 1 FROM {to_table} AS referred WHERE referred.{referred} = referring.{referring})"
            );
            (vec![column.as_str()], condition)
        }
        CheckKind::Expression { .. } => {
            let all = subject.schema.fields().iter().map(|field| field.name().as_str()).collect();
            (all, fails(subject, &check.kind)?)
        }
        kind @ (CheckKind::NotNull { column }
        | CheckKind::AcceptedValues { column, .. }
        | CheckKind::AcceptedRange { column, .. }
        | CheckKind::Pattern { column, .. }) => (vec![column.as_str()], fails(subject, kind)?),
    };
    let columns = with_key(subject, &columns);
    let rows = format!(
        "  SELECT {}\n  FROM {from}\n  WHERE {condition}{}\n  LIMIT {ROWS}",
        quoted(&columns),
        ordered(subject, &columns),
    );
    Some(masked(subject, &columns, &rows))
}

/// Combinations that stand more than once, and how often.
fn repeated(subject: &Subject, columns: &[String]) -> Sample {
    let (names, present) = combination(columns);
    let shown = columns.iter().map(String::as_str).collect::<Vec<_>>();
    let rows = format!(
        "  SELECT {names}, count(*) AS \"rows\"\n  FROM {}{present}\n  GROUP BY {names}\n  HAVING count(*) > 1{}\n  LIMIT {ROWS}",
        subject.relation,
        ordered(subject, &shown),
    );
    masked(subject, &[shown.as_slice(), &["rows"]].concat(), &rows)
}

/// The key, then the columns that are not of it.
fn with_key<'a>(subject: &'a Subject, columns: &[&'a str]) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    let key =
        subject.key.iter().map(String::as_str).filter(|name| subject.schema.field_with_name(name).is_ok());
    key.chain(columns.iter().copied()).filter(|name| seen.insert(*name)).collect()
}

fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ")
}

/// The rows, their personal columns masked. Masks come last: rows are found and ordered by what they hide.
fn masked(subject: &Subject, columns: &[&str], rows: &str) -> Sample {
    let column = |name: &&str| {
        let quoted = identifier(name);
        if subject.personal.contains(*name) {
            format!("CASE WHEN {quoted} IS NOT NULL THEN '{MASK}' END AS {quoted}")
        } else {
            quoted
        }
    };
    let shown = columns.iter().map(column).collect::<Vec<_>>().join(",\n  ");
    Sample { sql: format!("SELECT\n  {shown}\nFROM (\n{rows}\n) AS failing"), foreign: false }
}

/// By every column shown that sorts.
fn ordered(subject: &Subject, columns: &[&str]) -> String {
    let sorts =
        |name: &&&str| subject.schema.field_with_name(name).is_ok_and(|field| !field.data_type().is_nested());
    let names: Vec<_> = columns.iter().filter(sorts).map(|name| identifier(name)).collect();
    if names.is_empty() { String::new() } else { format!("\n  ORDER BY {}", names.join(", ")) }
}

/// Sampled rows as JSON objects of text, fit for a run record.
///
/// # Errors
/// If a value of a type cannot be shown.
pub fn shown(
    subject: &Subject,
    sample: &Sample,
    batches: &[RecordBatch],
) -> Result<Vec<Map<String, Value>>, ArrowError> {
    let options = FormatOptions::default();
    let mut rows = Vec::new();
    for batch in batches {
        let schema = batch.schema();
        let formatters = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows().min(ROWS.saturating_sub(rows.len())) {
            let mut shown = Map::new();
            for ((field, column), formatter) in schema.fields().iter().zip(batch.columns()).zip(&formatters) {
                let value = if column.is_null(row) {
                    Value::Null
                } else if sample.foreign && is_hidden(subject, field.name(), field.data_type()) {
                    MASK.into()
                } else {
                    formatter.value(row).try_to_string()?.into()
                };
                shown.insert(field.name().clone(), value);
            }
            rows.push(shown);
        }
    }
    Ok(rows)
}

/// A column of somebody's own SQL may hold anything: what is not known to be harmless is hidden.
fn is_hidden(subject: &Subject, name: &str, kind: &DataType) -> bool {
    if subject.personal.contains(name) {
        return true;
    }
    let is_ours = subject.schema.field_with_name(name).is_ok();
    !is_ours && (kind.is_string() || kind.is_nested() || kind.is_binary())
}
