//! The record of a run: what `run --json` prints and `runs/RUN/run.json` keeps. Failed runs have one too.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::Dataset;
use crate::name::{AsOf, PipelineName, ReleaseId, RunId, StepId, TableName};

/// How a run stands or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Under way, or killed before it could say anything else.
    Running,
    Published,
    /// Every step was already held by the last release: nothing to publish.
    Unchanged,
    /// A step or a blocking check failed.
    Failed,
    Interrupted,
}

/// One execution, from its first instant to its last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    pub run: RunId,
    pub as_of: AsOf,
    pub status: RunStatus,
    pub environment: String,
    /// The pipelines that were asked for; empty: all.
    pub pipelines: Vec<PipelineName>,
    /// What else was asked for, as the caller writes it, so that `retry` can ask for the same.
    #[serde(default)]
    pub request: serde_json::Value,
    /// The release that the run started from.
    pub base: Option<ReleaseId>,
    /// The release that it published.
    pub release: Option<ReleaseId>,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub exit_code: Option<u8>,
    /// Why it failed, if it did.
    pub message: Option<String>,
    /// In the graph's order.
    pub steps: Vec<StepReport>,
    pub published: Vec<Dataset>,
    pub warnings: Vec<String>,
    /// The most memory that the process ever held, in bytes; `None` where the system does not say.
    pub peak_memory_bytes: Option<u64>,
}

impl RunRecord {
    /// The record of a run that begins.
    pub fn start(
        run: RunId,
        as_of: AsOf,
        environment: &str,
        base: Option<ReleaseId>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            run,
            as_of,
            status: RunStatus::Running,
            environment: environment.to_owned(),
            pipelines: Vec::new(),
            request: serde_json::Value::Null,
            base,
            release: None,
            started_at: at,
            ended_at: None,
            exit_code: None,
            message: None,
            steps: Vec::new(),
            published: Vec::new(),
            warnings: Vec::new(),
            peak_memory_bytes: None,
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    Done,
    /// Its tables were already there, with the same fingerprint.
    Reused,
    Failed,
    /// It depends on a step that failed.
    Skipped,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    pub step: StepId,
    /// `source`, `model`, `identity` …
    pub kind: String,
    pub status: StepStatus,
    pub outputs: Vec<Dataset>,
    pub seconds: f64,
    /// Of a source.
    pub source: Option<SourceReport>,
    pub checks: Vec<CheckReport>,
    pub message: Option<String>,
}

/// What became of a source's rows: `read = loaded + quarantined + duplicates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    pub source: TableName,
    pub files: u64,
    pub bytes: u64,
    /// Rows that are there on the as-of date.
    pub read: u64,
    pub loaded: u64,
    pub quarantined: u64,
    /// Removed by the source's `unique`.
    pub duplicates: u64,
    /// Dated after the as-of date: not there yet, so not read.
    pub later: u64,
    /// Loaded rows that changed after the as-of date, of which no earlier version is among the files: their values are
    /// of a later day.
    #[serde(default)]
    pub later_updates: u64,
    /// Rows quarantined, by reason.
    pub row_rejects: BTreeMap<String, u64>,
    /// Cells that became NULL, by reason.
    pub cell_rejects: BTreeMap<String, u64>,
    /// Rows quarantined as a share of rows read, over the source's limit.
    pub over_limit: bool,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    /// Failed, with severity `warn`.
    Warned,
    Failed,
}

/// One check of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    pub table: TableName,
    /// The check in words: `not_null(customer_id)`.
    pub check: String,
    /// `file:line:column` of the check.
    pub at: Option<String>,
    pub verdict: Verdict,
    /// Rows that fail, or 1 for a check of the whole table.
    pub failures: u64,
    /// What was found against what was asked, where it is not rows.
    pub detail: Option<String>,
    /// A few failing rows, personal columns masked.
    pub samples: Vec<serde_json::Map<String, serde_json::Value>>,
}
