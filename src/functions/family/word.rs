//! Pieces of text that blocking rules ask for: words, postcodes.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::mask::looks_masked;
use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::fold_into;

pub const ALL: &[Declared] = &[
    Declared {
        name: "first_word",
        description: "The first run of letters and digits of a text, as written.",
        parameters: &[("text", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: first_word,
        example: "first_word('Mary Ann Smith')",
    },
    Declared {
        name: "last_word",
        description: "The last run of letters and digits of a text, as written.",
        parameters: &[("text", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: last_word,
        example: "last_word('Mary Ann Smith')",
    },
    Declared {
        name: "normalize_postcode",
        description: "A postcode without blanks, hyphens and case, the first five digits of a longer ZIP code; NULL where it is masked, none, or one digit repeated.",
        parameters: &[("postcode", Kind::Text, "a postcode")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: normalize_postcode,
        example: "normalize_postcode('sw1a 2aa')",
    },
];

/// Apostrophes and combining marks stand within words.
fn is_between_words(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '\u{0300}'..='\u{036F}')
}

fn first_word(call: &Call) -> Result<ArrayRef> {
    call.map_text(|text, out| push_word(text.split(is_between_words).find(|word| is_word(word)), out))
}

fn last_word(call: &Call) -> Result<ArrayRef> {
    call.map_text(|text, out| push_word(text.rsplit(is_between_words).find(|word| is_word(word)), out))
}

fn is_word(word: &str) -> bool {
    word.contains(char::is_alphanumeric)
}

fn push_word(word: Option<&str>, out: &mut String) -> bool {
    out.extend(word);
    word.is_some()
}

fn normalize_postcode(call: &Call) -> Result<ArrayRef> {
    let mut folded = String::new();
    call.map_text(|text, out| {
        folded.clear();
        fold_into(text.trim(), &mut folded);
        // Workbooks turn numbers into floats.
        let code = folded.strip_suffix(".0").unwrap_or(&folded);
        let strange = |c: char| !c.is_ascii_alphanumeric() && !c.is_whitespace() && !matches!(c, '-' | '–');
        if looks_masked(text) || code.contains(strange) {
            return false;
        }
        let zip =
            code.split_once('-').filter(|(zip, more)| zip.len() == 5 && more.len() == 4 && is_number(more));
        let code = zip.map_or(code, |(zip, _)| zip);
        out.extend(code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()));
        let repeated = out.chars().all(|c| out.starts_with(c));
        (3..=10).contains(&out.len()) && !repeated && out.contains(|c: char| c.is_ascii_digit())
    })
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
