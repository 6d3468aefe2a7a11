//! Names of people: cleaning, keys, parts.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

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

fn normalize_name(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`normalize_name`")
}

fn name_key(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`name_key`")
}

fn surname(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`surname`")
}

fn given_name(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`given_name`")
}
