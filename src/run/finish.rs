//! How a run begins and ends in the records: what is published if all went well, what is said if not.

use std::collections::BTreeSet;

use super::context::Context;
use super::error::RunError;
use super::request::Request;
use super::step::{self, Outcome};
use crate::config::problem::Problem;
use crate::name::{StepId, TableName};
use crate::observe::event::Dataset;
use crate::observe::{EventKind, RunRecord, RunStatus, StepReport, StepStatus, memory};
use crate::plan::graph::Step;
use crate::warehouse::{Content, Draft, DraftTable, Release};

/// A warning as the record holds it.
pub fn warning(problem: &Problem) -> String {
    match &problem.at {
        Some(at) => format!("{at}: {}", problem.message),
        None => problem.message.clone(),
    }
}

/// Writes down that the run has begun.
pub fn begin(context: &Context, request: &Request, base: Option<&Release>) -> Result<RunRecord, RunError> {
    let environment = &context.project.environment.name;
    let base = base.map(|release| release.id);
    let mut record =
        RunRecord::start(context.run.clone(), context.as_of, environment, base, context.observer.now());
    record.pipelines = request.pipelines.clone();
    record.request = serde_json::to_value(request)
        .map_err(|error| RunError::Request { run: context.run.clone(), found: error.to_string() })?;
    context.warehouse.record_run(&record)?;
    Ok(record)
}

/// What is said of a step that was not run because of another.
pub fn skipped(step: &Step, because: &StepId) -> Outcome {
    let report = StepReport {
        step: step.id.clone(),
        kind: Context::kind_of(step).to_owned(),
        status: StepStatus::Skipped,
        outputs: Vec::new(),
        seconds: 0.0,
        source: None,
        checks: Vec::new(),
        message: Some(format!("`{because}` failed")),
    };
    Outcome { report, fingerprint: String::new(), staged: Default::default(), state: Default::default() }
}

/// Ends a run that could not even plan what to do.
pub fn give_up(context: &Context, record: &mut RunRecord, error: &RunError) {
    record.status = RunStatus::Failed;
    record.message = Some(step::message(error));
    close(context, record, 2);
    // The error itself is what the caller hears; a record that cannot be written adds nothing to it.
    let _ = context.warehouse.record_run(record);
}

/// Publishes what the steps made if all of them went well, and writes the record.
pub fn finish(
    context: &Context,
    mut record: RunRecord,
    outcomes: Vec<Outcome>,
    base: Option<&Release>,
) -> Result<RunRecord, RunError> {
    let counts = |outcome: &&Outcome| {
        let view = context.graph.step(&outcome.report.step).is_some_and(|step| step.inline);
        !view || outcome.report.status == StepStatus::Failed
    };
    record.steps = outcomes.iter().filter(counts).map(|outcome| outcome.report.clone()).collect();
    let failed: Vec<&StepReport> =
        record.steps.iter().filter(|step| step.status == StepStatus::Failed).collect();
    if context.stop.is_asked() {
        record.status = RunStatus::Interrupted;
        close(context, &mut record, 130);
    } else if let Some(first) = failed.first() {
        let others = failed.len() - 1;
        let more = if others > 0 { format!(" (and {others} more)") } else { String::new() };
        let message = first.message.clone().unwrap_or_default();
        record.message = Some(format!("{}: {message}{more}", first.step));
        record.status = RunStatus::Failed;
        // Nothing may be published for weeks: what earlier nights staged goes all the same.
        sweep(context);
        close(context, &mut record, 1);
    } else {
        match publish(context, &outcomes, base) {
            Ok(published) => conclude(context, &mut record, published),
            Err(error) => {
                give_up(context, &mut record, &error);
                return Err(error);
            }
        }
    }
    context.warehouse.record_run(&record)?;
    Ok(record)
}

fn conclude(context: &Context, record: &mut RunRecord, published: Option<Release>) {
    match published {
        Some(release) => {
            record.status = RunStatus::Published;
            record.release = Some(release.id);
            record.published = datasets(&release);
            let tables = record.published.iter().map(|dataset| dataset.table.clone()).collect();
            context.observer.tell(EventKind::Published { release: release.id, tables });
        }
        None => record.status = RunStatus::Unchanged,
    }
    close(context, record, 0);
}

fn close(context: &Context, record: &mut RunRecord, exit_code: u8) {
    let now = context.observer.now();
    record.ended_at = Some(now);
    record.exit_code = Some(exit_code);
    record.warnings = context.warnings();
    record.peak_memory_bytes = memory::peak_bytes();
    context.observer.tell(EventKind::RunFinished {
        status: record.status,
        release: record.release,
        seconds: (now - record.started_at).as_seconds_f64(),
    });
}

fn datasets(release: &Release) -> Vec<Dataset> {
    let published = release.tables.iter().filter(|(_, entry)| entry.published);
    published
        .map(|(table, entry)| Dataset { table: table.clone(), rows: entry.rows(), bytes: entry.bytes() })
        .collect()
}

/// One release, or none if it would equal the last one.
fn publish(
    context: &Context,
    outcomes: &[Outcome],
    base: Option<&Release>,
) -> Result<Option<Release>, RunError> {
    let draft = draft(context, outcomes, base);
    if let Some(base) = base
        && changes_nothing(&draft, base)
    {
        return Ok(None);
    }
    let release = context.warehouse.publish(&draft)?;
    context.warehouse.refresh_current()?;
    sweep(context);
    Ok(Some(release))
}

/// Removes what no release and no retry needs. A run ends the same way whether or not that succeeds.
fn sweep(context: &Context) {
    let environment = &context.project.environment;
    let now = context.observer.now();
    let swept = context.warehouse.collect_garbage(now, environment.reader_grace, environment.keep_releases);
    if let Err(error) = swept {
        context.warn(format!("old files were not removed: {}", step::message(&error)));
    }
}

fn changes_nothing(draft: &Draft, base: &Release) -> bool {
    let same = |table: &DraftTable| {
        let spec = &table.spec;
        matches!(table.content, Content::Reused)
            && base.table(&spec.name).is_some_and(|entry| {
                entry.published == spec.published
                    && entry.restricted == spec.restricted
                    && entry.description == spec.description
            })
    };
    draft.as_of == base.as_of && draft.retired.is_empty() && draft.tables.iter().all(same)
}

fn draft(context: &Context, outcomes: &[Outcome], base: Option<&Release>) -> Draft {
    let mut tables = Vec::new();
    let mut state = std::collections::BTreeMap::new();
    for outcome in outcomes {
        let Some(step) = context.graph.step(&outcome.report.step) else { continue };
        state.extend(outcome.state.clone());
        for table in step.makes.iter().filter(|_| !step.inline) {
            let content = match outcome.staged.get(table) {
                Some(staged) => {
                    Content::Staged { table: staged.clone(), fingerprint: outcome.fingerprint.clone() }
                }
                None => Content::Reused,
            };
            tables.push(DraftTable { spec: context.spec(table), content });
        }
    }
    let pipelines: BTreeSet<_> =
        context.project.pipelines.iter().map(|pipeline| pipeline.name.clone()).collect();
    Draft {
        run: context.run.clone(),
        as_of: context.as_of,
        created_at: context.observer.now(),
        pipelines: pipelines.into_iter().collect(),
        base: base.map(|release| release.id),
        tables,
        retired: retired(context, base),
        state,
    }
}

/// Tables of the last release that no step of the project makes any more, or that became views.
fn retired(context: &Context, base: Option<&Release>) -> BTreeSet<TableName> {
    let held = base.map(|base| base.tables.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
    held.into_iter().filter(|table| context.graph.maker(table).is_none_or(|maker| maker.inline)).collect()
}
