//! Answers → passed, warned or failed, in words. Never holds a row's value: counts, names and what the author wrote.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Subject;
use super::literal::text;
use super::measure::{Answer, Measured, Newest};
use crate::config::project::{Check, CheckKind};
use crate::config::raw::table::Severity;
use crate::name::AsOf;

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Passed,
    /// Recorded; the run goes on.
    Warned,
    /// Nothing is published.
    Failed,
}

/// A check's outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The index of the check among its subject's.
    pub check: usize,
    /// `customer.customer_id unique`.
    pub name: String,
    pub severity: Severity,
    /// Rows that fail.
    pub failing: u64,
    /// Rows that were looked at.
    pub of: u64,
    pub status: Status,
    /// What was found, in words.
    pub message: String,
}

/// What a verdict depends on beside the table.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The table's rows in the last release, if it has the table.
    pub previous_rows: Option<u64>,
    /// The first instant that the run does not cover.
    pub as_of_end: DateTime<Utc>,
    /// The business time zone, in which days end.
    pub zone: Tz,
}

/// The verdict on every check of a table, in the checks' order.
pub fn verdicts(subject: &Subject, measured: &Measured, circumstances: &Circumstances) -> Vec<Verdict> {
    let judge = |(index, check): (usize, &Check)| {
        let answer = measured.answers.get(&index).cloned().unwrap_or_default();
        let (status, message) = match &check.kind {
            CheckKind::RowCount { .. } => {
                by_severity(check, row_count(&check.kind, measured.rows, circumstances.previous_rows))
            }
            CheckKind::Freshness { column, warn_after, fail_after } => {
                freshness(column, *warn_after, *fail_after, answer.newest, circumstances)
            }
            kind => by_severity(
                check,
                (answer.failing > 0).then(|| failure(kind, &answer, answer.of.unwrap_or(measured.rows))),
            ),
        };
        Verdict {
            check: index,
            name: subject.check_name(check),
            severity: check.severity,
            failing: answer.failing,
            of: answer.of.unwrap_or(measured.rows),
            status,
            message,
        }
    };
    subject.checks.iter().enumerate().map(judge).collect()
}

fn by_severity(check: &Check, failure: Option<String>) -> (Status, String) {
    match (failure, check.severity) {
        (None, _) => (Status::Passed, "passed".to_owned()),
        (Some(message), Severity::Warn) => (Status::Warned, message),
        (Some(message), Severity::Error) => (Status::Failed, message),
    }
}

fn failure(kind: &CheckKind, answer: &Answer, of: u64) -> String {
    let failing = answer.failing;
    match kind {
        CheckKind::NotNull { column } => format!("{failing} of {of} rows have no `{column}`"),
        CheckKind::Unique { columns } => {
            format!("{failing} of {of} rows share their {} with another row", ticked(columns))
        }
        CheckKind::AcceptedValues { column, values } => {
            let accepted = values.iter().take(5).filter_map(text).map(|value| format!("`{value}`"));
            let more = if values.len() > 5 { ", …" } else { "" };
            let accepted = accepted.collect::<Vec<_>>().join(", ");
            format!("{failing} of {of} values of `{column}` are none of {accepted}{more}")
        }
        CheckKind::AcceptedRange { column, min, max } => {
            let limits = match (min.as_ref().and_then(text), max.as_ref().and_then(text)) {
                (Some(min), Some(max)) => format!("do not lie between {min} and {max}"),
                (Some(min), None) => format!("are less than {min}"),
                (None, Some(max)) => format!("are greater than {max}"),
                (None, None) => "lie outside".to_owned(),
            };
            format!("{failing} of {of} values of `{column}` {limits}")
        }
        CheckKind::Pattern { column, regex } => {
            format!("{failing} of {of} values of `{column}` do not match `{regex}`")
        }
        CheckKind::Relationships { column, to_table, to_column } => {
            format!("{failing} of {of} values of `{column}` do not stand in `{to_table}.{to_column}`")
        }
        CheckKind::Expression { name: Some(name), .. } => format!("{failing} of {of} rows fail `{name}`"),
        CheckKind::Expression { name: None, sql } => {
            format!(
                "`{}` is false for {failing} of {of} rows",
                sql.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        }
        CheckKind::Sql { path, .. } => format!("`{path}` finds {failing} rows"),
        CheckKind::RowCount { .. } | CheckKind::Freshness { .. } => String::new(),
    }
}

fn ticked(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}

/// What is wrong with a number of rows. A table that no release holds yet is compared with nothing.
fn row_count(kind: &CheckKind, rows: u64, previous: Option<u64>) -> Option<String> {
    let CheckKind::RowCount { min, max, min_ratio, max_ratio } = kind else { return None };
    let mut wrong = Vec::new();
    if let Some(min) = min.filter(|&min| rows < min) {
        wrong.push(format!("{rows} rows, fewer than {min}"));
    }
    if let Some(max) = max.filter(|&max| rows > max) {
        wrong.push(format!("{rows} rows, more than {max}"));
    }
    if let Some(previous) = previous.filter(|&previous| previous > 0) {
        let ratio = rows as f64 / previous as f64;
        let percent = |share: f64| format!("{} %", (share * 1000.0).round() / 10.0);
        if let Some(least) = min_ratio.filter(|&least| ratio < least) {
            let (is, least) = (percent(ratio), percent(least));
            wrong.push(format!("{rows} rows, {is} of the last release's {previous}, less than {least}"));
        }
        if let Some(most) = max_ratio.filter(|&most| ratio > most) {
            let (is, most) = (percent(ratio), percent(most));
            wrong.push(format!("{rows} rows, {is} of the last release's {previous}, more than {most}"));
        }
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

/// A day is as old as its end, so that what is dated by the day of as-of is 0 hours old.
fn freshness(
    column: &str,
    warn_after: Option<Duration>,
    fail_after: Option<Duration>,
    newest: Option<Newest>,
    circumstances: &Circumstances,
) -> (Status, String) {
    let newest = match newest {
        Some(Newest::Instant(instant)) => instant,
        Some(Newest::Day(day)) => AsOf(day).end(circumstances.zone),
        None => {
            let status = if fail_after.is_some() { Status::Failed } else { Status::Warned };
            return (status, format!("no row has a `{column}`"));
        }
    };
    let age = circumstances.as_of_end - newest;
    let late = |limit: Duration| {
        let (age, limit) = (age.num_hours(), limit.num_hours());
        format!(
            "the newest `{column}` is {age} h old at the end of the as-of date; at most {limit} h are expected"
        )
    };
    match (warn_after, fail_after) {
        (_, Some(limit)) if age > limit => (Status::Failed, late(limit)),
        (Some(limit), _) if age > limit => (Status::Warned, late(limit)),
        _ => (Status::Passed, "passed".to_owned()),
    }
}

/// Whether a source's rejected rows are too many: the share of rows read that were quarantined. What is exactly at the
/// limit passes.
pub fn reject_ratio(source: &str, read: u64, quarantined: u64, max: f64) -> Verdict {
    let ratio = if read == 0 { 0.0 } else { quarantined as f64 / read as f64 };
    let (status, message) = if ratio > max {
        let percent = |share: f64| (share * 10_000.0).round() / 100.0;
        let message = format!(
            "{quarantined} of {read} rows were rejected, {} %; at most {} % may be",
            percent(ratio),
            percent(max)
        );
        (Status::Failed, message)
    } else {
        (Status::Passed, "passed".to_owned())
    };
    Verdict {
        check: 0,
        name: format!("source.{source} rejects"),
        severity: Severity::Error,
        failing: quarantined,
        of: read,
        status,
        message,
    }
}
