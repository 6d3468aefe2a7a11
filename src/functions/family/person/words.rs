//! A name as written → its words: brackets, titles, suffixes and stand-ins off, each word folded and simplified.

use std::borrow::Cow;

use super::title_data::{CUT_SUFFIXES, HAN_TITLES, LATIN_SUFFIXES, LATIN_TITLES, STAND_INS};
use crate::functions::family::mask::looks_masked;
use crate::functions::family::pinyin::simplify_into;
use crate::identity::fold::{fold_into, is_han};

/// A word of a name.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// Folded; Han characters simplified.
    pub text: &'a str,
    /// As it stands in the name, apostrophes too.
    pub written: &'a str,
    pub case: Case,
    /// How many commas stand before it.
    pub part: u8,
    /// A hyphen joins it to the word before.
    pub hyphenated: bool,
    pub han: bool,
}

/// How a word's letters were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// At least two letters, all capitals.
    Upper,
    /// One letter, or letters without case.
    Neutral,
    Mixed,
}

/// The words of a name; buffers stay for the next.
#[derive(Debug, Default)]
pub struct Words {
    folded: String,
    written: String,
    spans: Vec<Span>,
    /// Where the last word ends in `written`.
    written_end: usize,
    /// The word that is being read.
    word: String,
    simple: String,
    han: String,
    dotted: bool,
    titled: bool,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    written: (usize, usize),
    case: Case,
    part: u8,
    hyphenated: bool,
    han: bool,
}

impl Words {
    /// Reads a name; false where nothing of one is left.
    pub fn read(&mut self, raw: &str) -> bool {
        self.folded.clear();
        self.written.clear();
        self.spans.clear();
        self.word.clear();
        self.han.clear();
        self.dotted = false;
        self.titled = false;
        self.written_end = 0;
        if looks_masked(raw) || is_stand_in(raw) {
            return false;
        }
        self.split(&without_brackets(raw));
        self.drop_latin_titles();
        self.drop_suffixes();
        self.join_han()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Word<'_>> + ExactSizeIterator {
        self.spans.iter().map(|span| Word {
            text: self.folded.get(span.start..span.end).unwrap_or(""),
            written: self.written.get(span.written.0..span.written.1).unwrap_or(""),
            case: span.case,
            part: span.part,
            hyphenated: span.hyphenated,
            han: span.han,
        })
    }

    /// All Han characters, without a title.
    pub fn han(&self) -> &str {
        &self.han
    }

    /// Whether dots part the Han characters, as they do in names of foreign and minority people.
    pub fn is_dotted(&self) -> bool {
        self.dotted
    }

    /// Whether a Latin title was taken off.
    pub fn is_titled(&self) -> bool {
        self.titled
    }

    fn split(&mut self, text: &str) {
        let (mut part, mut hyphenated, mut han) = (0_u8, false, false);
        let mut dot = false;
        for c in text.chars() {
            match c {
                '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '＇' => {
                    if !self.word.is_empty() {
                        self.written.push('\'');
                    }
                }
                c if c.is_alphanumeric() || matches!(c, '\u{0300}'..='\u{036F}') => {
                    let is_han = is_han(c);
                    if self.word.is_empty() {
                        self.dotted |= dot && han && is_han;
                    } else if is_han != han {
                        self.finish(han, part, hyphenated);
                        hyphenated = false;
                    }
                    dot = false;
                    han = is_han;
                    self.word.push(c);
                    self.written.push(c);
                }
                _ => {
                    if !self.word.is_empty() {
                        self.finish(han, part, hyphenated);
                    }
                    part = part.saturating_add(u8::from(matches!(c, ',' | '，')));
                    hyphenated = matches!(c, '-' | '‐' | '‑' | '–');
                    dot = matches!(c, '·' | '•' | '・' | '‧' | '･');
                }
            }
        }
        if !self.word.is_empty() {
            self.finish(han, part, hyphenated);
        }
    }

    fn finish(&mut self, han: bool, part: u8, hyphenated: bool) {
        let start = self.folded.len();
        let case = case_of(&self.word);
        if han {
            self.simple.clear();
            fold_into(&self.word, &mut self.simple);
            simplify_into(&self.simple, &mut self.folded);
        } else {
            fold_into(&self.word, &mut self.folded);
        }
        self.word.clear();
        let written = (self.written_end, self.written.len());
        self.written_end = written.1;
        self.spans.push(Span { start, end: self.folded.len(), written, case, part, hyphenated, han });
    }

    fn text(&self, span: Span) -> &str {
        self.folded.get(span.start..span.end).unwrap_or("")
    }

    fn is_one_of(&self, index: usize, list: &[&str]) -> bool {
        self.spans.get(index).is_some_and(|span| !span.han && list.contains(&self.text(*span)))
    }

    /// Titles stand first in the name or behind its comma; Chinese web forms put them last.
    fn drop_latin_titles(&mut self) {
        let mut index = 0;
        while index < self.spans.len() {
            let begins_part = index == 0
                || self.spans.get(index - 1).map(|span| span.part)
                    != self.spans.get(index).map(|span| span.part);
            let ends = index + 1 == self.spans.len();
            if (begins_part || ends) && self.is_one_of(index, LATIN_TITLES) {
                self.spans.remove(index);
                self.titled = true;
                index = index.saturating_sub(1);
            } else {
                index += 1;
            }
        }
    }

    /// Suffixes and degrees stand last in the name or in a part of it, and leave at least two words.
    fn drop_suffixes(&mut self) {
        let mut index = self.spans.len();
        while index > 0 {
            index -= 1;
            let ends_part = self.spans.get(index).map(|span| span.part)
                != self.spans.get(index + 1).map(|span| span.part);
            let own_part = ends_part
                && index > 0
                && self.spans.get(index - 1).map(|span| span.part)
                    != self.spans.get(index).map(|span| span.part);
            if !ends_part || (self.spans.len() < 3 && !own_part) {
                continue;
            }
            if self.is_one_of(index, LATIN_SUFFIXES) {
                self.spans.remove(index);
                continue;
            }
            let cut = CUT_SUFFIXES.iter().find(|cut| {
                index + 1 >= cut.len()
                    && self.spans.len() >= cut.len() + 2
                    && (cut.iter().rev().zip((0..=index).rev()))
                        .all(|(piece, at)| self.is_one_of(at, &[piece]))
            });
            if let Some(cut) = cut {
                index = index + 1 - cut.len();
                self.spans.drain(index..index + cut.len());
            }
        }
    }

    /// Puts the Han characters together and takes their title off; false where neither they nor other words are left.
    fn join_han(&mut self) -> bool {
        for span in self.spans.iter().filter(|span| span.han) {
            self.han.extend(self.folded.get(span.start..span.end));
        }
        while let Some(title) = HAN_TITLES.iter().find(|title| self.han.ends_with(**title)) {
            self.han.truncate(self.han.len() - title.len());
        }
        // `张某`, `李某某`: so do courts and newspapers mask names.
        if self.han.ends_with('某') {
            return false;
        }
        !self.han.is_empty() || self.spans.iter().any(|span| !span.han)
    }
}

fn case_of(word: &str) -> Case {
    if word.chars().nth(1).is_none() {
        return Case::Neutral;
    }
    let (mut upper, mut lower) = (false, false);
    for c in word.chars() {
        upper |= c.is_uppercase();
        lower |= c.is_lowercase();
    }
    match (upper, lower) {
        (true, false) => Case::Upper,
        (false, false) => Case::Neutral,
        _ => Case::Mixed,
    }
}

fn is_stand_in(raw: &str) -> bool {
    let raw = raw.trim();
    if raw.len() > 24 {
        return false;
    }
    if raw.is_ascii() {
        return STAND_INS.iter().any(|stand_in| stand_in.eq_ignore_ascii_case(raw));
    }
    STAND_INS.contains(&raw)
}

/// The text outside of brackets, unless it is all within them.
fn without_brackets(text: &str) -> Cow<'_, str> {
    let opens = |c| matches!(c, '(' | '（' | '[' | '［' | '【' | '<' | '《' | '"' | '“');
    if !text.contains(opens) {
        return Cow::Borrowed(text);
    }
    let (mut depth, mut quoted) = (0_usize, false);
    let mut outside = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                outside.push(' ');
            }
            _ if opens(c) => {
                depth += 1;
                outside.push(' ');
            }
            ')' | '）' | ']' | '］' | '】' | '>' | '》' | '”' => depth = depth.saturating_sub(1),
            _ if depth == 0 && !quoted => outside.push(c),
            _ => {}
        }
    }
    if outside.chars().any(char::is_alphanumeric) { Cow::Owned(outside) } else { Cow::Borrowed(text) }
}
