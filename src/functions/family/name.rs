//! Names of people as SQL asks for them; how they are taken apart is in `person`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::mask::looks_masked;
use super::person::{PersonName, compatible, full_name};
use super::pinyin::{key_of_given, simplify_into};
use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::fold_into;

pub const ALL: &[Declared] = &[
    Declared {
        name: "normalize_name",
        description: "A person's name without differences of width, case, accents, script variant, spacing, punctuation, titles, suffixes, order and short forms; NULL where nothing is left, it is masked or stands in for a name.",
        parameters: &[("name", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: normalize_name,
        example: "normalize_name('  ZHANG, Wei 先生')",
    },
    Declared {
        name: "name_key",
        description: "A key under which spellings of one name meet, whatever the order and script: reading of the surname and of the given name for Chinese names, sorted words for others.",
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
    Declared {
        name: "display_name",
        description: "A person's name as one would print it: width, blanks, titles and brackets put right, accents, order and short forms kept; NULL where nothing is left or it is masked.",
        parameters: &[("name", Kind::Text, "a name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: display_name,
        example: "display_name('  JOSÉ MÜLLER ')",
    },
    Declared {
        name: "canonical_given_name",
        description: "The full form of a given name that is a short form of one name only (`bob` is `robert`); any other given name folded, in the one spelling that it has.",
        parameters: &[("given", Kind::Text, "a given name")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: canonical_given_name,
        example: "canonical_given_name('Peggy')",
    },
    Declared {
        name: "same_given_name",
        description: "Whether two given names may be one person's: equal but for case and accents, alike in pinyin, or one a short form of the other.",
        parameters: &[("a", Kind::Text, "a given name"), ("b", Kind::Text, "a given name")],
        optional: 0,
        returns: || DataType::Boolean,
        body: same_given_name,
        example: "same_given_name('Alex', 'Alexandra')",
    },
];

fn normalize_name(call: &Call) -> Result<ArrayRef> {
    let mut name = PersonName::default();
    call.map_text(|raw, out| {
        let read = name.read(raw);
        if read {
            name.write_normal(out);
        }
        read
    })
}

fn name_key(call: &Call) -> Result<ArrayRef> {
    let mut name = PersonName::default();
    call.map_text(|raw, out| {
        let read = name.read(raw);
        if read {
            name.write_key(out);
        }
        read
    })
}

fn surname(call: &Call) -> Result<ArrayRef> {
    let mut name = PersonName::default();
    call.map_text(|raw, out| {
        if name.read(raw) {
            out.push_str(name.surname());
        }
        !out.is_empty()
    })
}

fn given_name(call: &Call) -> Result<ArrayRef> {
    let mut name = PersonName::default();
    call.map_text(|raw, out| {
        if name.read(raw) {
            out.push_str(name.given());
        }
        !out.is_empty()
    })
}

fn display_name(call: &Call) -> Result<ArrayRef> {
    let mut name = PersonName::default();
    call.map_text(|raw, out| {
        let read = name.read(raw);
        if read {
            name.write_display(out);
        }
        read
    })
}

fn canonical_given_name(call: &Call) -> Result<ArrayRef> {
    let mut given = Given::default();
    call.map_text(|raw, out| {
        let read = given.read(raw);
        let (first, others) = given.folded.split_once(' ').unwrap_or((&given.folded, ""));
        out.push_str(full_name(first));
        if !others.is_empty() {
            out.push(' ');
            out.push_str(others);
        }
        read
    })
}

fn same_given_name(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let (mut left, mut right) = (Given::default(), Given::default());
    let answers = (0..call.rows).map(|row| {
        let read = left.read(a.get(row)?) && right.read(b.get(row)?);
        read.then(|| compatible(&left.folded, &right.folded) || left.key() == right.key())
    });
    Ok(Arc::new(answers.collect::<BooleanArray>()))
}

/// A given name by itself.
#[derive(Default)]
struct Given {
    plain: String,
    folded: String,
    key: String,
}

impl Given {
    fn read(&mut self, raw: &str) -> bool {
        self.plain.clear();
        self.folded.clear();
        if looks_masked(raw) {
            return false;
        }
        fold_into(raw, &mut self.plain);
        let words =
            self.plain.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        for (position, word) in words.enumerate() {
            if position > 0 {
                self.folded.push(' ');
            }
            simplify_into(word, &mut self.folded);
        }
        !self.folded.is_empty()
    }

    /// The reading in pinyin without blanks, or the letters.
    fn key(&mut self) -> &str {
        self.key.clear();
        key_of_given(&self.folded, &mut self.key);
        self.key.retain(|c| c != ' ');
        &self.key
    }
}
