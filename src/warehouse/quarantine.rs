//! Rejects of sources, by run: where a bad value stands and why it is bad, never the value.

use std::path::PathBuf;

use arrow::datatypes::Schema;

use super::Warehouse;
use super::disk::Access;
use super::error::WarehouseError;
use super::layout;
use super::release::Release;
use super::stage::{Place, Stage, StageOptions, TableSpec};
use crate::name::{AsOf, RunId, TableName};

impl Warehouse {
    /// Begins to write the rejects of a source; `source` is its plain name. What the run had written of them before,
    /// when it was killed or failed, goes: rejects would be there twice. The new files are there as soon as a writer
    /// is done, because a run that fails keeps its rejects too.
    pub fn quarantine_anew(
        &self,
        run: &RunId,
        as_of: AsOf,
        source: &TableName,
        schema: &Schema,
    ) -> Result<Stage<'_>, WarehouseError> {
        for path in self.reject_paths(source, run)? {
            self.store.remove(&path)?;
        }
        self.quarantine_further(run, as_of, source, schema)
    }

    /// Begins to write further rejects of a source, beside those that the same step has written.
    pub fn quarantine_further(
        &self,
        run: &RunId,
        as_of: AsOf,
        source: &TableName,
        schema: &Schema,
    ) -> Result<Stage<'_>, WarehouseError> {
        let spec = TableSpec::internal(source.clone());
        let place = Place { folder: layout::quarantine_folder(source), access: Access::Owner };
        self.stage_in(place, run, as_of, &spec, schema, &StageOptions::internal())
    }

    /// The files of a source's rejects in one run, in order; none if it had none.
    pub fn rejects_of(&self, source: &TableName, run: &RunId) -> Result<Vec<PathBuf>, WarehouseError> {
        Ok(self.reject_paths(source, run)?.iter().map(|path| self.store.full_path(path)).collect())
    }

    fn reject_paths(&self, source: &TableName, run: &RunId) -> Result<Vec<String>, WarehouseError> {
        let listed = self.store.list(&layout::quarantine_folder(source))?;
        let of_run = listed
            .iter()
            .map(|object| object.location.to_string())
            .filter(|path| path.ends_with(".parquet") && layout::run_of(path).as_ref() == Some(run));
        Ok(of_run.collect())
    }

    /// The runs that left rejects of a source, newest first.
    pub fn runs_with_rejects(&self, source: &TableName) -> Result<Vec<RunId>, WarehouseError> {
        let listed = self.store.list(&layout::quarantine_folder(source))?;
        let paths =
            listed.iter().map(|object| object.location.as_ref()).filter(|path| path.ends_with(".parquet"));
        let mut runs: Vec<RunId> = paths.filter_map(layout::run_of).collect();
        runs.sort();
        runs.dedup();
        runs.reverse();
        Ok(runs)
    }

    /// The sources that have rejects of any run, by plain name.
    pub fn sources_with_rejects(&self) -> Result<Vec<TableName>, WarehouseError> {
        Ok(self.store.folders(layout::QUARANTINE)?.iter().filter_map(|name| name.parse().ok()).collect())
    }
}

/// The run whose rejects belong to a source's rows in a release: the one that read it, which may be an earlier one.
pub fn run_that_read(release: &Release, source: &TableName) -> Option<RunId> {
    let entry = release.table(&TableName::of_source(source))?;
    entry.newest().map(|partition| partition.run.clone())
}
