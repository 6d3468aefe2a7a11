//! Which files, batches or plans stand behind a name in SQL.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, DataFusionError, TableReference};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr};
use datafusion::prelude::SessionContext;

use super::error::EngineError;
use crate::name::TableName;

/// The name by which SQL reads a table of the catalogue: sources stand in the schema `source`.
pub fn reference(table: &TableName) -> TableReference {
    match table.as_source() {
        Some(source) => TableReference::partial("source", source),
        None => TableReference::bare(table.as_str()),
    }
}

/// The name by which SQL reads a table at the latest as-of before this one.
pub fn previous(table: &TableName) -> TableReference {
    TableReference::partial("previous", table.as_str())
}

/// Lets SQL read Parquet files as a table; no file is opened yet, the schema is taken as given. With no files the table
/// is empty. `sorted_by` names the columns by which every file is sorted, ascending, NULLs last; none if empty.
///
/// # Errors
/// If a path is not absolute, or a column of `sorted_by` does not exist.
pub fn register(
    context: &SessionContext,
    table: &TableName,
    files: &[PathBuf],
    schema: SchemaRef,
    sorted_by: &[String],
) -> Result<(), EngineError> {
    register_as(context, &reference(table), files, schema, sorted_by)
}

/// As [`register`], under any name, such as that of [`previous`].
///
/// # Errors
/// As for [`register`].
pub fn register_as(
    context: &SessionContext,
    name: &TableReference,
    files: &[PathBuf],
    schema: SchemaRef,
    sorted_by: &[String],
) -> Result<(), EngineError> {
    if files.is_empty() {
        return empty(context, name, schema);
    }
    let listed = listing(context, files, schema, sorted_by).map_err(|error| failed(name, &error))?;
    put(context, name, Arc::new(listed))
}

fn listing(
    context: &SessionContext,
    files: &[PathBuf],
    schema: SchemaRef,
    sorted_by: &[String],
) -> Result<ListingTable, DataFusionError> {
    let urls = files.iter().map(|file| file_url(file)).collect::<Result<Vec<_>, _>>()?;
    let state = context.state_ref();
    let state = state.read();
    let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
    let mut options = ListingOptions::new(Arc::new(format)).with_file_extension("");
    if !sorted_by.is_empty() {
        let order: Vec<SortExpr> = sorted_by
            .iter()
            .map(|column| Expr::Column(Column::new_unqualified(column)).sort(true, false))
            .collect();
        options = options.with_file_sort_order(vec![order]);
    }
    let config =
        ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(schema);
    let cache = state.runtime_env().cache_manager.get_file_statistic_cache();
    Ok(ListingTable::try_new(config)?.with_cache(cache))
}

/// A file's URL. A path is taken letter by letter: `*` and `%` mean nothing in it.
fn file_url(file: &Path) -> Result<ListingTableUrl, DataFusionError> {
    let url = url::Url::from_file_path(file)
        .map_err(|()| DataFusionError::Plan(format!("`{}` is not an absolute path", file.display())))?;
    ListingTableUrl::try_new(url, None)
}

/// An empty table.
///
/// # Errors
/// If the name's schema does not exist.
pub fn empty(context: &SessionContext, name: &TableReference, schema: SchemaRef) -> Result<(), EngineError> {
    put(context, name, Arc::new(EmptyTable::new(schema)))
}

/// A table of rows in memory.
///
/// # Errors
/// If a batch is of another schema.
pub fn batches(
    context: &SessionContext,
    name: &TableReference,
    schema: SchemaRef,
    rows: Vec<RecordBatch>,
) -> Result<(), EngineError> {
    let table = MemTable::try_new(schema, vec![rows]).map_err(|error| failed(name, &error))?;
    put(context, name, Arc::new(table))
}

/// A table that is computed wherever it is read: how an inlined model stands in its reader.
///
/// # Errors
/// If the name's schema does not exist.
pub fn view(context: &SessionContext, table: &TableName, plan: LogicalPlan) -> Result<(), EngineError> {
    put(context, &reference(table), Arc::new(ViewTable::new(plan, None)))
}

/// Puts a table in place of what stood under its name. A source stands under its bare name too, where no model does.
fn put(
    context: &SessionContext,
    name: &TableReference,
    provider: Arc<dyn TableProvider>,
) -> Result<(), EngineError> {
    let register = |name: TableReference| {
        context
            .deregister_table(name.clone())
            .and_then(|_| context.register_table(name.clone(), Arc::clone(&provider)))
            .map_err(|error| failed(&name, &error))
    };
    register(name.clone())?;
    let bare = TableReference::bare(name.table());
    if name.schema() == Some("source") && !context.table_exist(bare.clone()).unwrap_or(true) {
        register(bare)?;
    }
    Ok(())
}

fn failed(name: &TableReference, error: &DataFusionError) -> EngineError {
    EngineError::Register { table: name.to_string(), reason: error.strip_backtrace() }
}
