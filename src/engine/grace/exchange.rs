//! The bottom of a stage: an exchange by hash that writes its pieces aside.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Statistics, plan_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildStats, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning,
    PlanProperties, SendableRecordBatchStream, StatisticsArgs,
};
use futures::TryStreamExt;

use super::pieces::Pieces;
use super::spool::Spool;

/// An exchange by hash that reads all its rows before it hands out the first, each piece when it is asked for.
pub struct SpoolExec {
    exchange: Arc<dyn ExecutionPlan>,
    spool: Arc<Spool>,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl SpoolExec {
    /// In place of an exchange by hash.
    ///
    /// # Errors
    /// If it is none.
    pub fn new(exchange: Arc<dyn ExecutionPlan>, pieces: Arc<Pieces>) -> Result<Self, DataFusionError> {
        let Some(Partitioning::Hash(keys, _)) =
            exchange.downcast_ref::<RepartitionExec>().map(RepartitionExec::partitioning)
        else {
            return plan_err!("only an exchange by hash can be spooled");
        };
        let properties = PlanProperties::new(
            exchange.equivalence_properties().clone(),
            Partitioning::Hash(keys.clone(), pieces.count),
            exchange.pipeline_behavior(),
            exchange.boundedness(),
        );
        let spool = Spool::new(keys.clone(), pieces);
        let metrics = ExecutionPlanMetricsSet::new();
        Ok(Self { exchange, spool: Arc::new(spool), properties: Arc::new(properties), metrics })
    }
}

impl fmt::Debug for SpoolExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpoolExec").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}

impl DisplayAs for SpoolExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "SpoolExec: pieces={}", self.spool.pieces.count)
    }
}

impl ExecutionPlan for SpoolExec {
    fn name(&self) -> &str {
        "SpoolExec"
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
        vec![&self.exchange]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        for key in &self.spool.keys {
            if f(key)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        match <[_; 1]>::try_from(children) {
            Ok([exchange]) => Ok(Arc::new(Self::new(exchange, Arc::clone(&self.spool.pieces))?)),
            Err(children) => plan_err!("SpoolExec has one input, not {}", children.len()),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let (spool, exchange) = (Arc::clone(&self.spool), Arc::clone(&self.exchange));
        let (metrics, output) = (self.metrics.clone(), BaselineMetrics::new(&self.metrics, partition));
        let rows = async move { spool.open(exchange, partition, context, &metrics).await };
        let rows = futures::stream::once(rows)
            .try_flatten()
            .inspect_ok(move |batch| output.record_output(batch.num_rows()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
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
            [exchange] => Ok(Arc::clone(exchange)),
            _ => plan_err!("SpoolExec has one input, not {}", inputs.len()),
        }
    }
}
