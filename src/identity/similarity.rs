//! How alike two values are, by Unicode character: the kernels that SQL functions and matching share. Pure, and without
//! an allocation per pair: callers keep one [`Scratch`] per thread. Never reads columns, never weighs an answer.

mod date;
mod edit;
mod jaro;
mod tokens;

pub use date::{DateLevel, date_level};

/// Buffers that pairs share. One per thread; its state never influences an answer.
#[derive(Debug, Default)]
pub struct Scratch {
    jaro: jaro::Buffers,
    edit: edit::Buffers,
    tokens: tokens::Buffers,
}

impl Scratch {
    /// Jaro's similarity, raised by a tenth of the rest for each of up to four equal first characters (Winkler 1990);
    /// 0 to 1, equal texts 1.
    pub fn jaro_winkler(&mut self, a: &str, b: &str) -> f64 {
        jaro::winkler(a, b, &mut self.jaro)
    }

    /// The least number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, where
    /// swapped characters may be edited again (the unrestricted distance: `ca` to `abc` is 2).
    pub fn damerau_levenshtein(&mut self, a: &str, b: &str) -> usize {
        edit::distance_within(a, b, usize::MAX, &mut self.edit).unwrap_or(usize::MAX)
    }

    /// As [`Self::damerau_levenshtein`], or none as soon as it is certain to be more than `most`.
    pub fn damerau_levenshtein_within(&mut self, a: &str, b: &str, most: usize) -> Option<usize> {
        edit::distance_within(a, b, most, &mut self.edit)
    }

    /// How alike two texts are as sets of folded words, 0 to 1, as RapidFuzz defines `token_set_ratio`; a Han character
    /// is a word. None where a text has no word.
    pub fn token_set(&mut self, a: &str, b: &str) -> Option<f64> {
        tokens::set_ratio(a, b, &mut self.tokens)
    }
}
