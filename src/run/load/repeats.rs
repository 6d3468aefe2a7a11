//! Which keys of a source repeat: its files are read for the key columns alone. Keeps hashes, no row.

use arrow::array::RecordBatch;

use super::super::error::StepError;
use super::super::stop::Stop;
use super::queue::Queue;
use crate::config::project::{Source, UniqueKey};
use crate::source::unique::{KeyHashes, Repeated, keys_only};
use crate::source::{self, Sink, SinkError};

/// Reads the keys of every file. Blocking.
pub fn find(
    queue: &Queue<'_>,
    source: &Source,
    key: &UniqueKey,
    workers: usize,
) -> Result<Repeated, StepError> {
    let (keys, columns) = keys_only(source, key);
    // Hashes of different workers compare only if all start from one.
    let none = KeyHashes::new(&columns);
    let found = queue.pass(workers, |_| {
        let mut sink = KeySink { hashes: none.clone(), stop: &queue.context.stop };
        while let Some(file) = queue.take()? {
            source::read(&keys, file, &queue.options, &mut sink)?;
            queue.done(file)?;
        }
        Ok(sink.hashes)
    })?;
    let mut all = none;
    for hashes in found {
        all.merge(hashes);
    }
    Ok(all.repeated(&key.columns))
}

struct KeySink<'a> {
    hashes: KeyHashes,
    stop: &'a Stop,
}

impl Sink for KeySink<'_> {
    fn rows(&mut self, batch: RecordBatch) -> Result<(), SinkError> {
        self.stop.check()?;
        self.hashes.add(&batch);
        Ok(())
    }

    /// They are listed when the rows themselves are read.
    fn rejects(&mut self, _batch: RecordBatch) -> Result<(), SinkError> {
        Ok(())
    }
}
