//! The identity step: reads the records and what the previous night left, stages who is who. How records are joined is
//! `identity`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{SortOptions, take_record_batch};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use datafusion::common::TableReference;
use futures::StreamExt;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::compute::{self, order_of};
use super::context::Context;
use super::error::StepError;
use crate::compile::identity::records_sql;
use crate::config::identity::Identity;
use crate::engine::{self, EngineError};
use crate::identity::records::Reading;
use crate::identity::state::StateTables;
use crate::identity::{self, Previous, Records, Resolution};
use crate::name::{AsOf, TableName};
use crate::plan::graph::Step;
use crate::plan::native;
use crate::warehouse::{Partition, Release, StageOptions, StagedTable};

/// A table of the step as a run for this date starts from it: that of the latest date before it; for a date that lies
/// before them all, the newest, of which only what had begun by then counts.
pub fn previous<'a>(base: Option<&'a Release>, table: &str, as_of: AsOf) -> Option<&'a Partition> {
    let entry = base?.tables.iter().find(|(name, _)| name.as_str() == table).map(|(_, entry)| entry)?;
    entry.before(as_of).or_else(|| entry.newest().filter(|newest| newest.as_of > as_of))
}

/// The share of the session's memory in which similarities are remembered, and the most that pays: a larger table is
/// slower to look into than a similarity is to compute.
const REMEMBERED: u64 = 64;
const MOST_REMEMBERED_BYTES: u64 = 48 << 20;

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
    let pool = pool(context.settings.threads)?;
    let records = read_records(context, step, declared, &pool).await?;
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
    let resolution =
        on(&pool, || identity::resolve(records, declared, previous, context.train, memory, context.as_of))?;
    drop(before);
    let stage_one = |(table, rows): (&'static str, RecordBatch)| {
        let table = step.makes.iter().find(|made| made.as_str() == table)?;
        Some(stage(context, table, rows).map(|staged| (table.clone(), staged)))
    };
    on(&pool, || tables(resolution).into_par_iter().filter_map(stage_one).collect())
}

/// So many batches of records are read at once: enough for every core to find columns to number.
const AT_ONCE: usize = 4;

/// Reads the records while the model that yields them is computed.
async fn read_records(
    context: &Context,
    step: &Step,
    declared: &Identity,
    pool: &ThreadPool,
) -> Result<Records, StepError> {
    let plan = engine::plan(&context.session, &records_sql(declared), &context.params(&step.pipeline))
        .map_err(EngineError::from)?;
    let mut batches = engine::execute(&context.session, &plan).await?.chunks(AT_ONCE);
    let mut reading = Reading::new(declared, count(context, step, declared).await?);
    while let Some(some) = batches.next().await {
        context.stop.check()?;
        let some: Vec<RecordBatch> =
            some.into_iter().collect::<Result<_, _>>().map_err(|error| EngineError::of_execution(&error))?;
        on(pool, || reading.add(&some))?;
    }
    on(pool, || reading.finish())
}

/// How many records there are: a table's files say it.
async fn count(context: &Context, step: &Step, declared: &Identity) -> Result<usize, StepError> {
    let sql = format!("SELECT count(*) AS records FROM {}", declared.records);
    let counted = compute::collect(context, &step.pipeline, &sql).await?;
    let counted = counted.first().and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>());
    Ok(counted.and_then(|count| count.values().first().copied()).map_or(0, |count| count.max(0) as usize))
}

/// So many threads, for work that spreads over them.
pub fn pool(threads: usize) -> Result<ThreadPool, StepError> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|_| StepError::Panicked)
}

/// Runs work on a pool, aside from what the runtime's threads have to do.
pub fn on<T: Send, E: Send + Into<StepError>>(
    pool: &ThreadPool,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, StepError> {
    tokio::task::block_in_place(|| pool.install(work)).map_err(Into::into)
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

/// A file of sorted rows has so many, written so many at once. Files are written side by side.
const FILE: usize = 512 << 10;
const CHUNK: usize = 64 << 10;

fn stage(context: &Context, table: &TableName, rows: RecordBatch) -> Result<StagedTable, StepError> {
    let spec = context.spec(table);
    let options = StageOptions::for_table(&spec);
    let stage = context.warehouse.stage(&context.run, context.as_of, &spec, rows.schema_ref(), &options)?;
    let order = order_of(&spec, rows.schema_ref());
    let files = if order.is_empty() {
        let mut writer = stage.writer(0);
        writer.write(&rows)?;
        vec![writer.finish()?]
    } else {
        let write = |(number, places): (usize, &[u32])| {
            let mut writer = stage.writer(number as u32);
            for places in places.chunks(CHUNK) {
                context.stop.check()?;
                let places = UInt32Array::from(places.to_vec());
                writer.write(&take_record_batch(&rows, &places).map_err(unusable)?)?;
            }
            writer.finish().map_err(StepError::from)
        };
        let places = places(&rows, &order)?;
        places.par_chunks(FILE).enumerate().map(write).collect::<Result<_, _>>()?
    };
    Ok(stage.finish(files)?)
}

/// The rows' places in ascending order of some columns, NULL last.
fn places(rows: &RecordBatch, order: &[String]) -> Result<Vec<u32>, StepError> {
    let columns: Vec<ArrayRef> =
        order.iter().filter_map(|name| rows.column_by_name(name)).map(Arc::clone).collect();
    let ascending = SortOptions { descending: false, nulls_first: false };
    let fields =
        columns.iter().map(|column| SortField::new_with_options(column.data_type().clone(), ascending));
    let converter = RowConverter::new(fields.collect()).map_err(unusable)?;
    let keys = converter.convert_columns(&columns).map_err(unusable)?;
    // What all keys begin with tells nothing; most are told apart by the bytes after it.
    let first = keys.iter().next();
    let first = first.as_ref().map_or(&[][..], |key| key.as_ref());
    let alike = |key: &[u8]| key.iter().zip(first).take_while(|(a, b)| a == b).count();
    let begin = keys.iter().map(|key| alike(key.as_ref())).min().unwrap_or(0);
    let head = |key: &[u8]| {
        let mut head = [0; 16];
        let told = &key[begin.min(key.len())..];
        let length = told.len().min(head.len());
        head[..length].copy_from_slice(&told[..length]);
        u128::from_be_bytes(head)
    };
    let mut places: Vec<(u128, u32)> = keys.iter().map(|key| head(key.as_ref())).zip(0..).collect();
    let rest = |a: u32, b: u32| keys.row(a as usize).cmp(&keys.row(b as usize)).then(a.cmp(&b));
    places.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| rest(a.1, b.1)));
    Ok(places.into_iter().map(|(_, place)| place).collect())
}

fn unusable(error: ArrowError) -> StepError {
    StepError::Unusable(error.to_string())
}
