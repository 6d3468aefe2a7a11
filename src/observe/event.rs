//! The events of a run, one JSON object a line in `events.ndjson`. They carry names and counts, never a value of a row.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::{RunStatus, SourceReport, Verdict};
use crate::name::{AsOf, PipelineName, ReleaseId, RunId, StepId, TableName};

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub at: DateTime<Utc>,
    pub run: RunId,
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    RunStarted {
        as_of: AsOf,
        pipelines: Vec<PipelineName>,
        /// Steps that the run will look at, reused ones included.
        steps: usize,
        /// The release that the run starts from.
        base: Option<ReleaseId>,
        /// The run goes on from what this run, killed or failed, had staged: itself.
        resumed: bool,
    },
    StepStarted {
        step: StepId,
        /// `source`, `model`, `identity` …
        step_kind: String,
    },
    /// How far a step is; for progress lines, not kept in `events.ndjson`.
    StepProgress {
        step: StepId,
        rows: u64,
        bytes_read: u64,
        /// Of a source: the size of all its files.
        bytes_total: Option<u64>,
    },
    /// A source was read.
    SourceRead {
        report: SourceReport,
    },
    /// A step made its tables: where they came from and what they hold, in the way of lineage events.
    StepFinished {
        step: StepId,
        inputs: Vec<TableName>,
        outputs: Vec<Dataset>,
        seconds: f64,
    },
    /// The last release, or what the killed run had staged, already holds the step's tables.
    StepReused {
        step: StepId,
        outputs: Vec<Dataset>,
    },
    StepFailed {
        step: StepId,
        message: String,
    },
    /// The step depends on one that failed.
    StepSkipped {
        step: StepId,
        because: StepId,
    },
    Checked {
        table: TableName,
        check: String,
        verdict: Verdict,
        failures: u64,
    },
    Published {
        release: ReleaseId,
        tables: Vec<TableName>,
    },
    Warned {
        message: String,
    },
    RunFinished {
        status: RunStatus,
        release: Option<ReleaseId>,
        seconds: f64,
    },
}

impl EventKind {
    /// Whether the event belongs in the run's log; progress does not.
    pub fn is_kept(&self) -> bool {
        !matches!(self, Self::StepProgress { .. })
    }
}

/// A table as a step left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    pub table: TableName,
    pub rows: u64,
    pub bytes: u64,
}
