//! The top of a stage: every thread goes through its pieces in turn.

use std::sync::Arc;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Statistics, plan_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildStats, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning,
    PlanProperties, SendableRecordBatchStream, StatisticsArgs,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::pieces::Pieces;

/// Makes the partitions of a stage those of threads.
#[derive(Debug)]
pub struct InTurnExec {
    stage: Arc<dyn ExecutionPlan>,
    pieces: Arc<Pieces>,
    properties: Arc<PlanProperties>,
}

impl InTurnExec {
    pub fn new(stage: Arc<dyn ExecutionPlan>, pieces: Arc<Pieces>) -> Self {
        let properties = PlanProperties::new(
            // An order within pieces is none across them.
            EquivalenceProperties::new(stage.schema()),
            Partitioning::UnknownPartitioning(pieces.threads),
            stage.pipeline_behavior(),
            stage.boundedness(),
        );
        Self { stage, pieces, properties: Arc::new(properties) }
    }
}

impl DisplayAs for InTurnExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "InTurnExec: pieces={}", self.pieces.count)
    }
}

impl ExecutionPlan for InTurnExec {
    fn name(&self) -> &str {
        "InTurnExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.stage]
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
            Ok([stage]) => Ok(Arc::new(Self::new(stage, Arc::clone(&self.pieces)))),
            Err(children) => plan_err!("InTurnExec has one input, not {}", children.len()),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let (stage, pieces) = (Arc::clone(&self.stage), Arc::clone(&self.pieces));
        let threads = self.pieces.threads;
        // Looked at when the piece before has ended: by then it is known whether the first was all.
        let wanted = move |piece: usize| piece < threads || pieces.are_together() != Some(true);
        let rows = stream::iter(self.pieces.of(partition).take_while(move |piece| wanted(*piece)))
            .map(move |piece| stage.execute(piece, Arc::clone(&context)))
            .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    fn child_stats_requests(&self, _: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(None)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>, DataFusionError> {
        match inputs {
            [_] if args.partition().is_some() => Ok(Arc::new(Statistics::new_unknown(&self.schema()))),
            [stage] => Ok(Arc::clone(stage)),
            _ => plan_err!("InTurnExec has one input, not {}", inputs.len()),
        }
    }
}
