//! The few lines that end a run: tables, rows, what was quarantined and why, where the Parquet is.

use std::fmt::Write;

use super::{output, progress};
use crate::observe::{RunRecord, RunStatus, StepStatus, Verdict};

/// What a person wants to know of a run that ended.
pub fn text(record: &RunRecord, warehouse: &str) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write(&mut text, record, warehouse);
    text
}

fn write(text: &mut String, record: &RunRecord, warehouse: &str) -> std::fmt::Result {
    let reused = count(record, StepStatus::Reused);
    let done = count(record, StepStatus::Done);
    let seconds = record.ended_at.map_or(0.0, |end| (end - record.started_at).as_seconds_f64());
    let memory =
        record.peak_memory_bytes.map_or(String::new(), |bytes| format!(", {} at most", output::size(bytes)));
    sources(text, record)?;
    tables(text, record)?;
    checks(text, record)?;
    for warning in &record.warnings {
        writeln!(text, "warning: {warning}")?;
    }
    writeln!(
        text,
        "{} of run {} as of {}: {done} steps computed, {reused} unchanged, in {}{memory}",
        verdict(record),
        record.run,
        record.as_of,
        output::seconds(seconds),
    )?;
    if let Some(message) = &record.message {
        writeln!(text, "  {message}")?;
    }
    match (record.status, record.release) {
        (RunStatus::Published, Some(release)) => {
            writeln!(text, "release {} is at {warehouse}/current", release.0)
        }
        (RunStatus::Unchanged, _) => writeln!(text, "nothing changed: the last release stands"),
        _ => writeln!(text, "nothing was published; the last release stands"),
    }
}

fn verdict(record: &RunRecord) -> &'static str {
    match record.status {
        RunStatus::Running => "progress",
        RunStatus::Published | RunStatus::Unchanged => "end",
        RunStatus::Failed => "failure",
        RunStatus::Interrupted => "interruption",
    }
}

fn count(record: &RunRecord, status: StepStatus) -> usize {
    record.steps.iter().filter(|step| step.status == status).count()
}

fn sources(text: &mut String, record: &RunRecord) -> std::fmt::Result {
    let reports: Vec<_> = record.steps.iter().filter_map(|step| step.source.as_ref()).collect();
    if reports.is_empty() {
        return Ok(());
    }
    writeln!(text, "sources")?;
    let width = reports.iter().map(|report| report.source.as_str().len()).max().unwrap_or(0);
    for report in reports {
        writeln!(text, "  {:width$}  {}", report.source.as_str(), progress::source_line(report))?;
        for (reasons, what) in [(&report.row_rejects, "rows"), (&report.cell_rejects, "cells")] {
            if !reasons.is_empty() {
                let list: Vec<String> =
                    reasons.iter().map(|(reason, n)| format!("{reason} {}", output::count(*n))).collect();
                writeln!(text, "  {:width$}    {what}: {}", "", list.join(", "))?;
            }
        }
    }
    writeln!(text)
}

fn tables(text: &mut String, record: &RunRecord) -> std::fmt::Result {
    if record.published.is_empty() {
        return Ok(());
    }
    writeln!(text, "published tables")?;
    let width = record.published.iter().map(|table| table.table.as_str().len()).max().unwrap_or(0);
    for table in &record.published {
        writeln!(
            text,
            "  {:width$}  {:>12} rows  {:>9}",
            table.table.as_str(),
            output::count(table.rows),
            output::size(table.bytes)
        )?;
    }
    writeln!(text)
}

fn checks(text: &mut String, record: &RunRecord) -> std::fmt::Result {
    let all: Vec<_> = record.steps.iter().flat_map(|step| &step.checks).collect();
    let failing: Vec<_> = all.iter().filter(|check| check.verdict != Verdict::Passed).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(text, "checks: {} passed, {} did not", all.len() - failing.len(), failing.len())?;
    for check in failing {
        let level = if check.verdict == Verdict::Failed { "error" } else { "warning" };
        writeln!(
            text,
            "  {level}: {}: {} ({} failing)",
            check.table,
            check.check,
            output::count(check.failures)
        )?;
        if let Some(detail) = &check.detail {
            writeln!(text, "    {detail}")?;
        }
        if let Some(at) = &check.at {
            writeln!(text, "    declared at {at}")?;
        }
        for sample in &check.samples {
            writeln!(text, "    {}", serde_json::Value::Object(sample.clone()))?;
        }
    }
    writeln!(text)
}
