//! A stretch of a file with the places of its rows and values: what tokenizers write and parsers read.

use arrow::buffer::Buffer;

use super::reject::{Place, Reason};

/// Where one value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: u32,
    length: u32,
}

/// Set in `start` of a span that lies beside the file's own bytes.
const BESIDE: u32 = 1 << 31;

impl Span {
    /// No value.
    pub const NULL: Self = Self { start: u32::MAX, length: 0 };
    /// Bytes that are no text.
    pub const INVALID: Self = Self { start: u32::MAX - 1, length: 0 };

    pub fn within(start: usize, end: usize) -> Self {
        Self { start: start as u32, length: (end - start) as u32 }
    }

    pub fn beside(start: usize, end: usize) -> Self {
        Self { start: start as u32 | BESIDE, length: (end - start) as u32 }
    }
}

/// One value as a parser sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    Null,
    Invalid,
    /// UTF-8.
    Text(&'a [u8]),
}

/// The place of a row relative to its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub start: u32,
    pub length: u32,
    pub line: u32,
}

/// A row that a tokenizer found no use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow {
    pub place: Place,
    pub reason: Reason,
}

/// Rows found in a stretch of a file; values are spans of `width` to a row.
#[derive(Debug, Default)]
pub struct Rows {
    pub width: usize,
    pub spans: Vec<Span>,
    pub places: Vec<Row>,
    /// Unescaped and decoded values.
    pub beside: Vec<u8>,
    /// Rows that are none: place relative to the block.
    pub bad: Vec<(Row, Reason)>,
    /// Values are UTF-8 already.
    pub decoded: bool,
}

impl Rows {
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    pub fn clear(&mut self) {
        self.spans.clear();
        self.places.clear();
        self.beside.clear();
        self.bad.clear();
    }

    /// Appends text beside the file's own bytes.
    pub fn write_beside(&mut self, text: &[u8]) -> Span {
        let start = self.beside.len();
        self.beside.extend_from_slice(text);
        Span::beside(start, self.beside.len())
    }
}

/// Rows with the bytes that they point into.
#[derive(Debug)]
pub struct Block {
    /// The file's own bytes.
    pub bytes: Buffer,
    pub beside: Buffer,
    pub width: usize,
    pub spans: Vec<Span>,
    pub places: Vec<Row>,
    pub bad: Vec<BadRow>,
    /// Where the block begins in the unpacked file; absent where rows are no stretch of bytes.
    pub offset: Option<u64>,
    /// The line on which it begins, from 1.
    pub line: u64,
}

impl Block {
    pub fn new(bytes: Vec<u8>, rows: &mut Rows, offset: Option<u64>, line: u64) -> Self {
        let mut block = Self {
            bytes: Buffer::from_vec(bytes),
            beside: Buffer::from_vec(std::mem::take(&mut rows.beside)),
            width: rows.width,
            spans: std::mem::take(&mut rows.spans),
            places: std::mem::take(&mut rows.places),
            bad: Vec::new(),
            offset,
            line,
        };
        block.bad =
            rows.bad.drain(..).map(|(row, reason)| BadRow { place: block.place_of(row), reason }).collect();
        block
    }

    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// Where a row stands in its file.
    pub fn place(&self, row: usize) -> Place {
        self.place_of(self.places[row])
    }

    fn place_of(&self, row: Row) -> Place {
        Place {
            line: self.line + u64::from(row.line),
            bytes: self.offset.map(|offset| (offset + u64::from(row.start), u64::from(row.length))),
        }
    }

    /// The value of a row in a slot.
    pub fn cell(&self, row: usize, slot: usize) -> Cell<'_> {
        match self.spans[row * self.width + slot] {
            Span::NULL => Cell::Null,
            Span::INVALID => Cell::Invalid,
            span => Cell::Text(self.text(span)),
        }
    }

    fn text(&self, span: Span) -> &[u8] {
        let start = (span.start & !BESIDE) as usize;
        let whole = if span.start & BESIDE == 0 { &self.bytes } else { &self.beside };
        whole.get(start..start + span.length as usize).unwrap_or_default()
    }

    /// Maps the text of every value; used where a block's bytes are not UTF-8.
    pub fn decode(&mut self, mut decode: impl FnMut(&[u8], &mut Vec<u8>) -> Decoded) {
        let mut beside = self.beside.to_vec();
        for at in 0..self.spans.len() {
            let span = self.spans[at];
            if span == Span::NULL || span == Span::INVALID {
                continue;
            }
            let start = beside.len();
            match decode(self.text(span), &mut beside) {
                Decoded::Same => {}
                Decoded::Invalid => {
                    beside.truncate(start);
                    self.spans[at] = Span::INVALID;
                }
                Decoded::Written => self.spans[at] = Span::beside(start, beside.len()),
            }
        }
        self.beside = Buffer::from_vec(beside);
    }
}

/// What became of a value's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoded {
    /// They are text as they are.
    Same,
    /// Their text has been written.
    Written,
    /// They are no text.
    Invalid,
}
