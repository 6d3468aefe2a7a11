//! Token-set ratio: words as sets, then the longest common subsequence of what they have in common and what not.

use std::cmp::Ordering;
use std::ops::Range;

use crate::identity::fold::{fold_into, is_han};

/// Folded texts, their words, and the texts that the sets make.
#[derive(Debug, Default)]
pub struct Buffers {
    a: Words,
    b: Words,
    common: Vec<char>,
    only_a: Vec<char>,
    only_b: Vec<char>,
    lengths: Vec<u32>,
}

/// A folded text and where its words stand, sorted and each once.
#[derive(Debug, Default)]
struct Words {
    text: String,
    places: Vec<Range<usize>>,
}

impl Words {
    fn read(&mut self, text: &str) {
        let Self { text: folded, places } = self;
        folded.clear();
        places.clear();
        fold_into(text, folded);
        let mut start = None;
        for (at, c) in folded.char_indices() {
            let in_word = c.is_alphanumeric() && !is_han(c);
            match start {
                None if in_word => start = Some(at),
                Some(from) if !in_word => {
                    places.push(from..at);
                    start = None;
                }
                _ => {}
            }
            if is_han(c) {
                places.push(at..at + c.len_utf8());
            }
        }
        places.extend(start.map(|from| from..folded.len()));
        let word = |place: &Range<usize>| folded.get(place.clone()).unwrap_or("");
        places.sort_unstable_by(|a, b| word(a).cmp(word(b)));
        places.dedup_by(|a, b| word(a) == word(b));
    }

    fn word(&self, index: usize) -> Option<&str> {
        self.places.get(index).and_then(|place| self.text.get(place.clone()))
    }
}

/// See [`super::Scratch::token_set`].
pub fn set_ratio(a: &str, b: &str, buffers: &mut Buffers) -> Option<f64> {
    let Buffers { a: a_words, b: b_words, common, only_a, only_b, lengths } = buffers;
    a_words.read(a);
    b_words.read(b);
    if a_words.places.is_empty() || b_words.places.is_empty() {
        return None;
    }
    for words in [&mut *common, &mut *only_a, &mut *only_b] {
        words.clear();
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match (a_words.word(i), b_words.word(j)) {
            (Some(of_a), Some(of_b)) => match of_a.cmp(of_b) {
                Ordering::Equal => {
                    push_word(of_a, common);
                    (i, j) = (i + 1, j + 1);
                }
                Ordering::Less => {
                    push_word(of_a, only_a);
                    i += 1;
                }
                Ordering::Greater => {
                    push_word(of_b, only_b);
                    j += 1;
                }
            },
            (Some(of_a), None) => {
                push_word(of_a, only_a);
                i += 1;
            }
            (None, Some(of_b)) => {
                push_word(of_b, only_b);
                j += 1;
            }
            (None, None) => break,
        }
    }
    if !common.is_empty() && (only_a.is_empty() || only_b.is_empty()) {
        return Some(1.0);
    }
    Some(ratio_of_sets(common.len(), only_a, only_b, lengths))
}

fn push_word(word: &str, words: &mut Vec<char>) {
    if !words.is_empty() {
        words.push(' ');
    }
    words.extend(word.chars());
}

/// The greatest ratio among common words, common words with those of `a`, and common words with those of `b`. All begin
/// with the common words, so only what follows them is compared.
fn ratio_of_sets(common: usize, only_a: &[char], only_b: &[char], lengths: &mut Vec<u32>) -> f64 {
    let ratio = |alike: usize, both: usize| 2.0 * alike as f64 / both as f64;
    let in_common = longest_common_subsequence(only_a, only_b, lengths);
    if common == 0 {
        return ratio(in_common, only_a.len() + only_b.len());
    }
    let (of_a, of_b) = (common + 1 + only_a.len(), common + 1 + only_b.len());
    ratio(common + 1 + in_common, of_a + of_b)
        .max(ratio(common, common + of_a))
        .max(ratio(common, common + of_b))
}

fn longest_common_subsequence(a: &[char], b: &[char], lengths: &mut Vec<u32>) -> usize {
    lengths.clear();
    lengths.resize(b.len(), 0);
    for of_a in a {
        let (mut diagonal, mut left) = (0, 0);
        for (of_b, length) in b.iter().zip(lengths.iter_mut()) {
            let above = *length;
            *length = if of_a == of_b { diagonal + 1 } else { above.max(left) };
            diagonal = above;
            left = *length;
        }
    }
    lengths.last().map_or(0, |length| *length as usize)
}
