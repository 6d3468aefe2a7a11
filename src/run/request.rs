//! What a run is asked to do.

use serde::{Deserialize, Serialize};

use crate::identity::evidence::Train;
use crate::name::{AsOf, PipelineName, RunId};

/// What a run is asked to do; kept in its record, so that `retry` asks for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub as_of: AsOf,
    /// Empty: all of them.
    pub pipelines: Vec<PipelineName>,
    /// Selectors in dbt's grammar; empty: every step of the pipelines.
    pub select: Vec<String>,
    pub exclude: Vec<String>,
    pub reuse: Reuse,
    /// When identity's model is trained.
    #[serde(default)]
    pub train: Train,
}

/// Whether what the last release holds may stand for what would be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reuse {
    /// Steps with the same fingerprint are not computed again.
    Same,
    /// Everything is computed.
    Nothing,
}

/// What to do while another run holds the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenHeld {
    Fail,
    Wait,
}

/// Whether a run is new or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    New(RunId),
    /// A run that failed or was killed: its staged steps are taken over.
    Resume(RunId),
}

impl Start {
    pub fn run(&self) -> &RunId {
        match self {
            Self::New(run) | Self::Resume(run) => run,
        }
    }
}
