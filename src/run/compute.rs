//! Computes a model: plans its SQL, runs it, stages what comes out. Knows neither sources nor checks.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::Column;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::{
    ExecutionPlanProperties, SendableRecordBatchStream, execute_stream, execute_stream_partitioned,
};
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use tokio::runtime::Handle;

use super::context::Context;
use super::error::StepError;
use crate::config::project::Model;
use crate::engine::{self, EngineError};
use crate::name::{PipelineName, StepId};
use crate::observe::EventKind;
use crate::plan::graph::Step;
use crate::warehouse::{FileEntry, Stage, StageOptions, StagedTable, TableSpec};

/// Runs a model and stages its table. A model that runs out of memory is run once more with joins that spill.
pub async fn compute(context: &Context, step: &Step, model: &Model) -> Result<StagedTable, StepError> {
    let params = context.params(&step.pipeline);
    let plan = engine::plan(&context.session, &model.sql, &params).map_err(EngineError::from)?;
    let target = Target { step: step.id.clone(), spec: context.spec(&model.name), first_stream: 0 };
    match stage(context, &context.session, &target, plan.clone()).await {
        Err(StepError::Engine(error)) if error.is_out_of_memory() => {
            context.observer.tell(EventKind::Warned {
                message: format!(
                    "`{}` ran out of memory and is computed again with joins that spill ({error})",
                    model.name
                ),
            });
            let session = engine::with_sort_merge_join(&context.session);
            stage(context, &session, &target, plan).await
        }
        other => other,
    }
}

/// Makes an inlined model a view, which its only reader computes.
pub fn inline(context: &Context, step: &Step, model: &Model) -> Result<(), StepError> {
    let params = context.params(&step.pipeline);
    let plan = engine::plan(&context.session, &model.sql, &params).map_err(EngineError::from)?;
    engine::view(&context.session, &model.name, plan)?;
    Ok(())
}

/// Where the rows of a plan go.
pub struct Target {
    pub step: StepId,
    pub spec: TableSpec,
    /// Streams are numbered from here, so that one step may write a table twice.
    pub first_stream: u32,
}

/// Runs a plan and writes what it yields as a table of this run: sorted if the table is published or has a key.
pub async fn stage(
    context: &Context,
    session: &SessionContext,
    target: &Target,
    plan: LogicalPlan,
) -> Result<StagedTable, StepError> {
    let plan = sorted(&target.spec, plan)?;
    let Partitions { schema, streams } = partitions(session, &plan, context.settings.threads).await?;
    let options = StageOptions::for_table(&target.spec);
    let handle = Handle::current();
    tokio::task::block_in_place(|| {
        let stage = context.warehouse.stage(&context.run, context.as_of, &target.spec, &schema, &options)?;
        let files = write(context, target, &stage, streams, &handle)?;
        Ok(stage.finish(files)?)
    })
}

struct Partitions {
    schema: SchemaRef,
    streams: Vec<SendableRecordBatchStream>,
}

/// Every stream has a thread that writes it; a table in one order has one stream.
async fn partitions(
    session: &SessionContext,
    plan: &LogicalPlan,
    threads: usize,
) -> Result<Partitions, StepError> {
    let failed = |error| StepError::Engine(EngineError::of_execution(&error));
    let physical = session.state().create_physical_plan(plan).await.map_err(failed)?;
    let schema = physical.schema();
    let sorted = physical.output_ordering().is_some();
    let streams = if sorted || threads < 2 {
        vec![execute_stream(physical, session.task_ctx()).map_err(failed)?]
    } else {
        execute_stream_partitioned(physical, session.task_ctx()).map_err(failed)?
    };
    Ok(Partitions { schema, streams })
}

/// Writes every stream with a thread of its own.
fn write(
    context: &Context,
    target: &Target,
    stage: &Stage<'_>,
    streams: Vec<SendableRecordBatchStream>,
    handle: &Handle,
) -> Result<Vec<Vec<FileEntry>>, StepError> {
    let rows = AtomicU64::new(0);
    let write_one = |number: usize, mut stream: SendableRecordBatchStream| {
        let mut writer = stage.writer(target.first_stream + number as u32);
        handle.block_on(async {
            while let Some(batch) = stream.next().await {
                let batch = batch.map_err(|error| EngineError::of_execution(&error))?;
                context.stop.check()?;
                writer.write(&batch)?;
                let added = batch.num_rows() as u64;
                let rows = rows.fetch_add(added, Ordering::Relaxed) + added;
                context.observer.tell(EventKind::StepProgress {
                    step: target.step.clone(),
                    rows,
                    bytes_read: 0,
                    bytes_total: None,
                });
            }
            Ok::<_, StepError>(())
        })?;
        writer.finish().map_err(StepError::from)
    };
    std::thread::scope(|scope| {
        let write_one = &write_one;
        let threads: Vec<_> = streams
            .into_iter()
            .enumerate()
            .map(|(number, stream)| scope.spawn(move || write_one(number, stream)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(StepError::Panicked))).collect()
    })
}

/// The columns that a table's rows are sorted by; none if they may come as they are. Published rows come in one order,
/// whatever the threads: by the key, or by every column that has an order.
pub fn order_of(spec: &TableSpec, schema: &Schema) -> Vec<String> {
    if !spec.key.is_empty() {
        return spec.key.clone();
    }
    let ordered = schema.fields().iter().filter(|field| spec.published && !field.data_type().is_nested());
    ordered.map(|field| field.name().clone()).collect()
}

fn sorted(spec: &TableSpec, plan: LogicalPlan) -> Result<LogicalPlan, StepError> {
    let columns = order_of(spec, plan.schema().as_arrow());
    if columns.is_empty() {
        return Ok(plan);
    }
    let by = |name: &String| Expr::Column(Column::new_unqualified(name)).sort(true, false);
    let order: Vec<_> = columns.iter().map(by).collect();
    LogicalPlanBuilder::from(plan)
        .sort(order)
        .and_then(LogicalPlanBuilder::build)
        .map_err(|error| StepError::Engine(EngineError::of_execution(&error)))
}

/// The rows of a query, all of them: for answers that are small.
pub async fn collect(
    context: &Context,
    pipeline: &PipelineName,
    sql: &str,
) -> Result<Vec<RecordBatch>, StepError> {
    let plan = engine::plan(&context.session, sql, &context.params(pipeline)).map_err(EngineError::from)?;
    rows_of(context, &plan).await
}

/// The rows of a plan, all of them.
pub async fn rows_of(context: &Context, plan: &LogicalPlan) -> Result<Vec<RecordBatch>, StepError> {
    let mut stream = engine::execute(&context.session, plan).await?;
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        context.stop.check()?;
        batches.push(batch.map_err(|error| EngineError::of_execution(&error))?);
    }
    Ok(batches)
}
