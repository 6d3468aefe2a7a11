//! One run at a time: a lock that dies with the process that holds it. On a local disk only; in an object store the
//! commit alone decides, and the slower of two runs publishes nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::Warehouse;
use super::disk;
use super::error::WarehouseError;
use super::layout;
use crate::name::RunId;

/// How often one who waits looks again.
const POLL: Duration = Duration::from_millis(50);
/// Even who does not want to wait looks again for this long: [`Warehouse::holder`] has the lock for an instant.
const LEAST_PATIENCE: Duration = Duration::from_millis(100);

/// The right to run on a warehouse. Dropped, or its process dead, the next one may.
#[derive(Debug)]
pub struct RunLock {
    /// Holds the lock of the operating system; `None` in an object store.
    _file: Option<File>,
}

impl Warehouse {
    /// Takes the warehouse for a run, or says who has it.
    pub fn lock(&self, run: &RunId) -> Result<RunLock, WarehouseError> {
        self.lock_within(run, Duration::ZERO)
    }

    /// Takes the warehouse for a run; waits for whoever has it, at most this long. Blocks the thread.
    pub fn lock_within(&self, run: &RunId, patience: Duration) -> Result<RunLock, WarehouseError> {
        let Some(root) = self.store.disk() else { return Ok(RunLock { _file: None }) };
        let path = root.join(layout::RUNS).join(".lock");
        let fail = |error| WarehouseError::io("lock", &path, error);
        if let Some(folder) = path.parent() {
            disk::make_folder(folder).map_err(fail)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = file.map_err(fail)?;
        let patience = patience.max(LEAST_PATIENCE);
        let since = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(fail(error)),
                Err(TryLockError::WouldBlock) if since.elapsed() >= patience => {
                    return Err(WarehouseError::Held { run: holder(&path) });
                }
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(POLL.min(patience.saturating_sub(since.elapsed())));
                }
            }
        }
        // Written in place: the lock is on the file, not on its name.
        let noted = file.set_len(0).and_then(|()| {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(run.as_str().as_bytes())?;
            file.flush()
        });
        noted.map_err(fail)?;
        Ok(RunLock { _file: Some(file) })
    }

    /// The run that holds the warehouse at this moment, if one does.
    pub fn holder(&self) -> Option<String> {
        let path = self.store.disk()?.join(layout::RUNS).join(".lock");
        let file = File::open(&path).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Some(holder(&path)),
            _ => None,
        }
    }
}

/// The holder's run id; it is written an instant after the lock is taken, so look twice.
fn holder(path: &Path) -> String {
    for _ in 0..20 {
        let mut text = String::new();
        if File::open(path).and_then(|mut file| file.read_to_string(&mut text)).is_ok() && text.len() == 23 {
            return text;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    "unknown".to_owned()
}
