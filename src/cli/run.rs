//! `portrait run`: load, compute, check, publish.

use std::sync::Arc;

use chrono::Utc;

use super::args::{Global, Run};
use super::failure::Failure;
use super::{output, progress, project, runtime, summary};
use crate::config::project::Project;
use crate::identity::evidence::Train;
use crate::name::{AsOf, RunId};
use crate::observe::{RunRecord, RunStatus};
use crate::run::{self, Job, Request, Reuse, Start, Stop, WhenHeld};

/// Runs the project's pipelines and says what became of them.
pub fn run(global: &Global, arguments: &Run) -> Result<(), Failure> {
    let mut loaded = project::load(global)?;
    project::apply(&mut loaded.project, &arguments.resources)?;
    project::warn(&loaded.warnings, &loaded.project.files, global);
    let project = Arc::new(loaded.project);
    let request = Request {
        as_of: arguments.as_of.unwrap_or_else(|| yesterday(&project)),
        pipelines: arguments.pipelines.clone(),
        select: arguments.selection.select.clone(),
        exclude: arguments.selection.exclude.clone(),
        reuse: if arguments.full { Reuse::Nothing } else { Reuse::Same },
        train: if arguments.retrain { Train::Anew } else { Train::IfNeeded },
    };
    let record = carry_out(global, &project, request, Start::New(new_id()), when_held(arguments.wait))?;
    conclude(global, &project, &record, arguments.json)
}

/// The date that a run started by hand covers.
pub fn yesterday(project: &Project) -> AsOf {
    AsOf::yesterday(Utc::now(), project.environment.business_timezone)
}

pub fn new_id() -> RunId {
    RunId::new(Utc::now(), rand::random())
}

pub fn when_held(wait: bool) -> WhenHeld {
    if wait { WhenHeld::Wait } else { WhenHeld::Fail }
}

/// Runs to the end, or to the first signal.
pub fn carry_out(
    global: &Global,
    project: &Arc<Project>,
    request: Request,
    start: Start,
    when_held: WhenHeld,
) -> Result<RunRecord, Failure> {
    let stop = Stop::default();
    let job = Job {
        project: Arc::clone(project),
        request,
        start,
        when_held,
        observers: progress::observers(global),
        clock: Utc::now,
        stop: stop.clone(),
    };
    let ended = runtime::block_on(run::settings(project).threads, async {
        runtime::stop_on_signal(stop);
        Ok(run::run(job).await)
    })?;
    ended.map_err(|error| match error {
        run::RunError::Invalid(problems) => Failure::Invalid { problems, files: project.files.clone() },
        other => Failure::Run(other),
    })
}

/// Prints the record, or what a person wants to know of it; the run's status is the command's.
pub fn conclude(global: &Global, project: &Project, record: &RunRecord, json: bool) -> Result<(), Failure> {
    if json {
        output::print_json(record)?;
    } else if !global.quiet {
        output::print(summary::text(record, &project.environment.warehouse))?;
    }
    match record.status {
        RunStatus::Published | RunStatus::Unchanged => Ok(()),
        RunStatus::Interrupted => Err(Failure::Interrupted),
        RunStatus::Failed | RunStatus::Running => Err(Failure::Failed),
    }
}
