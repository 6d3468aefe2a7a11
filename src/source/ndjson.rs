//! A file of one JSON object a line. A line that is none is quarantined by itself; empty lines are no rows.
//!
//! A member that the contract names by its key becomes a value: strings by their text, everything else as written, lists
//! and objects as JSON. `null`, an absent member and an empty string are no value.

use std::borrow::Cow;
use std::collections::HashMap;

use encoding_rs::GB18030;
use memchr::memchr;

use super::assemble::Assembler;
use super::block::{Row, Rows, Span};
use super::encoding::Charset;
use super::json::{Refusal, Shape, Value, members, unescape};
use super::lines::{Lines, Taken, Tokenizer, for_each_block};
use super::reject::Reason;
use super::{ReadOptions, SourceError};
use crate::config::column::ColumnType;
use crate::config::project::Source;
use crate::config::raw::source::ExtraColumns;

/// So many keys of a file are remembered; a file with more has values for keys.
const MOST_KEYS: usize = 4096;

/// Reads a file into an assembler.
pub fn read(assembler: &mut Assembler<'_>, options: &ReadOptions) -> Result<(), SourceError> {
    let source = assembler.source;
    let mut lines = Lines::open(assembler.file, Charset::declared(source.files.encoding), options)?;
    let mut objects = Objects::new(source);
    let file = assembler.file;
    let no_extra = |objects: &Objects<'_>| {
        if source.extra_columns != ExtraColumns::Fail || objects.extra.is_empty() {
            return Ok(());
        }
        let columns: Vec<String> = objects.extra.iter().map(|key| format!("`{key}`")).collect();
        Err(SourceError::ExtraColumns {
            file: file.relative.clone(),
            name: source.name.to_string(),
            columns: columns.join(", "),
        })
    };
    let width = source.columns.len();
    let threads = options.threads;
    for_each_block(&mut lines, &mut objects, width, threads, no_extra, |block| assembler.block(block))?;
    if source.extra_columns == ExtraColumns::Warn {
        assembler.report.extra_columns = objects.extra;
    }
    Ok(())
}

/// Where a key's values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Unwanted,
    /// A slot, and the place of the key among the column's headers: the first that has a value wins.
    Slot {
        slot: usize,
        rank: usize,
        /// Strings keep their quotes.
        json: bool,
    },
}

/// Finds the values of objects, one a line.
struct Objects<'a> {
    source: &'a Source,
    keys: HashMap<Vec<u8>, Target>,
    /// The keys of the last line, in order: the next line has most likely the same.
    expected: Vec<(Vec<u8>, Target)>,
    extra: Vec<String>,
}

impl<'a> Objects<'a> {
    fn new(source: &'a Source) -> Self {
        Self { source, keys: HashMap::new(), expected: Vec::new(), extra: Vec::new() }
    }

    /// The members of one line into a row's spans. `base` is where the line begins in its block; none where the line is
    /// decoded and its values must be copied.
    fn object(&mut self, line: &[u8], base: Option<usize>, rows: &mut Rows) -> Result<(), Reason> {
        let first = rows.spans.len();
        rows.spans.resize(first + rows.width, Span::NULL);
        let mut at = 0;
        let mut broken = false;
        let result = members(line, |key, shape, value| {
            let target = self.target(at, key, shape);
            at += 1;
            let Target::Slot { slot, rank, json } = target else { return };
            let Some(span) = rows.spans.get(first + slot).copied() else { return };
            if rank > 0 && span != Span::NULL {
                return;
            }
            match write(line, base, value, json, rows) {
                Some(written) => rows.spans[first + slot] = written,
                None => broken = true,
            }
        });
        match result {
            Ok(()) if !broken => Ok(()),
            Ok(()) | Err(Refusal::Syntax) => Err(Reason::JsonSyntax),
            Err(Refusal::NotObject) => Err(Reason::JsonNotObject),
        }
    }

    #[inline]
    fn target(&mut self, at: usize, key: &[u8], shape: Shape) -> Target {
        if let Some((expected, target)) = self.expected.get(at)
            && expected == key
        {
            return *target;
        }
        let target = match self.keys.get(key) {
            Some(target) => *target,
            None => self.resolve(key, shape),
        };
        match self.expected.get_mut(at) {
            Some(expected) => {
                expected.0.clear();
                expected.0.extend_from_slice(key);
                expected.1 = target;
            }
            None if at < 256 => self.expected.push((key.to_vec(), target)),
            None => {}
        }
        target
    }

    /// A key that has not been seen before.
    fn resolve(&mut self, key: &[u8], shape: Shape) -> Target {
        let mut plain = Vec::new();
        let text = match shape {
            Shape::Escaped if unescape(key, &mut plain).is_some() => String::from_utf8_lossy(&plain),
            _ => String::from_utf8_lossy(key),
        };
        let target = column_of(self.source, text.trim());
        if self.keys.len() < MOST_KEYS {
            if target == Target::Unwanted && !text.is_empty() && !self.extra.contains(&text.to_string()) {
                self.extra.push(text.into_owned());
            }
            self.keys.insert(key.to_vec(), target);
        }
        target
    }
}

fn column_of(source: &Source, key: &str) -> Target {
    let lower = key.to_lowercase();
    let find = |same: &dyn Fn(&str) -> bool| {
        source.columns.iter().enumerate().find_map(|(slot, column)| {
            let rank = column.headers.iter().position(|header| same(header))?;
            Some(Target::Slot { slot, rank, json: column.kind == ColumnType::Json })
        })
    };
    find(&|header| header == key)
        .or_else(|| find(&|header| header.to_lowercase() == lower))
        .unwrap_or(Target::Unwanted)
}

/// A value's span; none where an escape is none.
#[inline]
fn write(line: &[u8], base: Option<usize>, value: Value, json: bool, rows: &mut Rows) -> Option<Span> {
    let (start, end) = match value.shape {
        Shape::Null => return Some(Span::NULL),
        Shape::Escaped if !json => {
            let from = rows.beside.len();
            unescape(&line[value.start + 1..value.end - 1], &mut rows.beside)?;
            return Some(Span::beside(from, rows.beside.len()));
        }
        Shape::String if !json => (value.start + 1, value.end - 1),
        _ => (value.start, value.end),
    };
    Some(match base {
        Some(base) => Span::within(base + start, base + end),
        None => rows.write_beside(&line[start..end]),
    })
}

impl Tokenizer for Objects<'_> {
    fn tokenize(&mut self, bytes: &[u8], last: bool, charset: Charset, rows: &mut Rows) -> Taken {
        rows.decoded = charset == Charset::Gb18030;
        let mut taken = Taken::default();
        while taken.bytes < bytes.len() {
            let start = taken.bytes;
            let (end, next) = match memchr(b'\n', &bytes[start..]) {
                Some(at) => (start + at, start + at + 1),
                None if last => (bytes.len(), bytes.len()),
                None => break,
            };
            let line = bytes[start..end].trim_ascii_end();
            let number = taken.lines;
            taken = Taken { bytes: next, lines: number + 1 };
            if line.trim_ascii_start().is_empty() {
                continue;
            }
            let row = Row { start: start as u32, length: line.len() as u32, line: number };
            let (spans, beside) = (rows.spans.len(), rows.beside.len());
            let found = if rows.decoded && !line.is_ascii() {
                match GB18030.decode_without_bom_handling_and_without_replacement(line) {
                    Some(Cow::Borrowed(text)) => self.object(text.as_bytes(), None, rows),
                    Some(Cow::Owned(text)) => self.object(text.as_bytes(), None, rows),
                    None => Err(Reason::InvalidEncoding),
                }
            } else {
                self.object(line, Some(start), rows)
            };
            match found {
                Ok(()) => rows.places.push(row),
                Err(reason) => {
                    rows.spans.truncate(spans);
                    rows.beside.truncate(beside);
                    rows.bad.push((row, reason));
                }
            }
        }
        taken
    }
}
