//! A sheet of an Excel workbook: its first row is the header. Cells become text, dates in the column's own format, and
//! then go the way of all text. A line is the row's number in the sheet.

use std::io::{BufReader, Read, Seek};

use calamine::{Cell, DataRef, Reader, Xlsx};
use chrono::{NaiveDate, NaiveDateTime};

use super::SourceError;
use super::assemble::Assembler;
use super::block::{Block, Row, Rows, Span};
use super::header::Layout;
use super::parse::array::significant_digits;
use super::parse::moment::Format;
use super::spool::seekable;
use crate::config::column::ColumnType;
use crate::config::project::Source;

const ROWS_AT_ONCE: usize = 4096;

/// Unpacked bytes of a workbook beyond which it is taken for a zip bomb.
const MOST_BYTES: u64 = 2 << 30;
/// A workbook may always unpack to so many bytes, and beyond that to [`MOST_RATIO`] times its size.
const FREE_BYTES: u64 = 256 << 20;
const MOST_RATIO: u64 = 150;

/// Reads a file into an assembler.
pub fn read(assembler: &mut Assembler<'_>) -> Result<(), SourceError> {
    let name = assembler.file.relative.clone();
    let unreadable = |reason: String| SourceError::Workbook { file: name.clone(), reason };
    let mut file = seekable(assembler.file, MOST_BYTES)?;
    refuse_bomb(&name, &mut file)?;
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|error| unreadable(error.to_string()))?;
    let sheet = sheet(&name, assembler.source, &workbook.sheet_names())?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|error| unreadable(error.to_string()))?;

    let mut layout: Option<Layout> = None;
    let mut names: Vec<String> = Vec::new();
    let mut sheet = Sheet::new(assembler.source);
    loop {
        let cell = cells.next_cell().map_err(|error| unreadable(error.to_string()))?;
        if layout.is_none() && !assembler.source.files.header {
            layout = Some(Layout::positional(assembler.source));
        }
        match (&cell, &mut layout) {
            (Some(cell), Some(layout)) => {
                let (row, column) = cell.get_position();
                if sheet.full() && sheet.row != Some(row) {
                    assembler.block(&sheet.take())?;
                }
                if let Some(Some(slot)) = layout.columns.get(column as usize) {
                    sheet.put(row, *slot, cell);
                }
            }
            (Some(cell), unknown @ None) => {
                let (row, column) = cell.get_position();
                match sheet.header_row {
                    Some(header) if header != row => {
                        let matched = unknown.insert(Layout::matched(&name, &names, assembler.source)?);
                        assembler.report.extra_columns = std::mem::take(&mut matched.extra);
                        if let Some(Some(slot)) = matched.columns.get(column as usize) {
                            sheet.put(row, *slot, cell);
                        }
                    }
                    _ => {
                        if !matches!(cell.get_value(), DataRef::Empty) {
                            sheet.header_row = Some(row);
                            names.resize(names.len().max(column as usize + 1), String::new());
                            names[column as usize] = text(cell.get_value(), None);
                        }
                    }
                }
            }
            (None, Some(_)) => return assembler.block(&sheet.take()),
            (None, None) if sheet.header_row.is_none() => return Err(SourceError::Empty { file: name }),
            (None, None) => {
                let matched = Layout::matched(&name, &names, assembler.source)?;
                assembler.report.extra_columns = matched.extra;
                return Ok(());
            }
        }
    }
}

fn sheet(file: &str, source: &Source, sheets: &[String]) -> Result<String, SourceError> {
    let found = match &source.files.sheet {
        Some(wanted) => sheets
            .iter()
            .find(|sheet| *sheet == wanted)
            .or_else(|| sheets.iter().find(|sheet| sheet.trim().eq_ignore_ascii_case(wanted.trim()))),
        None => sheets.first(),
    };
    found.cloned().ok_or_else(|| SourceError::MissingSheet {
        file: file.to_owned(),
        sheet: source.files.sheet.clone().unwrap_or_default(),
        found: sheets.iter().map(|sheet| format!("`{sheet}`")).collect::<Vec<_>>().join(", "),
    })
}

/// Refuses a workbook that would fill the memory: by what its directory says, and by what it really unpacks to.
fn refuse_bomb(file: &str, archive: &mut std::fs::File) -> Result<(), SourceError> {
    let unreadable = |reason: String| SourceError::Workbook { file: file.to_owned(), reason };
    let packed = archive.metadata().map_err(|error| unreadable(error.to_string()))?.len();
    let limit = MOST_BYTES.min(FREE_BYTES.max(packed.saturating_mul(MOST_RATIO)));
    let mut zip =
        zip::ZipArchive::new(BufReader::new(&mut *archive)).map_err(|error| unreadable(error.to_string()))?;
    let refuse = |bytes: u64| SourceError::ZipBomb { file: file.to_owned(), bytes, limit };
    let mut declared = 0_u64;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|error| unreadable(error.to_string()))?;
        declared = declared.saturating_add(entry.size());
    }
    if declared > limit {
        return Err(refuse(declared));
    }
    let mut unpacked = 0_u64;
    let mut buffer = vec![0; 1 << 16];
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| unreadable(error.to_string()))?;
        loop {
            let bytes = entry.read(&mut buffer).map_err(|error| unreadable(error.to_string()))?;
            if bytes == 0 {
                break;
            }
            unpacked += bytes as u64;
            if unpacked > limit {
                return Err(refuse(unpacked));
            }
        }
    }
    archive.rewind().map_err(|error| unreadable(error.to_string()))
}

/// Rows of a sheet on their way into a block.
struct Sheet {
    rows: Rows,
    /// How each column writes a date cell.
    dates: Vec<Option<String>>,
    row: Option<u32>,
    header_row: Option<u32>,
}

impl Sheet {
    fn new(source: &Source) -> Self {
        let dates = source.columns.iter().map(|column| match &column.kind {
            ColumnType::Date { formats } | ColumnType::Timestamp { formats, .. } => formats.first().cloned(),
            _ => None,
        });
        Self { rows: Rows::new(source.columns.len()), dates: dates.collect(), row: None, header_row: None }
    }

    fn full(&self) -> bool {
        self.rows.places.len() >= ROWS_AT_ONCE || self.rows.beside.len() > 8 << 20
    }

    fn put(&mut self, row: u32, slot: usize, cell: &Cell<DataRef<'_>>) {
        if matches!(cell.get_value(), DataRef::Empty) {
            return;
        }
        if self.row != Some(row) {
            self.row = Some(row);
            self.rows.spans.resize(self.rows.spans.len() + self.rows.width, Span::NULL);
            self.rows.places.push(Row { start: 0, length: 0, line: row });
        }
        let base = self.rows.spans.len() - self.rows.width;
        let written = text(cell.get_value(), self.dates.get(slot).and_then(Option::as_deref));
        self.rows.spans[base + slot] = self.rows.write_beside(written.as_bytes());
    }

    fn take(&mut self) -> Block {
        self.row = None;
        Block::new(Vec::new(), &mut self.rows, None, 1)
    }
}

/// A cell as text. Numbers have the 15 digits that Excel shows.
fn text(value: &DataRef<'_>, date_format: Option<&str>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => plain_number(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
            let moment =
                NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day)).and_then(|date| {
                    date.and_hms_milli_opt(hour.into(), minute.into(), second.into(), milli.into())
                });
            moment.map_or_else(String::new, |moment| written(moment, date_format))
        }
        DataRef::DateTime(duration) => plain_number(duration.as_f64()),
        DataRef::Error(error) => error.to_string(),
    }
}

fn written(moment: NaiveDateTime, format: Option<&str>) -> String {
    match format {
        Some(format) => Format::write(format, moment),
        None if moment.time() == chrono::NaiveTime::MIN => moment.format("%Y-%m-%d").to_string(),
        None => moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
    }
}

fn plain_number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let rounded = significant_digits(value, 15).and_then(|text| text.parse::<f64>().ok());
    rounded.unwrap_or(value).to_string()
}
