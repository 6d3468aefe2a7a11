//! Why a run could not be carried out. A step that fails is no such error: it is in the run's record.

use std::path::PathBuf;

use thiserror::Error;

use super::stop::Interrupted;
use crate::config::problem::Problem;
use crate::engine::EngineError;
use crate::identity::IdentityError;
use crate::name::{RunId, TableName};
use crate::plan::select::SelectError;
use crate::source::SourceError;
use crate::warehouse::WarehouseError;

/// Why a run could not be carried out.
#[derive(Debug, Error)]
pub enum RunError {
    #[error("the project is invalid")]
    Invalid(Vec<Problem>),
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Select(#[from] SelectError),
    #[error("there is no pipeline `{name}`{help}")]
    NoSuchPipeline { name: String, help: String },
    #[error(
        "`{table}` is read, but not part of this run, and no release holds it; run it first, or select it too: `+{reader}`"
    )]
    NotYetComputed { table: TableName, reader: TableName },
    #[error(transparent)]
    Step(StepError),
    #[error("failed to open the run's log `{path}`", path = path.display())]
    Log { path: PathBuf, source: std::io::Error },
    #[error("there is no run to go on with: the last one published, or none has begun")]
    NothingToRetry,
    #[error("run `{0}` cannot be gone on with: it published")]
    Published(RunId),
    #[error("run `{run}` was started with `{found}`, which this version cannot read; start a new run")]
    Request { run: RunId, found: String },
}

/// Why a step failed; its message goes into the record, so it names no value of a row.
#[derive(Debug, Error)]
pub enum StepError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("source `{name}`: {found} (`rejects.max_ratio`); see `portrait rejects {name}`")]
    TooManyRejects { name: TableName, found: String },
    #[error("{failed} of {checks} checks of `{table}` failed")]
    Checks { table: TableName, failed: usize, checks: usize },
    #[error("a thread stopped before its time; this is a defect of Portrait")]
    Panicked,
    #[error("{0}")]
    Unusable(String),
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}
