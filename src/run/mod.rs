//! One execution: load → compute → check → publish. Composes source, engine and warehouse, and decides nothing that
//! they could decide.

mod compute;
mod context;
mod decide;
mod error;
mod executor;
mod finish;
mod identity;
mod load;
mod prepare;
mod request;
mod step;
mod stop;
mod unique;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use tokio::sync::Semaphore;

pub use context::as_read;
pub use error::{RunError, StepError};
pub use identity::{pool, remembered_bytes};
pub use prepare::{Prepared, prepare};
pub use request::{Request, Reuse, Start, WhenHeld};
pub use step::message;
pub use stop::Stop;

use crate::config::problem::nearest;
use crate::config::project::Project;
use crate::engine::{self, Settings};
use crate::name::{RunId, StepId, TableName};
use crate::observe::{EventKind, Handle, NdjsonFile, Observer, RunRecord, StepStatus};
use crate::plan::graph::Graph;
use crate::plan::select;
use crate::warehouse::{Release, Warehouse};
use context::Context;
use decide::Decision;
use executor::Ended;
use step::Outcome;
use verify::Phase;

/// How long a run that waits for another is patient.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Everything that a run is given.
pub struct Job {
    pub project: Arc<Project>,
    pub request: Request,
    pub start: Start,
    pub when_held: WhenHeld,
    /// Who listens, beside the run's own log.
    pub observers: Vec<Arc<dyn Observer>>,
    pub clock: fn() -> DateTime<Utc>,
    pub stop: Stop,
}

/// Runs the project's pipelines for one as-of date and publishes what they make, or nothing.
///
/// # Errors
/// Everything that keeps the run from beginning or from publishing. Steps and checks that fail are in the record.
pub async fn run(job: Job) -> Result<RunRecord, RunError> {
    let prepared = prepare(&job.project).map_err(RunError::Invalid)?;
    let selected = selected(&job.project, &prepared.graph, &job.request)?;
    let run = job.start.run().clone();
    let warehouse = Arc::new(Warehouse::open(&job.project.environment.warehouse)?);
    let _lock = lock(&warehouse, &run, job.when_held)?;
    let base = warehouse.latest()?;
    let log = log(&warehouse, &run)?;
    let observer = Handle::new(run.clone(), job.clock, [log, job.observers.clone()].concat());

    let mut settings = settings(&job.project);
    // Until the run ends.
    let spill = warehouse.spill_folder(&run, job.project.environment.spill_directory.as_deref())?;
    if let Some(folder) = &spill {
        settings.spill_directory = folder.path().to_owned();
    }
    let session = engine::session(&settings)?;
    let context = Context {
        lanes: Arc::new(Semaphore::new(settings.threads)),
        warnings: Mutex::new(prepared.warnings.iter().map(finish::warning).collect()),
        project: Arc::clone(&job.project),
        graph: prepared.graph,
        schemas: prepared.schemas,
        warehouse,
        session,
        settings,
        run,
        as_of: job.request.as_of,
        train: job.request.train,
        observer,
        stop: job.stop.clone(),
    };
    carry_out(&context, &job, &selected, base).await
}

async fn carry_out(
    context: &Context,
    job: &Job,
    selected: &BTreeSet<StepId>,
    base: Option<Release>,
) -> Result<RunRecord, RunError> {
    let resumed = matches!(job.start, Start::Resume(_));
    let mut done = if resumed { context.warehouse.steps_done(&context.run)? } else { BTreeMap::new() };
    let mut record = finish::begin(context, &job.request, base.as_ref())?;
    // What a killed run left half-linked is mended before anything new is made.
    context.warehouse.refresh_current()?;
    context.observer.tell(EventKind::RunStarted {
        as_of: context.as_of,
        pipelines: job.request.pipelines.clone(),
        steps: selected.iter().filter_map(|id| context.graph.step(id)).filter(|step| !step.inline).count(),
        base: base.as_ref().map(|release| release.id),
        resumed,
    });
    let decided = register_what_is_read(context, selected, base.as_ref())
        .and_then(|()| decide::decide(context, selected, base.as_ref(), &mut done, job.request.reuse));
    let outcomes = match decided {
        Ok(decisions) => execute(context, decisions, base.as_ref()).await,
        Err(error) => {
            finish::give_up(context, &mut record, &error);
            return Err(error);
        }
    };
    finish::finish(context, record, outcomes, base.as_ref())
}

/// The steps of the pipelines and selectors that were asked for.
fn selected(project: &Project, graph: &Graph, request: &Request) -> Result<BTreeSet<StepId>, RunError> {
    let known: Vec<&str> = project.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
    for wanted in &request.pipelines {
        if !known.contains(&wanted.as_str()) {
            let help = nearest(wanted.as_str(), known.iter().copied()).map_or_else(
                || format!("; there are: {}", known.join(", ")),
                |near| format!("; did you mean `{near}`?"),
            );
            return Err(RunError::NoSuchPipeline { name: wanted.to_string(), help });
        }
    }
    let chosen = select::select(graph, &request.select, &request.exclude)?;
    let of_pipelines = |id: &StepId| {
        let step = graph.step(id);
        request.pipelines.is_empty() || step.is_some_and(|step| request.pipelines.contains(&step.pipeline))
    };
    Ok(chosen.into_iter().filter(of_pipelines).collect())
}

fn lock(
    warehouse: &Warehouse,
    run: &RunId,
    when_held: WhenHeld,
) -> Result<crate::warehouse::RunLock, RunError> {
    let patience = match when_held {
        WhenHeld::Fail => Duration::ZERO,
        WhenHeld::Wait => PATIENCE,
    };
    Ok(tokio::task::block_in_place(|| warehouse.lock_within(run, patience))?)
}

/// The run's own log, where the warehouse can append.
fn log(warehouse: &Warehouse, run: &RunId) -> Result<Vec<Arc<dyn Observer>>, RunError> {
    let Some(path) = warehouse.events_file(run)? else { return Ok(Vec::new()) };
    let file = NdjsonFile::append(&path).map_err(|source| RunError::Log { path: path.clone(), source })?;
    Ok(vec![Arc::new(file)])
}

/// The engine's resources, as the environment or the machine has it.
pub fn settings(project: &Project) -> Settings {
    let environment = &project.environment;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Settings {
        threads: environment.threads.unwrap_or(cores).max(1),
        memory_bytes: environment.memory_bytes.unwrap_or_else(engine::default_memory_bytes),
        spill_directory: environment.spill_directory.clone().unwrap_or_else(std::env::temp_dir),
        spill_limit_bytes: environment.spill_limit_bytes,
        business_timezone: environment.business_timezone,
    }
}

/// Registers the tables that selected steps read and others make, and every earlier as-of that is read.
fn register_what_is_read(
    context: &Context,
    selected: &BTreeSet<StepId>,
    base: Option<&Release>,
) -> Result<(), RunError> {
    let mut registered: BTreeSet<TableName> = BTreeSet::new();
    for step in context.graph.steps.iter().filter(|step| selected.contains(&step.id)) {
        let checked = verify::reads(context, step);
        for table in step.reads.iter().chain(&checked) {
            let made_here = context.graph.maker(table).is_some_and(|maker| selected.contains(&maker.id));
            if made_here || !registered.insert(table.clone()) {
                continue;
            }
            let reader = step.makes.first().unwrap_or(table).clone();
            let entry = base.and_then(|base| base.table(table));
            let entry = entry.ok_or_else(|| RunError::NotYetComputed { table: table.clone(), reader })?;
            context.register_released(table, entry)?;
        }
        for table in &step.reads_previous {
            let partition = base.and_then(|base| base.table(table)?.before(context.as_of));
            context.register_previous(table, partition)?;
        }
    }
    Ok(())
}

/// Runs the steps side by side; what became of each, in the graph's order.
async fn execute(
    context: &Context,
    decisions: BTreeMap<StepId, Decision>,
    base: Option<&Release>,
) -> Vec<Outcome> {
    let steps: Vec<_> = context.graph.steps.iter().filter(|step| decisions.contains_key(&step.id)).collect();
    let place: BTreeMap<&TableName, usize> = steps
        .iter()
        .enumerate()
        .flat_map(|(i, step)| step.makes.iter().map(move |table| (table, i)))
        .collect();
    let reads: Vec<Vec<usize>> = steps
        .iter()
        .enumerate()
        .map(|(i, step)| {
            let checked = verify::reads(context, step);
            let tables = step.reads.iter().chain(&checked);
            tables.filter_map(|table| place.get(table).copied()).filter(|read| *read < i).collect()
        })
        .collect();
    let decisions = Mutex::new(decisions);
    let outcomes: Mutex<BTreeMap<usize, Outcome>> = Mutex::new(BTreeMap::new());
    let start = |i: usize| {
        let step = steps[i];
        let decision = decisions.lock().unwrap_or_else(PoisonError::into_inner).remove(&step.id);
        let outcomes = &outcomes;
        async move {
            let decision = decision.unwrap_or_else(|| Decision::Fail(StepError::Panicked));
            let outcome = step::run(context, step, decision, base).await;
            let ended = match outcome.report.status {
                StepStatus::Failed => Ended::Badly,
                _ => Ended::Well,
            };
            outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(i, outcome);
            ended
        }
        .boxed()
    };
    let skipped = |i: usize, cause: usize| {
        let (step, because) = (steps[i], steps[cause].id.clone());
        context.observer.tell(EventKind::StepSkipped { step: step.id.clone(), because: because.clone() });
        outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(i, finish::skipped(step, &because));
    };
    // Twice as many steps as threads: while one waits for its lanes another may plan.
    executor::run(&reads, 2 * context.settings.threads, start, skipped).await;
    let mut outcomes: Vec<Outcome> =
        outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect();
    check_at_the_end(context, &mut outcomes, base).await;
    outcomes
}

/// Asks the checks that read tables made after their own, once all tables are there.
async fn check_at_the_end(context: &Context, outcomes: &mut [Outcome], base: Option<&Release>) {
    if outcomes
        .iter()
        .any(|outcome| matches!(outcome.report.status, StepStatus::Failed | StepStatus::Skipped))
    {
        return;
    }
    for outcome in outcomes {
        let Some(step) = context.graph.step(&outcome.report.step) else { continue };
        if let Err(error) = step::check(context, step, Phase::AtTheEnd, base, &mut outcome.report).await {
            outcome.report.status = StepStatus::Failed;
            outcome.report.message = Some(message(&error));
            context.observer.tell(EventKind::StepFailed { step: step.id.clone(), message: message(&error) });
        }
    }
}
