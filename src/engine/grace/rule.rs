//! Finds the stages of a plan.

use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_expr::Distribution;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode, SortMergeJoinExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::recursive_query::RecursiveQueryExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::union::InterleaveExec;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, Partitioning};

use super::exchange::SpoolExec;
use super::pieces::Pieces;

use super::turn::InTurnExec;

/// Has every stage between exchanges by hash done piece by piece. To run when the plan is otherwise finished.
#[derive(Debug)]
pub struct GracePartitions;

impl PhysicalOptimizerRule for GracePartitions {
    fn name(&self) -> &str {
        "grace_partitions"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let threads = config.execution.target_partitions;
        if threads < 2 || is_recursive(&plan) {
            return Ok(plan);
        }
        let above = Above { needs_order: plan.output_ordering().is_some(), needs_keys: false };
        Staging { threads }.rewrite(plan, above)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A recursive query runs a part of its plan many times; a stage runs once.
fn is_recursive(plan: &Arc<dyn ExecutionPlan>) -> bool {
    plan.downcast_ref::<RecursiveQueryExec>().is_some() || plan.children().into_iter().any(is_recursive)
}

/// What is expected of a node from above.
#[derive(Clone, Copy)]
struct Above {
    /// That rows of a partition come in the node's order.
    needs_order: bool,
    /// That rows with equal keys are in one partition.
    needs_keys: bool,
}

struct Staging {
    threads: usize,
}

impl Staging {
    fn rewrite(
        &self,
        node: Arc<dyn ExecutionPlan>,
        above: Above,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let needs_keys = needs_keys(&node);
        let is_top = needs_keys.contains(&true) && !above.needs_order && !above.needs_keys;
        if is_top && self.is_stage(&node) {
            let pieces = Arc::new(Pieces::new(self.threads));
            return Ok(Arc::new(InTurnExec::new(self.cut(node, &pieces)?, pieces)));
        }
        let gathers = node.downcast_ref::<RepartitionExec>().is_some()
            || node.downcast_ref::<CoalescePartitionsExec>().is_some()
            || node.downcast_ref::<SortPreservingMergeExec>().is_some();
        let ordered = node.required_input_ordering();
        let keeps_order = node.maintains_input_order();
        let child_of = |(at, child): (usize, &Arc<dyn ExecutionPlan>)| {
            let needs_order = ordered[at].is_some() || above.needs_order && keeps_order[at];
            let needs_keys = needs_keys[at] || above.needs_keys && !gathers;
            self.rewrite(Arc::clone(child), Above { needs_order, needs_keys })
        };
        let children = node.children().into_iter().enumerate().map(child_of).collect::<Result<_, _>>()?;
        replace_children_if_necessary(node, children)
    }

    /// Whether all that is under a node, down to exchanges by hash, does with one piece what it does with one partition.
    fn is_stage(&self, node: &Arc<dyn ExecutionPlan>) -> bool {
        if let Some(exchange) = node.downcast_ref::<RepartitionExec>() {
            let by_hash =
                matches!(exchange.partitioning(), Partitioning::Hash(_, parts) if *parts == self.threads);
            return by_hash && !exchange.preserve_order() && node.output_ordering().is_none();
        }
        let goes_by_partition = match node {
            _ if let Some(join) = node.downcast_ref::<HashJoinExec>() => {
                matches!(join.partition_mode(), PartitionMode::Partitioned) && !join.null_aware
            }
            _ if let Some(sort) = node.downcast_ref::<SortExec>() => sort.preserve_partitioning(),
            _ => {
                node.downcast_ref::<AggregateExec>().is_some()
                    || node.downcast_ref::<SortMergeJoinExec>().is_some()
                    || node.downcast_ref::<BoundedWindowAggExec>().is_some()
                    || node.downcast_ref::<WindowAggExec>().is_some()
                    || node.downcast_ref::<ProjectionExec>().is_some()
                    || node.downcast_ref::<FilterExec>().is_some()
                    || node.downcast_ref::<InterleaveExec>().is_some()
            }
        };
        let children = node.children();
        goes_by_partition && !children.is_empty() && children.into_iter().all(|child| self.is_stage(child))
    }

    /// The stage with pieces for partitions.
    fn cut(
        &self,
        node: Arc<dyn ExecutionPlan>,
        pieces: &Arc<Pieces>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        if let Some(exchange) = node.downcast_ref::<RepartitionExec>() {
            let nothing = Above { needs_order: false, needs_keys: false };
            let input = self.rewrite(Arc::clone(exchange.input()), nothing)?;
            let exchange = RepartitionExec::try_new(input, exchange.partitioning().clone())?;
            return Ok(Arc::new(SpoolExec::new(Arc::new(exchange), Arc::clone(pieces))?));
        }
        let children = node.children().into_iter().map(|child| self.cut(Arc::clone(child), pieces));
        let children = children.collect::<Result<Vec<_>, _>>()?;
        match node.downcast_ref::<HashJoinExec>() {
            // Without the filter that a join hands down to the scans of its other side when it has read the first: it
            // waits for all partitions, of which now only some are read at once.
            Some(join) => join.builder().with_new_children(children)?.reset_state().build_exec(),
            None => replace_children_if_necessary(node, children),
        }
    }
}

/// By child: whether rows with equal keys must be in one partition.
fn needs_keys(node: &Arc<dyn ExecutionPlan>) -> Vec<bool> {
    if node.downcast_ref::<InterleaveExec>().is_some() {
        return vec![true; node.children().len()];
    }
    let requirements = node.input_distribution_requirements().into_per_child();
    requirements.iter().map(|of| matches!(of, Distribution::KeyPartitioned(_))).collect()
}
