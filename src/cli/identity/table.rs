//! Figures and words as a table, as other commands print theirs.

use std::io;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};

use crate::cli::args::RowFormat;
use crate::cli::output;

/// A column's cells, as they are shown.
pub enum Column {
    Words(Vec<String>),
    /// Aligned by their last digit.
    Figures(Vec<String>),
}

/// Prints a title and a table.
pub fn print(title: &str, columns: Vec<(&str, Column)>) -> io::Result<()> {
    if !title.is_empty() {
        output::print_line(title)?;
    }
    let fields: Vec<Field> =
        columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, false)).collect();
    let cells = columns.into_iter().map(|(name, column)| -> ArrayRef {
        Arc::new(StringArray::from(match column {
            Column::Words(cells) => cells,
            Column::Figures(cells) => aligned(name, cells),
        }))
    });
    let batch =
        RecordBatch::try_new(Arc::new(Schema::new(fields)), cells.collect()).map_err(io::Error::other)?;
    output::print_rows(&[batch], RowFormat::Table)?;
    output::print_line("")
}

fn aligned(name: &str, cells: Vec<String>) -> Vec<String> {
    let width = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0).max(name.chars().count());
    cells.into_iter().map(|cell| format!("{cell:>width$}")).collect()
}
