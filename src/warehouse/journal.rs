//! The record of every run, under `runs/`: what it was asked, what happened, which steps it finished and what they
//! staged. A run that was killed goes on from there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Warehouse;
use super::disk;
use super::error::WarehouseError;
use super::failpoint::failpoint;
use super::layout;
use super::release::Release;
use super::stage::StagedTable;
use crate::name::{AsOf, RunId, StepId, TableName};
use crate::observe::{RunRecord, RunStatus, StepReport};

/// A step that a run finished: enough to go on from, had the process died right after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    pub step: StepId,
    pub as_of: AsOf,
    pub fingerprint: String,
    pub tables: BTreeMap<TableName, StagedTable>,
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    /// Rows, rejects, checks with their verdicts.
    pub report: StepReport,
    /// State for the next run that the step made: files read, cursors, models.
    #[serde(default)]
    pub state: BTreeMap<String, serde_json::Value>,
}

impl Warehouse {
    /// Writes a run's record whole: at its start, after steps as the caller likes, and at its end.
    pub fn record_run(&self, record: &RunRecord) -> Result<(), WarehouseError> {
        self.store.replace(&layout::run_record(&record.run), to_json(record)?)
    }

    /// The record of a run.
    pub fn run_record(&self, run: &RunId) -> Result<RunRecord, WarehouseError> {
        let path = layout::run_record(run);
        let bytes = self.store.read(&path)?.ok_or_else(|| WarehouseError::NoSuchRun(run.clone()))?;
        from_json(&path, &bytes)
    }

    /// The ids of all runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunId>, WarehouseError> {
        let mut runs: Vec<RunId> =
            self.store.folders(layout::RUNS)?.iter().filter_map(|name| name.parse().ok()).collect();
        runs.reverse();
        Ok(runs)
    }

    /// Runs that ended, one way or another, without a release, and on whose base nothing was published since: what
    /// `retry` can go on from. Newest first.
    pub fn unfinished(&self) -> Result<Vec<RunRecord>, WarehouseError> {
        self.unfinished_on(self.latest()?.as_ref())
    }

    pub(super) fn unfinished_on(&self, latest: Option<&Release>) -> Result<Vec<RunRecord>, WarehouseError> {
        let base = latest.map(|release| release.id);
        let mut unfinished = Vec::new();
        for run in self.runs()? {
            let record = match self.run_record(&run) {
                Ok(record) => record,
                // Killed before it wrote a word, so it staged nothing; or nobody can go on from what it wrote.
                Err(WarehouseError::NoSuchRun(_) | WarehouseError::Damaged { .. }) => continue,
                Err(error) => return Err(error),
            };
            let ended = matches!(record.status, RunStatus::Published | RunStatus::Unchanged);
            if !ended && record.base == base {
                unfinished.push(record);
            }
        }
        Ok(unfinished)
    }

    /// Notes a step as finished. Its tables must be staged by then.
    pub fn record_step(&self, run: &RunId, record: &StepRecord) -> Result<(), WarehouseError> {
        self.store.replace(&layout::step_record(run, &record.step), to_json(record)?)?;
        failpoint("step.after_record");
        Ok(())
    }

    /// The steps that a run finished and whose files are all there, whole.
    pub fn steps_done(&self, run: &RunId) -> Result<BTreeMap<StepId, StepRecord>, WarehouseError> {
        let mut done = BTreeMap::new();
        for object in self.store.list(&layout::step_folder(run))? {
            let path = object.location.to_string();
            if !path.ends_with(".json") {
                continue;
            }
            let Some(bytes) = self.store.read(&path)? else { continue };
            let record: StepRecord = from_json(&path, &bytes)?;
            if self.is_whole(record.tables.values().flat_map(|table| &table.files))? {
                done.insert(record.step.clone(), record);
            }
        }
        Ok(done)
    }

    /// Where the events of a run are appended, if the warehouse is on a local disk; its folder is made.
    pub fn events_file(&self, run: &RunId) -> Result<Option<PathBuf>, WarehouseError> {
        if self.store.disk().is_none() {
            return Ok(None);
        }
        let folder = self.store.full_path(&layout::run_folder(run));
        disk::make_folder(&folder).map_err(|error| WarehouseError::io("make", &folder, error))?;
        Ok(Some(self.store.full_path(&layout::events(run))))
    }

    /// Keeps the events of a run that were gathered elsewhere, because a store cannot append.
    pub fn record_events(&self, run: &RunId, lines: Vec<u8>) -> Result<(), WarehouseError> {
        self.store.replace(&layout::events(run), lines)
    }
}

fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, WarehouseError> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| WarehouseError::Damaged { path: "a record".to_owned(), reason: error.to_string() })
}

pub(super) fn from_json<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, WarehouseError> {
    serde_json::from_slice(bytes)
        .map_err(|error| WarehouseError::Damaged { path: path.to_owned(), reason: error.to_string() })
}
