//! How Han characters are simplified and read, and how Latin letters split into the syllables of pinyin.

use std::sync::LazyLock;

use pinyin::ToPinyin;

use super::chinese_data::{COMPOUND_READINGS, GIVEN_READINGS, SURNAME_READINGS, SURNAMES, SYLLABLES};
use crate::identity::fold::is_han;

/// Appends `text` with traditional characters made simplified.
pub fn simplify_into(text: &str, out: &mut String) {
    if text.chars().any(|c| TRADITIONAL.contains(c)) {
        out.push_str(&fast2s::convert(text));
    } else {
        out.push_str(text);
    }
}

/// Characters that simplification may change, as a set of bits over the basic plane: most text has none of them.
static TRADITIONAL: LazyLock<CharacterSet> = LazyLock::new(|| {
    let mut set = CharacterSet::from_iter([]);
    let mut one = String::new();
    for c in ('\u{0800}'..='\u{FFFF}').chain("藉著苧".chars()) {
        one.clear();
        one.push(c);
        if fast2s::convert(&one) != one || "藉著苧".contains(c) {
            set.insert(c);
        }
    }
    set
});

struct CharacterSet {
    bits: Vec<u64>,
}

impl FromIterator<char> for CharacterSet {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        let mut set = Self { bits: vec![0; 0x1_0000 / 64] };
        for c in characters {
            set.insert(c);
        }
        set
    }
}

impl CharacterSet {
    fn insert(&mut self, c: char) {
        if let Some(word) = self.bits.get_mut(c as usize / 64) {
            *word |= 1 << (c as usize % 64);
        }
    }

    fn contains(&self, c: char) -> bool {
        self.bits.get(c as usize / 64).is_some_and(|word| word >> (c as usize % 64) & 1 == 1)
    }
}

/// Appends the plain pinyin of Han characters, syllables apart, `ü` as `yu` as passports write it (GB/T 28039). A text of
/// one to four Han characters is taken for a name, and its surname read as one.
pub fn pinyin_into(text: &str, out: &mut String) {
    let mut simple = String::with_capacity(text.len());
    simplify_into(text.trim(), &mut simple);
    let surname =
        if simple.chars().all(is_han) && simple.chars().count() <= 4 { surname_length(&simple) } else { 0 };
    let mut after_syllable = false;
    for (position, c) in simple.char_indices() {
        let reading = if position < surname {
            surname_reading(simple.get(..surname).unwrap_or(""), c)
        } else if surname > 0 {
            given_reading(c)
        } else {
            reading(c)
        };
        match reading {
            Some(syllable) => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                push_syllable(syllable, out);
                after_syllable = true;
            }
            None => {
                if after_syllable && c.is_alphanumeric() {
                    out.push(' ');
                }
                after_syllable = false;
                out.push(c);
            }
        }
    }
}

/// The usual reading of a Han character.
fn reading(c: char) -> Option<&'static str> {
    if c.is_ascii() { None } else { c.to_pinyin().map(|pinyin| pinyin.plain()) }
}

/// The reading of a Han character in a given name.
fn given_reading(c: char) -> Option<&'static str> {
    let known = GIVEN_READINGS.iter().find(|(of, _)| *of == c).map(|(_, syllable)| *syllable);
    known.or_else(|| reading(c))
}

/// The reading of a character of a surname.
fn surname_reading(surname: &str, c: char) -> Option<&'static str> {
    let compound = COMPOUND_READINGS.iter().find(|(compound, ..)| *compound == surname);
    if let Some((_, readings)) = compound {
        return surname.chars().zip(readings.iter()).find(|(of, _)| *of == c).map(|(_, syllable)| *syllable);
    }
    SURNAME_READINGS
        .iter()
        .find(|(surname, _)| *surname == c)
        .map(|(_, syllable)| *syllable)
        .or_else(|| reading(c))
}

fn push_syllable(syllable: &str, out: &mut String) {
    for c in syllable.chars() {
        match c {
            'ü' => out.push_str("yu"),
            'ê' => out.push('e'),
            _ => out.push(c),
        }
    }
}

/// Appends the reading of a surname in key syllables, without blanks.
pub fn key_of_surname(surname: &str, out: &mut String) {
    for c in surname.chars() {
        push_key(c, surname_reading(surname, c), out);
    }
}

/// Appends the usual reading of a given name in key syllables, without blanks.
pub fn key_of_given(given: &str, out: &mut String) {
    for c in given.chars() {
        push_key(c, given_reading(c), out);
    }
}

fn push_key(c: char, reading: Option<&'static str>, out: &mut String) {
    match reading {
        Some(syllable) => out.extend(syllable.chars().map(|c| if c == 'ü' { 'u' } else { c })),
        None => out.push(c),
    }
}

/// A syllable as keys hold it: the spellings of `ü` (`lv`, `lyu`, `lü`) meet in `lu`.
pub fn key_syllable(syllable: &str) -> &str {
    match syllable {
        "lv" | "lyu" => "lu",
        "nv" | "nyu" => "nu",
        "lve" | "lyue" => "lue",
        "nve" | "nyue" => "nue",
        other => other,
    }
}

/// How many bytes of a simplified Han name its surname has; 0 where it begins with no known surname.
pub fn surname_length(name: &str) -> usize {
    let mut ends = name.char_indices().map(|(at, c)| at + c.len_utf8());
    let (Some(first), second) = (ends.next(), ends.next()) else { return 0 };
    if let Some(second) = second
        && ends.next().is_some()
        && name.get(..second).is_some_and(is_compound_surname)
    {
        return second;
    }
    if name.chars().next().is_some_and(is_surname) { first } else { 0 }
}

/// Whether a character is a surname.
pub fn is_surname(c: char) -> bool {
    static ALL: LazyLock<CharacterSet> = LazyLock::new(|| SURNAMES.chars().collect());
    ALL.contains(c)
}

/// Whether two characters are a surname.
pub fn is_compound_surname(text: &str) -> bool {
    static FIRST: LazyLock<CharacterSet> = LazyLock::new(|| {
        COMPOUND_READINGS.iter().filter_map(|(compound, _)| compound.chars().next()).collect()
    });
    text.chars().next().is_some_and(|c| FIRST.contains(c))
        && COMPOUND_READINGS.iter().any(|(compound, _)| *compound == text)
}

/// Where the syllables of a word of pinyin end, at most as many as a whole name has.
#[derive(Debug, Default, Clone, Copy)]
pub struct Syllables {
    ends: [u8; 8],
    count: usize,
}

impl Syllables {
    /// The syllables of a lower-case Latin word, the longest first; none where that leaves letters over.
    pub fn of(word: &str) -> Option<Self> {
        if word.is_empty() || word.len() > 40 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return None;
        }
        let mut syllables = Self::default();
        syllables.split_from(word, 0).then_some(syllables)
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// The syllables of `word`, of which they are.
    pub fn iter<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        let ends = self.ends.iter().take(self.count).map(|end| usize::from(*end));
        ends.scan(0, move |start, end| word.get(std::mem::replace(start, end)..end))
    }

    fn split_from(&mut self, word: &str, start: usize) -> bool {
        let Some(rest) = word.get(start..).filter(|rest| !rest.is_empty()) else { return true };
        for length in (1..=rest.len().min(6)).rev() {
            let Some(head) = rest.get(..length) else { continue };
            if SYLLABLES.binary_search(&head).is_err() {
                continue;
            }
            let Some(end) = self.ends.get_mut(self.count) else { return false };
            *end = u8::try_from(start + length).unwrap_or(u8::MAX);
            self.count += 1;
            if self.split_from(word, start + length) {
                return true;
            }
            self.count -= 1;
        }
        false
    }
}
