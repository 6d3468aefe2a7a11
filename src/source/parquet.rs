//! A Parquet file: the contract's columns alone are read, and cast where the file's types differ from the contract's.

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderBuilder, ParquetRecordBatchReaderBuilder, SyncReader};
use parquet::errors::ParquetError;

use super::assemble::{Assembler, Columns};
use super::header::Layout;
use super::parse::array::{Absent, Unfit};
use super::reject::Place;
use super::spool::seekable;
use super::{SourceError, Threads, ahead, parse};

const ROWS_AT_ONCE: usize = 8192;

/// Reads a file into an assembler. A line is the row's number, from 1.
pub fn read(assembler: &mut Assembler<'_>, threads: Threads) -> Result<(), SourceError> {
    let name = assembler.file.relative.clone();
    let damaged = |source: ParquetError| SourceError::Parquet { file: name.clone(), source };
    let file = seekable(assembler.file, u64::MAX)?;
    let builder: ArrowReaderBuilder<SyncReader<std::fs::File>> =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(damaged)?;
    let names: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let layout = Layout::matched(&name, &names, assembler.source)?;
    assembler.report.extra_columns = layout.extra;

    let wanted: Vec<(usize, usize)> = layout
        .columns
        .iter()
        .enumerate()
        .filter_map(|(root, column)| column.map(|index| (root, index)))
        .collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().map(|(root, _)| *root));
    let reader = builder.with_projection(mask).with_batch_size(ROWS_AT_ONCE).build().map_err(damaged)?;
    let mut row = 0_u64;
    let batches = reader.map(|batch| batch.map_err(|error| damaged(ParquetError::from(error))));
    ahead::for_each(batches, threads, |batch| {
        let rows = batch.num_rows();
        let columns = typed(assembler, &batch, &wanted)?;
        assembler.columns(columns, rows, &|at| Place { line: row + at as u64 + 1, bytes: None })?;
        row += rows as u64;
        Ok(())
    })
}

/// The contract's columns of a batch whose columns are `wanted`, in the file's order.
fn typed(
    assembler: &mut Assembler<'_>,
    batch: &RecordBatch,
    wanted: &[(usize, usize)],
) -> Result<Columns, SourceError> {
    let file = &assembler.file.relative;
    let mut columns = Vec::with_capacity(assembler.parsers.len());
    for (index, parser) in assembler.parsers.iter_mut().enumerate() {
        let place = wanted.iter().position(|(_, column)| *column == index);
        let typed = match place.map(|at| batch.column(at)) {
            Some(array) => parse::array::convert(parser, array),
            None => parser.parse(&Absent(batch.num_rows())).map_err(Unfit::Arrow),
        };
        columns.push(typed.map_err(|unfit| match unfit {
            Unfit::Type { found, wanted } => {
                SourceError::ParquetType { file: file.clone(), column: parser.name.clone(), found, wanted }
            }
            Unfit::Arrow(source) => SourceError::Batch { file: file.clone(), source },
        })?);
    }
    Ok(columns)
}
