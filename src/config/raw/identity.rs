//! How source records become people and organisations, as it is written under `identity:`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::BareOr;
use crate::config::identity::{DateSlip, Kind};

/// How source records become people and organisations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawIdentity {
    /// The model that yields the records: `record_key`, `source`, `source_key`, then attributes.
    pub records: String,
    /// Columns of which an equal value joins two records, most trusted first.
    #[serde(default)]
    pub keys: IndexMap<String, RawIdentityKey>,
    /// Columns that records are compared in, with the kind of each: `birth_date: date`.
    #[serde(default)]
    pub attributes: IndexMap<String, BareOr<Kind, RawAttribute>>,
    /// SQL expressions over the records: those with an equal value are compared. Derived from the kinds if absent.
    #[serde(default)]
    pub blocking: Vec<String>,
    /// What keeps two records apart whatever else speaks for them.
    #[serde(default)]
    pub never: Vec<RawNever>,
    /// How sure a match must be.
    #[serde(default, rename = "match")]
    pub settings: RawMatch,
    /// How far matching goes.
    #[serde(default)]
    pub limits: RawLimits,
    /// The stewards' decisions, a CSV in the project's folder: left_source, left_source_key, right_source,
    /// right_source_key, decision (same or different), author, reason.
    pub overrides: Option<String>,
    /// The matching model to use instead of training one: a JSON file in the project's folder, as `portrait identity model`
    /// writes it.
    pub model: Option<String>,
}

/// A column of which an equal value joins two records.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawIdentityKey {
    /// A value on more records than this is shared, not personal, and joins none of them.
    pub max_records: Option<u32>,
    /// A value with more distinct values of `names` than this is shared, and joins none of them.
    pub max_names: Option<u32>,
    /// The column whose distinct values `max_names` counts.
    pub names: Option<String>,
    /// Values that stand for no value: `13800138000`, `test@test.com`.
    #[serde(default)]
    pub placeholders: Vec<String>,
    /// How sure a join by this key is, 0 to 1.
    pub confidence: Option<f64>,
}

/// A column that records are compared in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAttribute {
    /// What it holds; decides how it is normalised, graded and blocked by.
    pub kind: Kind,
    /// How its values are graded, strictest first, instead of as its kind is.
    #[serde(default)]
    pub levels: Vec<BareOr<BareLevel, RawLevel>>,
    /// Agreement on a rare value says more than on a common one.
    pub term_frequency: Option<bool>,
    /// A value on more records than this is shared, and says nothing.
    pub max_records: Option<u32>,
    /// A value with more distinct values of `names` than this is shared, and says nothing.
    pub max_names: Option<u32>,
    /// The column whose distinct values `max_names` counts.
    pub names: Option<String>,
    /// Values that stand for no value.
    #[serde(default)]
    pub placeholders: Vec<String>,
}

impl From<Kind> for RawAttribute {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            levels: Vec::new(),
            term_frequency: None,
            max_records: None,
            max_names: None,
            names: None,
            placeholders: Vec::new(),
        }
    }
}

/// A level that needs no number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BareLevel {
    /// The same normalised value.
    Exact,
}

/// How two values are graded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawLevel {
    /// The same normalised value.
    Exact(RawNothing),
    /// The same value of this SQL expression: `same: double_metaphone(surname)`.
    Same(String),
    /// At least so alike, 0 to 1.
    JaroWinkler(f64),
    /// At most so many typing errors.
    Edits(u32),
    /// At least so alike as sets of words, 0 to 1.
    Tokens(f64),
    /// One begins with the other, of at least so many characters.
    Begins(u32),
    /// A slip of a date.
    Date(DateSlip),
    /// Dates at most so many days apart.
    Days(u32),
    /// The other's value of another attribute.
    SwappedWith(String),
}

/// No options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNothing {}

impl From<BareLevel> for RawLevel {
    fn from(bare: BareLevel) -> Self {
        match bare {
            BareLevel::Exact => Self::Exact(RawNothing::default()),
        }
    }
}

/// Two records are never one if all of `differ` differ and all of `agree` agree.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNever {
    /// Attributes of which no level holds.
    pub differ: Vec<String>,
    /// Attributes with an equal value.
    #[serde(default)]
    pub agree: Vec<String>,
}

/// How sure a match must be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMatch {
    /// Pairs that are less probable than this hold nothing together (default: 0.5).
    pub probability: Option<f64>,
    /// Groups are joined while the pairs between them support it by so many bits on the mean (default: 1).
    pub support_bits: Option<f64>,
    /// The share of matches among all pairs; estimated if absent.
    pub prior: Option<f64>,
}

/// How far matching goes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawLimits {
    /// A block of more records than this brings nobody together (default: 1000).
    pub block_records: Option<u32>,
    /// A rule under `blocking` that makes more pairs is refused (default: 200000000).
    pub rule_pairs: Option<u64>,
    /// Derived rules together make at most so many pairs for each record (default: 40).
    pub pairs_per_record: Option<u64>,
    /// No customer has more records than this (default: 1000).
    pub cluster_records: Option<u32>,
    /// A night that would merge, split or retire a larger share of the customer ids is stopped (default: 0.25).
    pub changed_ids: Option<f64>,
}
