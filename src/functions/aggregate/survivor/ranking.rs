//! In which order records are believed: the arguments of the three functions, and a row's rank as three whole numbers of
//! which the least wins.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::Int64Type;
use datafusion::common::hash_utils::{RandomState, create_hashes};
use datafusion::common::{Result, internal_err};

use super::held::Candidate;

/// Which function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The value beside the greatest `by`.
    Greatest,
    /// The value that most records state.
    MostFrequent,
    /// The most restrictive of the latest statements per channel.
    Consent,
}

/// What an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Value,
    Consent,
    /// A whole number, a date or an instant.
    Order,
    Text,
}

const VALUE: (&str, &str) = ("value", "what the record says; NULL says nothing");
const TRUST: (&str, &str) = ("trust", "how far the record is believed: 1 before 2");
const AT: (&str, &str) = ("at", "when the record was last changed; of equals the latest wins");
const SOURCE: (&str, &str) = ("source", "the source of the record");
const SOURCE_KEY: (&str, &str) = ("source_key", "its key there");

impl Rule {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Greatest => "survivor",
            Self::MostFrequent => "frequent_survivor",
            Self::Consent => "consent_survivor",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Greatest => {
                "The value beside the greatest key, and the record it comes from; of equals the most trusted, the \
                 latest, the least by content. NULL values do not count."
            }
            Self::MostFrequent => {
                "The value that most records state, and the first of these records by trust, time and content; of \
                 equally frequent values the one of the first record. NULL does not count."
            }
            Self::Consent => {
                "Of the latest statements per channel the most restrictive: one refusal outweighs every consent. Of \
                 statements of one instant the refusal counts; an undated refusal stands, an undated consent gives \
                 way to any dated statement. NULL without a statement."
            }
        }
    }

    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Greatest => "survivor(name, character_length(name), trust, updated_at, source, source_key)",
            Self::MostFrequent => "frequent_survivor(gender, trust, updated_at, source, source_key)",
            Self::Consent => "consent_survivor(consent, said_at, channel, trust, source, source_key)",
        }
    }

    pub(super) fn parameters(self) -> &'static [(&'static str, &'static str)] {
        const BY: (&str, &str) = ("by", "what to compare first; the greatest wins, and NULL comes last");
        const SAID: (&str, &str) = ("said_at", "when it was stated");
        const CHANNEL: (&str, &str) = ("channel", "where it was stated");
        const STATED: (&str, &str) = ("consent", "true: consented; false: refused; NULL: not asked");
        match self {
            Self::Greatest => &[VALUE, BY, TRUST, AT, SOURCE, SOURCE_KEY],
            Self::MostFrequent => &[VALUE, TRUST, AT, SOURCE, SOURCE_KEY],
            Self::Consent => &[STATED, SAID, CHANNEL, TRUST, SOURCE, SOURCE_KEY],
        }
    }

    pub(super) fn wants(self, argument: usize) -> Wants {
        match (self, argument) {
            (Self::Consent, 0) => Wants::Consent,
            (Self::Greatest | Self::MostFrequent, 0) => Wants::Value,
            (Self::Greatest, 1..4) | (Self::MostFrequent, 1..3) | (Self::Consent, 1 | 3) => Wants::Order,
            _ => Wants::Text,
        }
    }
}

/// The ranks of a batch of records.
pub(super) struct Ranking<'a> {
    rule: Rule,
    orders: [Option<&'a Int64Array>; 3],
    consent: Option<&'a BooleanArray>,
    /// Of the value; of the channel where statements are compared per channel.
    hashes: Vec<u64>,
}

impl<'a> Ranking<'a> {
    pub(super) fn new(rule: Rule, columns: &'a [ArrayRef]) -> Result<Self> {
        let order = |index: usize| match columns.get(index).and_then(|c| c.as_primitive_opt::<Int64Type>()) {
            Some(order) => Ok(Some(order)),
            None => internal_err!("argument {} of `{}` is no whole number", index + 1, rule.name()),
        };
        let (orders, hashed, consent) = match rule {
            Rule::Greatest => ([order(1)?, order(2)?, order(3)?], 0, None),
            Rule::MostFrequent => ([order(1)?, order(2)?, None], 0, None),
            Rule::Consent => {
                let consent = columns.first().and_then(|column| column.as_boolean_opt());
                ([order(1)?, order(3)?, None], 2, consent)
            }
        };
        let Some(hashed) = columns.get(hashed) else {
            return internal_err!("`{}` was given {} columns", rule.name(), columns.len());
        };
        let mut hashes = vec![0; hashed.len()];
        create_hashes([hashed], &RandomState::with_seed(0), &mut hashes)?;
        Ok(Self { rule, orders, consent, hashes })
    }

    /// The rows that say anything.
    pub(super) fn stating(&self, value: &ArrayRef) -> impl Iterator<Item = usize> + use<> {
        let nulls: Option<NullBuffer> = value.logical_nulls();
        let rows = value.len();
        (0..rows).filter(move |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row)))
    }

    pub(super) fn candidate(&self, row: usize) -> Candidate {
        let at = |index: usize| {
            let order = self.orders.get(index).copied().flatten()?;
            order.is_valid(row).then(|| order.value(row))
        };
        let rank = match self.rule {
            Rule::Greatest => [greatest_first(at(0)), least_first(at(1)), greatest_first(at(2))],
            Rule::MostFrequent => [least_first(at(0)), greatest_first(at(1)), 0],
            Rule::Consent => {
                let consented = self.consent.is_some_and(|consent| consent.value(row));
                let said = at(0).or((!consented).then_some(i64::MAX));
                [greatest_first(said), u64::from(consented), least_first(at(1))]
            }
        };
        Candidate::new(rank, self.hashes.get(row).copied().unwrap_or_default())
    }
}

/// Whole numbers in the order of `i64`; NULL after all.
fn least_first(number: Option<i64>) -> u64 {
    number.map_or(u64::MAX, |number| number.cast_unsigned() ^ (1 << 63))
}

/// The other way round; NULL after all here too.
fn greatest_first(number: Option<i64>) -> u64 {
    number.map_or(u64::MAX, |number| !(number.cast_unsigned() ^ (1 << 63)))
}
