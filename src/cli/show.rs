//! `portrait show MODEL`: runs one model on what the last release holds, and prints its first rows.

use super::args::{Global, Show};
use super::failure::Failure;
use super::{output, project, query, render, runtime};
use crate::config::project::Project;
use crate::engine::{self, EngineError};
use crate::name::{AsOf, TableName};
use crate::plan::graph::{Graph, Step};
use crate::plan::params;
use crate::run;
use crate::warehouse::{Release, Warehouse};

/// Computes the model as it is written now; nothing is staged or published.
pub fn run(global: &Global, arguments: &Show) -> Result<(), Failure> {
    let mut project = project::load(global)?.project;
    project::apply(&mut project, &arguments.resources)?;
    let prepared = project::prepare(&project)?;
    let (step, model) = render::find(&prepared.graph, &arguments.model)?;
    let warehouse = query::open(&project.environment.warehouse)?;
    let release = query::release(&warehouse, None)?;
    let as_of = arguments.as_of.unwrap_or(release.as_of);
    let params = params::of_project(&project, &step.pipeline, as_of);
    let rows = runtime::block_on(run::settings(&project).threads, async {
        let session = query::session(&project)?;
        register_needed(&session, &project, &prepared.graph, &warehouse, &release, step, as_of)?;
        for table in &step.reads_previous {
            register_previous(&session, &warehouse, &release, table, as_of, &prepared)?;
        }
        query::rows(&session, &model.sql, &params, arguments.limit).await
    })?;
    output::print_rows(&rows, arguments.format)?;
    Ok(())
}

/// Lets SQL read what a step reads.
pub fn register_needed(
    session: &datafusion::prelude::SessionContext,
    project: &Project,
    graph: &Graph,
    warehouse: &Warehouse,
    release: &Release,
    step: &Step,
    as_of: AsOf,
) -> Result<(), Failure> {
    for needed in needed(graph, step) {
        if let (true, Some(inlined)) = (needed.inline, needed.model()) {
            let params = params::of_project(project, &needed.pipeline, as_of);
            let plan = engine::plan(session, &inlined.sql, &params).map_err(EngineError::from)?;
            engine::view(session, &inlined.name, plan)?;
            continue;
        }
        for table in &needed.makes {
            register(session, warehouse, release, table)?;
        }
    }
    Ok(())
}

/// What a step reads, and what views among that read, in the graph's order.
fn needed<'a>(graph: &'a Graph, step: &Step) -> Vec<&'a Step> {
    let mut wanted = std::collections::BTreeSet::new();
    let mut open: Vec<&TableName> = step.reads.iter().collect();
    while let Some(table) = open.pop() {
        let Some(maker) = graph.maker(table) else { continue };
        if wanted.insert(maker.id.clone()) && maker.inline {
            open.extend(&maker.reads);
        }
    }
    graph.steps.iter().filter(|step| wanted.contains(&step.id)).collect()
}

fn register(
    session: &datafusion::prelude::SessionContext,
    warehouse: &Warehouse,
    release: &Release,
    table: &TableName,
) -> Result<(), Failure> {
    let entry = release.table(table).ok_or_else(|| {
        Failure::usage(format!("the last release does not hold `{table}`; run `portrait run` first"))
    })?;
    query::register(session, warehouse, table, entry.newest().into_iter(), entry.arrow_schema()?.as_ref())
}

fn register_previous(
    session: &datafusion::prelude::SessionContext,
    warehouse: &Warehouse,
    release: &Release,
    table: &TableName,
    as_of: AsOf,
    prepared: &run::Prepared,
) -> Result<(), Failure> {
    let Some(schema) = prepared.schemas.get(table) else { return Ok(()) };
    let partition = release.table(table).and_then(|entry| entry.before(as_of));
    let files: Vec<_> = partition
        .map(|partition| partition.files.iter().map(|file| warehouse.path_of(file)).collect())
        .unwrap_or_default();
    engine::register_as(session, &engine::previous(table), &files, run::as_read(schema), &[])?;
    Ok(())
}
