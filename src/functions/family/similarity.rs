//! How alike two values are, as SQL asks it; what it means is in `identity::similarity`.

use std::sync::Arc;

use arrow::array::builder::StringViewBuilder;
use arrow::array::{ArrayRef, Float64Array, Int64Array};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::similarity::{Scratch, date_level};

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
        name: "date_similarity",
        description: "How alike two dates are: exact, swapped (day and month), default (a 1 January of the same year), digit (one digit off), year_month, year or different.",
        parameters: &[("a", Kind::Date, "a date"), ("b", Kind::Date, "a date")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: date_similarity,
        example: "date_similarity(DATE '1990-03-04', DATE '1990-04-03')",
    },
];

fn jaro_winkler(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let mut scratch = Scratch::default();
    let answers = (0..call.rows).map(|row| Some(scratch.jaro_winkler(a.get(row)?, b.get(row)?)));
    Ok(Arc::new(answers.collect::<Float64Array>()))
}

fn damerau_levenshtein(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let mut scratch = Scratch::default();
    let answers =
        (0..call.rows).map(|row| i64::try_from(scratch.damerau_levenshtein(a.get(row)?, b.get(row)?)).ok());
    Ok(Arc::new(answers.collect::<Int64Array>()))
}

fn token_set_ratio(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let mut scratch = Scratch::default();
    let answers = (0..call.rows).map(|row| scratch.token_set(a.get(row)?, b.get(row)?));
    Ok(Arc::new(answers.collect::<Float64Array>()))
}

fn date_similarity(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.date(0)?, call.date(1)?);
    let mut answers = StringViewBuilder::with_capacity(call.rows);
    for row in 0..call.rows {
        let both = a.get(row).zip(b.get(row));
        answers.append_option(both.map(|(a, b)| date_level(a, b).name()));
    }
    Ok(Arc::new(answers.finish()))
}
