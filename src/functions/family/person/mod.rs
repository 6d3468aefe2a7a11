//! A person's name taken apart: titles off, surname and given name told from each other, spellings made one. Never
//! knows columns or SQL.

mod nickname;
mod nickname_data;
mod order;
mod title_data;
mod words;

pub use nickname::{compatible, full_name};

use super::pinyin::{Syllables, key_of_given, key_of_surname, key_syllable};
use order::surname_rank;
use title_data::PARTICLES;
use unicode_normalization::UnicodeNormalization;
use words::{Case, Words};

/// How a name is written, as far as its order depends on it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Han characters, surname first.
    Han,
    /// A Han name of foreign or minority people: given name first, parts between dots.
    DottedHan,
    /// Latin letters that are pinyin throughout, with a known surname.
    Pinyin,
    /// Anything else: given name first.
    #[default]
    Latin,
}

/// A name and its parts; one serves for many names, so that none is allocated per row.
#[derive(Debug, Default)]
pub struct PersonName {
    words: Words,
    script: Script,
    surname: String,
    given: String,
    /// Nothing but the frequency of surnames said which end of a pinyin name is the surname.
    may_turn: bool,
}

impl PersonName {
    /// Reads a name. False where there is none: blank, masked, only a title, or a stand-in such as `unknown` or `匿名`.
    pub fn read(&mut self, raw: &str) -> bool {
        self.surname.clear();
        self.given.clear();
        self.may_turn = false;
        if !self.words.read(raw) {
            return false;
        }
        order::tell_apart(self);
        !self.surname.is_empty() || !self.given.is_empty()
    }

    /// The surname, folded; empty where it is not known.
    pub fn surname(&self) -> &str {
        &self.surname
    }

    /// The given name, folded; empty where there is none.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// Appends the one spelling of the name: Han characters surname first without blanks; Latin words given name first,
    /// a short form that stands for one name only replaced by it.
    pub fn write_normal(&self, out: &mut String) {
        match self.script {
            Script::Han => {
                out.push_str(&self.surname);
                out.push_str(&self.given);
            }
            Script::DottedHan => out.push_str(self.words.han()),
            Script::Pinyin => push_both(&self.given, &self.surname, out),
            Script::Latin if self.surname.is_empty() || self.given.is_empty() => {
                push_both(&self.given, &self.surname, out);
            }
            Script::Latin => {
                let (first, others) = self.given.split_once(' ').unwrap_or((&self.given, ""));
                push_both(full_name(first), others, out);
                out.push(' ');
                out.push_str(&self.surname);
            }
        }
    }

    /// Appends the name as one would print it: words as written, titles and suffixes off, a surname before a comma last;
    /// words all in capitals or all in small letters with a capital first.
    pub fn write_display(&self, out: &mut String) {
        match self.script {
            Script::Han => return out.push_str(self.words.han()),
            Script::DottedHan => {
                for (position, word) in self.words.iter().filter(|word| word.han).enumerate() {
                    out.extend((position > 0).then_some('·'));
                    out.push_str(word.text);
                }
                return;
            }
            Script::Pinyin | Script::Latin => {}
        }
        let comma = self.words.iter().next_back().map_or(0, |word| word.part);
        let (behind, before) = (self.words.iter().filter(|word| word.part == comma), self.words.iter());
        for word in behind.chain(before.filter(|word| word.part != comma)) {
            if !out.is_empty() {
                out.push(if word.hyphenated { '-' } else { ' ' });
            }
            if PARTICLES.contains(&word.written) {
                out.push_str(word.written);
            } else {
                push_capitalised(word.written, word.case, out);
            }
        }
    }

    /// Appends the key under which spellings of the name meet. Han and pinyin: the surname's reading, a blank, the given
    /// name's reading. Latin: the words, sorted, with short forms replaced.
    pub fn write_key(&self, out: &mut String) {
        match self.script {
            Script::Han => {
                key_of_surname(&self.surname, out);
                let gap = !out.is_empty() && !self.given.is_empty();
                out.extend(gap.then_some(' '));
                key_of_given(&self.given, out);
            }
            Script::Pinyin => push_pinyin(&self.surname, &self.given, out),
            Script::DottedHan | Script::Latin => self.write_sorted(out),
        }
    }

    /// Appends the key that the name has if its other end is the surname; false where that cannot be.
    pub fn write_turned_key(&self, out: &mut String) -> bool {
        if self.may_turn {
            push_pinyin(&self.given, &self.surname, out);
        }
        self.may_turn
    }

    fn write_sorted(&self, out: &mut String) {
        let words: Vec<&str> = self.words.iter().map(|word| word.text).collect();
        if let [only] = words.as_slice()
            && self.script == Script::Latin
            && let Some(surname) = surname_at_front(only)
        {
            let (surname, given) = only.split_at_checked(surname).unwrap_or((only, ""));
            return push_pinyin(surname, given, out);
        }
        let mut keys: Vec<String> = words.into_iter().map(key_of_word).collect();
        keys.sort_unstable();
        for (position, key) in keys.iter().enumerate() {
            if position > 0 {
                out.push(' ');
            }
            out.push_str(key);
        }
    }
}

fn push_capitalised(written: &str, case: Case, out: &mut String) {
    let lower = !written.contains(char::is_uppercase);
    let mut characters = written.nfkc();
    if case != Case::Upper && !lower {
        return out.extend(characters);
    }
    out.extend(characters.next().into_iter().flat_map(char::to_uppercase));
    let mut begins = false;
    for c in characters {
        if begins {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        // `O'Brien`
        begins = c == '\'';
    }
}

fn push_both(first: &str, second: &str, out: &mut String) {
    out.push_str(first);
    if !first.is_empty() && !second.is_empty() {
        out.push(' ');
    }
    out.push_str(second);
}

fn push_pinyin(surname: &str, given: &str, out: &mut String) {
    push_syllables(surname, out);
    if !surname.is_empty() && !given.is_empty() {
        out.push(' ');
    }
    push_syllables(given, out);
}

/// Appends words of pinyin without blanks, the spellings of `ü` made one.
pub(super) fn push_syllables(words: &str, out: &mut String) {
    for word in words.split(' ') {
        match Syllables::of(word) {
            Some(syllables) => out.extend(syllables.iter(word).map(key_syllable)),
            None => out.push_str(word),
        }
    }
}

fn key_of_word(word: &str) -> String {
    let mut key = String::with_capacity(word.len());
    if word.is_ascii() {
        key.push_str(full_name(word));
    } else {
        key_of_given(word, &mut key);
    }
    key
}

/// How many bytes of `zhangwei` are a surname, if all of it is pinyin that begins with one and goes on.
fn surname_at_front(word: &str) -> Option<usize> {
    let syllables = Syllables::of(word).filter(|syllables| (2..=4).contains(&syllables.count()))?;
    let first = syllables.iter(word).next()?.len();
    let second = first + syllables.iter(word).nth(1)?.len();
    let compound = word.get(..second).filter(|_| second < word.len()).and_then(surname_rank);
    if compound.is_some_and(order::is_certain) {
        return Some(second);
    }
    word.get(..first).and_then(surname_rank).map(|_| first)
}
