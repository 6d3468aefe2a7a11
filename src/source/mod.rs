//! Files → typed batches and rejects, one source file at a time. Never plans, never publishes, knows no SQL engine.
//!
//! A caller asks [`discover`] for a source's files and hands each to [`read`], from as many threads as it likes. A file
//! is streamed: memory is bounded by the block that is being parsed (about a MiB, at most one record of
//! [`ReadOptions::max_record_bytes`]), never by the file.
//!
//! For every file `rows_read = rows_loaded + rows_quarantined`. Rows dated after the as-of date are not there yet: they
//! are counted as `rows_later` and nowhere else.

mod ahead;
mod assemble;
pub mod block;
pub mod csv;
mod delimited;
pub mod discover;
pub mod encoding;
pub mod error;
mod header;
mod json;
pub mod lines;
mod ndjson;
mod parquet;
pub mod parse;
pub mod reject;
pub mod report;
pub mod reveal;
mod spool;
mod stream;
pub mod unique;
mod workbook;

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::RecordBatch;

use self::assemble::Assembler;
use crate::config::project::Source;
use crate::config::raw::source::FileFormat;
use crate::name::{AsOf, RunId};

pub use discover::{InputFile, discover, fingerprint};
pub use error::SourceError;
pub use report::FileReport;

/// Where a file's batches go. Called from the thread that reads.
pub trait Sink {
    /// Typed rows in [`schema::staged`]'s columns.
    fn rows(&mut self, batch: RecordBatch) -> Result<(), SinkError>;

    /// Rejects in [`reject::schema`]'s columns.
    fn rejects(&mut self, batch: RecordBatch) -> Result<(), SinkError>;
}

/// Why a sink took no more.
pub type SinkError = Box<dyn Error + Send + Sync>;

/// What a reader is told beside the contract.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    pub run: RunId,
    pub as_of: AsOf,
    /// In whose days as-of dates are counted.
    pub business_timezone: chrono_tz::Tz,
    /// About how many bytes of a text file become one batch.
    pub block_bytes: usize,
    /// A longer record is quarantined.
    pub max_record_bytes: usize,
    /// Threads that one text file may take.
    pub threads: Threads,
}

/// How many threads read one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    One,
    /// One finds records, the other reads their values: for a file that no other file is read beside.
    Two,
}

impl ReadOptions {
    pub fn new(run: RunId, as_of: AsOf, business_timezone: chrono_tz::Tz) -> Self {
        Self {
            run,
            as_of,
            business_timezone,
            block_bytes: 1 << 20,
            max_record_bytes: 16 << 20,
            threads: Threads::One,
        }
    }
}

/// Reads one file of a source: typed rows and rejects go to the sink, what became of them into the report.
///
/// Blocking. An error means that the file as a whole cannot be trusted; what the sink has received of it is void.
pub fn read(
    source: &Source,
    file: &InputFile,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<FileReport, SourceError> {
    let mut assembler = Assembler::new(source, file, options, sink);
    match source.files.format {
        FileFormat::Csv => delimited::read(&mut assembler, options)?,
        FileFormat::Ndjson => ndjson::read(&mut assembler, options)?,
        FileFormat::Parquet => {
            guarded(&mut assembler, |assembler| parquet::read(assembler, options.threads))?
        }
        FileFormat::Xlsx => guarded(&mut assembler, workbook::read)?,
    }
    assembler.finish()
}

/// Runs a reader that rests on a library for a binary format: should a damaged file make it panic, that is an error too.
fn guarded(
    assembler: &mut Assembler<'_>,
    read: impl FnOnce(&mut Assembler<'_>) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let file = assembler.file.relative.clone();
    catch_unwind(AssertUnwindSafe(|| read(assembler))).unwrap_or(Err(SourceError::Unreadable { file }))
}

/// The columns of a source's batches.
pub mod schema {
    use std::sync::Arc;

    use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

    use crate::config::project::Source;
    use crate::config::raw::source::Keep;

    /// The columns that follow the contract's in batches of a source that keeps none of repeated rows: where each row
    /// stands, so that repeats found later can still be listed among the rejects. No other source carries them.
    pub const LOCATOR: [&str; 4] = ["_file", "_line", "_offset", "_length"];

    /// The contract's columns: the table that models read.
    pub fn contract(source: &Source) -> SchemaRef {
        Arc::new(Schema::new(source.columns.iter().map(|column| column.field()).collect::<Vec<_>>()))
    }

    /// What [`super::read`] yields: the contract's columns, and [`LOCATOR`] where [`carries_locator`].
    pub fn staged(source: &Source) -> SchemaRef {
        let mut fields: Vec<Field> = source.columns.iter().map(|column| column.field()).collect();
        if carries_locator(source) {
            let [file, line, offset, length] = LOCATOR;
            fields.push(Field::new(file, DataType::Utf8View, false));
            fields.push(Field::new(line, DataType::UInt64, false));
            fields.push(Field::new(offset, DataType::UInt64, true));
            fields.push(Field::new(length, DataType::UInt64, true));
        }
        Arc::new(Schema::new(fields))
    }

    /// Whether batches end with the [`LOCATOR`] columns.
    pub fn carries_locator(source: &Source) -> bool {
        source.unique.as_ref().is_some_and(|unique| unique.keep == Keep::None)
    }
}
