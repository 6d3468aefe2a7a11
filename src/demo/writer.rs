//! Delimited and line-by-line files: rows gathered as bytes, written in large pieces, gzipped or encoded on the way.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::DemoError;
use super::gzip::GzipFile;
use super::mess::{Corruption, Mess};

/// Written to the file whenever this much is gathered.
const PIECE: usize = 1 << 18;

/// How a file's bytes are laid down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Utf8,
    Utf8WithBom,
    Gb18030,
    Gzip,
}

impl Form {
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Gzip => ".gz",
            Self::Utf8 | Self::Utf8WithBom | Self::Gb18030 => "",
        }
    }
}

enum Sink {
    Plain(File),
    Gb18030(File),
    Gzip(Box<GzipFile>),
}

/// A file that is written from front to back.
pub struct Output {
    path: PathBuf,
    sink: Sink,
    pending: Vec<u8>,
}

impl Output {
    pub fn create(path: PathBuf, form: Form) -> Result<Self, DemoError> {
        let file = create_file(&path)?;
        let mut pending = Vec::with_capacity(PIECE + 4096);
        if form == Form::Utf8WithBom {
            pending.extend_from_slice("\u{feff}".as_bytes());
        }
        let sink = match form {
            Form::Utf8 | Form::Utf8WithBom => Sink::Plain(file),
            Form::Gb18030 => Sink::Gb18030(file),
            Form::Gzip => {
                let file =
                    GzipFile::new(file).map_err(|source| DemoError::Write { path: path.clone(), source })?;
                Sink::Gzip(Box::new(file))
            }
        };
        Ok(Self { path, sink, pending })
    }

    /// Where the next bytes go.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    /// Ends a line; pieces go to the disk at ends of lines only.
    pub fn end_line(&mut self) -> Result<(), DemoError> {
        self.pending.push(b'\n');
        if self.pending.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), DemoError> {
        let written = match &mut self.sink {
            Sink::Plain(file) => file.write_all(&self.pending),
            Sink::Gzip(file) => file.write_all(&self.pending),
            Sink::Gb18030(file) => {
                let text = String::from_utf8_lossy(&self.pending);
                let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
                file.write_all(&bytes)
            }
        };
        self.pending.clear();
        written.map_err(|source| DemoError::Write { path: self.path.clone(), source })
    }

    pub fn finish(mut self) -> Result<(), DemoError> {
        self.flush()?;
        let ended = match self.sink {
            Sink::Plain(mut file) | Sink::Gb18030(mut file) => file.flush(),
            Sink::Gzip(file) => file.finish(),
        };
        ended.map_err(|source| DemoError::Write { path: self.path, source })
    }
}

/// Creates a file and the folders above it.
pub fn create_file(path: &Path) -> Result<File, DemoError> {
    let failed = |source| DemoError::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    File::create(path).map_err(failed)
}

/// The fields of a line, as they will stand in the file, in the contract's order.
#[derive(Debug, Default)]
pub struct Row {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    pub fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    pub fn empty(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// A field that needs no quotes.
    pub fn plain(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// A field that may hold separators, quotes or line ends.
    pub fn free(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        if self.bytes[start..].iter().any(|byte| matches!(byte, b',' | b'"' | b'\n')) {
            let text = self.bytes.split_off(start);
            self.bytes.push(b'"');
            for byte in text {
                if byte == b'"' {
                    self.bytes.push(b'"');
                }
                self.bytes.push(byte);
            }
            self.bytes.push(b'"');
        }
        self.ends.push(self.bytes.len());
    }

    fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

/// A CSV file with a header. Columns stand in an order of the file's own; some may be absent, one may be extra.
pub struct CsvFile {
    output: Output,
    order: Vec<usize>,
    extra: bool,
    mess: Mess,
    rows: u64,
}

impl CsvFile {
    /// `variant` picks the order of columns, the optional one that is absent and whether there is an extra one.
    pub fn create(
        path: PathBuf,
        form: Form,
        header: &[&str],
        mess: Mess,
        variant: usize,
    ) -> Result<Self, DemoError> {
        let mut order: Vec<usize> = (0..header.len()).collect();
        if variant % 3 == 1 {
            order.rotate_left(header.len() / 3);
        } else if variant % 3 == 2 {
            order[1..].reverse();
        }
        if variant % 4 == 3
            && let Some(absent) = mess.absent
        {
            order.retain(|&column| column != absent);
        }
        let extra = variant % 5 == 4;
        let mut output = Output::create(path, form)?;
        for (position, &column) in order.iter().enumerate() {
            if position > 0 {
                output.buffer().push(b',');
            }
            output.buffer().extend_from_slice(header[column].as_bytes());
        }
        if extra {
            output.buffer().extend_from_slice(b",loaded_by");
        }
        output.end_line()?;
        Ok(Self { output, order, extra, mess, rows: 0 })
    }

    /// Writes a row, spoils one of its cells now and then, and adds a row that breaks the contract now and then.
    pub fn write(&mut self, row: &Row) -> Result<(), DemoError> {
        let spoiled = self.mess.spoiled_cell(self.rows);
        self.line(row, spoiled.as_ref())?;
        if let Some(corruption) = self.mess.broken_row(self.rows) {
            self.line(row, Some(&corruption))?;
        }
        Ok(())
    }

    fn line(&mut self, row: &Row, corruption: Option<&Corruption>) -> Result<(), DemoError> {
        self.rows += 1;
        let buffer = self.output.buffer();
        let mut length = self.order.len();
        if let Some(Corruption::Short) = corruption {
            length = length.min(2);
        }
        for (position, &column) in self.order[..length].iter().enumerate() {
            if position > 0 {
                buffer.push(b',');
            }
            match corruption {
                Some(Corruption::Replace(at, text)) if *at == column => {
                    buffer.extend_from_slice(text.as_bytes())
                }
                // A line of the wrong length has a number of its own, so that it never stands in for a good one.
                Some(Corruption::Short | Corruption::Long) if column == 0 => {
                    buffer.extend_from_slice(row.field(column));
                    buffer.push(b'X');
                }
                _ => buffer.extend_from_slice(row.field(column)),
            }
        }
        if self.extra && length == self.order.len() {
            buffer.extend_from_slice(b",etl");
        }
        if let Some(Corruption::Long) = corruption {
            buffer.extend_from_slice(b",,?");
        }
        self.output.end_line()
    }

    /// Rows written, those that break the contract counted too.
    pub fn finish(self) -> Result<u64, DemoError> {
        self.output.finish()?;
        Ok(self.rows)
    }
}
