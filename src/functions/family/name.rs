//! Names of people: cleaning, keys, parts.

use std::collections::HashMap;
use std::sync::LazyLock;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::chinese::{key_syllable, name_syllables, simplify_into};
use super::chinese_data::{COMPOUND_READINGS, SURNAMES, split_syllables, surname_length};
use super::mask::looks_masked;
use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::{fold_into, is_han};

pub const ALL: &[Declared] = &[
    Declared {
        name: "normalize_name",
        description: "A person's name without differences of width, case, spacing, titles and punctuation; NULL where nothing is left.",
        parameters: &[("name", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: normalize_name,
        example: "normalize_name('  ZHANG, Wei 先生')",
    },
    Declared {
        name: "name_key",
        description: "A key under which spellings of one name meet, whatever the order and script: pinyin syllables for Han characters, sorted words for Latin.",
        parameters: &[("name", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: name_key,
        example: "name_key('张伟') = name_key('Wei ZHANG')",
    },
    Declared {
        name: "surname",
        description: "The surname of a person's name; compound surnames are known.",
        parameters: &[("name", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: surname,
        example: "surname('欧阳修')",
    },
    Declared {
        name: "given_name",
        description: "The given name of a person's name.",
        parameters: &[("name", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: given_name,
        example: "given_name('欧阳修')",
    },
];

fn normalize_name(call: &Call) -> Result<ArrayRef> {
    call.map_text(normalize_into)
}

fn name_key(call: &Call) -> Result<ArrayRef> {
    call.map_text(key_into)
}

fn surname(call: &Call) -> Result<ArrayRef> {
    call.map_text(|name, out| parts_into(name, Some(out), None))
}

fn given_name(call: &Call) -> Result<ArrayRef> {
    call.map_text(|name, out| parts_into(name, None, Some(out)))
}

const HAN_TITLES: &[&str] = &[
    "先生",
    "女士",
    "小姐",
    "太太",
    "夫人",
    "老师",
    "教授",
    "博士",
    "医生",
    "律师",
    "总经理",
    "经理",
    "主任",
    "同学",
    "师傅",
    "阿姨",
    "老板",
];
const LATIN_TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "madam",
    "mister",
    "herr",
    "frau",
    "mme",
    "mlle",
];
const LATIN_DEGREES: &[&str] = &["phd", "md", "mba", "esq", "msc", "bsc"];

/// Appends a name without differences of width, case, accents, script variant, spacing, titles and punctuation;
/// `Surname, Given` becomes `given surname`. Says whether anything was left; a masked name leaves nothing.
pub fn normalize_into(name: &str, out: &mut String) -> bool {
    if looks_masked(name) {
        return false;
    }
    let mut folded = String::with_capacity(name.len());
    fold_into(name, &mut folded);
    let folded = without_brackets(&folded);
    let turned = given_first(&folded);
    let words = latin_words(turned.as_deref().unwrap_or(&folded));
    let words = without_latin_titles(&words);
    let mut plain = String::with_capacity(name.len());
    for word in words {
        let between_han =
            word.chars().next().is_some_and(is_han) && plain.chars().next_back().is_some_and(is_han);
        if !plain.is_empty() && !between_han {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    let start = out.len();
    simplify_into(without_han_title(&plain), out);
    out.len() > start
}

/// `zhang, wei` as `wei zhang`: a single comma between Latin words says that the surname stands first.
fn given_first(folded: &str) -> Option<String> {
    let (surname, given) = folded.split_once(',')?;
    let has_words = |text: &str| text.chars().any(|c| c.is_alphabetic() && !is_han(c));
    let is_title = LATIN_DEGREES.contains(&given.trim().replace('.', "").as_str());
    let turns = !given.contains(',') && has_words(surname) && has_words(given) && !is_title;
    turns.then(|| format!("{given} {surname}"))
}

/// The text outside of brackets, unless it is all within them.
fn without_brackets(text: &str) -> String {
    if !text.contains(['(', '[', '【', '<', '《']) {
        return text.to_owned();
    }
    let mut depth = 0_usize;
    let mut outside = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '[' | '【' | '<' | '《' => {
                depth += 1;
                outside.push(' ');
            }
            ')' | ']' | '】' | '>' | '》' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    if outside.chars().any(char::is_alphanumeric) { outside } else { text.to_owned() }
}

/// Runs of letters and digits; apostrophes and dots join what they stand between or after.
fn latin_words(text: &str) -> Vec<String> {
    let mut words = Vec::with_capacity(4);
    let mut word = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() {
            word.push(c);
        } else if !matches!(c, '\'' | '’' | '‘' | '`' | '´') && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn without_latin_titles(words: &[String]) -> Vec<&str> {
    let mut rest: Vec<&str> = words.iter().map(String::as_str).collect();
    while rest.len() > 1 && rest.first().is_some_and(|word| LATIN_TITLES.contains(word)) {
        rest.remove(0);
    }
    // Chinese web forms put `Mr` last.
    while rest.len() > 1 && rest.last().is_some_and(|word| LATIN_TITLES.contains(word)) {
        rest.pop();
    }
    while rest.len() > 2 && rest.last().is_some_and(|word| LATIN_DEGREES.contains(word)) {
        rest.pop();
    }
    if rest.len() == 1 && rest.first().is_some_and(|word| LATIN_TITLES.contains(word)) {
        rest.clear();
    }
    rest
}

fn without_han_title(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = HAN_TITLES.iter().find_map(|title| rest.strip_suffix(title)) {
        rest = shorter.trim_end();
    }
    rest
}

/// Appends a key under which spellings of one name meet, whatever the order and script: the sorted pinyin syllables of
/// Han characters and of Latin words that are pinyin throughout; otherwise the sorted words.
pub fn key_into(name: &str, out: &mut String) -> bool {
    let mut normal = String::with_capacity(name.len());
    if !normalize_into(name, &mut normal) {
        return false;
    }
    let mut keys: Vec<String> = Vec::with_capacity(4);
    let runs = script_runs(&normal);
    let latin_is_pinyin = runs.iter().all(|run| run.chars().all(is_han) || split_syllables(run).is_some());
    for run in runs {
        if run.chars().all(is_han) {
            name_syllables(run, &mut keys);
        } else if latin_is_pinyin {
            keys.extend(split_syllables(run).into_iter().flatten().map(key_syllable));
        } else {
            keys.push(run.to_owned());
        }
    }
    keys.sort_unstable();
    for (position, key) in keys.iter().enumerate() {
        if position > 0 {
            out.push(' ');
        }
        out.push_str(key);
    }
    !keys.is_empty()
}

/// Words, cut further where Han characters begin or end.
fn script_runs(normal: &str) -> Vec<&str> {
    let mut runs = Vec::with_capacity(4);
    for word in normal.split(' ') {
        let mut start = 0;
        let mut before: Option<bool> = None;
        for (at, c) in word.char_indices() {
            let han = is_han(c);
            if before.is_some_and(|before| before != han) {
                runs.extend(word.get(start..at));
                start = at;
            }
            before = Some(han);
        }
        runs.extend(word.get(start..).filter(|rest| !rest.is_empty()));
    }
    runs
}

/// Appends the surname, the given name, or both; says whether there was one.
fn parts_into(name: &str, surname: Option<&mut String>, given: Option<&mut String>) -> bool {
    let mut normal = String::with_capacity(name.len());
    if !normalize_into(name, &mut normal) {
        return false;
    }
    let (first, second) =
        if normal.chars().all(is_han) { han_parts(name, &normal) } else { latin_parts(&normal) };
    let mut written = false;
    for (part, out) in [(first, surname), (second, given)] {
        if let Some(out) = out {
            out.push_str(&part);
            written |= !part.is_empty();
        }
    }
    written
}

fn han_parts(raw: &str, normal: &str) -> (String, String) {
    let characters = normal.chars().count();
    if characters > 4 || raw.contains(['·', '•', '・']) {
        // A foreign or minority name, written given name first.
        let parts: Vec<&str> =
            raw.split(['·', '•', '・']).map(str::trim).filter(|part| !part.is_empty()).collect();
        return match parts.as_slice() {
            [given, .., surname] => ((*surname).to_owned(), (*given).to_owned()),
            _ => (String::new(), normal.to_owned()),
        };
    }
    let length = match surname_length(normal) {
        0 => normal.chars().next().map_or(0, char::len_utf8),
        length => length,
    };
    let (surname, given) = normal.split_at_checked(length).unwrap_or((normal, ""));
    (surname.to_owned(), given.to_owned())
}

const PARTICLES: &[&str] = &[
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "bin", "ibn",
    "al", "el", "ter",
];

fn latin_parts(normal: &str) -> (String, String) {
    let words: Vec<&str> = normal.split(' ').collect();
    let [first, .., last] = words.as_slice() else { return (String::new(), normal.to_owned()) };
    let is_pinyin = words.iter().all(|word| split_syllables(word).is_some());
    let (first_rank, last_rank) = (surname_rank(first), surname_rank(last));
    if is_pinyin
        && first_rank.is_some()
        && last_rank.is_none_or(|last| first_rank.is_some_and(|first| first < last))
    {
        return ((*first).to_owned(), words.iter().skip(1).copied().collect::<Vec<_>>().join(" "));
    }
    let mut start = words.len() - 1;
    while start > 1 && words.get(start - 1).is_some_and(|word| PARTICLES.contains(word)) {
        start -= 1;
    }
    let (given, surname) = words.split_at(start);
    (surname.join(" "), given.join(" "))
}

/// How common a surname in pinyin is: 0 for the commonest.
fn surname_rank(word: &str) -> Option<usize> {
    static RANKS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
        let mut ranks = HashMap::new();
        let compounds = COMPOUND_READINGS.iter().map(|(compound, _)| (*compound).to_owned());
        for (rank, surname) in SURNAMES.chars().map(String::from).chain(compounds).enumerate() {
            let mut syllables = Vec::new();
            name_syllables(&surname, &mut syllables);
            ranks.entry(syllables.concat()).or_insert(rank);
        }
        ranks
    });
    RANKS.get(&key_syllable(word)).copied()
}
