//! A source's files, handed to several workers, and how far they have come. Knows nothing of what is in the files.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::context::Context;
use super::super::error::StepError;
use crate::name::{StepId, TableName};
use crate::observe::EventKind;
use crate::source::{InputFile, ReadOptions, Threads};

/// The files of one source on their way through the workers, once or more often.
pub struct Queue<'a> {
    pub context: &'a Context,
    pub options: ReadOptions,
    step: StepId,
    /// The largest first, so that no worker is left alone with it at the end.
    files: Vec<&'a InputFile>,
    waiting: Mutex<VecDeque<&'a InputFile>>,
    rows: AtomicU64,
    bytes: AtomicU64,
    bytes_total: u64,
}

impl<'a> Queue<'a> {
    /// Files that will be read `passes` times.
    pub fn new(
        context: &'a Context,
        table: &TableName,
        files: &'a [InputFile],
        passes: u64,
        threads: Threads,
    ) -> Self {
        let zone = context.project.environment.business_timezone;
        let mut files: Vec<&InputFile> = files.iter().collect();
        files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.relative.cmp(&b.relative)));
        Self {
            context,
            options: ReadOptions { threads, ..ReadOptions::new(context.run.clone(), context.as_of, zone) },
            step: StepId::from(table.clone()),
            waiting: Mutex::new(VecDeque::new()),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            bytes_total: files.iter().map(|file| file.bytes).sum::<u64>() * passes,
            files,
        }
    }

    /// Runs one pass: every worker does its share, taking files until none is left.
    pub fn pass<T: Send>(
        &self,
        workers: usize,
        work: impl Fn(u32) -> Result<T, StepError> + Sync,
    ) -> Result<Vec<T>, StepError> {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = self.files.iter().copied().collect();
        std::thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> =
                (0..workers.max(1) as u32).map(|worker| scope.spawn(move || work(worker))).collect();
            // All are waited for, also where one has failed.
            let done: Vec<_> =
                threads.into_iter().map(|thread| thread.join().unwrap_or(Err(StepError::Panicked))).collect();
            done.into_iter().collect()
        })
    }

    /// The next file, if one is left.
    pub fn take(&self) -> Result<Option<&'a InputFile>, StepError> {
        self.context.stop.check()?;
        Ok(self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front())
    }

    /// Notes that a file was read, if it is still what it was.
    pub fn done(&self, file: &InputFile) -> Result<(), StepError> {
        file.check_unchanged()?;
        self.bytes.fetch_add(file.bytes, Ordering::Relaxed);
        self.context.observer.tell(EventKind::StepProgress {
            step: self.step.clone(),
            rows: self.rows.load(Ordering::Relaxed),
            bytes_read: self.bytes.load(Ordering::Relaxed),
            bytes_total: Some(self.bytes_total),
        });
        Ok(())
    }

    /// Notes rows that were kept.
    pub fn count(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }
}
