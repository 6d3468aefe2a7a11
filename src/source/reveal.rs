//! The raw text of rejects, read back from the files. For people who may see it; nothing here is kept anywhere.

use super::encoding::{Charset, decode_lossy};
use super::stream::Stream;
use super::{InputFile, SourceError};
use crate::config::raw::source::Encoding;

/// A stretch of a file's unpacked bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    pub offset: u64,
    pub length: u64,
}

/// More of one stretch is not shown.
const MOST_BYTES: u64 = 64 << 10;

/// The text of stretches of one file, in their order; long ones are cut. One pass over the file, packed or not.
///
/// A stretch that the file no longer reaches is an error: the file has changed.
pub fn reveal(
    file: &InputFile,
    encoding: Encoding,
    stretches: &[Stretch],
) -> Result<Vec<String>, SourceError> {
    let mut order: Vec<usize> = (0..stretches.len()).collect();
    order.sort_by_key(|index| stretches[*index]);
    let mut texts = vec![Vec::new(); stretches.len()];
    let mut stream = Stream::open(file)?;
    let mut buffer = vec![0; 1 << 18];
    let mut from = 0_u64;
    let mut open: Vec<usize> = Vec::new();
    let mut waiting = order.into_iter().peekable();
    while waiting.peek().is_some() || !open.is_empty() {
        let bytes = stream.fill(&mut buffer)? as u64;
        if bytes == 0 {
            break;
        }
        let to = from + bytes;
        while let Some(index) = waiting.next_if(|index| stretches[*index].offset < to) {
            open.push(index);
        }
        open.retain(|index| {
            let stretch = stretches[*index];
            let end = stretch.offset + stretch.length.min(MOST_BYTES);
            let (start, stop) = (stretch.offset.max(from), end.min(to));
            if start < stop {
                texts[*index].extend_from_slice(&buffer[(start - from) as usize..(stop - from) as usize]);
            }
            end > to
        });
        from = to;
    }
    for (stretch, text) in stretches.iter().zip(&texts) {
        if (text.len() as u64) < stretch.length.min(MOST_BYTES) {
            return Err(SourceError::Changed { file: file.relative.clone(), offset: stretch.offset });
        }
    }
    Ok(texts.iter().map(|text| decode_lossy(text, Charset::declared(encoding).decide(text))).collect())
}
