//! Groups of customers as they are written under `segments:`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// Groups of customers. They are compiled to `segment_definition`, `segment_membership`, `segment_change` and
/// `segment_summary`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSegments {
    /// The table that conditions are about: one row per customer, with `customer_id`.
    pub from: String,
    /// The money column that `segment_summary` adds up.
    pub revenue: String,
    /// The segments, by name.
    pub members: IndexMap<String, RawSegment>,
}

/// One group of customers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSegment {
    /// Who is in it, in words.
    pub description: String,
    /// What kind of difference it makes.
    pub kind: SegmentKind,
    /// Who is in it, as an SQL condition on the columns of `from`; parameters are read as `$name`.
    #[serde(rename = "where")]
    pub condition: String,
}

/// What kind of difference a segment makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    Demographic,
    Behaviour,
    Value,
    Lifecycle,
    Satisfaction,
    /// Industry, region, size of a business.
    Firmographic,
}
