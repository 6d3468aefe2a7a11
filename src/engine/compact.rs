//! Text that is held back is held alone: before that, views let go of buffers of which they use little.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, GenericByteViewArray, RecordBatch};
use arrow::datatypes::{ByteViewType, DataType, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Statistics, plan_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildStats, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, SendableRecordBatchStream,
    StatisticsArgs,
};
use futures::StreamExt;

use super::grace::InTurnExec;

/// Puts a [`CompactExec`] over joins and aggregations whose text is exchanged or held back, and under every sort of text.
///
/// Views of a join's output point into the whole of what it holds, those of an aggregation into all its groups, those of
/// a scan into whole pages. Who keeps such batches keeps, and counts with each of them, all that the views point into: a
/// few megabytes of rows then exhaust gigabytes of memory.
#[derive(Debug)]
pub struct CompactBeforeHolding;

impl PhysicalOptimizerRule for CompactBeforeHolding {
    fn name(&self) -> &str {
        "compact_before_holding"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let compacted = plan.transform_up(|node| {
            let sorts = node.downcast_ref::<SortExec>().is_some();
            let exchanges = node.downcast_ref::<RepartitionExec>().is_some();
            let [input] = node.children()[..] else { return Ok(Transformed::no(node)) };
            let text = input.schema().fields().iter().any(|field| is_view(field.data_type()));
            if !(text && (sorts || exchanges && shares_buffers(input))) {
                return Ok(Transformed::no(node));
            }
            let compact: Arc<dyn ExecutionPlan> = Arc::new(CompactExec { input: Arc::clone(input) });
            Ok(Transformed::yes(replace_children_if_necessary(node, vec![compact])?))
        })?;
        Ok(compacted.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether batches share the buffers of something large: a join's or an aggregation's, passed on row by row.
fn shares_buffers(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let large = plan.downcast_ref::<HashJoinExec>().is_some()
        || plan.downcast_ref::<NestedLoopJoinExec>().is_some()
        || plan.downcast_ref::<CrossJoinExec>().is_some()
        || plan.downcast_ref::<AggregateExec>().is_some();
    let passes_on = plan.downcast_ref::<ProjectionExec>().is_some()
        || plan.downcast_ref::<FilterExec>().is_some()
        || plan.downcast_ref::<InTurnExec>().is_some()
        || plan.downcast_ref::<CooperativeExec>().is_some();
    large || passes_on && plan.children().into_iter().any(shares_buffers)
}

fn is_view(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8View | DataType::BinaryView)
}

/// Passes batches on, views that use less than half of their buffers copied.
#[derive(Debug)]
struct CompactExec {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for CompactExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("CompactExec")
    }
}

impl ExecutionPlan for CompactExec {
    fn name(&self) -> &str {
        "CompactExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        match <[_; 1]>::try_from(children) {
            Ok([input]) => Ok(Arc::new(Self { input })),
            Err(children) => plan_err!("CompactExec has one input, not {}", children.len()),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let batches = self.input.execute(partition, context)?;
        let schema: SchemaRef = self.input.schema();
        let compacted = batches.map(|batch| batch.and_then(compact));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, compacted)))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>, DataFusionError> {
        match inputs {
            [input] => Ok(Arc::clone(input)),
            _ => plan_err!("CompactExec has one input, not {}", inputs.len()),
        }
    }
}

pub fn compact(batch: RecordBatch) -> Result<RecordBatch, DataFusionError> {
    let columns = batch.columns().iter().map(|column| match column.data_type() {
        DataType::Utf8View => dense(column, column.as_string_view()),
        DataType::BinaryView => dense(column, column.as_binary_view()),
        _ => Arc::clone(column),
    });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

fn dense<T: ByteViewType>(column: &ArrayRef, views: &GenericByteViewArray<T>) -> ArrayRef {
    let held: usize = views.data_buffers().iter().map(|buffer| buffer.capacity()).sum();
    if held > 2 * views.total_buffer_bytes_used() { Arc::new(views.gc()) } else { Arc::clone(column) }
}
