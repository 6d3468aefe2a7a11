//! An environment file as it is written: `config/NAME.yaml`, laid over `config/default.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Where a project runs and with what. Every key may be absent: `config/default.yaml` says them all.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawEnvironment {
    /// The folder that the paths of sources start from; relative to the project.
    pub data_root: Option<String>,
    /// The folder or object store that releases are published to; relative to the project.
    pub warehouse: Option<String>,
    /// The zone in which days, weeks and months are cut, by its IANA name.
    pub business_timezone: Option<String>,
    /// Resources of the engine.
    pub engine: RawEngine,
    /// How long files that no release needs stay for readers that still have them open: `24h`.
    pub reader_grace: Option<String>,
    /// The newest releases that can be rolled back to.
    pub keep_releases: Option<u32>,
    /// How many rejected rows are too many, where a source does not say.
    pub rejects: RawDefaultRejects,
    /// Values for the pipelines' `params:`, by name.
    pub params: BTreeMap<String, serde_json::Value>,
}

/// Resources of the engine.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawEngine {
    /// Threads that work at the same time (default: one per core).
    pub threads: Option<u32>,
    /// Resident memory of the process: `8GB`, `512MB` (default: 70 % of the machine's).
    pub memory: Option<String>,
    /// Where a run writes aside what it does not hold in memory (default: beside its record in the warehouse).
    pub spill_directory: Option<String>,
    /// The most that may be spilled: `100GB`.
    pub spill_limit: Option<String>,
}

/// How many rejected rows are too many, where a source does not say.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDefaultRejects {
    /// The largest share of rows read that may be rejected, 0 to 1.
    pub max_ratio: Option<f64>,
}
