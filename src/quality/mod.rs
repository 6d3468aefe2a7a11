//! Checks → SQL and verdicts. Pure: it runs nothing, so that whoever stages a table decides where its checks run.
//!
//! ```text
//! validate(subject)  what is wrong with the checks themselves, before anything runs
//! compile(subject)   queries: one for all checks that look at rows one by one, one for each of the others
//! measured.read(…)   their answers
//! verdicts(…)        passed, warned or failed, in words
//! sample(…)          a query for a few failing rows, personal columns masked
//! ```
//!
//! `case` is beside them: rows in, rows out of one model, as `tests/cases/*.yaml` says.

pub mod case;
mod literal;
mod measure;
mod query;
mod sample;
mod validate;
mod verdict;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::Schema;

use crate::config::project::{Check, CheckKind, Source, Table};
use crate::config::raw::table::Severity;
use crate::name::TableName;

pub use measure::{Answer, Measured, QualityError};
pub use query::{CheckQuery, compile};
pub use sample::{Sample, sample, shown};
pub use validate::validate;
pub use verdict::{Circumstances, Status, Verdict, reject_ratio, verdicts};

/// A table and what is asserted about it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What messages call it: `customer`, `source.online_account`.
    pub name: String,
    /// How SQL reads it.
    pub relation: String,
    pub schema: Arc<Schema>,
    /// What sampled rows are ordered by.
    pub key: Vec<String>,
    /// Columns of which no value is ever shown.
    pub personal: BTreeSet<String>,
    pub checks: Vec<Check>,
}

impl Subject {
    /// A model's table, or one that a native step makes.
    pub fn of_table(table: &Table, schema: Arc<Schema>) -> Self {
        let personal = table.columns.iter().filter(|(_, column)| column.pii.is_some());
        Self {
            name: table.name.to_string(),
            relation: table.name.to_string(),
            schema,
            key: table.key.clone(),
            personal: personal.map(|(name, _)| name.clone()).collect(),
            checks: table.checks.clone(),
        }
    }

    /// What a source yields: its contract's columns were checked as they were read, so that its freshness is left, and what
    /// `tables:` may say of it. `relation` is how SQL reads it.
    pub fn of_source(source: &Source, table: Option<&Table>, relation: &str, schema: Arc<Schema>) -> Self {
        let mut checks: Vec<Check> = table.map(|table| table.checks.clone()).unwrap_or_default();
        checks.extend(source.freshness.iter().map(|freshness| Check {
            kind: CheckKind::Freshness {
                column: freshness.column.clone(),
                warn_after: freshness.warn_after,
                fail_after: freshness.fail_after,
            },
            severity: Severity::Error,
            at: freshness.at.clone(),
        }));
        let personal = source.columns.iter().filter(|column| column.pii.is_some());
        Self {
            name: format!("source.{}", source.name),
            relation: relation.to_owned(),
            schema,
            key: source
                .unique
                .iter()
                .flat_map(|key| &key.columns)
                .filter_map(|&index| source.columns.get(index))
                .map(|column| column.name.clone())
                .collect(),
            personal: personal.map(|column| column.name.clone()).collect(),
            checks,
        }
    }

    /// The tables that its checks read beside it.
    pub fn other_tables(&self) -> BTreeSet<&TableName> {
        self.checks
            .iter()
            .filter_map(|check| match &check.kind {
                CheckKind::Relationships { to_table, .. } => Some(to_table),
                _ => None,
            })
            .collect()
    }

    /// A check's name: stable from run to run, and readable: `customer.customer_id unique`.
    pub fn check_name(&self, check: &Check) -> String {
        let table = &self.name;
        match &check.kind {
            CheckKind::NotNull { column } => format!("{table}.{column} not_null"),
            CheckKind::Unique { columns } => match columns.as_slice() {
                [column] => format!("{table}.{column} unique"),
                columns => format!("{table} unique({})", columns.join(", ")),
            },
            CheckKind::AcceptedValues { column, .. } => format!("{table}.{column} accepted_values"),
            CheckKind::AcceptedRange { column, .. } => format!("{table}.{column} accepted_range"),
            CheckKind::Pattern { column, .. } => format!("{table}.{column} pattern"),
            CheckKind::Relationships { column, to_table, to_column } => {
                format!("{table}.{column} relationships({to_table}.{to_column})")
            }
            CheckKind::RowCount { .. } => format!("{table} row_count"),
            CheckKind::Expression { name: Some(name), .. } => format!("{table} {name}"),
            CheckKind::Expression { name: None, sql } => {
                format!("{table} expression({})", sql.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            CheckKind::Sql { path, .. } => format!("{table} sql({path})"),
            CheckKind::Freshness { column, .. } => format!("{table}.{column} freshness"),
        }
    }
}
