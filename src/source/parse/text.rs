//! What a value is before it has a type: blanks taken off, words that stand for nothing taken away.

use crate::source::header::is_blank;

/// Trims values and knows which words are none.
#[derive(Debug, Clone)]
pub struct Cleaner {
    trim: bool,
    nulls: Vec<Box<[u8]>>,
}

impl Cleaner {
    /// The empty value is always none.
    pub fn new<'a>(trim: bool, words: impl IntoIterator<Item = &'a Vec<String>>) -> Self {
        let nulls = words
            .into_iter()
            .flatten()
            .filter(|word| !word.is_empty())
            .map(|word| word.as_bytes().into())
            .collect();
        Self { trim, nulls }
    }

    /// The value, if there is one.
    #[inline]
    pub fn clean<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let text = if self.trim { trimmed(text) } else { text };
        if text.is_empty() || (!self.nulls.is_empty() && self.nulls.iter().any(|word| **word == *text)) {
            return None;
        }
        Some(text)
    }
}

/// UTF-8 without blanks of any script at its ends.
#[inline]
fn trimmed(text: &[u8]) -> &[u8] {
    let plain = |byte: &u8| (0x21..0x7f).contains(byte);
    match (text.first(), text.last()) {
        (Some(first), Some(last)) if plain(first) && plain(last) => text,
        _ => trim_slowly(text),
    }
}

fn trim_slowly(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Ok(text) => text.trim_matches(is_blank).as_bytes(),
        Err(_) => text.trim_ascii(),
    }
}

/// True, false, or neither, in any case.
#[inline]
pub fn boolean(text: &[u8], truths: &[String], falsehoods: &[String]) -> Option<bool> {
    let among = |words: &[String]| words.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(text));
    if among(truths) {
        return Some(true);
    }
    if among(falsehoods) {
        return Some(false);
    }
    if text.is_ascii() {
        return None;
    }
    let lower = valid(text).to_lowercase();
    if truths.contains(&lower) {
        return Some(true);
    }
    falsehoods.contains(&lower).then_some(false)
}

/// Text that has been checked before; nothing should it turn out not to be UTF-8.
pub fn valid(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}
