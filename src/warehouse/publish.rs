//! Publishes what a run staged as one release, or nothing: the commit is one file, created only if absent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Warehouse;
use super::disk::Created;
use super::error::WarehouseError;
use super::failpoint::failpoint;
use super::layout;
use super::release::{FORMAT, Partition, Release, TableEntry};
use super::retention::with_partition;
use super::schema::{column_entries, decode_schema, encode_schema, file_schema};
use super::stage::{StagedTable, TableSpec};
use crate::name::{AsOf, PipelineName, ReleaseId, RunId, TableName};

/// What a run publishes. Tables that it does not name are carried forward as they are.
#[derive(Debug, Clone)]
pub struct Draft {
    pub run: RunId,
    pub as_of: AsOf,
    pub created_at: DateTime<Utc>,
    pub pipelines: Vec<PipelineName>,
    /// The release that the run planned against. If another one is there by now, nothing is published.
    pub base: Option<ReleaseId>,
    pub tables: Vec<DraftTable>,
    /// Tables that the project no longer has.
    pub retired: BTreeSet<TableName>,
    /// State by owner: replaces that owner's; others' is carried forward.
    pub state: BTreeMap<String, serde_json::Value>,
}

/// A table of the run.
#[derive(Debug, Clone)]
pub struct DraftTable {
    pub spec: TableSpec,
    pub content: Content,
}

/// Where a table's rows are.
#[derive(Debug, Clone)]
pub enum Content {
    /// The run computed them.
    Staged { table: StagedTable, fingerprint: String },
    /// The base release holds them, with the same fingerprint: see [`TableEntry::reusable`].
    Reused,
}

impl Warehouse {
    /// Publishes a draft. Publishing twice what was published already gives the same release, so that a run killed
    /// after its commit may simply publish again.
    pub fn publish(&self, draft: &Draft) -> Result<Release, WarehouseError> {
        let latest = self.latest()?;
        if let Some(latest) = &latest
            && latest.run == draft.run
            && latest.rolled_back_to.is_none()
        {
            return Ok(latest.clone());
        }
        if latest.as_ref().map(|release| release.id) != draft.base {
            return Err(self.raced(&draft.run, latest.as_ref()));
        }
        let release = next_release(draft, latest.as_ref())?;
        failpoint("publish.before");
        self.commit(&release)?;
        failpoint("publish.after_manifest");
        Ok(release)
    }

    /// Makes release `to` current again by publishing one equal to it. Refused if files of it are gone.
    pub fn rollback(&self, to: ReleaseId, now: DateTime<Utc>) -> Result<Release, WarehouseError> {
        let old = self.release(to)?;
        for (table, file) in old.files() {
            if !self.is_whole([file])? {
                return Err(WarehouseError::FilesGone {
                    release: to,
                    table: table.clone(),
                    path: file.path.to_string(),
                });
            }
        }
        // Only the number of the newest release matters here: it may be damaged, which is a reason to go back.
        let newest = self.releases()?.last().copied().unwrap_or(to);
        let release = Release {
            format: FORMAT,
            id: newest.next(),
            created_at: now,
            previous: Some(newest),
            rolled_back_to: Some(to),
            ..old
        };
        self.commit(&release)?;
        Ok(release)
    }

    /// The commit: the manifest of a release, written whole where there was none.
    fn commit(&self, release: &Release) -> Result<(), WarehouseError> {
        let path = layout::release(release.id);
        let text = serde_json::to_vec_pretty(release)
            .map_err(|error| WarehouseError::Damaged { path: path.clone(), reason: error.to_string() })?;
        match self.store.create(&path, text)? {
            Created::Now => Ok(()),
            Created::Before => {
                let winner = self.release(release.id).ok();
                Err(self.raced(&release.run, winner.as_ref()))
            }
        }
    }

    fn raced(&self, run: &RunId, winner: Option<&Release>) -> WarehouseError {
        WarehouseError::Raced {
            release: winner.map_or(ReleaseId::FIRST, |release| release.id),
            by: winner.map_or_else(|| "unknown".to_owned(), |release| release.run.to_string()),
            run: run.clone(),
        }
    }
}

/// The release that a draft makes of the latest one. Pure.
pub fn next_release(draft: &Draft, latest: Option<&Release>) -> Result<Release, WarehouseError> {
    let mut tables = latest.map(|release| release.tables.clone()).unwrap_or_default();
    let mut state = latest.map(|release| release.state.clone()).unwrap_or_default();
    tables.retain(|name, _| !draft.retired.contains(name));
    for table in &draft.tables {
        let entry = next_entry(draft, table, tables.remove(&table.spec.name))?;
        tables.insert(table.spec.name.clone(), entry);
    }
    state.extend(draft.state.iter().map(|(owner, state)| (owner.clone(), state.clone())));
    Ok(Release {
        format: FORMAT,
        id: latest.map_or(ReleaseId::FIRST, |release| release.id.next()),
        created_at: draft.created_at,
        run: draft.run.clone(),
        as_of: draft.as_of,
        pipelines: draft.pipelines.clone(),
        previous: latest.map(|release| release.id),
        rolled_back_to: None,
        tables,
        state,
    })
}

/// A table of the next release: what is said of it now, with the rows of this run beside or instead of the old ones.
fn next_entry(
    draft: &Draft,
    table: &DraftTable,
    old: Option<TableEntry>,
) -> Result<TableEntry, WarehouseError> {
    let DraftTable { spec, content } = table;
    let nothing = || WarehouseError::NothingToReuse { table: spec.name.clone(), as_of: draft.as_of };
    // A table that became dated, or stopped to be, begins anew: its old files hold another kind of rows.
    let old = old.filter(|old| old.history.is_some() == spec.history.is_some());
    let (columns, schema, partition) = match content {
        Content::Staged { table, fingerprint } => {
            let partition = Partition {
                as_of: draft.as_of,
                run: draft.run.clone(),
                fingerprint: fingerprint.clone(),
                files: table.files.clone(),
            };
            (table.columns.clone(), table.schema.clone(), partition)
        }
        Content::Reused => {
            let old = old.as_ref().ok_or_else(nothing)?;
            let held = match spec.history {
                Some(_) => old.at(draft.as_of),
                None => old.newest(),
            };
            let partition = Partition { as_of: draft.as_of, ..held.ok_or_else(nothing)?.clone() };
            // The rows are the old ones; what is said of them is said now.
            let schema = file_schema(&decode_schema(&old.schema)?, &spec.columns);
            (column_entries(&schema), encode_schema(&schema), partition)
        }
    };
    let (partitions, previous) = match &spec.history {
        Some(history) => {
            let older = old.as_ref().map_or(&[][..], |old| &old.partitions);
            (with_partition(older, partition, history), None)
        }
        None => (vec![partition], old.as_ref().and_then(|old| old.before(draft.as_of)).cloned()),
    };
    Ok(TableEntry {
        description: spec.description.clone(),
        published: spec.published,
        restricted: spec.restricted,
        key: spec.key.clone(),
        history: spec.history.clone(),
        columns,
        schema,
        partitions,
        previous,
    })
}
