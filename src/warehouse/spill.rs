//! Where a run writes aside what it does not hold in memory. It is nobody's after the run, and may hold anything that a
//! source does: a run that was killed leaves it to the next to remove.

use std::fs;
use std::io::ErrorKind;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Warehouse;
use super::disk;
use super::error::WarehouseError;
use super::layout;
use crate::name::RunId;

impl Warehouse {
    /// A folder of the run's own, in `elsewhere` or beside the run's record, that goes when it is dropped. Removes what
    /// earlier runs left. None where there is no disk. The caller holds the lock.
    pub fn spill_folder(
        &self,
        run: &RunId,
        elsewhere: Option<&Path>,
    ) -> Result<Option<TempDir>, WarehouseError> {
        if elsewhere.is_none() && self.store.disk().is_none() {
            return Ok(None);
        }
        let folder_of = |run: &RunId| -> PathBuf {
            let beside = || self.store.full_path(&layout::spill(run));
            elsewhere.map_or_else(beside, |folder| folder.join(run.as_str()))
        };
        for earlier in self.runs()? {
            let folder = folder_of(&earlier);
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(WarehouseError::io("remove", &folder, error));
                }
                _ => {}
            }
        }
        let folder = folder_of(run);
        let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(None) };
        let mut builder = tempfile::Builder::new();
        builder.prefix(name).rand_bytes(0);
        #[cfg(unix)]
        builder.permissions(fs::Permissions::from_mode(0o700));
        let made = disk::make_folder(parent).and_then(|()| builder.tempdir_in(parent));
        made.map(Some).map_err(|error| WarehouseError::io("make", &folder, error))
    }
}
