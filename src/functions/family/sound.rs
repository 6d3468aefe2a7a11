//! Codes of how Latin words sound, one for each word.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use rphonetic::{DoubleMetaphone, Encoder};

use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::fold_into;

pub const ALL: &[Declared] = &[
    Declared {
        name: "double_metaphone",
        description: "The primary Double Metaphone code of a Latin text's words.",
        parameters: &[("text", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: double_metaphone,
        example: "double_metaphone('Smith')",
    },
    Declared {
        name: "soundex",
        description: "The American Soundex code of a Latin text's words.",
        parameters: &[("text", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: soundex,
        example: "soundex('Robert') = soundex('Rupert')",
    },
];

fn double_metaphone(call: &Call) -> Result<ArrayRef> {
    let encoder = DoubleMetaphone::default();
    encode_words(call, |word, out| out.push_str(&encoder.encode(word)))
}

fn soundex(call: &Call) -> Result<ArrayRef> {
    encode_words(call, soundex_into)
}

/// The code of each Latin word, a blank between two; an apostrophe parts no word. NULL where no word has a code.
fn encode_words(call: &Call, encode: impl Fn(&str, &mut String)) -> Result<ArrayRef> {
    let mut folded = String::new();
    call.map_text(|text, out| {
        folded.clear();
        fold_into(text, &mut folded);
        folded.retain(|c| !matches!(c, '\'' | '’' | '‘'));
        for word in folded.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            encode(word, out);
        }
        !out.trim_end().is_empty()
    })
}

/// The first letter and three digits for the consonants after it: letters of one digit count once where they stand
/// together or with `h` or `w` between (American Soundex, as the National Archives write it).
fn soundex_into(word: &str, out: &mut String) {
    let mut last = None;
    let mut digits = 0;
    for (position, letter) in word.chars().enumerate() {
        let digit = match letter {
            'b' | 'f' | 'p' | 'v' => Some('1'),
            'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => Some('2'),
            'd' | 't' => Some('3'),
            'l' => Some('4'),
            'm' | 'n' => Some('5'),
            'r' => Some('6'),
            _ => None,
        };
        if position == 0 {
            out.push(letter.to_ascii_uppercase());
        } else if let Some(digit) = digit.filter(|digit| last != Some(*digit) && digits < 3) {
            out.push(digit);
            digits += 1;
        }
        if position == 0 || !matches!(letter, 'h' | 'w') {
            last = digit;
        }
    }
    out.extend(std::iter::repeat_n('0', 3 - digits));
}
