//! What is wrong with checks themselves, given the types of the tables they are about. Plans no SQL.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use regex::Regex;
use serde_json::Value;

use super::Subject;
use super::literal::{literal, text};
use crate::config::problem::{Problem, nearest};
use crate::config::project::{Check, CheckKind};
use crate::config::sql;
use crate::name::TableName;

/// Columns that do not exist, values that are none of a column's type, patterns that are none, limits the wrong way round.
/// `schemas` are those of all tables that checks may refer to.
pub fn validate(subject: &Subject, schemas: &BTreeMap<TableName, SchemaRef>) -> Vec<Problem> {
    subject.checks.iter().flat_map(|check| Validation { subject, schemas, check }.problems()).collect()
}

struct Validation<'a> {
    subject: &'a Subject,
    schemas: &'a BTreeMap<TableName, SchemaRef>,
    check: &'a Check,
}

impl Validation<'_> {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match &self.check.kind {
            CheckKind::NotNull { column } => problems.extend(self.column(column).err()),
            CheckKind::Unique { columns } if columns.is_empty() => {
                problems.push(self.problem("a combination of no columns cannot be unique"));
            }
            CheckKind::Unique { columns } => {
                problems.extend(columns.iter().filter_map(|column| self.column(column).err()));
            }
            CheckKind::AcceptedValues { column, values } => self.accepted(column, values, &mut problems),
            CheckKind::AcceptedRange { column, min, max } => {
                self.range(column, min.as_ref(), max.as_ref(), &mut problems);
            }
            CheckKind::Pattern { column, regex } => self.pattern(column, regex, &mut problems),
            CheckKind::Relationships { column, to_table, to_column } => {
                problems.extend(self.column(column).err());
                problems.extend(self.referred(to_table, to_column));
            }
            CheckKind::RowCount { min, max, min_ratio, max_ratio } => {
                let reversed =
                    |least: Option<f64>, most: Option<f64>| least.zip(most).is_some_and(|(a, b)| a > b);
                let counts = (min.map(|min| min as f64), max.map(|max| max as f64));
                if reversed(counts.0, counts.1) || reversed(*min_ratio, *max_ratio) {
                    problems.push(self.problem("the least is greater than the greatest: no table passes"));
                }
            }
            CheckKind::Expression { sql: text, .. } => {
                if let Err(wrong) = sql::expression(text) {
                    problems.push(self.problem(&format!("not an SQL expression: {wrong}")));
                }
            }
            CheckKind::Freshness { column, .. } => match self.column(column) {
                Ok(field) if !is_dated(field.data_type()) => problems.push(self.problem(&format!(
                    "`{column}` is neither a date nor a timestamp, so that it has no age"
                ))),
                Ok(_) => {}
                Err(problem) => problems.push(problem),
            },
            CheckKind::Sql { .. } => {}
        }
        problems
    }

    fn problem(&self, message: &str) -> Problem {
        Problem::error(self.check.at.clone(), message)
    }

    fn column(&self, name: &str) -> Result<&Field, Problem> {
        column_of(&self.subject.schema, name)
            .ok_or_else(|| self.unknown(name, &self.subject.name, &self.subject.schema))
    }

    fn unknown(&self, name: &str, table: &str, schema: &Schema) -> Problem {
        let problem = self.problem(&format!("`{table}` has no column `{name}`"));
        match nearest(name, schema.fields().iter().map(|field| field.name().as_str())) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        }
    }

    fn referred(&self, table: &TableName, column: &str) -> Option<Problem> {
        match self.schemas.get(table) {
            None => {
                let problem = self.problem(&format!("there is no table `{table}`"));
                Some(match nearest(table.as_str(), self.schemas.keys().map(TableName::as_str)) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                })
            }
            Some(schema) if column_of(schema, column).is_none() => {
                Some(self.unknown(column, table.as_str(), schema))
            }
            Some(_) => None,
        }
    }

    fn accepted(&self, column: &str, values: &[Value], problems: &mut Vec<Problem>) {
        match self.column(column) {
            Err(problem) => problems.push(problem),
            Ok(_) if values.iter().all(Value::is_null) => {
                problems
                    .push(self.problem(&format!("no value of `{column}` is accepted: name at least one")));
            }
            Ok(field) => {
                let values = values.iter().filter(|value| !value.is_null());
                problems.extend(values.filter_map(|value| self.of_type(column, value, field.data_type())));
            }
        }
    }

    fn of_type(&self, column: &str, value: &Value, kind: &DataType) -> Option<Problem> {
        let expected = literal(value, kind).err()?;
        let value = text(value).unwrap_or_else(|| value.to_string());
        Some(self.problem(&format!("`{value}` cannot be compared with `{column}`: {expected} is expected")))
    }

    fn range(&self, column: &str, min: Option<&Value>, max: Option<&Value>, problems: &mut Vec<Problem>) {
        let field = match self.column(column) {
            Ok(field) => field,
            Err(problem) => return problems.push(problem),
        };
        if min.is_none() && max.is_none() {
            problems.push(self.problem("a range needs a `min`, a `max` or both"));
        }
        let before = problems.len();
        let limits = [min, max].into_iter().flatten();
        problems.extend(limits.filter_map(|value| self.of_type(column, value, field.data_type())));
        let numbers = (min.and_then(Value::as_f64), max.and_then(Value::as_f64));
        if problems.len() == before && matches!(numbers, (Some(min), Some(max)) if min > max) {
            problems.push(self.problem("`min` is greater than `max`: no value passes"));
        }
    }

    fn pattern(&self, column: &str, regex: &str, problems: &mut Vec<Problem>) {
        problems.extend(self.column(column).err());
        if let Err(error) = Regex::new(&format!("^(?:{regex})$")) {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            problems.push(self.problem(&format!("`{regex}` is not a regular expression: {reason}")));
        }
    }
}

fn column_of<'a>(schema: &'a Schema, name: &str) -> Option<&'a Field> {
    schema.field_with_name(name).ok()
}

fn is_dated(kind: &DataType) -> bool {
    matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..))
}
