//! Which record's value each attribute of a customer takes, as it is written under `golden:`.
//!
//! ```yaml
//! golden:
//!   records: customer_record
//!   trust: [online_account, offline_member]     # most trusted first
//!   default: most_trusted                       # of every other column of the records
//!   attributes:
//!     name: { rule: longest }
//!     address: { rule: most_complete, together: [province, city, address, postcode] }
//! ```

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::OneOrMany;

/// Which record's value each attribute of a customer takes. Compiled to `customer_golden` (the values) and
/// `golden_source` (the record that each value comes from, and why).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGolden {
    /// The model that yields the records: `customer_id`, `source`, `source_key`, `seen_at`, `updated_at`, then attributes.
    pub records: String,
    /// Sources, most trusted first. One that is not named is trusted least.
    pub trust: Vec<String>,
    /// The rule of every attribute that names none.
    #[serde(default)]
    pub default: SurvivorRule,
    /// Attributes that need saying more of, by name: a column of the records, or a name for columns that move together.
    #[serde(default)]
    pub attributes: IndexMap<String, RawAttribute>,
}

/// How one attribute is chosen. Ties are broken by trust, then by the latest `updated_at`, then by content.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAttribute {
    /// Which record's value it takes; `default` if absent.
    pub rule: Option<SurvivorRule>,
    /// The moment that `most_recent`, `earliest` and `consent` compare: a column of the records (default: `updated_at`;
    /// of `earliest` `seen_at`).
    pub by: Option<String>,
    /// The values that `preferred` compares, best first; any other value comes after them.
    #[serde(default)]
    pub values: Vec<String>,
    /// The column that says through which channel a consent was stated (default: `source`).
    pub channel: Option<String>,
    /// Columns that are taken together, from one record: the parts of an address.
    #[serde(default)]
    pub together: Vec<String>,
    /// The published columns that show the attribute, as `golden_source` names them (default: its own name).
    #[serde(default)]
    pub shown_as: OneOrMany<String>,
}

/// Which of several records' values is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurvivorRule {
    /// Of the source that is trusted most.
    #[default]
    MostTrusted,
    /// Of the record that was changed last, or whose `by` is latest.
    MostRecent,
    /// Of the record that was seen first, or whose `by` is earliest.
    Earliest,
    /// What most records say.
    MostFrequent,
    /// The text with the most characters.
    Longest,
    /// Of the record that has most of the columns that go `together`.
    MostComplete,
    /// The first of `values` that any record has.
    Preferred,
    /// The most restrictive of the latest statements per channel: one refusal outweighs every consent. Never guessed:
    /// NULL without a statement.
    Consent,
}
