//! Runs the checks of a table on what was staged. What checks ask is `quality`'s; this room asks it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::compute;
use super::context::Context;
use super::error::StepError;
use crate::config::project::{Check, CheckKind};
use crate::engine;
use crate::name::TableName;
use crate::observe::{CheckReport, Verdict};
use crate::plan::graph::{Step, StepKind};
use crate::plan::references::{self, Namespace};
use crate::quality::{self, Circumstances, Measured, Status, Subject};
use crate::warehouse::Release;

/// When a check can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// As soon as its table is there: it reads nothing that comes later.
    AtOnce,
    /// Once every table is there: it reads one that comes later.
    AtTheEnd,
}

/// Checks that passed on a table that has not changed since.
#[derive(Debug, Serialize, Deserialize)]
struct Passed {
    asked: String,
    reports: Vec<CheckReport>,
}

/// The owner of a table's passed checks in a release.
fn state_of(table: &TableName) -> String {
    format!("checks/{table}")
}

/// A table's checks of one phase; `None` if there are none.
fn subject(context: &Context, step: &Step, table: &TableName, phase: Phase) -> Option<Subject> {
    let schema = context.schemas.get(table)?.clone();
    let mut subject = match &step.kind {
        StepKind::Source(source) => {
            let relation = engine::reference(table).to_quoted_string();
            Subject::of_source(source, context.graph.table(table), &relation, schema)
        }
        StepKind::Model { .. } | StepKind::Identity(_) => {
            Subject::of_table(context.graph.table(table)?, schema)
        }
    };
    subject.checks.retain(|check| phase_of(context, step, check) == phase);
    (!subject.checks.is_empty()).then_some(subject)
}

fn phase_of(context: &Context, step: &Step, check: &Check) -> Phase {
    let place = |id| context.graph.steps.iter().position(|step| step.id == id);
    let own = place(step.id.clone());
    let later = read_by(check)
        .into_iter()
        .any(|table| context.graph.maker(&table).is_some_and(|maker| place(maker.id.clone()) > own));
    if later { Phase::AtTheEnd } else { Phase::AtOnce }
}

/// The tables that a check reads beside its own.
fn read_by(check: &Check) -> Vec<TableName> {
    match &check.kind {
        CheckKind::Relationships { to_table, .. } => vec![to_table.clone()],
        CheckKind::Sql { sql, .. } => sql_reads(sql),
        _ => Vec::new(),
    }
}

/// The tables that an SQL check reads; one that cannot be parsed was refused long before.
fn sql_reads(sql: &str) -> Vec<TableName> {
    let found = references::references(sql).map(|found| found.tables).unwrap_or_default();
    found
        .into_iter()
        .filter_map(|read| {
            let name = TableName::new(&read.name).ok()?;
            match read.namespace {
                Namespace::Catalogue => Some(name),
                Namespace::Source => Some(TableName::of_source(&name)),
                Namespace::Previous => None,
            }
        })
        .collect()
}

/// The tables that a step's checks read beside what the step reads.
pub fn reads(context: &Context, step: &Step) -> BTreeSet<TableName> {
    let checks =
        step.makes.iter().filter_map(|table| context.graph.table(table)).flat_map(|table| &table.checks);
    checks.flat_map(read_by).filter(|table| !step.makes.contains(table)).collect()
}

/// The verdicts on a table. `rows` is how many it has.
pub async fn verify(
    context: &Context,
    step: &Step,
    table: &TableName,
    phase: Phase,
    base: Option<&Release>,
) -> Result<Vec<CheckReport>, StepError> {
    let Some(subject) = subject(context, step, table, phase) else { return Ok(Vec::new()) };
    let _lane = context.lane().await?;
    let mut measured = Measured::default();
    for query in quality::compile(&subject) {
        let batches = compute::collect(context, &step.pipeline, &query.sql).await?;
        measured.read(&query, &batches).map_err(|error| StepError::Unusable(error.to_string()))?;
    }
    let zone = context.project.environment.business_timezone;
    let circumstances = Circumstances {
        previous_rows: previous_rows(context, table, base),
        as_of_end: context.as_of.end(zone),
        zone,
    };
    let mut reports = Vec::new();
    for verdict in quality::verdicts(&subject, &measured, &circumstances) {
        let check = subject.checks.get(verdict.check);
        let mut samples = Vec::new();
        if let (Some(check), true) = (check, verdict.status != Status::Passed) {
            samples = sample(context, step, &subject, check).await?;
        }
        reports.push(CheckReport {
            table: table.clone(),
            check: verdict.name,
            at: check.map(|check| check.at.to_string()),
            verdict: match verdict.status {
                Status::Passed => Verdict::Passed,
                Status::Warned => Verdict::Warned,
                Status::Failed => Verdict::Failed,
            },
            failures: verdict.failing,
            detail: (verdict.status != Status::Passed).then_some(verdict.message),
            samples,
        });
    }
    Ok(reports)
}

/// The rows of the table in the last release; of a dated table at its newest date.
fn previous_rows(context: &Context, table: &TableName, base: Option<&Release>) -> Option<u64> {
    let entry = base?.table(table)?;
    let partition = if entry.history.is_some() { entry.before(context.as_of) } else { entry.newest() };
    partition.map(crate::warehouse::Partition::rows)
}

/// A few failing rows, personal columns masked.
async fn sample(
    context: &Context,
    step: &Step,
    subject: &Subject,
    check: &Check,
) -> Result<Vec<serde_json::Map<String, serde_json::Value>>, StepError> {
    let Some(sample) = quality::sample(subject, check) else { return Ok(Vec::new()) };
    let batches = compute::collect(context, &step.pipeline, &sample.sql).await?;
    quality::shown(subject, &sample, &batches).map_err(|error| StepError::Unusable(error.to_string()))
}

/// What a table's checks ask, as one text: the same text on the same rows has the same answers.
fn asked(context: &Context, subject: &Subject) -> String {
    let dated = subject.checks.iter().any(|check| matches!(check.kind, CheckKind::Freshness { .. }));
    let checks: Vec<String> =
        subject.checks.iter().map(|check| format!("{:?} {:?}", check.kind, check.severity)).collect();
    let date = if dated { context.as_of.to_string() } else { String::new() };
    blake3::hash(format!("{checks:?} {date}").as_bytes()).to_hex()[..32].to_owned()
}

/// The reports of checks that passed on this very table before; `None` if they must be asked again.
pub fn known(
    context: &Context,
    step: &Step,
    table: &TableName,
    base: Option<&Release>,
) -> Option<Vec<CheckReport>> {
    let subject = subject(context, step, table, Phase::AtOnce);
    let Some(subject) = subject else { return Some(Vec::new()) };
    if subject.checks.iter().any(|check| !read_by(check).is_empty()) {
        return None;
    }
    let state = base?.state.get(&state_of(table))?;
    let passed: Passed = serde_json::from_value(state.clone()).ok()?;
    (passed.asked == asked(context, &subject)).then_some(passed.reports)
}

/// What the next run may know of checks that this one made.
pub fn state(
    context: &Context,
    step: &Step,
    table: &TableName,
    reports: &[CheckReport],
) -> Option<(String, serde_json::Value)> {
    let subject = subject(context, step, table, Phase::AtOnce)?;
    let passed = Passed { asked: asked(context, &subject), reports: reports.to_vec() };
    Some((state_of(table), serde_json::to_value(passed).ok()?))
}
