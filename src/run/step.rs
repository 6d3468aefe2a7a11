//! One step: does what was decided, checks the result, notes it down so that a killed run can go on after it.

use std::collections::BTreeMap;
use std::time::Instant;

use super::context::Context;
use super::decide::{self, Decision, Input, SourceState};
use super::error::StepError;
use super::load::{self, Crew};
use super::verify::{self, Phase};
use super::{compute, identity, unique};
use crate::config::project::Source;
use crate::name::TableName;
use crate::observe::event::Dataset;
use crate::observe::{EventKind, SourceReport, StepReport, StepStatus, Verdict};
use crate::plan::graph::{Step, StepKind};
use crate::quality::{self, Status};
use crate::warehouse::{Release, StagedTable, StepRecord};

/// What a step left: what is said of it, and where its tables are.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub report: StepReport,
    pub fingerprint: String,
    /// Empty if the last release holds the tables.
    pub staged: BTreeMap<TableName, StagedTable>,
    pub state: BTreeMap<String, serde_json::Value>,
}

/// What a step made, before it is checked.
#[derive(Default)]
struct Made {
    tables: BTreeMap<TableName, StagedTable>,
    source: Option<SourceReport>,
    state: BTreeMap<String, serde_json::Value>,
}

/// Does what was decided for a step.
pub async fn run(context: &Context, step: &Step, decision: Decision, base: Option<&Release>) -> Outcome {
    let began = Instant::now();
    let started_at = context.observer.now();
    let kind = Context::kind_of(step).to_owned();
    let fingerprint = decision.fingerprint().unwrap_or_default().to_owned();
    let mut report = StepReport {
        step: step.id.clone(),
        kind: kind.clone(),
        status: StepStatus::Done,
        outputs: Vec::new(),
        seconds: 0.0,
        source: None,
        checks: Vec::new(),
        message: None,
    };
    let mut made = Made::default();
    let result = match decision {
        Decision::Inline { .. } => inline(context, step),
        Decision::Reuse { .. } => {
            report.status = StepStatus::Reused;
            reuse(context, step, base, &mut report).await
        }
        Decision::Resume(record) => {
            report.source = record.report.source.clone();
            report.checks = record.report.checks.clone();
            report.status = StepStatus::Reused;
            made.tables = record.tables;
            made.state = record.state;
            register(context, &made.tables, &mut report)
        }
        Decision::Fail(error) => Err(error),
        Decision::Compute { input, .. } => {
            context.observer.tell(EventKind::StepStarted { step: step.id.clone(), step_kind: kind });
            let work = Work { step, fingerprint: &fingerprint, input: &input };
            compute_and_check(context, work, base, &mut made, &mut report).await
        }
    };
    report.seconds = began.elapsed().as_secs_f64();
    if let Err(error) = result {
        report.status = StepStatus::Failed;
        report.message = Some(message(&error));
    }
    let outcome = Outcome { report, fingerprint, staged: made.tables, state: made.state };
    let outcome = if outcome.report.status == StepStatus::Done && !step.inline {
        note(context, step, started_at, outcome)
    } else {
        outcome
    };
    // A view is no work of its own: its reader's lines say it all, unless it cannot even be planned.
    if !step.inline || outcome.report.status == StepStatus::Failed {
        tell(context, step, &outcome.report);
    }
    outcome
}

/// An error with its causes, in one line.
pub fn message(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(this) = cause {
        let words = this.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = this.source();
    }
    text
}

fn inline(context: &Context, step: &Step) -> Result<(), StepError> {
    match step.model() {
        Some(model) => compute::inline(context, step, model),
        None => Ok(()),
    }
}

/// Registers what the last release holds, and checks it if the checks have changed since.
async fn reuse(
    context: &Context,
    step: &Step,
    base: Option<&Release>,
    report: &mut StepReport,
) -> Result<(), StepError> {
    for table in &step.makes {
        let Some(entry) = base.and_then(|base| base.table(table)) else { continue };
        let partition = if entry.history.is_some() { entry.at(context.as_of) } else { entry.newest() };
        context.register_partition(table, entry, partition)?;
        report.outputs.push(Dataset {
            table: table.clone(),
            rows: partition.map_or(0, |partition| partition.rows()),
            bytes: partition.map_or(0, |partition| partition.bytes()),
        });
    }
    let known: Option<Vec<_>> =
        step.makes.iter().map(|table| verify::known(context, step, table, base)).collect();
    match known {
        Some(reports) => {
            report.checks.extend(reports.into_iter().flatten());
            Ok(())
        }
        None => check(context, step, Phase::AtOnce, base, report).await,
    }
}

fn register(
    context: &Context,
    tables: &BTreeMap<TableName, StagedTable>,
    report: &mut StepReport,
) -> Result<(), StepError> {
    for (table, staged) in tables {
        context.register_staged(staged)?;
        report.outputs.push(Dataset { table: table.clone(), rows: staged.rows(), bytes: staged.bytes() });
    }
    Ok(())
}

/// A step that is computed, and from what.
#[derive(Clone, Copy)]
struct Work<'a> {
    step: &'a Step,
    fingerprint: &'a str,
    input: &'a Input,
}

async fn compute_and_check(
    context: &Context,
    work: Work<'_>,
    base: Option<&Release>,
    made: &mut Made,
    report: &mut StepReport,
) -> Result<(), StepError> {
    let step = work.step;
    match &step.kind {
        StepKind::Source(source) => {
            let loaded = load_source(context, source, work, made).await;
            report.source = made.source.clone();
            loaded?;
        }
        StepKind::Model { model, .. } => {
            let _lanes = context.lanes(lanes_of_model(context.settings.threads)).await?;
            let staged = compute::compute(context, step, model).await?;
            made.tables.insert(model.name.clone(), staged);
        }
        StepKind::Identity(declared) => {
            let _lane = context.lane().await?;
            made.tables = identity::resolve(context, step, declared, base).await?;
        }
    }
    register(context, &made.tables, report)?;
    check(context, step, Phase::AtOnce, base, report).await?;
    let states = step.makes.iter().filter_map(|table| {
        let own: Vec<_> = report.checks.iter().filter(|found| found.table == *table).cloned().collect();
        verify::state(context, step, table, &own)
    });
    made.state.extend(states);
    Ok(())
}

/// How many threads a model takes. Its plan spreads over all of them by itself; a second model beside it fills the gaps
/// where the first is in one piece, merging and writing, if there are threads for that. More would only hold memory.
fn lanes_of_model(threads: usize) -> usize {
    threads.div_ceil(2).max(2)
}

async fn load_source(
    context: &Context,
    source: &Source,
    work: Work<'_>,
    made: &mut Made,
) -> Result<(), StepError> {
    let Input::Files { files, contract_and_files } = work.input else { return Err(StepError::Panicked) };
    let table = TableName::of_source(&source.name);
    let crew = Crew::of(files, context.settings.threads);
    let _lanes = context.lanes(crew.lanes()).await?;
    let mut loaded = tokio::task::block_in_place(|| load::load(context, source, files, &table, crew))?;
    let repeats = unique::resolve(context, source, &table, &mut loaded).await?;
    let (read, quarantined) = (loaded.report.rows_read, loaded.report.rows_quarantined + repeats.quarantined);
    let verdict = quality::reject_ratio(source.name.as_str(), read, quarantined, source.max_reject_ratio);
    let report = SourceReport {
        source: source.name.clone(),
        files: files.len() as u64,
        bytes: loaded.report.bytes,
        read,
        loaded: loaded.report.rows_loaded - repeats.removed - repeats.quarantined,
        quarantined,
        duplicates: repeats.removed,
        later: loaded.report.rows_later,
        later_updates: repeats.later_updates,
        row_rejects: loaded.row_rejects,
        cell_rejects: loaded.cell_rejects,
        over_limit: verdict.status == Status::Failed,
    };
    context.observer.tell(EventKind::SourceRead { report: report.clone() });
    for column in &loaded.report.extra_columns {
        let message =
            format!("source `{}` has a column `{column}` that its contract does not name", source.name);
        context.warn(message);
    }
    made.source = Some(report);
    if verdict.status == Status::Failed {
        return Err(StepError::TooManyRejects { name: source.name.clone(), found: verdict.message });
    }
    let state = SourceState {
        fingerprint: work.fingerprint.to_owned(),
        files: contract_and_files.clone(),
        report: loaded.report,
    };
    let state = serde_json::to_value(state).map_err(|error| StepError::Unusable(error.to_string()))?;
    made.state.insert(decide::state_of(&source.name), state);
    made.tables.insert(table, loaded.staged);
    Ok(())
}

/// Asks a step's checks of one phase; a failing one of severity `error` fails the step.
pub async fn check(
    context: &Context,
    step: &Step,
    phase: Phase,
    base: Option<&Release>,
    report: &mut StepReport,
) -> Result<(), StepError> {
    for table in &step.makes {
        let reports = verify::verify(context, step, table, phase, base).await?;
        for found in &reports {
            context.observer.tell(EventKind::Checked {
                table: table.clone(),
                check: found.check.clone(),
                verdict: found.verdict,
                failures: found.failures,
            });
        }
        let failed = reports.iter().filter(|found| found.verdict == Verdict::Failed).count();
        let checks = reports.len();
        report.checks.extend(reports);
        if failed > 0 {
            return Err(StepError::Checks { table: table.clone(), failed, checks });
        }
    }
    Ok(())
}

/// Writes down that a step is done. If that fails the step has failed.
fn note(
    context: &Context,
    step: &Step,
    started_at: chrono::DateTime<chrono::Utc>,
    mut outcome: Outcome,
) -> Outcome {
    let record = StepRecord {
        step: step.id.clone(),
        as_of: context.as_of,
        fingerprint: outcome.fingerprint.clone(),
        tables: outcome.staged.clone(),
        started_at,
        ended_at: context.observer.now(),
        report: outcome.report.clone(),
        state: outcome.state.clone(),
    };
    let noted = tokio::task::block_in_place(|| context.warehouse.record_step(&context.run, &record));
    if let Err(error) = noted {
        outcome.report.status = StepStatus::Failed;
        outcome.report.message = Some(message(&error));
    }
    outcome
}

fn tell(context: &Context, step: &Step, report: &StepReport) {
    let (id, outputs) = (step.id.clone(), report.outputs.clone());
    context.observer.tell(match report.status {
        StepStatus::Failed => {
            EventKind::StepFailed { step: id, message: report.message.clone().unwrap_or_default() }
        }
        StepStatus::Reused => EventKind::StepReused { step: id, outputs },
        StepStatus::Done | StepStatus::Skipped => {
            EventKind::StepFinished { step: id, inputs: step.reads.clone(), outputs, seconds: report.seconds }
        }
    });
}
