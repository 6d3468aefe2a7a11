//! Opens a warehouse and reads its releases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use serde::Deserialize;

use super::error::WarehouseError;
use super::journal::from_json;
use super::layout;
use super::release::{FORMAT, FileEntry, Release};
use super::store::Store;
use crate::name::ReleaseId;

/// A warehouse. Share it by reference or in an `Arc`; every call blocks and may be made from any thread.
pub struct Warehouse {
    pub(super) store: Store,
}

/// The part of a manifest that every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Warehouse {
    /// Opens the warehouse at a local path, made if need be, or at a URL.
    pub fn open(location: &str) -> Result<Self, WarehouseError> {
        if let Some(path) = location.strip_prefix("file://") {
            return Ok(Self { store: Store::on_disk(Path::new(path))? });
        }
        if location.contains("://") {
            let reason = "this build keeps warehouses on local disks only".to_owned();
            return Err(WarehouseError::Location { location: location.to_owned(), reason });
        }
        Ok(Self { store: Store::on_disk(Path::new(location))? })
    }

    /// Opens the warehouse at a local path, if there is one, or at a URL: for those who only look.
    pub fn existing(location: &str) -> Result<Option<Self>, WarehouseError> {
        let path = location.strip_prefix("file://").unwrap_or(location);
        if !path.contains("://")
            && !Path::new(path).join(layout::RELEASES).is_dir()
            && !Path::new(path).join(layout::RUNS).is_dir()
        {
            return Ok(None);
        }
        Self::open(location).map(Some)
    }

    /// A warehouse in an object store; `location` is its URL, under which readers find the files.
    pub fn in_store(objects: Arc<dyn ObjectStore>, location: &str) -> Result<Self, WarehouseError> {
        Ok(Self { store: Store::new(objects, None, location.to_owned())? })
    }

    /// The root: a path or a URL.
    pub fn location(&self) -> &str {
        self.store.location()
    }

    /// The path on the local disk, or the URL, of a file.
    pub fn path_of(&self, file: &FileEntry) -> PathBuf {
        self.store.full_path(&file.path)
    }

    /// Whether every one of these files is there, with all its bytes.
    pub fn is_whole<'a>(
        &self,
        files: impl IntoIterator<Item = &'a FileEntry>,
    ) -> Result<bool, WarehouseError> {
        for file in files {
            if self.store.size(&file.path)? != Some(file.bytes) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The ids of all releases, oldest first.
    pub fn releases(&self) -> Result<Vec<ReleaseId>, WarehouseError> {
        let listed = self.store.list(layout::RELEASES)?;
        let ids = listed
            .iter()
            .filter_map(|object| object.location.filename()?.strip_suffix(".json")?.parse().ok());
        let mut ids: Vec<ReleaseId> = ids.collect();
        ids.sort();
        Ok(ids)
    }

    /// The newest release, if there is one.
    pub fn latest(&self) -> Result<Option<Release>, WarehouseError> {
        self.releases()?.last().map(|&id| self.release(id)).transpose()
    }

    /// A release by its number.
    pub fn release(&self, id: ReleaseId) -> Result<Release, WarehouseError> {
        let path = layout::release(id);
        let bytes = self.store.read(&path)?.ok_or(WarehouseError::NoSuchRelease(id))?;
        let Format { format } = from_json(&path, &bytes)?;
        if format > FORMAT {
            return Err(WarehouseError::Newer { path, found: format, known: FORMAT });
        }
        from_json(&path, &bytes)
    }
}
