//! Loads a source: its files are read side by side, good rows staged, bad ones quarantined, repeats set aside.

mod queue;
mod repeats;

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Schema;

use super::context::Context;
use super::error::StepError;
use super::unique;
use crate::config::project::Source;
use crate::name::TableName;
use crate::source::unique::{Repeated, Split};
use crate::source::{self, FileReport, InputFile, Sink, SinkError, Threads, schema};
use crate::warehouse::{FileEntry, Stage, StageOptions, StageWriter, StagedTable, TableSpec};
use queue::Queue;

/// What loading a source yields, before repeats are removed.
pub struct Loaded {
    /// Rows whose key no other row has.
    pub staged: StagedTable,
    pub report: FileReport,
    /// Rejected rows and cells by reason.
    pub row_rejects: BTreeMap<String, u64>,
    pub cell_rejects: BTreeMap<String, u64>,
    /// Rows whose key another row may have, if there are any.
    pub aside: Option<StagedTable>,
}

/// Who reads a source's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crew {
    /// How many files are read side by side.
    pub workers: usize,
    /// How many threads each of them takes.
    pub threads: Threads,
}

impl Crew {
    /// A thread for each file, as far as there are threads; two for each, where files are few and not small.
    pub fn of(files: &[InputFile], threads: usize) -> Self {
        let workers = files.len().clamp(1, threads.max(1));
        let worth_it = files.iter().any(|file| file.bytes >= WORTH_TWO_THREADS);
        let threads = if worth_it && 2 * workers <= threads { Threads::Two } else { Threads::One };
        Self { workers, threads }
    }

    /// The threads that work at the same time.
    pub fn lanes(self) -> usize {
        match self.threads {
            Threads::One => self.workers,
            Threads::Two => 2 * self.workers,
        }
    }
}

/// A smaller file is read before a second thread could help.
const WORTH_TWO_THREADS: u64 = 8 << 20;

/// Reads every file of a source into a staged table. Blocking: call it where that is allowed.
pub fn load(
    context: &Context,
    source: &Source,
    files: &[InputFile],
    table: &TableName,
    crew: Crew,
) -> Result<Loaded, StepError> {
    let Crew { workers, threads } = crew;
    let queue = Queue::new(context, table, files, if source.unique.is_some() { 2 } else { 1 }, threads);
    let repeated = match &source.unique {
        Some(key) => repeats::find(&queue, source, key, workers)?,
        None => Repeated::default(),
    };
    let spec = TableSpec::internal(table.clone());
    let stage = |schema: &Schema| {
        context.warehouse.stage(&context.run, context.as_of, &spec, schema, &StageOptions::internal())
    };
    let single = stage(&schema::contract(source))?;
    let aside = stage(&schema::staged(source))?;
    let quarantine = context.warehouse.quarantine_anew(
        &context.run,
        context.as_of,
        &source.name,
        &source::reject::schema(),
    )?;
    let job = Job { source, queue: &queue, stage: &single, aside: &aside, quarantine: &quarantine, repeated };
    let shares = queue.pass(workers, |worker| job.work(worker))?;
    let mut total = Share::default();
    let (mut streams, mut streams_aside) = (Vec::new(), Vec::new());
    for mut share in shares {
        streams.push(std::mem::take(&mut share.files));
        streams_aside.push(std::mem::take(&mut share.aside));
        total.add(share);
    }
    total.report.extra_columns.sort();
    let aside = match streams_aside.iter().all(Vec::is_empty) {
        true => None,
        false => Some(aside.finish(streams_aside)?),
    };
    Ok(Loaded {
        staged: single.finish(streams)?,
        report: total.report,
        row_rejects: total.row_rejects,
        cell_rejects: total.cell_rejects,
        aside,
    })
}

/// What the workers of one source share.
struct Job<'a> {
    source: &'a Source,
    queue: &'a Queue<'a>,
    stage: &'a Stage<'a>,
    aside: &'a Stage<'a>,
    quarantine: &'a Stage<'a>,
    repeated: Repeated,
}

/// What one worker did.
#[derive(Default)]
struct Share {
    report: FileReport,
    row_rejects: BTreeMap<String, u64>,
    cell_rejects: BTreeMap<String, u64>,
    files: Vec<FileEntry>,
    aside: Vec<FileEntry>,
}

impl Share {
    fn add(&mut self, other: Self) {
        self.report.add(&other.report);
        add_counts(&mut self.row_rejects, other.row_rejects);
        add_counts(&mut self.cell_rejects, other.cell_rejects);
    }
}

fn add_counts(to: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (reason, count) in from {
        *to.entry(reason).or_default() += count;
    }
}

impl Job<'_> {
    /// Takes files off the queue until none is left. With two threads for a file a third one writes: it is mostly the
    /// others that wait for it.
    fn work(&self, worker: u32) -> Result<Share, StepError> {
        let mut writer = self.stage.writer(worker);
        if self.queue.options.threads == Threads::One {
            let mut share = self.read(worker, |rows| Ok(writer.write(&rows)?))?;
            share.files = writer.finish()?;
            return Ok(share);
        }
        std::thread::scope(|scope| {
            let (sender, receiver) = std::sync::mpsc::sync_channel::<RecordBatch>(BATCHES_AHEAD);
            let writing = scope.spawn(move || -> Result<Vec<FileEntry>, StepError> {
                for rows in receiver {
                    writer.write(&rows)?;
                }
                Ok(writer.finish()?)
            });
            let share = self.read(worker, |rows| Ok(sender.send(rows)?));
            drop(sender);
            // If writing failed, then that is why reading did.
            let files = writing.join().unwrap_or(Err(StepError::Panicked))?;
            Ok(Share { files, ..share? })
        })
    }

    /// Reads files until none is left; rows that nothing else is like go to `write`.
    fn read(
        &self,
        worker: u32,
        write: impl FnMut(RecordBatch) -> Result<(), SinkError>,
    ) -> Result<Share, StepError> {
        let mut sink = WorkerSink {
            job: self,
            write,
            aside: self.aside.writer(unique::ASIDE + worker),
            quarantine: self.quarantine.writer(worker),
            share: Share::default(),
        };
        while let Some(file) = self.queue.take()? {
            let report = source::read(self.source, file, &self.queue.options, &mut sink)?;
            sink.share.report.add(&report);
            self.queue.done(file)?;
        }
        sink.quarantine.finish()?;
        sink.share.aside = sink.aside.finish()?;
        Ok(sink.share)
    }
}

/// Batches that wait to be written.
const BATCHES_AHEAD: usize = 2;

/// Where one worker's batches go.
struct WorkerSink<'j, 'a, W> {
    job: &'j Job<'a>,
    write: W,
    aside: StageWriter<'j, 'a>,
    quarantine: StageWriter<'j, 'a>,
    share: Share,
}

impl<W: FnMut(RecordBatch) -> Result<(), SinkError>> Sink for WorkerSink<'_, '_, W> {
    fn rows(&mut self, batch: RecordBatch) -> Result<(), SinkError> {
        self.job.queue.context.stop.check()?;
        self.job.queue.count(batch.num_rows());
        let Split { single, repeated } = self.job.repeated.split(batch)?;
        if let Some(repeated) = repeated {
            self.aside.write(&repeated)?;
        }
        if schema::carries_locator(self.job.source) {
            let columns: Vec<usize> = (0..self.job.source.columns.len()).collect();
            return (self.write)(single.project(&columns)?);
        }
        (self.write)(single)
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
