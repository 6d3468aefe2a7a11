//! Removes a source's repeats after all of its files are read: only rows whose key repeats are looked at again.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{Int64Type, Schema};
use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;
use futures::StreamExt;

use super::compute::{self, Target};
use super::context::{Context, as_read};
use super::error::StepError;
use super::load::Loaded;
use crate::config::project::{Source, UniqueKey};
use crate::engine::{self, EngineError};
use crate::name::{StepId, TableName};
use crate::plan::params;
use crate::source::reject::{self, Kind, Reason};
use crate::source::schema;
use crate::source::unique::{KeyHashes, Repeated, Statements, Tables, statements};
use crate::warehouse::TableSpec;

/// What became of a source's repeats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Rows taken away because another with the same key is kept.
    pub removed: u64,
    /// Rows sent to the quarantine because none with their key is kept.
    pub quarantined: u64,
    /// Rows kept that changed after the as-of date; none if there was nothing to choose from.
    pub later_updates: Option<u64>,
}

/// Finds the repeats among the staged rows, and stages the rows without them in their place.
pub async fn resolve(
    context: &Context,
    source: &Source,
    table: &TableName,
    loaded: &mut Loaded,
) -> Result<Repeats, StepError> {
    let (Some(key), Some(hashes)) = (&source.unique, loaded.keys.take()) else {
        return Ok(Repeats::default());
    };
    let repeated = tokio::task::block_in_place(|| hashes.repeated());
    if repeated.is_empty() && !schema::carries_locator(source) {
        return Ok(Repeats::default());
    }
    let names = Names::of(source);
    let raw = as_read(loaded.staged.arrow_schema()?.as_ref());
    let paths: Vec<_> = loaded.staged.files.iter().map(|file| context.warehouse.path_of(file)).collect();
    engine::register_as(&context.session, &names.reference(&names.staged), &paths, raw, &[])?;
    let statements = statements(source, key, names.tables());
    register_candidates(context, source, key, &repeated, &names).await?;
    register_repeated(context, &statements, &names).await?;

    let removed = count(context, &statements.removed).await?;
    let repeats = match &statements.quarantined {
        Some(sql) => {
            quarantine(context, source, sql, loaded).await?;
            Repeats { quarantined: removed, ..Repeats::default() }
        }
        None => Repeats { removed, ..Repeats::default() },
    };
    let later_updates = match &statements.later_updates {
        Some(sql) if loaded.report.rows_updated_later > 0 => Some(count(context, sql).await?),
        _ => None,
    };
    let repeats = Repeats { later_updates, ..repeats };
    let plan = plan(context, &statements.kept)?;
    let target = Target {
        step: StepId::from(table.clone()),
        spec: TableSpec::internal(table.clone()),
        first_stream: AFTER_RAW,
    };
    loaded.staged = compute::stage(context, &context.session, &target, plan).await?;
    names.forget(context);
    Ok(repeats)
}

/// Streams of the rows without repeats are numbered after those of the rows as they were read.
const AFTER_RAW: u32 = 500;

/// What the tables of this work are called while it lasts.
struct Names {
    staged: String,
    candidates: String,
    repeated: String,
}

impl Names {
    fn of(source: &Source) -> Self {
        let name = |what: &str| format!("{what}__{}", source.name);
        Self { staged: name("staged"), candidates: name("candidates"), repeated: name("repeated") }
    }

    fn tables(&self) -> Tables<'_> {
        Tables { staged: &self.staged, candidates: &self.candidates, repeated: &self.repeated }
    }

    fn reference(&self, name: &str) -> TableReference {
        TableReference::bare(name.to_owned())
    }

    fn forget(&self, context: &Context) {
        for name in [&self.staged, &self.candidates, &self.repeated] {
            // A name that is gone already is what is wanted.
            let _ = context.session.deregister_table(self.reference(name));
        }
    }
}

/// Reads the key columns again, and keeps the rows whose hash repeats.
async fn register_candidates(
    context: &Context,
    source: &Source,
    key: &UniqueKey,
    repeated: &Repeated,
    names: &Names,
) -> Result<(), StepError> {
    let columns: Vec<_> = key.columns.iter().filter_map(|&index| source.columns.get(index)).collect();
    let quoted: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let sql = format!("SELECT {} FROM {}", quoted.join(", "), names.staged);
    let plan = plan(context, &sql)?;
    let mut stream = engine::execute(&context.session, &plan).await?;
    let fields: Vec<_> = columns.iter().map(|column| column.field().with_nullable(true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let mut found = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| EngineError::of_execution(&error))?;
        context.stop.check()?;
        let rows = repeated.candidates(&batch).map_err(unusable)?;
        if rows.num_rows() > 0 {
            found.push(RecordBatch::try_new(Arc::clone(&schema), rows.columns().to_vec()).map_err(unusable)?);
        }
    }
    engine::batches(&context.session, &names.reference(&names.candidates), schema, found)?;
    Ok(())
}

async fn register_repeated(
    context: &Context,
    statements: &Statements,
    names: &Names,
) -> Result<(), StepError> {
    let plan = plan(context, &statements.repeated)?;
    let schema = Arc::new(plan.schema().as_arrow().clone());
    let rows = compute::rows_of(context, &plan).await?;
    engine::batches(&context.session, &names.reference(&names.repeated), schema, rows)?;
    Ok(())
}

fn plan(context: &Context, sql: &str) -> Result<LogicalPlan, StepError> {
    let params = params::of_date(context.as_of, context.project.environment.business_timezone);
    Ok(engine::plan(&context.session, sql, &params).map_err(EngineError::from)?)
}

async fn count(context: &Context, sql: &str) -> Result<u64, StepError> {
    let plan = plan(context, sql)?;
    let rows = compute::rows_of(context, &plan).await?;
    let first = rows.iter().find(|batch| batch.num_rows() > 0);
    let counts = first.and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>().cloned());
    let count = counts.map_or(0, |counts| counts.value(0));
    u64::try_from(count).map_err(|_| StepError::Unusable("a count of repeats is negative".to_owned()))
}

/// Lists the rows of which none is kept among the source's rejects.
async fn quarantine(
    context: &Context,
    source: &Source,
    sql: &str,
    loaded: &mut Loaded,
) -> Result<(), StepError> {
    let plan = plan(context, sql)?;
    let rows = compute::rows_of(context, &plan).await?;
    let stage =
        context.warehouse.quarantine_further(&context.run, context.as_of, &source.name, &reject::schema())?;
    let mut writer = stage.writer(AFTER_RAW);
    for batch in rows.iter().filter(|batch| batch.num_rows() > 0) {
        let count = batch.num_rows();
        let constant = |text: Option<&str>| -> ArrayRef {
            Arc::new(std::iter::repeat_n(text, count).collect::<StringViewArray>())
        };
        let columns = vec![
            constant(Some(source.name.as_str())),
            Arc::clone(batch.column(0)),
            Arc::clone(batch.column(1)),
            Arc::clone(batch.column(2)),
            Arc::clone(batch.column(3)),
            constant(None),
            constant(Some(Reason::RepeatedKey.code())),
            constant(Some(Kind::Row.code())),
            constant(Some(context.run.as_str())),
        ];
        let rejects = RecordBatch::try_new(reject::schema(), columns).map_err(unusable)?;
        writer.write(&rejects)?;
        *loaded.row_rejects.entry(Reason::RepeatedKey.code().to_owned()).or_default() += count as u64;
    }
    writer.finish()?;
    Ok(())
}

fn unusable(error: arrow::error::ArrowError) -> StepError {
    StepError::Unusable(error.to_string())
}

/// A fresh note of keys for a source, if rows of it must differ.
pub fn hashes(source: &Source) -> Option<KeyHashes> {
    source.unique.as_ref().map(|key| KeyHashes::new(&key.columns))
}
