//! The identity step: reads the records, joins them into customers, stages who is who. How they are joined is
//! `identity`'s.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;

use super::compute::{self, Target};
use super::context::Context;
use super::error::StepError;
use crate::config::project::Identity;
use crate::engine;
use crate::identity::{self, Resolution};
use crate::name::{AsOf, TableName};
use crate::plan::graph::Step;
use crate::warehouse::{Partition, Release, StagedTable};

/// The map that a run for this date starts from: the one of the latest date before it; for a date that lies before
/// them all, the newest, of which only what had begun by then counts.
pub fn previous_map(base: Option<&Release>, as_of: AsOf) -> Option<&Partition> {
    let entry = base?.tables.iter().find(|(table, _)| table.as_str() == MAP).map(|(_, entry)| entry)?;
    entry.before(as_of).or_else(|| entry.newest().filter(|newest| newest.as_of > as_of))
}

const MAP: &str = "identity_map";

/// Resolves the records and stages the step's tables.
pub async fn resolve(
    context: &Context,
    step: &Step,
    declared: &Identity,
    base: Option<&Release>,
) -> Result<BTreeMap<TableName, StagedTable>, StepError> {
    let records = compute::collect(context, &step.pipeline, &records_sql(declared)).await?;
    let previous = read_previous(context, step, base).await?;
    let resolution =
        tokio::task::block_in_place(|| identity::resolve(&records, &declared.keys, &previous, context.as_of))
            .map_err(|error| StepError::Unusable(super::message(&error)))?;
    drop(records);
    let Resolution { map, events, suspects } = resolution;
    let mut staged = BTreeMap::new();
    for table in &step.makes {
        let rows = match table.as_str() {
            MAP => map.clone(),
            "identity_event" => events.clone(),
            _ => suspects.clone(),
        };
        staged.insert(table.clone(), stage(context, step, table, rows).await?);
    }
    Ok(staged)
}

/// Only the columns that decide: the record's name, its keys, and the names that guards count.
fn records_sql(declared: &Identity) -> String {
    let mut columns = vec!["source", "source_key"];
    let named = declared.keys.iter().flat_map(|key| [Some(key.column.as_str()), key.names.as_deref()]);
    for column in named.flatten() {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let quoted: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    format!("SELECT {} FROM {}", quoted.join(", "), declared.records)
}

async fn read_previous(
    context: &Context,
    step: &Step,
    base: Option<&Release>,
) -> Result<Vec<RecordBatch>, StepError> {
    let Some(partition) = previous_map(base, context.as_of) else { return Ok(Vec::new()) };
    let name = datafusion::common::TableReference::bare("identity_map__before");
    let paths: Vec<_> = partition.files.iter().map(|file| context.warehouse.path_of(file)).collect();
    engine::register_as(&context.session, &name, &paths, identity::map_schema(), &[])?;
    let rows = compute::collect(context, &step.pipeline, "SELECT * FROM identity_map__before").await?;
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
    let name = datafusion::common::TableReference::bare(format!("{table}__rows"));
    engine::batches(&context.session, &name, rows.schema(), vec![rows])?;
    let sql = format!("SELECT * FROM {}", name.table());
    let plan = engine::plan(&context.session, &sql, &context.params(&step.pipeline))
        .map_err(engine::EngineError::from)?;
    let target = Target { step: step.id.clone(), spec: context.spec(table), first_stream: 0 };
    let staged = compute::stage(context, &context.session, &target, plan).await?;
    let _ = context.session.deregister_table(name);
    Ok(staged)
}
