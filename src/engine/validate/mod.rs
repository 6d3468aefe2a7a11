//! Plans every model against the contracts on empty tables, offline: unknown columns and functions, types, grouping, and
//! what is declared about tables beside their SQL. Nothing is run.

mod declared;
mod lint;
mod models;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use chrono::NaiveDate;
use datafusion::execution::SessionState;
use datafusion::prelude::SessionContext;

use super::session;
use super::tables::{empty, previous, reference};
use crate::compile::Generated;
use crate::config::problem::{self, Level, Location, Problem};
use crate::config::project::{Pipeline, Project, Source};
use crate::name::{AsOf, PipelineName, TableName};
use crate::plan::graph::{self, Graph};
use crate::plan::params::{self, Params};
use crate::plan::sql::SqlError;

/// The columns of every table that could be planned, as they are staged.
pub type Schemas = BTreeMap<TableName, SchemaRef>;

/// Everything that is wrong with a project beyond its YAML, in one go, and the schemas of its sound tables.
pub fn check(project: &Project, generated: &[Generated]) -> (Schemas, Vec<Problem>) {
    let draft = graph::draft(project, generated);
    let (schemas, mut problems) = validate(project, &draft.graph);
    problems.extend(draft.problems);
    problem::sort(&mut problems);
    (schemas, problems)
}

/// Plans every model of a graph and checks what is declared about tables. What reads a table that cannot be planned is
/// passed over, so that one mistake is reported once.
pub fn validate(project: &Project, graph: &Graph) -> (Schemas, Vec<Problem>) {
    let context = match session::for_planning(project.environment.business_timezone) {
        Ok(context) => context,
        Err(error) => {
            let problem = Problem { level: Level::Error, at: None, message: error.to_string(), help: None };
            return (Schemas::new(), vec![problem]);
        }
    };
    let mut validator = Validator {
        project,
        graph,
        state: context.state(),
        context,
        params: params_of(project),
        known: known_names(project, graph),
        schemas: Schemas::new(),
        problems: Vec::new(),
    };
    validator.models();
    validator.declared();
    let Validator { schemas, mut problems, .. } = validator;
    problem::sort(&mut problems);
    (schemas, problems)
}

struct Validator<'a> {
    project: &'a Project,
    graph: &'a Graph,
    context: SessionContext,
    /// Shares the context's tables.
    state: SessionState,
    params: BTreeMap<PipelineName, Params>,
    /// The tables that are declared, be they sound or not.
    known: BTreeSet<String>,
    schemas: Schemas,
    problems: Vec<Problem>,
}

impl Validator<'_> {
    /// Notes a table's columns, and lets SQL read it, now and as it was before.
    fn put(&mut self, table: &TableName, schema: SchemaRef) {
        if self.project.unsound.contains(table) {
            return;
        }
        for name in [reference(table), previous(table)] {
            if let Err(error) = empty(&self.context, &name, Arc::clone(&schema)) {
                self.problems.push(Problem {
                    level: Level::Error,
                    at: None,
                    message: error.to_string(),
                    help: None,
                });
            }
        }
        self.schemas.insert(table.clone(), schema);
    }

    fn params(&self, pipeline: &PipelineName) -> Params {
        self.params.get(pipeline).cloned().unwrap_or_default()
    }
}

/// The columns that a source yields.
pub fn source_schema(source: &Source) -> SchemaRef {
    Arc::new(Schema::new(source.columns.iter().map(|column| column.field()).collect::<Vec<_>>()))
}

fn params_of(project: &Project) -> BTreeMap<PipelineName, Params> {
    // Which date it is makes no difference to types.
    let as_of = AsOf(NaiveDate::default());
    let zone = project.environment.business_timezone;
    let of = |pipeline: &Pipeline| (pipeline.name.clone(), params::of_pipeline(pipeline, as_of, zone));
    project.pipelines.iter().map(of).collect()
}

fn known_names(project: &Project, graph: &Graph) -> BTreeSet<String> {
    let models = project.models.iter().map(|model| model.name.to_string());
    let made = graph.steps.iter().flat_map(|step| &step.makes).map(|table| match table.as_source() {
        Some(source) => format!("source.{source}"),
        None => table.to_string(),
    });
    let unsound = project.unsound.iter().map(TableName::to_string);
    models.chain(made).chain(unsound).chain(graph.tables.keys().map(TableName::to_string)).collect()
}

fn problem(at: Location, error: SqlError) -> Problem {
    Problem { level: Level::Error, at: Some(at), message: error.message, help: error.help }
}
