//! Han characters as SQL asks for them: pinyin, simplified forms.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::person::PersonName;
use super::pinyin::{pinyin_into, simplify_into};
use crate::functions::declare::{Call, Declared, Kind};

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
    let (mut left, mut right) = (PersonName::default(), PersonName::default());
    let (mut of_left, mut of_right) = (String::new(), String::new());
    let answers = (0..call.rows).map(|row| {
        let (a, b) = (a.get(row)?, b.get(row)?);
        if !left.read(a) || !right.read(b) {
            return None;
        }
        of_left.clear();
        of_right.clear();
        left.write_key(&mut of_left);
        right.write_key(&mut of_right);
        if of_left == of_right {
            return Some(true);
        }
        // A pinyin name that may stand either way round sounds like both.
        let mut turned = String::new();
        if left.write_turned_key(&mut turned) && turned == of_right {
            return Some(true);
        }
        turned.clear();
        Some(right.write_turned_key(&mut turned) && turned == of_left)
    });
    Ok(Arc::new(answers.collect::<BooleanArray>()))
}
