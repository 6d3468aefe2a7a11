//! Checks → the queries that answer them. A table is scanned once for all checks that look at one row at a time.

use crate::config::project::CheckKind;
use crate::config::sql::{self, identifier};
use crate::quality::Subject;
use crate::quality::literal::literal;

/// The column that holds the number of rows.
pub(super) const ROWS: &str = "rows";

/// A query of one row, and the checks that it answers. Its columns are `rows`, and `check_N_failing`, `check_N_of` or
/// `check_N_newest` of check N.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckQuery {
    pub sql: String,
    /// Indices into the subject's checks.
    pub checks: Vec<usize>,
}

/// The queries that answer a table's checks; none if it has none. Checks that `validate` refuses are left out.
pub fn compile(subject: &Subject) -> Vec<CheckQuery> {
    if subject.checks.is_empty() {
        return Vec::new();
    }
    let mut queries = vec![row_by_row(subject)];
    for (index, check) in subject.checks.iter().enumerate() {
        let sql = match &check.kind {
            CheckKind::Unique { columns } => unique(subject, index, columns),
            CheckKind::Relationships { column, to_table, to_column } => {
                relationship(subject, index, column, to_table.as_str(), to_column)
            }
            CheckKind::Sql { sql, .. } => rows_of(index, sql),
            _ => continue,
        };
        queries.push(CheckQuery { sql, checks: vec![index] });
    }
    queries
}

/// One scan: how many rows there are, and how many of them fail each check.
fn row_by_row(subject: &Subject) -> CheckQuery {
    let mut columns = vec![format!("count(*) AS {ROWS}")];
    let mut checks = Vec::new();
    for (index, check) in subject.checks.iter().enumerate() {
        match &check.kind {
            CheckKind::RowCount { .. } => {}
            CheckKind::Freshness { column, .. } => {
                columns.push(format!("max({}) AS check_{index}_newest", identifier(column)));
            }
            kind => {
                let Some(fails) = fails(subject, kind) else { continue };
                columns.push(format!("count(*) FILTER (WHERE {fails}) AS check_{index}_failing"));
                let of = match kind {
                    CheckKind::AcceptedValues { column, .. }
                    | CheckKind::AcceptedRange { column, .. }
                    | CheckKind::Pattern { column, .. } => format!("count({})", identifier(column)),
                    _ => "count(*)".to_owned(),
                };
                columns.push(format!("{of} AS check_{index}_of"));
            }
        }
        checks.push(index);
    }
    let sql = format!("SELECT\n  {}\nFROM {}", columns.join(",\n  "), subject.relation);
    CheckQuery { sql, checks }
}

/// The condition under which a row fails a check that looks at one row at a time. A missing value fails `not_null` alone.
pub(super) fn fails(subject: &Subject, kind: &CheckKind) -> Option<String> {
    match kind {
        CheckKind::NotNull { column } => Some(format!("{} IS NULL", identifier(column))),
        CheckKind::AcceptedValues { column, values } => {
            let field = subject.schema.field_with_name(column).ok()?;
            let values = values.iter().filter(|value| !value.is_null());
            let literals =
                values.map(|value| literal(value, field.data_type())).collect::<Result<Vec<_>, _>>();
            let literals = literals.ok().filter(|literals| !literals.is_empty())?;
            Some(format!("{} NOT IN ({})", identifier(column), literals.join(", ")))
        }
        CheckKind::AcceptedRange { column, min, max } => {
            let field = subject.schema.field_with_name(column).ok()?;
            let column = identifier(column);
            let mut outside = Vec::new();
            for (limit, sign) in [(min, "<"), (max, ">")] {
                if let Some(limit) = limit {
                    outside.push(format!("{column} {sign} {}", literal(limit, field.data_type()).ok()?));
                }
            }
            (!outside.is_empty()).then(|| outside.join(" OR "))
        }
        CheckKind::Pattern { column, regex } => Some(format!(
            "NOT regexp_like(CAST({} AS VARCHAR), {})",
            identifier(column),
            sql::literal(&format!("^(?:{regex})$"))
        )),
        CheckKind::Expression { sql, .. } => Some(format!("NOT (\n{}\n  )", sql.trim())),
        CheckKind::Unique { .. }
        | CheckKind::Relationships { .. }
        | CheckKind::RowCount { .. }
        | CheckKind::Sql { .. }
        | CheckKind::Freshness { .. } => None,
    }
}

/// Rows whose values stand in another row too. In one column a missing value equals none; in a combination it equals
/// another.
fn unique(subject: &Subject, index: usize, columns: &[String]) -> String {
    let (names, present) = combination(columns);
    format!(
        "SELECT\n  \
           coalesce(sum(stands) FILTER (WHERE stands > 1), 0) AS check_{index}_failing,\n  \
           coalesce(sum(stands), 0) AS check_{index}_of\n\
         FROM (\n  \
           SELECT count(*) AS stands\n  \
           FROM {}{present}\n  \
           GROUP BY {names}\n\
         ) AS combination",
        subject.relation,
    )
}

/// The names of a combination of columns, and the condition under which it is one.
pub(super) fn combination(columns: &[String]) -> (String, String) {
    let names = columns.iter().map(|column| identifier(column)).collect::<Vec<_>>().join(", ");
    let present = match columns {
        [_] => format!("\n  WHERE {names} IS NOT NULL"),
        _ => String::new(),
    };
    (names, present)
}

fn relationship(subject: &Subject, index: usize, column: &str, to_table: &str, to_column: &str) -> String {
    let (column, to_column) = (identifier(column), identifier(to_column));
    format!(
        "SELECT\n  \
           count(*) FILTER (WHERE referred.value IS NULL) AS check_{index}_failing,\n  \
           count(*) AS check_{index}_of\n\
         FROM {} AS referring\n\
         LEFT JOIN (\n  SELECT DISTINCT {to_column} AS value FROM {to_table}\n) AS referred\n  \
           ON referred.value = referring.{column}\n\
         WHERE referring.{column} IS NOT NULL",
        subject.relation,
    )
}

fn rows_of(index: usize, sql: &str) -> String {
    format!("SELECT count(*) AS check_{index}_failing\nFROM (\n{}\n) AS failure", statement(sql))
}

/// An SQL file's one statement, without the semicolon that may end it.
pub(super) fn statement(sql: &str) -> &str {
    sql.trim_end().trim_end_matches(';').trim_end()
}
