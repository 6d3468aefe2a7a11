//! Picks among a source's repeats, which went aside while its files were read. Nothing else is looked at again.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;
use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;

use super::compute::{self, Target};
use super::context::{Context, as_read};
use super::error::StepError;
use super::load::Loaded;
use crate::config::project::Source;
use crate::engine::{self, EngineError};
use crate::name::{StepId, TableName};
use crate::plan::params;
use crate::source::reject::{self, Kind, Reason};
use crate::source::unique::statements;
use crate::warehouse::TableSpec;

/// What became of a source's repeats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Rows taken away because another with the same key is kept.
    pub removed: u64,
    /// Rows sent to the quarantine because none with their key is kept.
    pub quarantined: u64,
    /// Rows kept that changed after the as-of date, repeated or not.
    pub later_updates: u64,
}

/// Adds those of the rows aside that are kept to the staged ones.
pub async fn resolve(
    context: &Context,
    source: &Source,
    table: &TableName,
    loaded: &mut Loaded,
) -> Result<Repeats, StepError> {
    let later_updates = loaded.report.rows_updated_later;
    let (Some(key), Some(aside)) = (&source.unique, loaded.aside.take()) else {
        return Ok(Repeats { later_updates, ..Repeats::default() });
    };
    let name = format!("aside__{}", source.name);
    let reference = TableReference::bare(name.clone());
    let paths: Vec<_> = aside.files.iter().map(|file| context.warehouse.path_of(file)).collect();
    let schema = as_read(aside.arrow_schema()?.as_ref());
    engine::register_as(&context.session, &reference, &paths, schema, &[])?;
    let statements = statements(source, key, &name);

    let counts = counts(context, &statements.counts).await?;
    let dropped = aside.rows().saturating_sub(counts.kept);
    let repeats = match &statements.quarantined {
        Some(sql) => {
            quarantine(context, source, sql, loaded).await?;
            Repeats { quarantined: dropped, ..Repeats::default() }
        }
        None => Repeats { removed: dropped, ..Repeats::default() },
    };
    let target = Target {
        step: StepId::from(table.clone()),
        spec: TableSpec::internal(table.clone()),
        first_stream: RESOLVED,
    };
    let plan = plan(context, &statements.kept)?;
    let kept = compute::stage(context, &context.session, &target, plan).await?;
    loaded.staged.files.extend(kept.files);
    // A name that is gone already is what is wanted.
    let _ = context.session.deregister_table(reference);
    context.warehouse.discard(&aside.files);
    Ok(Repeats { later_updates: later_updates - counts.later_aside + counts.later, ..repeats })
}

/// Streams are numbered by what they hold: rows without repeats from 0, rows aside, and those that are kept of them.
pub const ASIDE: u32 = 1000;
const RESOLVED: u32 = 2000;

/// What the statement of that name says.
struct Counts {
    kept: u64,
    later: u64,
    later_aside: u64,
}

async fn counts(context: &Context, sql: &str) -> Result<Counts, StepError> {
    let rows = compute::rows_of(context, &plan(context, sql)?).await?;
    let count = |column: usize| {
        let first = rows.iter().find(|batch| batch.num_rows() > 0)?;
        let counts = first.columns().get(column)?.as_primitive_opt::<Int64Type>()?;
        u64::try_from(counts.value(0)).ok()
    };
    let (Some(kept), Some(later), Some(later_aside)) = (count(0), count(1), count(2)) else {
        return Err(StepError::Unusable("repeats could not be counted".to_owned()));
    };
    Ok(Counts { kept, later, later_aside })
}

fn plan(context: &Context, sql: &str) -> Result<LogicalPlan, StepError> {
    let params = params::of_date(context.as_of, context.project.environment.business_timezone);
    Ok(engine::plan(&context.session, sql, &params).map_err(EngineError::from)?)
}

/// Lists the rows of which none is kept among the source's rejects.
async fn quarantine(
    context: &Context,
    source: &Source,
    sql: &str,
    loaded: &mut Loaded,
) -> Result<(), StepError> {
    let rows = compute::rows_of(context, &plan(context, sql)?).await?;
    let stage =
        context.warehouse.quarantine_further(&context.run, context.as_of, &source.name, &reject::schema())?;
    let mut writer = stage.writer(RESOLVED);
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
