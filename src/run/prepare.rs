//! A project's files → everything that a run plans with, or every reason why it cannot. Needs no data.

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;

use crate::compile;
use crate::config::problem::{Level, Problem};
use crate::config::project::Project;
use crate::engine;
use crate::name::TableName;
use crate::plan::graph::{self, Graph};

/// A project that can run.
pub struct Prepared {
    pub graph: Graph,
    /// The columns of every table, as planned.
    pub schemas: BTreeMap<TableName, SchemaRef>,
    pub warnings: Vec<Problem>,
}

/// Compiles what YAML declares, finds the graph in the SQL and plans every model against the contracts.
///
/// # Errors
/// Everything that is wrong with the project's models, tables and checks.
pub fn prepare(project: &Project) -> Result<Prepared, Vec<Problem>> {
    let generated = compile::models(project)?;
    let (graph, mut problems) = graph::build(project, &generated)?;
    let (schemas, found) = engine::validate(project, &graph);
    problems.extend(found);
    if problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(problems);
    }
    Ok(Prepared { graph, schemas, warnings: problems })
}
