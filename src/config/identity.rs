//! How source records become people and organisations, as it was declared and checked. Pure data; what it means is
//! `identity`'s.

use std::sync::Arc;

use serde::Deserialize;

use super::problem::Location;
use crate::name::TableName;

/// How records become customers.
#[derive(Debug, Clone)]
pub struct Identity {
    pub records: TableName,
    /// Exact keys, most trusted first.
    pub keys: Vec<IdentityKey>,
    /// Attributes that records are compared in.
    pub attributes: Vec<Attribute>,
    /// SQL expressions over the records: those with an equal value are compared. Empty: derived from the attributes.
    pub blocking: Vec<BlockingRule>,
    /// What keeps two records apart whatever else speaks for them.
    pub never: Vec<NeverRule>,
    pub settings: MatchSettings,
    /// The stewards' file, relative to the project's folder, and what stands in it.
    pub overrides: Option<Overrides>,
    /// The model that is used instead of one that is trained.
    pub model: Option<ModelFile>,
    pub at: Location,
}

impl Identity {
    /// The tables that a native step makes of it.
    pub const TABLES: [&str; 8] = [
        "identity_map",
        "identity_event",
        "identity_suspect_key",
        "identity_alias",
        "identity_edge",
        "identity_state",
        "identity_model",
        "identity_frequency",
    ];

    /// What values must keep to, those of keys first.
    pub fn guards(&self) -> impl Iterator<Item = &Guard> {
        let attributes = self.attributes.iter().map(|attribute| &attribute.guard);
        self.keys.iter().map(|key| &key.guard).chain(attributes)
    }

    /// The columns of the records that it reads, beside their names.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Location)> {
        let keys = self.keys.iter().flat_map(|key| {
            let counted = key.guard.names.as_deref().map(|names| (names, &key.at));
            std::iter::once((key.column.as_str(), &key.at)).chain(counted)
        });
        let attributes = self.attributes.iter().flat_map(|attribute| {
            let counted = attribute.guard.names.as_deref().map(|names| (names, &attribute.at));
            std::iter::once((attribute.column.as_str(), &attribute.at)).chain(counted)
        });
        keys.chain(attributes)
    }
}

/// A column of which an equal value joins two records.
#[derive(Debug, Clone, PartialEq)]
pub struct IdentityKey {
    pub column: String,
    /// How sure such a join is, 0 to 1; 1 outweighs everything but a steward and `never`.
    pub confidence: f64,
    pub guard: Guard,
    pub at: Location,
}

/// Which values are too common to mean anyone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Guard {
    /// A value on more records than this means nobody.
    pub max_records: Option<u32>,
    /// A value with more distinct values of `names` than this means nobody.
    pub max_names: Option<u32>,
    /// The column whose distinct values `max_names` counts.
    pub names: Option<String>,
    /// Values that stand for no value.
    pub placeholders: Vec<String>,
}

/// An attribute that records are compared in.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    pub column: String,
    pub kind: Kind,
    /// How its values are graded, strictest first; empty: as its kind is.
    pub levels: Vec<Level>,
    /// Whether agreement on a rare value says more; as its kind has it if absent.
    pub term_frequency: Option<bool>,
    pub guard: Guard,
    pub at: Location,
}

/// What an attribute holds: decides how it is normalised, graded and blocked by if nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole name, in any order and script.
    PersonName,
    GivenName,
    FamilyName,
    Email,
    /// A telephone number.
    Mobile,
    /// A date, also one with a typing error in it.
    Date,
    /// A postal address, or a line of one.
    Address,
    Postcode,
    /// A city, a suburb, a place of birth.
    Place,
    Company,
    /// A number that is given to one person or organisation.
    Identifier,
    /// One of few words: a gender, a state.
    Category,
    /// Any other text.
    Text,
}

/// How two values are graded.
#[derive(Debug, Clone, PartialEq)]
pub enum Level {
    /// The same normalised value.
    Exact,
    /// The same value of this SQL expression over the records.
    Same(String),
    JaroWinkler(f64),
    Edits(u32),
    Tokens(f64),
    Begins(u32),
    Date(DateSlip),
    Days(u32),
    /// The other's value of another attribute.
    SwappedWith(String),
}

/// How one of two dates may be a slip of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateSlip {
    /// Day and month change places.
    Swapped,
    /// The same year, and one of them is its 1 January.
    Default,
    /// One digit differs.
    Digit,
    YearMonth,
    Year,
}

/// Records with an equal value of an expression are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockingRule {
    pub sql: String,
    pub at: Location,
}

/// Two records are never one if all of `differ` differ and all of `agree` agree.
#[derive(Debug, Clone, PartialEq)]
pub struct NeverRule {
    pub differ: Vec<String>,
    pub agree: Vec<String>,
    pub at: Location,
}

/// How matching decides, and how far it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchSettings {
    /// Pairs that are less probable than this hold nothing together.
    pub probability: f64,
    /// Groups are joined while the pairs between them support it by so many bits on the mean.
    pub support_bits: f64,
    /// The share of matches among all pairs, instead of an estimate.
    pub prior: Option<f64>,
    /// A block of more records brings nobody together.
    pub block_records: u32,
    /// A declared rule that makes more pairs is refused.
    pub rule_pairs: u64,
    /// Derived rules together make at most so many pairs for each record.
    pub pairs_per_record: u64,
    /// No customer has more records.
    pub cluster_records: u32,
    /// A night in which a larger share of the ids held until now would merge, split or retire is stopped.
    pub changed_ids: f64,
}

impl Default for MatchSettings {
    fn default() -> Self {
        Self {
            probability: 0.5,
            support_bits: 1.0,
            prior: None,
            block_records: 1000,
            rule_pairs: 200_000_000,
            pairs_per_record: 40,
            cluster_records: 1000,
            changed_ids: 0.25,
        }
    }
}

/// A matching model that was written down; what stands in it is `identity`'s.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    /// Relative to the project's folder.
    pub path: String,
    pub text: Arc<str>,
    /// Where it is named.
    pub at: Location,
}

/// What stewards decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Overrides {
    pub path: String,
    pub rows: Arc<[Override]>,
}

/// A steward's word on two records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Override {
    pub left: (String, String),
    pub right: (String, String),
    pub decision: Decision,
    pub author: String,
    pub reason: String,
    /// Where it stands in the file.
    pub line: u32,
}

impl Decision {
    /// The decision that a word in a stewards' file stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_lowercase().as_str() {
            "same" => Some(Self::Same),
            "different" => Some(Self::Different),
            _ => None,
        }
    }
}

/// Whether two records are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    Same,
    Different,
}
