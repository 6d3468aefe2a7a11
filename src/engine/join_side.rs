//! Which side of a hash join is held in memory.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, JoinType, config::ConfigOptions};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode};
use datafusion::physical_plan::{ExecutionPlan, StatisticsArgs, StatisticsContext};

/// Holds the lighter side, rows times the width of their columns. To run after DataFusion's own choice, which goes by rows
/// alone where a side's bytes are unknown, as they are of every aggregation, and by the order in the SQL where its rows are
/// unknown: there `FROM orders LEFT JOIN rates` would hold all orders.
#[derive(Debug)]
pub struct HoldLighterSide;

impl PhysicalOptimizerRule for HoldLighterSide {
    fn name(&self) -> &str {
        "hold_lighter_side"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        if !config.optimizer.join_reordering {
            return Ok(plan);
        }
        let swapped = plan.transform_up(|node| match node.downcast_ref::<HashJoinExec>() {
            Some(join) if holds_heavier_side(join)? => {
                Ok(Transformed::yes(join.swap_inputs(PartitionMode::Partitioned)?))
            }
            _ => Ok(Transformed::no(node)),
        })?;
        Ok(swapped.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn holds_heavier_side(join: &HashJoinExec) -> Result<bool, DataFusionError> {
    let both_partitioned = matches!(join.partition_mode(), PartitionMode::Partitioned);
    if !both_partitioned || join.null_aware || !join.join_type().supports_swap() {
        return Ok(false);
    }
    Ok(match (weight(join.left().as_ref())?, weight(join.right().as_ref())?) {
        (Some(held), Some(streamed)) => held > streamed,
        // What is looked up is smaller than what it is looked up for.
        (Some(_), None) => *join.join_type() == JoinType::Left,
        (None, Some(_)) => *join.join_type() == JoinType::Right,
        (None, None) => false,
    })
}

/// About how many bytes the rows of a plan take, where their number can be estimated.
fn weight(plan: &dyn ExecutionPlan) -> Result<Option<usize>, DataFusionError> {
    let statistics = StatisticsContext::new().compute(plan, &StatisticsArgs::new())?;
    let width = width(&plan.schema());
    Ok(statistics.num_rows.get_value().map(|rows| rows.saturating_mul(width)))
}

/// About how many bytes a row takes.
fn width(schema: &Schema) -> usize {
    let widths = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8View | DataType::BinaryView => 16 + TEXT_BYTES,
        other => other.primitive_width().unwrap_or(TEXT_BYTES),
    });
    widths.sum()
}

/// What a text takes beside its view, most being short enough for the view alone.
const TEXT_BYTES: usize = 8;
