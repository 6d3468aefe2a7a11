//! A pipeline file as it is written: `pipelines/NAME.yaml`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::OneOrMany;
use super::golden::RawGolden;
use super::identity::RawIdentity;
use super::metric::RawMetrics;
use super::segment::RawSegments;
use super::source::RawSource;
use super::table::RawTable;

/// A pipeline: its sources, its models, what is checked about them, and when it runs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPipeline {
    /// The pipeline's name, as in the file's name.
    pub pipeline: String,
    /// What it is for, in a sentence.
    pub description: Option<String>,
    /// Pipelines whose tables this one reads; they run first.
    #[serde(default)]
    pub after: OneOrMany<String>,
    /// When it runs by itself.
    pub schedule: Option<RawSchedule>,
    /// Values that SQL reads as `$name`, typed. An environment may set others.
    #[serde(default)]
    pub params: IndexMap<String, RawParam>,
    /// Where rows come from, by table name.
    #[serde(default)]
    pub sources: IndexMap<String, RawSource>,
    /// Folders of `sql/`, or files in them, that belong to this pipeline: `staging`, `staging/online`, `metric/nps.sql`.
    #[serde(default)]
    pub models: Vec<String>,
    /// How source records become people and organisations.
    pub identity: Option<RawIdentity>,
    /// Which record's value each attribute of a customer takes, compiled to SQL.
    pub golden: Option<RawGolden>,
    /// Groups of customers, compiled to SQL.
    pub segments: Option<RawSegments>,
    /// Figures by period, compiled to SQL.
    pub metrics: Option<RawMetrics>,
    /// What SQL alone cannot say about a table: descriptions, checks, whether it is published.
    #[serde(default)]
    pub tables: IndexMap<String, RawTable>,
}

/// When a pipeline runs by itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSchedule {
    /// Five cron fields: minute, hour, day of month, month, day of week.
    pub cron: String,
    /// The zone the cron fields are read in; the project's business zone if absent.
    pub timezone: Option<String>,
    /// What to do about dates that were missed.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// How long a run may take before it is stopped: `4h`, `90m`.
    pub deadline: Option<String>,
}

/// What to do about dates that were missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// Leave them out.
    None,
    /// Run the newest one.
    #[default]
    Latest,
    /// Run them all, oldest first.
    All,
}

/// A typed value that SQL reads as `$name`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawParam {
    /// The value's type.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The value where nothing else sets one.
    pub default: serde_json::Value,
    /// What the value means.
    pub description: Option<String>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    String,
    Boolean,
    /// A whole number of 64 bits.
    Int,
    /// A double.
    Float,
    /// An exact number with six decimals.
    Decimal,
    /// `YYYY-MM-DD`.
    Date,
}
