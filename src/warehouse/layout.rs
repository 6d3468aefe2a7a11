//! Where things lie in a warehouse. Paths are relative to its root, with `/` between folders.

use crate::name::{ReleaseId, RunId, StepId, TableName};

pub const RELEASES: &str = "releases";
pub const DATA: &str = "data";
pub const QUARANTINE: &str = "quarantine";
pub const RUNS: &str = "runs";
pub const CATALOG: &str = "catalog.sql";
/// The link at a path that never changes.
pub const CURRENT: &str = "current";
/// The folders that `current` has pointed to.
pub const CURRENT_FOLDERS: &str = ".current";
/// The folder of restricted tables under `current/`.
pub const RESTRICTED: &str = "restricted";
/// How the name of an unfinished file ends.
pub const TEMPORARY: &str = ".tmp";

pub fn release(id: ReleaseId) -> String {
    format!("{RELEASES}/{id}.json")
}

/// The folder of a table's files.
pub fn table_folder(table: &TableName) -> String {
    format!("{DATA}/{table}")
}

/// The folder of a source's rejects.
pub fn quarantine_folder(source: &TableName) -> String {
    format!("{QUARANTINE}/{source}")
}

/// The nth file that a stream wrote, in one attempt of a run to make the table. A run that goes on after it was killed
/// may make a table again: no file is ever written over.
pub fn part(folder: &str, run: &RunId, attempt: u32, stream: u32, number: u32) -> String {
    format!("{folder}/{run}-{attempt}-{stream:03}-{number:03}.parquet")
}

/// The attempt that a file belongs to, if it is the run's.
pub fn attempt_of(path: &str, run: &RunId) -> Option<u32> {
    let name = path.rsplit('/').next()?.trim_start_matches('.');
    name.strip_prefix(run.as_str())?.strip_prefix('-')?.split('-').next()?.parse().ok()
}

/// The run that wrote a file of `data/` or `quarantine/`, if the name says so.
pub fn run_of(path: &str) -> Option<RunId> {
    let name = path.rsplit('/').next()?;
    name.trim_start_matches('.').get(..23)?.parse().ok()
}

pub fn run_folder(run: &RunId) -> String {
    format!("{RUNS}/{run}")
}

pub fn run_record(run: &RunId) -> String {
    format!("{RUNS}/{run}/run.json")
}

pub fn step_folder(run: &RunId) -> String {
    format!("{RUNS}/{run}/steps")
}

pub fn step_record(run: &RunId, step: &StepId) -> String {
    format!("{RUNS}/{run}/steps/{step}.json")
}

pub fn spill(run: &RunId) -> String {
    format!("{RUNS}/{run}/spill")
}

pub fn events(run: &RunId) -> String {
    format!("{RUNS}/{run}/events.ndjson")
}
