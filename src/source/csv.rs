//! Delimited text → spans. Eight bytes at a time, nothing is copied but quoted values that hold quotes.
//!
//! A quote opens a quoted value only at its beginning; within, two quotes stand for one; text between the closing quote
//! and the delimiter is kept as it stands. Lines end in `\n` or `\r\n`. Empty lines are no rows. A row with fewer or more
//! fields than the header is bad as a whole: which value is missing cannot be known.

use memchr::memchr;

use super::block::{Row, Rows, Span};
use super::encoding::Charset;
use super::lines::{Taken, Tokenizer, count_lines};
use super::reject::Reason;
use crate::config::project::Delimiter;

/// Marks a field that no column wants.
pub const UNWANTED: u32 = u32::MAX;

/// How the fields of a file lie.
#[derive(Debug, Clone)]
pub struct Csv {
    delimiter: Delimiter,
    quote: Option<u8>,
    /// The delimiter may be the second byte of a GB18030 character.
    guarded: bool,
    /// Field → slot of a row, or [`UNWANTED`]. Rows have as many fields.
    slots: Vec<u32>,
}

/// One field's end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Field,
    Record,
    /// The bytes end first.
    Bytes,
}

impl Csv {
    pub fn new(delimiter: Delimiter, quote: Option<u8>, guarded: bool, slots: Vec<u32>) -> Self {
        Self { delimiter, quote, guarded, slots }
    }

    /// The fields of the first record that is no empty line, and how far it goes; none while it is not whole.
    pub fn first_record(&self, bytes: &[u8], last: bool) -> Option<(Vec<Vec<u8>>, Taken)> {
        let mut fields = Vec::new();
        let mut scratch = Rows::new(0);
        let mut scanner = Scanner::new(bytes, self);
        let mut at = 0;
        while at < bytes.len() {
            if let Some(next) = empty_line(bytes, at) {
                at = next;
                continue;
            }
            scanner.jump(self.skip_blanks(bytes, at));
            loop {
                let start = scanner.start;
                let (span, end) = self.field(bytes, &mut scanner, last, &mut scratch);
                if end == End::Bytes {
                    return None;
                }
                fields.push(match span {
                    Written::Within(from, to) => bytes[from..to].to_vec(),
                    Written::Beside(from, to) => scratch.beside[from..to].to_vec(),
                });
                if end == End::Record || scanner.start <= start {
                    let taken = Taken { bytes: scanner.start, lines: count_lines(&bytes[..scanner.start]) };
                    return Some((fields, taken));
                }
            }
        }
        None
    }

    /// One field from where the scanner stands; leaves it behind the field's end.
    #[inline]
    fn field(&self, bytes: &[u8], scanner: &mut Scanner<'_>, last: bool, rows: &mut Rows) -> (Written, End) {
        let start = scanner.start;
        if self.quote.is_some() && bytes.get(start).copied() == self.quote {
            return self.quoted(bytes, scanner, last, rows);
        }
        let (at, end) = self.unquoted_end(bytes, scanner, last);
        let text_end = if end == End::Record { before_carriage_return(bytes, start, at) } else { at };
        (Written::Within(start, text_end), end)
    }

    /// The next delimiter or line end.
    #[inline]
    fn unquoted_end(&self, bytes: &[u8], scanner: &mut Scanner<'_>, last: bool) -> (usize, End) {
        loop {
            match scanner.next() {
                Some(at) if bytes[at] == b'\n' => {
                    scanner.start = at + 1;
                    return (at, End::Record);
                }
                Some(at) if self.guarded && is_trail_byte(bytes, at) => {}
                Some(at) => {
                    scanner.start = at + 1;
                    if self.delimiter == Delimiter::Whitespace {
                        return self.end_of_blanks(bytes, scanner, at, last);
                    }
                    return (at, End::Field);
                }
                None if last => {
                    scanner.start = bytes.len();
                    return (bytes.len(), End::Record);
                }
                None => return (bytes.len(), End::Bytes),
            }
        }
    }

    /// Blanks after a value: another value follows, or the line ends.
    fn end_of_blanks(&self, bytes: &[u8], scanner: &mut Scanner<'_>, at: usize, last: bool) -> (usize, End) {
        let mut next = at;
        while bytes.get(next).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            next += 1;
        }
        let line_end = if bytes.get(next) == Some(&b'\r') { next + 1 } else { next };
        match bytes.get(line_end) {
            Some(b'\n') => {
                scanner.jump(line_end + 1);
                (at, End::Record)
            }
            None if last => {
                scanner.jump(bytes.len());
                (at, End::Record)
            }
            None => (at, End::Bytes),
            Some(_) => {
                scanner.jump(next);
                (at, End::Field)
            }
        }
    }

    fn skip_blanks(&self, bytes: &[u8], at: usize) -> usize {
        let mut at = at;
        if self.delimiter == Delimiter::Whitespace {
            while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
                at += 1;
            }
        }
        at
    }

    /// A field that begins with a quote.
    fn quoted(&self, bytes: &[u8], scanner: &mut Scanner<'_>, last: bool, rows: &mut Rows) -> (Written, End) {
        let quote = bytes[scanner.start];
        let open = scanner.start + 1;
        let mut from = open;
        let mut copied: Option<usize> = None;
        loop {
            let Some(close) = memchr(quote, &bytes[from..]).map(|at| from + at) else {
                return (Written::Within(open, open), End::Bytes);
            };
            match bytes.get(close + 1) {
                Some(next) if *next == quote => {
                    copied.get_or_insert(rows.beside.len());
                    rows.beside.extend_from_slice(&bytes[from..=close]);
                    from = close + 2;
                }
                None if !last => return (Written::Within(open, open), End::Bytes),
                _ => {
                    scanner.jump(close + 1);
                    let (at, end) = self.unquoted_end(bytes, scanner, last);
                    if end == End::Bytes {
                        return (Written::Within(open, open), End::Bytes);
                    }
                    let text_end =
                        if end == End::Record { before_carriage_return(bytes, close + 1, at) } else { at };
                    if copied.is_none() && text_end == close + 1 {
                        return (Written::Within(open, close), end);
                    }
                    let start = *copied.get_or_insert(rows.beside.len());
                    rows.beside.extend_from_slice(&bytes[from..close]);
                    rows.beside.extend_from_slice(&bytes[close + 1..text_end]);
                    return (Written::Beside(start, rows.beside.len()), end);
                }
            }
        }
    }
}

/// Where a field's text stands.
#[derive(Clone, Copy)]
enum Written {
    Within(usize, usize),
    Beside(usize, usize),
}

impl From<Written> for Span {
    fn from(written: Written) -> Self {
        match written {
            Written::Within(start, end) => Self::within(start, end),
            Written::Beside(start, end) => Self::beside(start, end),
        }
    }
}

impl Tokenizer for Csv {
    fn tokenize(&mut self, bytes: &[u8], last: bool, _charset: Charset, rows: &mut Rows) -> Taken {
        let mut taken = Taken::default();
        let mut scanner = Scanner::new(bytes, self);
        while taken.bytes < bytes.len() {
            let start = taken.bytes;
            if let Some(next) = empty_line(bytes, start) {
                taken = Taken { bytes: next, lines: taken.lines + 1 };
                scanner.jump(next);
                continue;
            }
            let first = self.skip_blanks(bytes, start);
            if first != start {
                scanner.jump(first);
            }
            let base = rows.spans.len();
            let beside = rows.beside.len();
            rows.spans.resize(base + rows.width, Span::NULL);
            let mut fields = 0;
            let mut multiline = false;
            let end = loop {
                let begin = scanner.start;
                let (written, end) = self.field(bytes, &mut scanner, last, rows);
                if end == End::Bytes {
                    break end;
                }
                multiline |= self.quote.is_some() && bytes.get(begin).copied() == self.quote;
                if let Some(slot) = self.slots.get(fields)
                    && *slot != UNWANTED
                    && let Some(span) = rows.spans.get_mut(base + *slot as usize)
                {
                    *span = written.into();
                }
                fields += 1;
                if end == End::Record {
                    break end;
                }
            };
            let discard = |rows: &mut Rows| {
                rows.spans.truncate(base);
                rows.beside.truncate(beside);
            };
            if end == End::Bytes {
                discard(rows);
                if !last {
                    break;
                }
                let line_end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
                let row = Row { start: start as u32, length: (line_end - start) as u32, line: taken.lines };
                rows.bad.push((row, Reason::UnclosedQuote));
                let next = (line_end + 1).min(bytes.len());
                taken = Taken { bytes: next, lines: taken.lines + 1 };
                scanner.jump(next);
                continue;
            }
            let next = scanner.start;
            let text_end = before_line_end(bytes, start, next);
            let row = Row { start: start as u32, length: (text_end - start) as u32, line: taken.lines };
            match fields.cmp(&self.slots.len()) {
                std::cmp::Ordering::Equal => rows.places.push(row),
                std::cmp::Ordering::Less => {
                    discard(rows);
                    rows.bad.push((row, Reason::TooFewFields));
                }
                std::cmp::Ordering::Greater => {
                    discard(rows);
                    rows.bad.push((row, Reason::TooManyFields));
                }
            }
            let lines = if multiline { count_lines(&bytes[start..next]).max(1) } else { 1 };
            taken = Taken { bytes: next, lines: taken.lines + lines };
        }
        taken
    }
}

/// Where an empty line ends, if one begins here.
#[inline]
fn empty_line(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at) {
        Some(b'\n') => Some(at + 1),
        Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
        _ => None,
    }
}

#[inline]
fn before_carriage_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

fn before_line_end(bytes: &[u8], start: usize, next: usize) -> usize {
    let end = if next > start && bytes[next - 1] == b'\n' { next - 1 } else { next };
    before_carriage_return(bytes, start, end)
}

/// Whether the byte here is the second of a two-byte GB18030 character: an odd run of lead bytes stands before it.
fn is_trail_byte(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|byte| (0x81..=0xfe).contains(*byte)).count() % 2 == 1
}

/// Finds delimiters and line ends, eight bytes at a time.
struct Scanner<'a> {
    bytes: &'a [u8],
    /// Where the next field begins.
    start: usize,
    /// Where the word in `hits` begins.
    word: usize,
    /// The high bit of every byte that is a delimiter or a line end and has not been given out.
    hits: u64,
    delimiter: u64,
    second: u64,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
const LINE_END: u64 = ONES * b'\n' as u64;

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8], csv: &Csv) -> Self {
        let (first, second) = match csv.delimiter {
            Delimiter::Byte(byte) => (byte, byte),
            Delimiter::Whitespace => (b' ', b'\t'),
        };
        let mut scanner = Self {
            bytes,
            start: 0,
            word: 0,
            hits: 0,
            delimiter: ONES * u64::from(first),
            second: ONES * u64::from(second),
        };
        scanner.jump(0);
        scanner
    }

    /// Goes on at another place.
    #[inline]
    fn jump(&mut self, at: usize) {
        self.start = at;
        self.word = at;
        self.hits = self.load();
    }

    /// The next delimiter or line end.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.hits == 0 {
            if self.word + 8 >= self.bytes.len() {
                return None;
            }
            self.word += 8;
            self.hits = self.load();
        }
        let at = self.word + (self.hits.trailing_zeros() / 8) as usize;
        self.hits &= self.hits - 1;
        Some(at)
    }

    #[inline]
    fn load(&self) -> u64 {
        match self.bytes.get(self.word..self.word + 8).and_then(|word| word.try_into().ok()) {
            Some(word) => self.matches(u64::from_le_bytes(word)),
            None => {
                let rest = self.bytes.get(self.word..).unwrap_or_default();
                let mut word = [0; 8];
                word[..rest.len()].copy_from_slice(rest);
                let kept = if rest.is_empty() { 0 } else { u64::MAX >> (64 - 8 * rest.len()) };
                self.matches(u64::from_le_bytes(word)) & kept
            }
        }
    }

    #[inline]
    fn matches(&self, word: u64) -> u64 {
        let ends = zero_bytes(word ^ LINE_END) | zero_bytes(word ^ self.delimiter);
        if self.second == self.delimiter { ends } else { ends | zero_bytes(word ^ self.second) }
    }
}

/// The high bit of every byte that is zero, and of no other.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & !HIGH) + !HIGH) | word) & HIGH
}
