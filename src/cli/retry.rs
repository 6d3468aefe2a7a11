//! `portrait retry`: goes on with a run that failed or was killed, from what it had staged.

use std::sync::Arc;

use super::args::{Global, Retry};
use super::failure::Failure;
use super::{project, query, run};
use crate::name::RunId;
use crate::observe::{RunRecord, RunStatus};
use crate::run::{Request, RunError, Start};
use crate::warehouse::Warehouse;

/// Finds the run and runs it again under its own id.
pub fn run(global: &Global, arguments: &Retry) -> Result<(), Failure> {
    let mut loaded = project::load(global)?;
    project::apply(&mut loaded.project, &arguments.resources)?;
    let project = Arc::new(loaded.project);
    let warehouse = query::open(&project.environment.warehouse)?;
    let record = find(&warehouse, arguments.run.as_deref())?;
    let request: Request = serde_json::from_value(record.request.clone())
        .map_err(|error| RunError::Request { run: record.run.clone(), found: error.to_string() })?;
    let start = Start::Resume(record.run);
    let record = run::carry_out(global, &project, request, start, run::when_held(arguments.wait))?;
    run::conclude(global, &project, &record, arguments.json)
}

/// The run that was named, or the last one that did not publish.
fn find(warehouse: &Warehouse, named: Option<&str>) -> Result<RunRecord, Failure> {
    let Some(named) = named else {
        let unfinished = warehouse.unfinished()?;
        return unfinished.into_iter().next().ok_or(Failure::Run(RunError::NothingToRetry));
    };
    let run: RunId = named.parse().map_err(Failure::usage)?;
    let record = warehouse.run_record(&run)?;
    match record.status {
        RunStatus::Published | RunStatus::Unchanged => Err(Failure::Run(RunError::Published(run))),
        _ => Ok(record),
    }
}
