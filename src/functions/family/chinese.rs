//! Han characters: pinyin, simplified forms.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use pinyin::ToPinyin;

use super::chinese_data::{COMPOUND_READINGS, SURNAME_READINGS, surname_length};
use super::name::key_into;
use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::is_han;

pub const ALL: &[Declared] = &[
    Declared {
        name: "to_pinyin",
        description: "Han characters as plain pinyin syllables, with surnames read as surnames; other text is kept.",
        parameters: &[("text", Kind::Text, "a name or text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: to_pinyin,
        example: "to_pinyin('单田芳')",
    },
    Declared {
        name: "to_simplified",
        description: "Traditional Han characters as simplified ones; other text is kept.",
        parameters: &[("text", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: to_simplified,
        example: "to_simplified('張偉')",
    },
    Declared {
        name: "pinyin_equal",
        description: "Whether two names sound alike in pinyin, whatever the script, spacing and order.",
        parameters: &[("a", Kind::Text, "a name"), ("b", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Boolean,
        body: pinyin_equal,
        example: "pinyin_equal('张伟', 'Zhang Wei')",
    },
];

fn to_pinyin(call: &Call) -> Result<ArrayRef> {
    call.map_text(|text, out| {
        pinyin_into(text, out);
        true
    })
}

fn to_simplified(call: &Call) -> Result<ArrayRef> {
    call.map_text(|text, out| {
        simplify_into(text, out);
        true
    })
}

fn pinyin_equal(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let (mut left, mut right) = (String::new(), String::new());
    let answers = (0..call.rows).map(|row| {
        left.clear();
        right.clear();
        let written = key_into(a.get(row)?, &mut left) && key_into(b.get(row)?, &mut right);
        written.then(|| left == right)
    });
    Ok(Arc::new(answers.collect::<BooleanArray>()))
}

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
    let mut set = CharacterSet { bits: vec![0; 0x1_0000 / 64] };
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

/// Appends the syllables of a Han name's surname and of its given name to `words`, each as one key syllable.
pub fn name_syllables(han: &str, words: &mut Vec<String>) {
    let surname = surname_length(han);
    for (position, c) in han.char_indices() {
        let reading = if position < surname {
            surname_reading(han.get(..surname).unwrap_or(""), c)
        } else {
            reading(c)
        };
        match reading {
            Some(syllable) => words.push(key_syllable(&syllable.replace('ü', "u"))),
            None => words.push(c.to_string()),
        }
    }
}

/// A syllable as keys hold it: the spellings of `ü` (`lv`, `lyu`, `lü`) meet in `lu`.
pub fn key_syllable(syllable: &str) -> String {
    match syllable {
        "lv" | "lyu" => "lu".to_owned(),
        "nv" | "nyu" => "nu".to_owned(),
        "lve" | "lyue" => "lue".to_owned(),
        "nve" | "nyue" => "nue".to_owned(),
        other => other.to_owned(),
    }
}
