//! `current`: the published tables of the latest release at a path that never changes, on a local disk.
//!
//! ```text
//! current -> .current/000042                     one rename swaps it
//! current/customer/part-000.parquet              a folder for every table, however many files it has
//! current/metric_value/2026-01-31-000.parquet    a dated table: a file per date; the date is in the rows too
//! current/restricted/customer_pii/part-000.parquet    direct identifiers: only the owner may enter
//! ```
//!
//! Files are hard links of those under `data/`, so a folder costs nothing and outlives what it was made of. It is
//! derived: whatever is missing is made again by [`Warehouse::refresh_current`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Warehouse;
use super::disk::{self, Access};
use super::error::WarehouseError;
use super::failpoint::failpoint;
use super::layout;
use super::release::{FileEntry, Release, TableEntry};
use crate::name::{ReleaseId, TableName};

/// One file under `current/`.
struct Link<'a> {
    /// Relative to the folder that `current` points to.
    at: PathBuf,
    file: &'a FileEntry,
    access: Access,
}

impl Warehouse {
    /// Makes `current` and `catalog.sql` say what the latest release says. Called after every commit, and at the start
    /// of a run to mend what a killed one left; the caller holds the lock.
    pub fn refresh_current(&self) -> Result<Option<Release>, WarehouseError> {
        let Some(release) = self.latest()? else { return Ok(None) };
        if let Some(root) = self.store.disk() {
            swap(root, &release)?;
        }
        self.write_catalog(&release)?;
        Ok(Some(release))
    }

    /// The folder of a published table's files under `current/`, relative to the warehouse.
    pub fn current_folder(table: &TableName, entry: &TableEntry) -> PathBuf {
        Path::new(layout::CURRENT).join(folder_of(table, entry))
    }
}

/// Points `current` to a folder that holds the release.
fn swap(root: &Path, release: &Release) -> Result<(), WarehouseError> {
    let links = links(release);
    let folders = root.join(layout::CURRENT_FOLDERS);
    let link = root.join(layout::CURRENT);
    disk::make_folder(&folders).map_err(|error| WarehouseError::io("make", &folders, error))?;
    if points_to_whole(&link, &folders, release.id, &links) {
        return Ok(());
    }
    let target = match existing(&folders, release.id).find(|folder| is_whole(folder, &links)) {
        Some(folder) => folder,
        None => build(root, &folders, release.id, &links)?,
    };
    failpoint("current.before_swap");
    point(&link, &target).map_err(|error| WarehouseError::io("swap", &link, error))?;
    failpoint("current.after_swap");
    Ok(())
}

/// What the folder of a release holds, in the order of tables and dates.
fn links(release: &Release) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    for (name, table) in release.tables.iter().filter(|(_, table)| table.published) {
        let access = if table.restricted { Access::Owner } else { Access::Open };
        let folder = folder_of(name, table);
        for partition in &table.partitions {
            for (number, file) in partition.files.iter().enumerate() {
                let file_name = match table.history {
                    Some(_) => format!("{}-{number:03}.parquet", partition.as_of),
                    None => format!("part-{number:03}.parquet"),
                };
                links.push(Link { at: folder.join(file_name), file, access });
            }
        }
    }
    links
}

fn folder_of(name: &TableName, table: &TableEntry) -> PathBuf {
    if table.restricted {
        Path::new(layout::RESTRICTED).join(name.as_str())
    } else {
        PathBuf::from(name.as_str())
    }
}

fn points_to_whole(link: &Path, folders: &Path, id: ReleaseId, links: &[Link<'_>]) -> bool {
    let Ok(target) = fs::read_link(link) else { return false };
    let Some(name) = target.file_name() else { return false };
    let folder = folders.join(name);
    release_of(&folder) == Some(id) && is_whole(&folder, links)
}

/// The folders made for a release: `000042`, and `000042-2` … if one had to be mended.
fn existing(folders: &Path, id: ReleaseId) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folders).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| release_of(path) == Some(id)).collect();
    found.sort();
    found.into_iter()
}

/// The release that a folder under `.current/` was made for; `None` for one that is not finished.
pub(super) fn release_of(folder: &Path) -> Option<ReleaseId> {
    let name = folder.file_name()?.to_str()?;
    let number = name.split_once('-').map_or(name, |(number, _)| number);
    (number.len() >= 6).then(|| number.parse().ok()).flatten()
}

/// Whether a folder holds every file of the release, whole.
fn is_whole(folder: &Path, links: &[Link<'_>]) -> bool {
    links.iter().all(|link| {
        fs::metadata(folder.join(&link.at)).is_ok_and(|metadata| metadata.len() == link.file.bytes)
    })
}

/// Makes the folder of a release under another name and renames it when it is whole.
fn build(root: &Path, folders: &Path, id: ReleaseId, links: &[Link<'_>]) -> Result<PathBuf, WarehouseError> {
    let target = (1..)
        .map(|nth| if nth == 1 { id.to_string() } else { format!("{id}-{nth}") })
        .map(|name| folders.join(name))
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| folders.join(id.to_string()));
    let aside = disk::temporary_beside(&target);
    disk::make_folder(&aside).map_err(|error| WarehouseError::io("make", &aside, error))?;
    let filled = fill(root, &aside, links).and_then(|()| {
        fs::rename(&aside, &target).map_err(|error| WarehouseError::io("make", &target, error))
    });
    if let Err(error) = filled {
        // Without it the next attempt would leave a second one; `collect_garbage` finds it if this fails.
        let _ = fs::remove_dir_all(&aside);
        return Err(error);
    }
    disk::sync_folder(folders).map_err(|error| WarehouseError::io("write", folders, error))?;
    Ok(target)
}

fn fill(root: &Path, aside: &Path, links: &[Link<'_>]) -> Result<(), WarehouseError> {
    for link in links {
        let (from, to) = (root.join(&*link.file.path), aside.join(&link.at));
        let linked = make_parents(aside, &link.at, link.access)
            .and_then(|()| grant(root, &from, link.access))
            .and_then(|()| link_or_copy(&from, &to));
        linked.map_err(|error| WarehouseError::io("link", &from, error))?;
        failpoint("current.mid_links");
    }
    Ok(())
}

/// Makes the folders between `top` and a file; those of restricted tables are the owner's from the first instant.
fn make_parents(top: &Path, file: &Path, access: Access) -> io::Result<()> {
    let mut folder = top.to_owned();
    for part in file.parent().into_iter().flat_map(Path::components) {
        folder.push(part);
        if !folder.is_dir() {
            fs::create_dir(&folder)?;
            disk::set_access(&folder, access, top)?;
        }
    }
    Ok(())
}

/// A table may have become published or restricted since its files were written: they and their folder follow.
fn grant(root: &Path, file: &Path, access: Access) -> io::Result<()> {
    disk::set_access(file, access, root)?;
    file.parent().map_or(Ok(()), |folder| disk::set_access(folder, access, root))
}

/// Links a file, or copies it where the file system has no hard links.
fn link_or_copy(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(_) => fs::copy(from, to).map(|_| ()),
    }
}

/// Points the link to a folder: a new link beside it takes its name in one rename.
#[cfg(unix)]
fn point(link: &Path, target: &Path) -> io::Result<()> {
    let name = target.file_name().unwrap_or_default();
    let temporary = disk::temporary_beside(link);
    std::os::unix::fs::symlink(Path::new(layout::CURRENT_FOLDERS).join(name), &temporary)?;
    disk::settle(&temporary, link)
}

/// Without symlinks for everyone, `current` is a file that names the folder.
#[cfg(not(unix))]
fn point(link: &Path, target: &Path) -> io::Result<()> {
    disk::replace(link, target.display().to_string().as_bytes())
}
