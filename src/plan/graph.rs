//! The graph of a project: every step, what it makes and reads, in an order in which it can run. Found from the SQL.

mod build;
mod order;
mod resolve;

use std::collections::BTreeMap;
use std::ops::Range;

pub use build::{build, draft};

use crate::config::problem::{Location, Problem};
use crate::config::project::{Identity, Layer, Model, Source, Table};
use crate::name::{PipelineName, StepId, TableName};
use crate::plan::position::{Origins, locate};

/// Every step of every pipeline of a project. Only `build` makes one, so it has no cycle and no dangling read.
#[derive(Debug, Default)]
pub struct Graph {
    /// What comes first is read by what comes later; the order depends on names alone.
    pub steps: Vec<Step>,
    /// What is said about the tables beside their SQL, the generated ones too.
    pub tables: BTreeMap<TableName, Table>,
    /// The index of the step that makes a table.
    pub(crate) makers: BTreeMap<TableName, usize>,
}

/// A graph of what is sound in a project, and what is wrong with the rest: so that one error hides no other.
#[derive(Debug, Default)]
pub struct Draft {
    /// Without the steps that have an error of their own. What reads such a step is there.
    pub graph: Graph,
    /// Errors and warnings, by place.
    pub problems: Vec<Problem>,
}

/// One thing to do: read a source, compute a model, join identities.
#[derive(Debug, Clone)]
pub struct Step {
    /// The name of the table it makes (`source__x` for what source `x` yields), or `identity`.
    pub id: StepId,
    /// The tables it makes; only `identity` makes several.
    pub makes: Vec<TableName>,
    pub kind: StepKind,
    /// The tables it reads, sorted; sources as `source__x`.
    pub reads: Vec<TableName>,
    /// The tables whose rows of an earlier as-of it reads, sorted.
    pub reads_previous: Vec<TableName>,
    /// The parameters it uses, without `$`, sorted.
    pub params: Vec<String>,
    pub layer: Layer,
    pub pipeline: PipelineName,
    /// A view inside its only reader rather than a table of its own.
    pub inline: bool,
    /// Where it is declared: the source, the first line of the SQL file, the YAML a generated model comes from.
    pub at: Location,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepKind {
    Source(Box<Source>),
    Model {
        model: Model,
        /// Empty for a model with a file of its own.
        origins: Origins,
    },
    /// Reads the `records` model, makes `identity_map`, `identity_event` and `identity_suspect_key`.
    Identity(Box<Identity>),
}

impl Graph {
    /// The step that makes a table.
    pub fn maker(&self, table: &TableName) -> Option<&Step> {
        self.makers.get(table).and_then(|&index| self.steps.get(index))
    }

    /// A step by its id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// What is said about a table beside its SQL.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(name)
    }
}

impl Step {
    /// The SQL of a model.
    pub fn model(&self) -> Option<&Model> {
        match &self.kind {
            StepKind::Model { model, .. } => Some(model),
            StepKind::Source(_) | StepKind::Identity(_) => None,
        }
    }

    /// Where a byte range of a model's SQL stands in the project's files.
    pub fn locate(&self, span: &Range<usize>) -> Location {
        match &self.kind {
            StepKind::Model { model, origins } => locate(&model.sql, &model.path, origins, &self.at, span),
            StepKind::Source(_) | StepKind::Identity(_) => self.at.clone(),
        }
    }
}
