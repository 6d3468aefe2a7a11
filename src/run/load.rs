//! Loads a source: its files are read side by side, good rows staged, bad ones quarantined, repeats removed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, AsArray, RecordBatch};

use super::context::Context;
use super::error::StepError;
use super::unique;
use crate::config::project::Source;
use crate::name::{StepId, TableName};
use crate::observe::EventKind;
use crate::source::unique::KeyHashes;
use crate::source::{self, FileReport, InputFile, ReadOptions, Sink, SinkError};
use crate::warehouse::{FileEntry, Stage, StageOptions, StageWriter, StagedTable, TableSpec};

/// What loading a source yields, before repeats are removed.
pub struct Loaded {
    pub staged: StagedTable,
    pub report: FileReport,
    /// Rejected rows and cells by reason.
    pub row_rejects: BTreeMap<String, u64>,
    pub cell_rejects: BTreeMap<String, u64>,
    /// What was seen of the key columns, if the source has any.
    pub keys: Option<KeyHashes>,
}

/// Reads every file of a source into a staged table. Blocking: call it where that is allowed.
pub fn load(
    context: &Context,
    source: &Source,
    files: &[InputFile],
    table: &TableName,
    workers: usize,
) -> Result<Loaded, StepError> {
    let spec = TableSpec::internal(table.clone());
    let schema = source::schema::staged(source);
    let stage =
        context.warehouse.stage(&context.run, context.as_of, &spec, &schema, &StageOptions::internal())?;
    let quarantine = context.warehouse.quarantine_anew(
        &context.run,
        context.as_of,
        &source.name,
        &source::reject::schema(),
    )?;
    let job = Job {
        source,
        options: ReadOptions::new(
            context.run.clone(),
            context.as_of,
            context.project.environment.business_timezone,
        ),
        stage: &stage,
        quarantine: &quarantine,
        context,
        step: StepId::from(table.clone()),
        queue: Mutex::new(largest_first(files)),
        keys: unique::hashes(source),
        rows: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
        bytes_total: files.iter().map(|file| file.bytes).sum(),
    };
    let shares = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers.max(1))
            .map(|stream| {
                scope.spawn({
                    let job = &job;
                    move || job.work(stream as u32)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(StepError::Panicked)))
            .collect::<Vec<_>>()
    });
    let mut total = Share::new(job.keys.clone());
    let mut streams = Vec::new();
    for share in shares {
        let mut share = share?;
        streams.push(std::mem::take(&mut share.files));
        total.add(share);
    }
    total.report.extra_columns.sort();
    Ok(Loaded {
        staged: stage.finish(streams)?,
        report: total.report,
        row_rejects: total.row_rejects,
        cell_rejects: total.cell_rejects,
        keys: total.keys,
    })
}

/// The largest file first, so that no worker is left alone with it at the end.
fn largest_first(files: &[InputFile]) -> VecDeque<&InputFile> {
    let mut files: Vec<&InputFile> = files.iter().collect();
    files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.relative.cmp(&b.relative)));
    files.into()
}

/// What the workers of one source share.
struct Job<'a> {
    source: &'a Source,
    options: ReadOptions,
    stage: &'a Stage<'a>,
    quarantine: &'a Stage<'a>,
    context: &'a Context,
    step: StepId,
    queue: Mutex<VecDeque<&'a InputFile>>,
    /// Empty; what every worker's notes of keys start from.
    keys: Option<KeyHashes>,
    rows: AtomicU64,
    bytes: AtomicU64,
    bytes_total: u64,
}

/// What one worker did.
struct Share {
    report: FileReport,
    row_rejects: BTreeMap<String, u64>,
    cell_rejects: BTreeMap<String, u64>,
    keys: Option<KeyHashes>,
    files: Vec<FileEntry>,
}

impl Share {
    /// `keys` is a clone of the one that all workers start from: hashes compare only then.
    fn new(keys: Option<KeyHashes>) -> Self {
        Self {
            report: FileReport::default(),
            row_rejects: BTreeMap::new(),
            cell_rejects: BTreeMap::new(),
            keys,
            files: Vec::new(),
        }
    }

    fn add(&mut self, other: Self) {
        self.report.add(&other.report);
        add_counts(&mut self.row_rejects, other.row_rejects);
        add_counts(&mut self.cell_rejects, other.cell_rejects);
        if let (Some(keys), Some(others)) = (&mut self.keys, other.keys) {
            keys.merge(others);
        }
    }
}

fn add_counts(to: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (reason, count) in from {
        *to.entry(reason).or_default() += count;
    }
}

impl<'a> Job<'a> {
    /// Takes files off the queue until none is left.
    fn work(&self, stream: u32) -> Result<Share, StepError> {
        let mut sink = WorkerSink {
            job: self,
            writer: self.stage.writer(stream),
            quarantine: self.quarantine.writer(stream),
            share: Share::new(self.keys.clone()),
        };
        loop {
            self.context.stop.check()?;
            let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(file) = next else { break };
            let report = source::read(self.source, file, &self.options, &mut sink)?;
            sink.share.report.add(&report);
            self.bytes.fetch_add(file.bytes, Ordering::Relaxed);
            self.progress();
        }
        sink.quarantine.finish()?;
        sink.share.files = sink.writer.finish()?;
        Ok(sink.share)
    }

    fn progress(&self) {
        self.context.observer.tell(EventKind::StepProgress {
            step: self.step.clone(),
            rows: self.rows.load(Ordering::Relaxed),
            bytes_read: self.bytes.load(Ordering::Relaxed),
            bytes_total: Some(self.bytes_total),
        });
    }
}

/// Where one worker's batches go.
struct WorkerSink<'j, 'a> {
    job: &'j Job<'a>,
    writer: StageWriter<'j, 'a>,
    quarantine: StageWriter<'j, 'a>,
    share: Share,
}

impl Sink for WorkerSink<'_, '_> {
    fn rows(&mut self, batch: RecordBatch) -> Result<(), SinkError> {
        self.job.context.stop.check()?;
        if let Some(keys) = &mut self.share.keys {
            keys.add(&batch);
        }
        self.writer.write(&batch)?;
        self.job.rows.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn rejects(&mut self, batch: RecordBatch) -> Result<(), SinkError> {
        count_reasons(&batch, &mut self.share);
        self.quarantine.write(&batch)?;
        Ok(())
    }
}

fn count_reasons(batch: &RecordBatch, share: &mut Share) {
    let (Some(reasons), Some(kinds)) = (batch.column_by_name("reason"), batch.column_by_name("kind")) else {
        return;
    };
    let (Some(reasons), Some(kinds)) = (reasons.as_string_view_opt(), kinds.as_string_view_opt()) else {
        return;
    };
    for row in 0..batch.num_rows() {
        if reasons.is_null(row) {
            continue;
        }
        let counts = if kinds.value(row) == "row" { &mut share.row_rejects } else { &mut share.cell_rejects };
        match counts.get_mut(reasons.value(row)) {
            Some(count) => *count += 1,
            None => {
                counts.insert(reasons.value(row).to_owned(), 1);
            }
        }
    }
}
