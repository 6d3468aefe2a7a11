//! `portrait lineage`: the graph of sources and models, and where each column comes from.

use std::collections::BTreeSet;

use serde_json::json;

use super::args::{Global, GraphFormat, Lineage};
use super::failure::Failure;
use super::{output, project, query};
use crate::config::project::Project;
use crate::engine::{self, ColumnOrigin, EngineError};
use crate::name::{AsOf, StepId, TableName};
use crate::plan::graph::Step;
use crate::plan::{lineage, params, select};
use crate::run::{Prepared, RunError};

/// Prints the chosen part of the graph.
pub fn run(global: &Global, arguments: &Lineage) -> Result<(), Failure> {
    let project = project::load(global)?.project;
    let prepared = project::prepare(&project)?;
    let chosen = select::select(&prepared.graph, &arguments.selection, &[]).map_err(RunError::from)?;
    if arguments.columns {
        return columns(&project, &prepared, &chosen, arguments.format);
    }
    output::print_line(match arguments.format {
        GraphFormat::Text => lineage::tree(&prepared.graph, &chosen).trim_end().to_owned(),
        GraphFormat::Mermaid => lineage::mermaid(&prepared.graph, &chosen).trim_end().to_owned(),
        GraphFormat::Json => format!("{:#}", lineage::json(&prepared.graph, &chosen)),
    })?;
    Ok(())
}

/// One column of a model and what it is computed from.
struct Traced {
    table: TableName,
    column: String,
    from: BTreeSet<ColumnOrigin>,
}

fn columns(
    project: &Project,
    prepared: &Prepared,
    chosen: &BTreeSet<StepId>,
    format: GraphFormat,
) -> Result<(), Failure> {
    let traced = trace(project, prepared, chosen)?;
    let written = |origin: &ColumnOrigin| format!("{}.{}", origin.table, origin.column);
    match format {
        GraphFormat::Json => {
            let all: Vec<_> = traced
                .iter()
                .map(|one| json!({ "table": one.table, "column": one.column, "from": one.from.iter().map(written).collect::<Vec<_>>() }))
                .collect();
            output::print_line(format!("{:#}", serde_json::Value::from(all)))?;
        }
        GraphFormat::Mermaid => {
            output::print_line("graph LR")?;
            for one in &traced {
                for origin in &one.from {
                    output::print_line(format!("  {} --> {}.{}", written(origin), one.table, one.column))?;
                }
            }
        }
        GraphFormat::Text => {
            for one in &traced {
                let from: Vec<String> = one.from.iter().map(written).collect();
                let from = if from.is_empty() { "(no column)".to_owned() } else { from.join(", ") };
                output::print_line(format!("{}.{} <- {from}", one.table, one.column))?;
            }
        }
    }
    Ok(())
}

/// Plans the chosen models on empty tables and follows their columns.
fn trace(project: &Project, prepared: &Prepared, chosen: &BTreeSet<StepId>) -> Result<Vec<Traced>, Failure> {
    let session = query::session(project)?;
    for (table, schema) in &prepared.schemas {
        engine::empty(&session, &engine::reference(table), schema.clone())?;
        engine::empty(&session, &engine::previous(table), schema.clone())?;
    }
    let mut traced = Vec::new();
    let steps = prepared.graph.steps.iter().filter(|step| chosen.contains(&step.id));
    for (step, model) in steps.filter_map(|step| Some((step, step.model()?))) {
        let plan = engine::plan(&session, &model.sql, &params(project, step)).map_err(EngineError::from)?;
        for (column, from) in engine::column_lineage(&plan) {
            traced.push(Traced { table: model.name.clone(), column, from });
        }
    }
    Ok(traced)
}

/// Parameters of the right types; which date they say does not matter to columns.
fn params(project: &Project, step: &Step) -> params::Params {
    params::of_project(project, &step.pipeline, AsOf(Default::default()))
}
