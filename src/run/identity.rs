//! The identity step: reads the records and what the previous night left, stages who is who. How records are joined is
//! `identity`'s.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use datafusion::common::TableReference;

use super::compute::{self, Target};
use super::context::Context;
use super::error::StepError;
use crate::compile::identity::records_sql;
use crate::config::identity::Identity;
use crate::engine;
use crate::identity::state::StateTables;
use crate::identity::{self, IdentityError, Previous, Resolution};
use crate::name::{AsOf, TableName};
use crate::plan::graph::Step;
use crate::plan::native;
use crate::warehouse::{Partition, Release, StagedTable};

/// A table of the step as a run for this date starts from it: that of the latest date before it; for a date that lies
/// before them all, the newest, of which only what had begun by then counts.
pub fn previous<'a>(base: Option<&'a Release>, table: &str, as_of: AsOf) -> Option<&'a Partition> {
    let entry = base?.tables.iter().find(|(name, _)| name.as_str() == table).map(|(_, entry)| entry)?;
    entry.before(as_of).or_else(|| entry.newest().filter(|newest| newest.as_of > as_of))
}

/// The share of the session's memory in which similarities are remembered, and the most that pays: a larger table is
/// slower to look into than a similarity is to compute.
const REMEMBERED: u64 = 64;
const MOST_REMEMBERED_BYTES: u64 = 96 << 20;

/// In how much of a session's memory similarities are remembered, in bytes.
pub fn remembered_bytes(memory_bytes: u64) -> usize {
    usize::try_from((memory_bytes / REMEMBERED).min(MOST_REMEMBERED_BYTES)).unwrap_or(usize::MAX)
}

/// Resolves the records and stages the step's tables.
pub async fn resolve(
    context: &Context,
    step: &Step,
    declared: &Identity,
    base: Option<&Release>,
) -> Result<BTreeMap<TableName, StagedTable>, StepError> {
    let records = compute::collect(context, &step.pipeline, &records_sql(declared)).await?;
    let mut before: BTreeMap<&str, Vec<RecordBatch>> = BTreeMap::new();
    for table in Identity::TABLES {
        before.insert(table, read_previous(context, step, table, base).await?);
    }
    let of = |table: &str| before.get(table).map(Vec::as_slice).unwrap_or_default();
    let previous = Previous {
        map: of("identity_map"),
        aliases: of("identity_alias"),
        state: StateTables {
            state: of("identity_state"),
            edges: of("identity_edge"),
            model: of("identity_model"),
            frequencies: of("identity_frequency"),
        },
    };
    let memory = remembered_bytes(context.settings.memory_bytes);
    let resolution = on_threads(context.settings.threads, || {
        identity::resolve(&records, declared, previous, context.train, memory, context.as_of)
    })?;
    drop(records);
    drop(before);
    let mut staged = BTreeMap::new();
    for (table, rows) in tables(resolution) {
        if let Some(table) = step.makes.iter().find(|made| made.as_str() == table) {
            staged.insert(table.clone(), stage(context, step, table, rows).await?);
        }
    }
    Ok(staged)
}

/// Runs work that spreads over its thread's pool on a pool of so many threads.
pub fn on_threads<T: Send>(
    threads: usize,
    work: impl FnOnce() -> Result<T, IdentityError> + Send,
) -> Result<T, StepError> {
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|_| StepError::Panicked)?;
    tokio::task::block_in_place(|| pool.install(work))
        .map_err(|error| StepError::Unusable(super::message(&error)))
}

fn tables(resolution: Resolution) -> [(&'static str, RecordBatch); 8] {
    [
        ("identity_map", resolution.map),
        ("identity_event", resolution.events),
        ("identity_suspect_key", resolution.suspects),
        ("identity_alias", resolution.aliases),
        ("identity_edge", resolution.edges),
        ("identity_state", resolution.state),
        ("identity_model", resolution.model),
        ("identity_frequency", resolution.frequencies),
    ]
}

async fn read_previous(
    context: &Context,
    step: &Step,
    table: &str,
    base: Option<&Release>,
) -> Result<Vec<RecordBatch>, StepError> {
    let Some(partition) = previous(base, table, context.as_of) else { return Ok(Vec::new()) };
    let schema = step.makes.iter().find(|made| made.as_str() == table).and_then(native::schema);
    let Some(schema) = schema else { return Ok(Vec::new()) };
    let name = TableReference::bare(format!("{table}__before"));
    let paths: Vec<_> = partition.files.iter().map(|file| context.warehouse.path_of(file)).collect();
    engine::register_as(&context.session, &name, &paths, schema, &[])?;
    let rows = compute::collect(context, &step.pipeline, &format!("SELECT * FROM {}", name.table())).await?;
    // It has served; a name that is gone already is what is wanted.
    let _ = context.session.deregister_table(name);
    Ok(rows)
}

async fn stage(
    context: &Context,
    step: &Step,
    table: &TableName,
    rows: RecordBatch,
) -> Result<StagedTable, StepError> {
    let name = TableReference::bare(format!("{table}__rows"));
    engine::batches(&context.session, &name, rows.schema(), vec![rows])?;
    let sql = format!("SELECT * FROM {}", name.table());
    let plan = engine::plan(&context.session, &sql, &context.params(&step.pipeline))
        .map_err(engine::EngineError::from)?;
    let target = Target { step: step.id.clone(), spec: context.spec(table), first_stream: 0 };
    let staged = compute::stage(context, &context.session, &target, plan).await?;
    let _ = context.session.deregister_table(name);
    Ok(staged)
}
