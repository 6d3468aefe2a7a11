//! `portrait query SQL`: asks a release.

use arrow::array::RecordBatch;
use futures::StreamExt;

use super::args::{Global, Query};
use super::failure::Failure;
use super::{output, project, runtime};
use crate::config::project::Project;
use crate::engine::{self, EngineError};
use crate::name::{ReleaseId, TableName};
use crate::plan::params::Params;
use crate::run::{self, as_read};
use crate::warehouse::{Partition, Release, Warehouse};

/// Runs a query over the published tables and prints its rows.
pub fn run(global: &Global, arguments: &Query) -> Result<(), Failure> {
    let mut project = project::load(global)?.project;
    project::apply(&mut project, &arguments.resources)?;
    let warehouse = open(&project.environment.warehouse)?;
    let release = release(&warehouse, arguments.release)?;
    runtime::block_on(run::settings(&project).threads, async {
        let session = session(&project)?;
        for (table, entry) in release.tables.iter().filter(|(_, entry)| entry.published || arguments.all) {
            register(&session, &warehouse, table, entry.partitions.iter(), entry.arrow_schema()?.as_ref())?;
        }
        if arguments.explain {
            let plan = engine::plan(&session, &arguments.sql, &Params::new()).map_err(EngineError::from)?;
            return Ok(output::print(engine::explain(&session, &plan).await?)?);
        }
        let rows = rows(&session, &arguments.sql, &Params::new(), usize::MAX).await?;
        Ok(output::print_rows(&rows, arguments.format)?)
    })
}

/// A warehouse that is there: looking at one makes none.
pub fn open(location: &str) -> Result<Warehouse, Failure> {
    Warehouse::existing(location)?.ok_or_else(|| {
        Failure::usage(format!("there is no warehouse at `{location}` yet; run `portrait run`"))
    })
}

/// The release that was asked for, or the newest.
pub fn release(warehouse: &Warehouse, wanted: Option<ReleaseId>) -> Result<Release, Failure> {
    match wanted {
        Some(id) => Ok(warehouse.release(id)?),
        None => warehouse.latest()?.ok_or_else(|| {
            Failure::usage(format!("`{}` holds no release yet; run `portrait run`", warehouse.location()))
        }),
    }
}

/// Lets SQL read dates of a table of a release.
pub fn register<'a>(
    session: &datafusion::prelude::SessionContext,
    warehouse: &Warehouse,
    table: &TableName,
    partitions: impl Iterator<Item = &'a Partition>,
    schema: &arrow::datatypes::Schema,
) -> Result<(), Failure> {
    let files: Vec<_> =
        partitions.flat_map(|partition| &partition.files).map(|file| warehouse.path_of(file)).collect();
    engine::register(session, table, &files, as_read(schema), &[])?;
    Ok(())
}

/// The first rows of a query.
pub async fn rows(
    session: &datafusion::prelude::SessionContext,
    sql: &str,
    params: &Params,
    limit: usize,
) -> Result<Vec<RecordBatch>, Failure> {
    let plan = engine::plan(session, sql, params).map_err(EngineError::from)?;
    let mut stream = engine::execute(session, &plan).await?;
    let mut batches = vec![RecordBatch::new_empty(stream.schema())];
    let mut wanted = limit;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| EngineError::of_execution(&error))?;
        let taken = batch.num_rows().min(wanted);
        batches.push(batch.slice(0, taken));
        wanted -= taken;
        if wanted == 0 {
            break;
        }
    }
    Ok(batches)
}

/// The engine that a command asks questions of.
pub fn session(project: &Project) -> Result<datafusion::prelude::SessionContext, Failure> {
    Ok(engine::session(&run::settings(project))?)
}
