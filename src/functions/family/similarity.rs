//! How alike two values are, by Unicode character.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[
    Declared {
        name: "jaro_winkler",
        description: "Jaro–Winkler similarity, 0 to 1, by character.",
        parameters: &[("a", Kind::Text, "a text"), ("b", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Float64,
        body: jaro_winkler,
        example: "jaro_winkler(a.name, b.name)",
    },
    Declared {
        name: "damerau_levenshtein",
        description: "Insertions, deletions, replacements and swaps of neighbours between two texts, by character.",
        parameters: &[("a", Kind::Text, "a text"), ("b", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Int64,
        body: damerau_levenshtein,
        example: "damerau_levenshtein('张伟', '章伟')",
    },
    Declared {
        name: "token_set_ratio",
        description: "How alike two texts are as sets of words, 0 to 1.",
        parameters: &[("a", Kind::Text, "a text"), ("b", Kind::Text, "a text")],
        optional: 0,
        returns: || DataType::Float64,
        body: token_set_ratio,
        example: "token_set_ratio('Acme Trading', 'Trading Acme Shanghai')",
    },
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
        name: "date_similarity",
        description: "How alike two dates are: exact, swapped (day and month), default (a 1 January of the same year), digit (one digit off), year_month, year or different.",
        parameters: &[("a", Kind::Date, "a date"), ("b", Kind::Date, "a date")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: date_similarity,
        example: "date_similarity(DATE '1990-03-04', DATE '1990-04-03')",
    },
];

fn jaro_winkler(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`jaro_winkler`")
}

fn damerau_levenshtein(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`damerau_levenshtein`")
}

fn token_set_ratio(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`token_set_ratio`")
}

fn double_metaphone(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`double_metaphone`")
}

fn date_similarity(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`date_similarity`")
}
