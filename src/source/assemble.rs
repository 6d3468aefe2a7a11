//! Typed columns of some rows → a batch for the sink, rejects, and the file's counts.
//!
//! In this order: rows dated after the as-of date are set aside uncounted; rows with a bad value that their contract does
//! not forgive go to the quarantine, one reject for each bad value; other bad values are NULL, one reject each.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt64Array};
use arrow::compute::filter;
use arrow::datatypes::{DataType, Date32Type, SchemaRef, TimestampMicrosecondType};
use arrow::error::ArrowError;

use super::block::{BadRow, Block};
use super::parse::{BlockColumn, Parser, Problems};
use super::reject::{Kind, Place, Reason, RejectBuilder, repeat};
use super::report::least;
use super::{FileReport, InputFile, ReadOptions, Sink, SourceError, schema};
use crate::config::project::Source;

/// Rejects that wait before they go to the sink.
const REJECTS_AT_ONCE: usize = 8192;

/// One file's batches in the making.
pub struct Assembler<'a> {
    pub source: &'a Source,
    pub file: &'a InputFile,
    pub parsers: Vec<Parser>,
    pub report: FileReport,
    rejects: RejectBuilder,
    schema: SchemaRef,
    locator: bool,
    dated_by: Option<Horizon>,
    updated_at: Option<Horizon>,
    sink: &'a mut dyn Sink,
}

/// A column of dates, and the first value of it that is later than the as-of date, in the column's unit.
#[derive(Debug, Clone, Copy)]
struct Horizon {
    column: usize,
    from: i64,
}

impl Horizon {
    fn of(source: &Source, column: Option<usize>, options: &ReadOptions) -> Option<Self> {
        let column = column?;
        let from = match source.columns.get(column)?.kind.arrow() {
            DataType::Date32 => i64::from(options.as_of.days()) + 1,
            _ => options.as_of.end(options.business_timezone).timestamp_micros(),
        };
        Some(Self { column, from })
    }
}

/// Typed columns of some rows, in the contract's order, each with its bad values.
pub type Columns = Vec<(ArrayRef, Problems)>;

impl<'a> Assembler<'a> {
    pub fn new(
        source: &'a Source,
        file: &'a InputFile,
        options: &ReadOptions,
        sink: &'a mut dyn Sink,
    ) -> Self {
        Self {
            source,
            file,
            parsers: source.columns.iter().map(|column| Parser::new(source, column)).collect(),
            report: FileReport { file: file.relative.clone(), bytes: file.bytes, ..FileReport::default() },
            rejects: RejectBuilder::new(source.name.as_str(), &file.relative, options.run.as_str()),
            schema: schema::staged(source),
            locator: schema::carries_locator(source),
            dated_by: Horizon::of(source, source.dated_by, options),
            updated_at: Horizon::of(source, source.updated_at, options),
            sink,
        }
    }

    /// Rows of text, whose slots are the contract's columns.
    pub fn block(&mut self, block: &Block) -> Result<(), SourceError> {
        for BadRow { place, reason } in &block.bad {
            self.bad_row(*place, *reason)?;
        }
        if block.rows() == 0 {
            return Ok(());
        }
        let columns = self
            .parsers
            .iter_mut()
            .enumerate()
            .map(|(slot, parser)| parser.parse(&BlockColumn { block, slot }))
            .collect::<Result<Columns, ArrowError>>()
            .map_err(|source| self.failed(source))?;
        self.columns(columns, block.rows(), &|row| block.place(row))
    }

    /// A row that cannot be read as one.
    pub fn bad_row(&mut self, place: Place, reason: Reason) -> Result<(), SourceError> {
        self.report.rows_read += 1;
        self.report.rows_quarantined += 1;
        self.rejects.push(place, None, reason, Kind::Row);
        if self.rejects.len() >= REJECTS_AT_ONCE { self.flush() } else { Ok(()) }
    }

    /// Typed rows.
    pub fn columns(
        &mut self,
        columns: Columns,
        rows: usize,
        place: &dyn Fn(usize) -> Place,
    ) -> Result<(), SourceError> {
        let later = self.later(&columns);
        let is_later = |row: u32| later.as_ref().is_some_and(|later| later.value(row as usize));
        let later_rows = later.as_ref().map_or(0, BooleanArray::true_count);

        let mut quarantined =
            vec![false; if columns.iter().any(|(_, bad)| !bad.is_empty()) { rows } else { 0 }];
        for (parser, (_, problems)) in self.parsers.iter().zip(&columns) {
            for (row, _) in problems.iter().filter(|(row, _)| parser.rejects_row && !is_later(*row)) {
                quarantined[*row as usize] = true;
            }
        }
        let quarantined_rows = quarantined.iter().filter(|bad| **bad).count();
        for (parser, (_, problems)) in self.parsers.iter().zip(&columns) {
            for (row, reason) in problems.iter().filter(|(row, _)| !is_later(*row)) {
                let kind = if quarantined[*row as usize] { Kind::Row } else { Kind::Cell };
                self.report.cell_rejects += u64::from(kind == Kind::Cell);
                self.rejects.push(place(*row as usize), Some(&parser.name), *reason, kind);
            }
        }

        let loaded = rows - later_rows - quarantined_rows;
        self.report.rows_read += (rows - later_rows) as u64;
        self.report.rows_later += later_rows as u64;
        self.report.rows_quarantined += quarantined_rows as u64;
        self.report.rows_loaded += loaded as u64;
        if self.rejects.len() >= REJECTS_AT_ONCE {
            self.flush()?;
        }
        if loaded == 0 {
            return Ok(());
        }
        let kept: Option<Vec<bool>> = (loaded < rows).then(|| {
            (0..rows)
                .map(|row| !is_later(row as u32) && !quarantined.get(row).is_some_and(|bad| *bad))
                .collect()
        });
        let batch = self.batch(columns, loaded, kept, place).map_err(|source| self.failed(source))?;
        self.note_dates(&batch);
        self.sink.rows(batch).map_err(|source| self.refused(source))
    }

    fn batch(
        &self,
        columns: Columns,
        loaded: usize,
        kept: Option<Vec<bool>>,
        place: &dyn Fn(usize) -> Place,
    ) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = columns.into_iter().map(|(array, _)| array).collect();
        if let Some(kept) = &kept {
            let mask = BooleanArray::from(kept.clone());
            for array in &mut arrays {
                *array = filter(array, &mask)?;
            }
        }
        if self.locator {
            let rows = kept.as_ref().map_or(loaded, Vec::len);
            let places: Vec<Place> =
                (0..rows).filter(|row| kept.as_ref().is_none_or(|kept| kept[*row])).map(place).collect();
            let numbers = |number: &dyn Fn(&Place) -> Option<u64>| -> ArrayRef {
                Arc::new(places.iter().map(number).collect::<UInt64Array>())
            };
            arrays.push(repeat(&self.file.relative, loaded));
            arrays.push(numbers(&|place| Some(place.line)));
            arrays.push(numbers(&|place| place.bytes.map(|(offset, _)| offset)));
            arrays.push(numbers(&|place| place.bytes.map(|(_, length)| length)));
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }

    /// Which rows are dated after the as-of date; none if no row is.
    fn later(&mut self, columns: &Columns) -> Option<BooleanArray> {
        let Horizon { column, from } = self.dated_by?;
        let (dates, _) = columns.get(column)?;
        let (_, after) = around(dates, from);
        let first = after.least?;
        self.report.min_later = least(self.report.min_later, Some(first));
        let mut later = vec![false; dates.len()];
        for_each_date(dates, |row, value| later[row] = value >= from);
        Some(BooleanArray::from(later))
    }

    fn note_dates(&mut self, batch: &RecordBatch) {
        if let Some(Horizon { column, from }) = self.dated_by {
            let (until, _) = around(batch.column(column), from);
            self.report.max_loaded = self.report.max_loaded.max(until.greatest);
        }
        if let Some(Horizon { column, from }) = self.updated_at {
            let (until, after) = around(batch.column(column), from);
            self.report.rows_updated_later += after.rows;
            self.report.max_updated = self.report.max_updated.max(until.greatest);
            self.report.min_updated_later = least(self.report.min_updated_later, after.least);
        }
    }

    /// Hands the last rejects on; the file's counts.
    pub fn finish(mut self) -> Result<FileReport, SourceError> {
        self.flush()?;
        Ok(self.report)
    }

    fn flush(&mut self) -> Result<(), SourceError> {
        match self.rejects.take().map_err(|source| self.failed(source))? {
            Some(batch) => self.sink.rejects(batch).map_err(|source| self.refused(source)),
            None => Ok(()),
        }
    }

    fn failed(&self, source: ArrowError) -> SourceError {
        SourceError::Batch { file: self.file.relative.clone(), source }
    }

    fn refused(&self, source: super::SinkError) -> SourceError {
        SourceError::Sink { file: self.file.relative.clone(), source }
    }
}

/// What was seen of some dates.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    rows: u64,
    least: Option<i64>,
    greatest: Option<i64>,
}

impl Span {
    fn add(&mut self, value: i64) {
        self.rows += 1;
        self.least = Some(self.least.map_or(value, |least| least.min(value)));
        self.greatest = self.greatest.max(Some(value));
    }
}

/// The dates of a column before a limit, and those from it on.
fn around(dates: &ArrayRef, from: i64) -> (Span, Span) {
    let (mut until, mut after) = (Span::default(), Span::default());
    for_each_date(dates, |_, value| if value < from { until.add(value) } else { after.add(value) });
    (until, after)
}

/// Calls back with the row and value of every date or instant that is there.
fn for_each_date(dates: &ArrayRef, mut on: impl FnMut(usize, i64)) {
    if let Some(days) = dates.as_primitive_opt::<Date32Type>() {
        for (row, day) in days.iter().enumerate().filter_map(|(row, day)| Some((row, day?))) {
            on(row, i64::from(day));
        }
    } else if let Some(instants) = dates.as_primitive_opt::<TimestampMicrosecondType>() {
        for (row, instant) in instants.iter().enumerate().filter_map(|(row, instant)| Some((row, instant?))) {
            on(row, instant);
        }
    }
}
