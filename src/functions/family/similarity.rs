//! How alike two values are, by Unicode character.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::builder::StringViewBuilder;
use arrow::array::{ArrayRef, Float64Array, Int64Array};
use arrow::datatypes::DataType;
use chrono::{Datelike, NaiveDate};
use datafusion::common::Result;
use rphonetic::{DoubleMetaphone, Encoder};

use super::fold::{fold, fold_into, is_han};
use crate::functions::declare::{Call, Declared, Kind};

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

fn jaro_winkler(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let mut scratch = Jaro::default();
    let answers = (0..call.rows).map(|row| Some(scratch.winkler(a.get(row)?, b.get(row)?)));
    Ok(Arc::new(answers.collect::<Float64Array>()))
}

/// Buffers that the rows of a batch share.
#[derive(Default)]
struct Jaro {
    a: Vec<char>,
    b: Vec<char>,
    a_matched: Vec<bool>,
    b_matched: Vec<bool>,
}

impl Jaro {
    /// Jaro's similarity raised by a tenth of the rest for each of up to four equal first characters (Winkler 1990).
    fn winkler(&mut self, a: &str, b: &str) -> f64 {
        if a == b {
            return 1.0;
        }
        self.a.clear();
        self.b.clear();
        self.a.extend(a.chars());
        self.b.extend(b.chars());
        let jaro = self.jaro();
        let prefix = self.a.iter().zip(&self.b).take(4).take_while(|(a, b)| a == b).count();
        jaro + 0.1 * prefix as f64 * (1.0 - jaro)
    }

    fn jaro(&mut self) -> f64 {
        let Self { a, b, a_matched, b_matched } = self;
        if a.is_empty() || b.is_empty() {
            return 0.0;
        }
        let window = (a.len().max(b.len()) / 2).saturating_sub(1);
        for (matched, length) in [(&mut *a_matched, a.len()), (&mut *b_matched, b.len())] {
            matched.clear();
            matched.resize(length, false);
        }
        let mut matches = 0_usize;
        for (i, (of_a, a_taken)) in a.iter().zip(a_matched.iter_mut()).enumerate() {
            let from = i.saturating_sub(window);
            let candidates = b.iter().zip(b_matched.iter_mut()).take(i + window + 1).skip(from);
            for (of_b, b_taken) in candidates {
                if !*b_taken && of_a == of_b {
                    *a_taken = true;
                    *b_taken = true;
                    matches += 1;
                    break;
                }
            }
        }
        if matches == 0 {
            return 0.0;
        }
        let kept = |(c, taken): (&char, &bool)| taken.then_some(*c);
        let in_a = a.iter().zip(a_matched.iter()).filter_map(kept);
        let in_b = b.iter().zip(b_matched.iter()).filter_map(kept);
        let transposed = in_a.zip(in_b).filter(|(a, b)| a != b).count() / 2;
        let m = matches as f64;
        (m / a.len() as f64 + m / b.len() as f64 + (matches - transposed) as f64 / m) / 3.0
    }
}

fn damerau_levenshtein(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let distance = |row: usize| {
        let (a, b) = (a.get(row)?, b.get(row)?);
        let distance = if a == b { 0 } else { strsim::damerau_levenshtein(a, b) };
        i64::try_from(distance).ok()
    };
    Ok(Arc::new((0..call.rows).map(distance).collect::<Int64Array>()))
}

fn token_set_ratio(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.text(0)?, call.text(1)?);
    let answers = (0..call.rows).map(|row| token_set(a.get(row)?, b.get(row)?));
    Ok(Arc::new(answers.collect::<Float64Array>()))
}

/// Token-set ratio as RapidFuzz defines it, 0 to 1, of folded words; a Han character is a word. None without words.
fn token_set(a: &str, b: &str) -> Option<f64> {
    let (a, b) = (fold(a), fold(b));
    let (a, b) = (token_set_of(&a), token_set_of(&b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let common: Vec<&str> = a.intersection(&b).copied().collect();
    let only_a: Vec<&str> = a.difference(&b).copied().collect();
    let only_b: Vec<&str> = b.difference(&a).copied().collect();
    if !common.is_empty() && (only_a.is_empty() || only_b.is_empty()) {
        return Some(1.0);
    }
    let (common, only_a, only_b) = (common.join(" "), only_a.join(" "), only_b.join(" "));
    let space = if common.is_empty() { "" } else { " " };
    let of_a = format!("{common}{space}{only_a}");
    let of_b = format!("{common}{space}{only_b}");
    let whole = indel_ratio(&of_a, &of_b);
    if common.is_empty() {
        return Some(whole);
    }
    Some(whole.max(indel_ratio(&common, &of_a)).max(indel_ratio(&common, &of_b)))
}

fn token_set_of(text: &str) -> BTreeSet<&str> {
    let mut tokens = BTreeSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let mut start = 0;
        for (at, c) in word.char_indices().filter(|(_, c)| is_han(*c)) {
            tokens.extend(word.get(start..at).filter(|token| !token.is_empty()));
            tokens.extend(word.get(at..at + c.len_utf8()));
            start = at + c.len_utf8();
        }
        tokens.extend(word.get(start..).filter(|token| !token.is_empty()));
    }
    tokens
}

/// 1 − (insertions and deletions) / (both lengths), by way of the longest common subsequence.
fn indel_ratio(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let mut lengths = vec![0_usize; b.len() + 1];
    for of_a in &a {
        let mut diagonal = 0;
        let mut left = 0;
        for (of_b, length) in b.iter().zip(lengths.iter_mut().skip(1)) {
            let above = *length;
            *length = if of_a == of_b { diagonal + 1 } else { above.max(left) };
            diagonal = above;
            left = *length;
        }
    }
    let common = lengths.last().copied().unwrap_or(0);
    2.0 * common as f64 / (a.len() + b.len()) as f64
}

fn double_metaphone(call: &Call) -> Result<ArrayRef> {
    let encoder = DoubleMetaphone::default();
    let mut folded = String::new();
    call.map_text(|text, out| {
        folded.clear();
        fold_into(text, &mut folded);
        for word in folded.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&encoder.encode(word));
        }
        !out.is_empty()
    })
}

fn date_similarity(call: &Call) -> Result<ArrayRef> {
    let (a, b) = (call.date(0)?, call.date(1)?);
    let mut answers = StringViewBuilder::with_capacity(call.rows);
    for row in 0..call.rows {
        answers.append_option(a.get(row).zip(b.get(row)).and_then(|(a, b)| date_level(a, b)));
    }
    Ok(Arc::new(answers.finish()))
}

fn date_level(a: i32, b: i32) -> Option<&'static str> {
    let (a, b) = (NaiveDate::from_epoch_days(a)?, NaiveDate::from_epoch_days(b)?);
    let is_default = |date: NaiveDate| date.ordinal() == 1;
    let same_year = a.year() == b.year();
    Some(if a == b {
        "exact"
    } else if same_year && a.day() == b.month() && a.month() == b.day() {
        "swapped"
    } else if same_year && (is_default(a) || is_default(b)) {
        "default"
    } else if digits_apart(a, b) == 1 {
        "digit"
    } else if same_year && a.month() == b.month() {
        "year_month"
    } else if same_year {
        "year"
    } else {
        "different"
    })
}

/// In how many places two dates differ when both are written YYYYMMDD.
fn digits_apart(a: NaiveDate, b: NaiveDate) -> u32 {
    let written = |date: NaiveDate| date.year() * 10_000 + date.month() as i32 * 100 + date.day() as i32;
    let (mut a, mut b) = (written(a), written(b));
    let mut apart = 0;
    while a != 0 || b != 0 {
        apart += u32::from(a % 10 != b % 10);
        a /= 10;
        b /= 10;
    }
    apart
}
