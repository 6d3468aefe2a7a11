//! Running a plan, and what to try when memory does not suffice.

use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::{SendableRecordBatchStream, execute_stream};
use datafusion::prelude::SessionContext;
use futures::TryStreamExt;

use super::error::EngineError;

/// Runs a plan. Batches come as they are made; the plan's ORDER BY holds across them.
///
/// # Errors
/// If the plan cannot be made physical. Errors of rows come through the stream, as DataFusion's own;
/// [`EngineError::of_execution`] makes them fit to show.
pub async fn execute(
    context: &SessionContext,
    plan: &LogicalPlan,
) -> Result<SendableRecordBatchStream, EngineError> {
    let state = context.state();
    let physical =
        state.create_physical_plan(plan).await.map_err(|error| EngineError::of_execution(&error))?;
    execute_stream(physical, context.task_ctx()).map_err(|error| EngineError::of_execution(&error))
}

/// Runs a plan, throws its rows away and says how it was run: every operator with its rows, time and memory.
///
/// # Errors
/// If the plan cannot be made physical, or fails.
pub async fn explain(context: &SessionContext, plan: &LogicalPlan) -> Result<String, EngineError> {
    let failed = |error| EngineError::of_execution(&error);
    let physical = context.state().create_physical_plan(plan).await.map_err(failed)?;
    let mut stream = execute_stream(Arc::clone(&physical), context.task_ctx()).map_err(failed)?;
    while stream.try_next().await.map_err(failed)?.is_some() {}
    Ok(DisplayableExecutionPlan::with_metrics(physical.as_ref()).indent(false).to_string())
}

/// The same session with the same tables and memory, which joins by sorting: slower than hashing, but it spills.
/// For steps that ran out of memory.
pub fn with_sort_merge_join(context: &SessionContext) -> SessionContext {
    // The catalogue is shared, not made anew.
    let mut config = context
        .copied_config()
        .with_create_default_catalog_and_schema(false)
        // A sort's fair share shrinks as merges beside it grow, and less than a batch is too little: so small batches.
        .with_batch_size(1024);
    let options = config.options_mut();
    options.optimizer.prefer_hash_join = false;
    // With one partition the preference is ignored; more share the pool among more sorts.
    options.execution.target_partitions = 2;
    let state = SessionStateBuilder::new_from_existing(context.state())
        .with_config(config)
        .with_runtime_env(Arc::clone(&context.runtime_env()))
        .build();
    SessionContext::new_with_state(state)
}
