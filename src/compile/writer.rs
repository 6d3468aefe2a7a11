//! A SQL text that grows, and remembers which of its bytes were written where in YAML.

use std::ops::Range;

use crate::config::problem::Location;
use crate::config::project::SqlText;
use crate::config::sql::literal;

/// SQL with its origins.
#[derive(Debug, Default)]
pub struct Writer {
    pub sql: String,
    pub origins: Vec<(Range<usize>, Location)>,
}

impl Writer {
    /// Text of our own.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.sql.push_str(text);
        self
    }

    /// An author's expression. One that has lines or a comment gets lines of its own, so that what follows is never
    /// within the comment.
    pub fn written(&mut self, text: &SqlText) -> &mut Self {
        let alone = text.sql.contains('\n') || text.sql.contains("--");
        if alone {
            self.sql.push('\n');
        }
        let start = self.sql.len();
        self.sql.push_str(text.sql.trim_end());
        let end = self.sql.len();
        self.origins.push((start..end, text.at.clone()));
        if text.sql.chars().count() == text.at.length as usize && !text.sql.contains('\n') {
            self.origins.extend(words(&text.sql).map(|(range, column, length)| {
                let at = Location { column: text.at.column + column, length, ..text.at.clone() };
                (start + range.start..start + range.end, at)
            }));
        }
        if alone {
            self.sql.push('\n');
        }
        self
    }

    /// The same in parentheses.
    pub fn parenthesised(&mut self, text: &SqlText) -> &mut Self {
        self.push("(").written(text).push(")")
    }
}

/// The words of an expression of one line: bytes, characters before, characters.
fn words(sql: &str) -> impl Iterator<Item = (Range<usize>, u32, u32)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut found = Vec::new();
    let mut begun: Option<(usize, u32)> = None;
    let ended = sql.char_indices().chain(std::iter::once((sql.len(), ' ')));
    for (characters, (byte, c)) in (0_u32..).zip(ended) {
        match (is_word(c), begun) {
            (true, None) => begun = Some((byte, characters)),
            (false, Some((start, before))) => {
                found.push((start..byte, before, characters - before));
                begun = None;
            }
            _ => {}
        }
    }
    found.into_iter()
}

/// A text that may be absent as an SQL literal.
pub fn literal_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}
