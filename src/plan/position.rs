//! Where in a project's files a stretch of SQL stands. Bytes inside, lines and columns outside.

use std::ops::Range;
use std::sync::Arc;

use crate::config::problem::Location;

/// Which stretches of a generated SQL text came from which place in YAML.
pub type Origins = Vec<(Range<usize>, Location)>;

/// A text that can be asked for lines and columns.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a str,
    /// The byte each line starts at.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The byte at a line and column, both from 1, the column in characters. Past the end of a line is its end.
    pub fn byte(&self, line: u64, column: u64) -> usize {
        let line = usize::try_from(line.max(1)).unwrap_or(usize::MAX) - 1;
        let Some(&start) = self.starts.get(line) else { return self.text.len() };
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let column = usize::try_from(column.max(1)).unwrap_or(usize::MAX) - 1;
        let content = &self.text[start..end];
        content.char_indices().nth(column).map_or(end, |(at, _)| start + at)
    }

    /// The line and column of a byte, both from 1, the column in characters.
    pub fn line_column(&self, byte: usize) -> (u32, u32) {
        let byte = floor_char(self.text, byte);
        let line = self.starts.partition_point(|&start| start <= byte);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text[start..byte].chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The place of a byte range; what goes over a line's end is cut off there.
    pub fn location(&self, file: &Arc<str>, range: &Range<usize>) -> Location {
        let (line, column) = self.line_column(range.start);
        let start = floor_char(self.text, range.start);
        let end = floor_char(self.text, range.end.max(start));
        let marked = self.text[start..end].split(['\n', '\r']).next().unwrap_or_default();
        let length = u32::try_from(marked.chars().count()).unwrap_or(u32::MAX).max(1);
        Location { file: Arc::clone(file), line, column, length }
    }
}

fn floor_char(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// Where a stretch of a model's SQL stands: in its own file, or, if it was generated, in the YAML it came from.
pub fn locate(
    sql: &str,
    file: &Arc<str>,
    origins: &Origins,
    fallback: &Location,
    range: &Range<usize>,
) -> Location {
    if origins.is_empty() {
        return Lines::new(sql).location(file, range);
    }
    origins
        .iter()
        .filter(|(origin, _)| origin.start <= range.start && range.start < origin.end)
        .min_by_key(|(origin, _)| origin.len())
        .map_or_else(|| fallback.clone(), |(_, location)| location.clone())
}
