//! How source records become people and organisations, as it is written under `identity:`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// How source records become people and organisations.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawIdentity {
    /// The model that yields the records: `record_key`, `source`, `source_key`, then attributes.
    pub records: String,
    /// Columns of which an equal value joins two records, most trusted first.
    pub keys: IndexMap<String, RawIdentityKey>,
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
    /// How sure a join by this key is, 0 to 1; published in `identity_map`.
    pub confidence: Option<f64>,
}
