//! Feeds a text file's bytes to a tokenizer, block by block. Memory is one block, or one record where that is longer.

use memchr::{memchr, memchr_iter};

use super::block::{Block, Row, Rows};
use super::encoding::{Charset, byte_order_mark, decode};
use super::reject::Reason;
use super::stream::Stream;
use super::{InputFile, ReadOptions, SourceError, Threads, ahead};

/// Finds records in bytes.
pub trait Tokenizer {
    /// Writes the whole records at the beginning of `bytes` and returns how many bytes and lines they take. `last` says
    /// that nothing follows: then all bytes are taken.
    fn tokenize(&mut self, bytes: &[u8], last: bool, charset: Charset, rows: &mut Rows) -> Taken;
}

/// How far a tokenizer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    pub bytes: usize,
    pub lines: u32,
}

/// A text file on its way through a tokenizer.
pub struct Lines {
    stream: Stream,
    file: String,
    block_bytes: usize,
    max_record_bytes: usize,
    buffer: Vec<u8>,
    /// Where the buffer begins in the unpacked file, and on which line.
    offset: u64,
    line: u64,
    ended: bool,
    pub charset: Charset,
}

impl Lines {
    /// Opens a file and reads as much as decides its encoding, if its beginning does.
    pub fn open(file: &InputFile, charset: Charset, options: &ReadOptions) -> Result<Self, SourceError> {
        let mut lines = Self {
            stream: Stream::open(file)?,
            file: file.relative.clone(),
            block_bytes: options.block_bytes.clamp(64, 1 << 28),
            max_record_bytes: options.max_record_bytes.clamp(64, 1 << 29),
            buffer: Vec::new(),
            offset: 0,
            line: 1,
            ended: false,
            charset,
        };
        lines.fill(lines.block_bytes)?;
        let mark = byte_order_mark(&lines.file, &lines.buffer)?;
        if mark > 0 {
            lines.buffer.drain(..mark);
            lines.offset = mark as u64;
            lines.charset = Charset::Utf8;
        }
        Ok(lines)
    }

    /// Bytes at hand, at least a block of them unless the file ends.
    pub fn at_hand(&self) -> &[u8] {
        &self.buffer
    }

    pub fn ended(&self) -> bool {
        self.ended
    }

    pub fn max_record_bytes(&self) -> usize {
        self.max_record_bytes
    }

    /// Has more bytes at hand, up to `bytes`.
    pub fn fill(&mut self, bytes: usize) -> Result<(), SourceError> {
        let had = self.buffer.len();
        if self.ended || had >= bytes {
            return Ok(());
        }
        self.buffer.resize(bytes, 0);
        let got = self.stream.fill(&mut self.buffer[had..])?;
        self.buffer.truncate(had + got);
        self.ended = had + got < bytes;
        Ok(())
    }

    /// Passes over bytes at hand.
    pub fn skip(&mut self, taken: Taken) {
        self.buffer.drain(..taken.bytes);
        self.offset += taken.bytes as u64;
        self.line += u64::from(taken.lines);
    }

    /// The next rows; none at the end of the file.
    pub fn next(
        &mut self,
        tokenizer: &mut dyn Tokenizer,
        rows: &mut Rows,
    ) -> Result<Option<Block>, SourceError> {
        let mut wanted = self.block_bytes;
        loop {
            self.fill(wanted)?;
            if self.buffer.is_empty() {
                return Ok(None);
            }
            self.charset = self.charset.decide(&self.buffer);
            rows.clear();
            let taken = tokenizer.tokenize(&self.buffer, self.ended, self.charset, rows);
            if taken.bytes > 0 {
                return Ok(Some(self.cut(taken, rows)));
            }
            if self.buffer.len() >= self.max_record_bytes {
                return self.give_up(rows).map(Some);
            }
            wanted = (self.buffer.len() * 2).min(self.max_record_bytes);
        }
    }

    /// Makes a block of the bytes taken; the rest begins the next one.
    fn cut(&mut self, taken: Taken, rows: &mut Rows) -> Block {
        let mut rest = Vec::with_capacity(self.block_bytes.max(self.buffer.len() - taken.bytes));
        rest.extend_from_slice(&self.buffer[taken.bytes..]);
        let mut bytes = std::mem::replace(&mut self.buffer, rest);
        bytes.truncate(taken.bytes);
        let mut block = Block::new(bytes, rows, Some(self.offset), self.line);
        if !rows.decoded {
            decode(&mut block, self.charset);
        }
        self.offset += taken.bytes as u64;
        self.line += u64::from(taken.lines);
        block
    }

    /// A record longer than any may be: goes on behind its first line.
    fn give_up(&mut self, rows: &mut Rows) -> Result<Block, SourceError> {
        rows.clear();
        let row = |length: usize| Row { start: 0, length: length.min(u32::MAX as usize) as u32, line: 0 };
        if let Some(end) = memchr(b'\n', &self.buffer) {
            rows.bad.push((row(end), Reason::UnclosedQuote));
            return Ok(self.cut(Taken { bytes: end + 1, lines: 1 }, rows));
        }
        let (offset, line) = (self.offset, self.line);
        loop {
            self.offset += self.buffer.len() as u64;
            self.buffer.clear();
            self.fill(self.block_bytes)?;
            match memchr(b'\n', &self.buffer) {
                Some(end) => {
                    let length = self.offset + end as u64 - offset;
                    rows.bad.push((row(length as usize), Reason::RecordTooLong));
                    self.skip(Taken { bytes: end + 1, lines: 1 });
                    break;
                }
                None if self.ended => {
                    let length = self.offset + self.buffer.len() as u64 - offset;
                    rows.bad.push((row(length as usize), Reason::RecordTooLong));
                    self.offset += self.buffer.len() as u64;
                    self.buffer.clear();
                    break;
                }
                None => {}
            }
        }
        Ok(Block::new(Vec::new(), rows, Some(offset), line))
    }
}

/// Calls back with every block of a file, in order. With [`Threads::Two`] the next blocks are read, unpacked and tokenized
/// while the callback works on one; the blocks are the same.
///
/// `check` sees the tokenizer after each block, and may end the reading.
pub fn for_each_block<T: Tokenizer + Send>(
    lines: &mut Lines,
    tokenizer: &mut T,
    width: usize,
    threads: Threads,
    check: impl Fn(&T) -> Result<(), SourceError> + Sync,
    mut on: impl FnMut(&Block) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let mut rows = Rows::new(width);
    let mut next = || -> Result<Option<Block>, SourceError> {
        let block = lines.next(tokenizer, &mut rows)?;
        check(tokenizer)?;
        Ok(block)
    };
    ahead::for_each(std::iter::from_fn(|| next().transpose()), threads, |block| on(&block))
}

/// How many lines end in a stretch.
pub fn count_lines(bytes: &[u8]) -> u32 {
    memchr_iter(b'\n', bytes).count() as u32
}
