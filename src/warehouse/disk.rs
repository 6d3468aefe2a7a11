//! Files on a local disk that are whole or absent, whenever the power goes: written aside, flushed to the disk,
//! renamed, and the folder flushed too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::layout::TEMPORARY;

/// Makes a folder and those above it, so that they survive a power cut.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => parent.map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(ErrorKind::NotADirectory.into()),
        Err(error) => Err(error),
    }
}

/// Makes the names in a folder survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot flush a folder; there a rename is as durable as it gets.
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) => Ok(()),
        other => other,
    }
}

/// A name beside `path` that nobody else uses: other processes have other ids, other threads other numbers.
pub(crate) fn temporary_beside(path: &Path) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}-{number}{TEMPORARY}", std::process::id()))
}

/// Writes a file whole; what stood there before is replaced.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = write_aside(path, bytes)?;
    settle(&temporary, path)
}

/// Gives a file that is written and flushed its name.
pub(crate) fn settle(temporary: &Path, path: &Path) -> io::Result<()> {
    if let Err(error) = fs::rename(temporary, path) {
        remove_quietly(temporary);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Whether a file was made or was already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Created {
    Now,
    Before,
}

/// Writes a file whole, only if there is none: of several processes at the same time exactly one makes it.
///
/// Object_store's own create-if-absent on a local disk is the same hard link, but flushes neither file nor folder, so
/// that after a power cut a release could be there and empty.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> io::Result<Created> {
    let temporary = write_aside(path, bytes)?;
    let linked = match fs::hard_link(&temporary, path) {
        Ok(()) => Ok(Created::Now),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Created::Before),
        Err(_) => rename_if_absent(&temporary, path),
    };
    remove_quietly(&temporary);
    let created = linked?;
    path.parent().map_or(Ok(()), sync_folder)?;
    Ok(created)
}

/// Create-if-absent where the file system has no hard links: under a lock that dies with the process.
fn rename_if_absent(temporary: &Path, path: &Path) -> io::Result<Created> {
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(path.with_file_name(".lock"))?;
    lock.lock()?;
    if path.try_exists()? {
        return Ok(Created::Before);
    }
    fs::rename(temporary, path)?;
    Ok(Created::Now)
}

fn write_aside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let temporary = temporary_beside(path);
    let written = File::create_new(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(temporary),
        Err(error) => {
            remove_quietly(&temporary);
            Err(error)
        }
    }
}

/// Removes a file that nobody will miss; `collect_garbage` finds it if this fails.
pub(crate) fn remove_quietly(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Who may read a file or a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever may read the folder above the warehouse's tables.
    Open,
    Owner,
}

/// Gives a folder, or a file in it, its rights. Open ones have those of `like`, a folder that was made with the
/// process's own.
#[cfg(unix)]
pub(crate) fn set_access(path: &Path, access: Access, like: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path)?;
    let open = match access {
        Access::Open => fs::metadata(like)?.permissions().mode() & 0o777,
        Access::Owner => 0o700,
    };
    let mode = if metadata.is_dir() { open } else { open & 0o666 };
    if metadata.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Other systems give a folder the rights of the one above it.
#[cfg(not(unix))]
pub(crate) fn set_access(_path: &Path, _access: Access, _like: &Path) -> io::Result<()> {
    Ok(())
}
