//! What the newest release holds of who is who, brought to the table: records, map, events, and what the last night left
//! for the next. Computes nothing new.

use arrow::array::RecordBatch;
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use rayon::ThreadPool;

use crate::cli::args::{Global, Resources};
use crate::cli::failure::Failure;
use crate::cli::{project, query, runtime, show};
use crate::compile::identity::records_sql;
use crate::config::identity::Identity;
use crate::config::project::Project;
use crate::engine;
use crate::identity::Records;
use crate::identity::inquiry::{Inquiry, inquire};
use crate::identity::state::{State, StateTables};
use crate::name::TableName;
use crate::plan::graph::StepKind;
use crate::plan::{native, params};
use crate::run::{self, RunError, as_read};
use crate::warehouse::{Release, Warehouse};

/// The release, as far as it says who is who.
pub struct Desk {
    pub project: Project,
    pub declared: Identity,
    pub records: Records,
    pub map: Vec<RecordBatch>,
    /// Of all dates.
    pub events: Vec<RecordBatch>,
    pub aliases: Vec<RecordBatch>,
    pub suspects: Vec<RecordBatch>,
    pub state: State,
    /// As many threads as the project has.
    pool: ThreadPool,
}

/// Reads what the newest release holds; the records model is computed where the release does not hold it.
pub fn open(global: &Global, resources: &Resources) -> Result<Desk, Failure> {
    let mut project = project::load(global)?.project;
    project::apply(&mut project, resources)?;
    let prepared = project::prepare(&project)?;
    let step = prepared.graph.steps.iter().find_map(|step| match &step.kind {
        StepKind::Identity(declared) => Some((step, declared.as_ref().clone())),
        StepKind::Source(_) | StepKind::Model { .. } => None,
    });
    let Some((step, declared)) = step else {
        return Err(Failure::usage("no pipeline of this project declares `identity:`"));
    };
    let warehouse = query::open(&project.environment.warehouse)?;
    let release = query::release(&warehouse, None)?;
    let threads = run::settings(&project).threads;
    let (records, tables) = runtime::block_on(threads, async {
        let session = query::session(&project)?;
        show::register_needed(
            &session,
            &project,
            &prepared.graph,
            &warehouse,
            &release,
            step,
            release.as_of,
        )?;
        let params = params::of_project(&project, &step.pipeline, release.as_of);
        let records = query::rows(&session, &records_sql(&declared), &params, usize::MAX).await?;
        let mut tables = Vec::new();
        for table in TABLES {
            tables.push(read(&session, &warehouse, &release, table).await?);
        }
        Ok((records, tables))
    })?;
    let mut tables = tables.into_iter();
    let mut next = || tables.next().unwrap_or_default();
    let (map, events, aliases, suspects) = (next(), next(), next(), next());
    let (state, edges, model, frequencies) = (next(), next(), next(), next());
    let state =
        State::read(StateTables { state: &state, edges: &edges, model: &model, frequencies: &frequencies })?;
    let pool = run::pool(threads).map_err(RunError::Step)?;
    let records = pool.install(|| Records::read(&records, &declared))?;
    Ok(Desk { project, declared, records, map, events, aliases, suspects, state, pool })
}

/// In the order in which [`open`] takes them.
const TABLES: [&str; 8] = [
    "identity_map",
    "identity_event",
    "identity_alias",
    "identity_suspect_key",
    "identity_state",
    "identity_edge",
    "identity_model",
    "identity_frequency",
];

/// All rows of a table that the identity step made, of all its dates; none where no run made it yet.
async fn read(
    session: &SessionContext,
    warehouse: &Warehouse,
    release: &Release,
    table: &str,
) -> Result<Vec<RecordBatch>, Failure> {
    let name = TableName::new(table).map_err(Failure::usage)?;
    let (Some(entry), Some(schema)) = (release.table(&name), native::schema(&name)) else {
        return Ok(Vec::new());
    };
    let files: Vec<_> = entry.files().map(|file| warehouse.path_of(file)).collect();
    let reference = TableReference::bare(format!("{table}__read"));
    engine::register_as(session, &reference, &files, as_read(&schema), &[])?;
    let sql = format!("SELECT * FROM {}", reference.table());
    query::rows(session, &sql, &params::Params::new(), usize::MAX).await
}

impl Desk {
    /// Does work that spreads over cores.
    pub fn compute<T: Send>(&self, work: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
        self.pool.install(work)
    }

    /// Asks about the matching of the last run.
    pub fn ask<T: Send>(
        &self,
        work: impl FnOnce(&Inquiry<'_>) -> Result<T, Failure> + Send,
    ) -> Result<T, Failure> {
        let memory = run::remembered_bytes(run::settings(&self.project).memory_bytes);
        self.compute(|| inquire(&self.records, &self.declared, &self.state, memory, work))
    }
}
