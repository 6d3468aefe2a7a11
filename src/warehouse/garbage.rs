//! Removes what no release needs any more, once no reader can still be at it. Manifests go before the files that they
//! name, so that a manifest never outlives its files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use object_store::ObjectMeta;

use super::Warehouse;
use super::current::release_of;
use super::error::WarehouseError;
use super::failpoint::failpoint;
use super::layout;
use super::release::Release;
use crate::name::{ReleaseId, RunId};

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Garbage {
    pub releases: Vec<ReleaseId>,
    pub files: u64,
    pub bytes: u64,
}

/// What must stay.
struct Needed {
    releases: BTreeSet<ReleaseId>,
    files: BTreeSet<Arc<str>>,
    /// Runs whose rejects and steps stay: those of kept releases, and the last that can still be gone on from.
    runs: BTreeSet<RunId>,
}

impl Warehouse {
    /// Removes releases beyond the newest `keep_releases`, and files that neither a kept release nor the last run, if it
    /// can still be retried, needs. A release stays for `reader_grace` after the next one, a file that belongs to none for
    /// as long after it was written. The caller holds the lock. Refuses to remove anything if a manifest is damaged.
    pub fn collect_garbage(
        &self,
        now: DateTime<Utc>,
        reader_grace: Duration,
        keep_releases: u32,
    ) -> Result<Garbage, WarehouseError> {
        let ids = self.releases()?;
        let releases = ids.iter().map(|&id| self.release(id)).collect::<Result<Vec<Release>, _>>()?;
        let before = now - reader_grace;
        let needed = self.needed(&releases, before, keep_releases)?;
        let mut garbage = Garbage::default();
        for &id in ids.iter().filter(|id| !needed.releases.contains(id)) {
            self.store.remove(&layout::release(id))?;
            garbage.releases.push(id);
            failpoint("gc.mid");
        }
        if let Some(root) = self.store.disk() {
            remove_folders(root, &releases, before)?;
        }
        self.remove_files(layout::DATA, before, &mut garbage, |path| needed.files.contains(path))?;
        let of_needed_run = |path: &str| layout::run_of(path).is_some_and(|run| needed.runs.contains(&run));
        self.remove_files(layout::QUARANTINE, before, &mut garbage, of_needed_run)?;
        self.remove_files(layout::RELEASES, before, &mut garbage, |_| true)?;
        self.remove_files(layout::RUNS, before, &mut garbage, |path| {
            let run = path.split('/').nth(1).and_then(|run| run.parse().ok());
            !path.contains("/steps/") || run.is_none_or(|run: RunId| needed.runs.contains(&run))
        })?;
        Ok(garbage)
    }

    fn needed(
        &self,
        releases: &[Release],
        before: DateTime<Utc>,
        keep_releases: u32,
    ) -> Result<Needed, WarehouseError> {
        let mut needed = Needed { releases: BTreeSet::new(), files: BTreeSet::new(), runs: BTreeSet::new() };
        let newest = releases.len().saturating_sub(keep_releases.max(1) as usize);
        for (index, release) in releases.iter().enumerate() {
            let superseded = releases.get(index + 1).map(|next| next.created_at);
            let still_read = superseded.is_none_or(|superseded| superseded > before);
            if index < newest && !still_read {
                continue;
            }
            needed.releases.insert(release.id);
            needed.runs.insert(release.run.clone());
            needed.files.extend(release.files().map(|(_, file)| file.path.clone()));
            let partitions =
                release.tables.values().flat_map(|table| table.partitions.iter().chain(&table.previous));
            needed.runs.extend(partitions.map(|partition| partition.run.clone()));
        }
        // Of runs that did not publish only the last is gone on from: a pipeline that fails for weeks keeps one night's work.
        for record in self.unfinished_on(releases.last())?.into_iter().take(1) {
            for step in self.steps_done(&record.run)?.into_values() {
                needed.files.extend(
                    step.tables.values().flat_map(|table| &table.files).map(|file| file.path.clone()),
                );
            }
            needed.runs.insert(record.run);
        }
        Ok(needed)
    }

    /// Removes the objects under a folder that are older than `before` and that `keep` does not want, and whatever
    /// processes that are long dead left unfinished.
    fn remove_files(
        &self,
        folder: &str,
        before: DateTime<Utc>,
        garbage: &mut Garbage,
        keep: impl Fn(&str) -> bool,
    ) -> Result<(), WarehouseError> {
        let gone = |object: &&ObjectMeta| {
            let path = object.location.as_ref();
            object.last_modified < before && (path.ends_with(layout::TEMPORARY) || !keep(path))
        };
        for object in self.store.list(folder)?.iter().filter(gone) {
            self.store.remove(object.location.as_ref())?;
            garbage.files += 1;
            garbage.bytes += object.size;
            failpoint("gc.mid");
        }
        Ok(())
    }
}

/// Removes the folders that `current` pointed to, once the release after theirs is older than any reader.
fn remove_folders(root: &Path, releases: &[Release], before: DateTime<Utc>) -> Result<(), WarehouseError> {
    let folders = root.join(layout::CURRENT_FOLDERS);
    let pointed = fs::read_link(root.join(layout::CURRENT)).ok();
    let pointed = pointed.as_deref().and_then(Path::file_name);
    for entry in fs::read_dir(&folders).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        let superseded = match release_of(&path) {
            Some(id) => releases.iter().find(|release| release.id > id).map(|next| next.created_at),
            None => entry.metadata().and_then(|metadata| metadata.modified()).ok().map(DateTime::<Utc>::from),
        };
        let old = superseded.is_some_and(|superseded| superseded < before);
        if old && pointed != path.file_name() {
            fs::remove_dir_all(&path).map_err(|error| WarehouseError::io("remove", &path, error))?;
            failpoint("gc.mid");
        }
    }
    Ok(())
}
