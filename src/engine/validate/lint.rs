//! What plans and runs, and may still not mean what its author thinks.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Span};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, WindowFunctionDefinition};

use super::Validator;
use crate::config::problem::Problem;
use crate::config::project::Model;
use crate::plan::graph::Step;
use crate::plan::position::Lines;
use crate::plan::sql::{Parsed, diagnostic_bytes};

impl Validator<'_> {
    pub(super) fn lint(&mut self, step: &Step, model: &Model, parsed: &Parsed, plan: &LogicalPlan) {
        let lines = Lines::new(&model.sql);
        let mut seen = BTreeSet::new();
        for (function, span) in float_sums(plan) {
            let span = span.map(|span| diagnostic_bytes(&lines, span));
            let at = step.locate(&span.unwrap_or_else(|| call(parsed, &function)));
            if seen.insert(at.clone()) {
                let message = format!("`{function}` of doubles depends on the order of rows");
                self.problems.push(
                    Problem::warning(at, message).help("cast to a decimal first: `CAST(… AS DECIMAL(18,4))`"),
                );
            }
        }
    }
}

/// The sums and averages over doubles, with the place of a column in their argument.
fn float_sums(plan: &LogicalPlan) -> Vec<(String, Option<Span>)> {
    let mut found = Vec::new();
    let visited = plan.apply_with_subqueries(|node| {
        let (expressions, schema) = match node {
            LogicalPlan::Aggregate(aggregate) => (&aggregate.aggr_expr, aggregate.input.schema()),
            LogicalPlan::Window(window) => (&window.window_expr, window.input.schema()),
            _ => return Ok(TreeNodeRecursion::Continue),
        };
        for expression in expressions {
            expression.apply(|part| {
                found.extend(float_sum(part, schema));
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if visited.is_err() {
        found.clear();
    }
    found
}

fn float_sum(expression: &Expr, schema: &DFSchema) -> Option<(String, Option<Span>)> {
    let (name, arguments) = match expression {
        Expr::AggregateFunction(function) => (function.func.name().to_owned(), &function.params.args),
        Expr::WindowFunction(function) => match &function.fun {
            WindowFunctionDefinition::AggregateUDF(aggregate) => {
                (aggregate.name().to_owned(), &function.params.args)
            }
            WindowFunctionDefinition::WindowUDF(_) => return None,
        },
        _ => return None,
    };
    let argument = arguments.first()?;
    let is_float = matches!(argument.get_type(schema).ok()?, DataType::Float64 | DataType::Float32);
    (is_float && matches!(name.as_str(), "sum" | "avg" | "mean")).then(|| (name, span_of(argument)))
}

/// The place of the first column in an expression.
pub(super) fn span_of(expression: &Expr) -> Option<Span> {
    expression
        .column_refs()
        .into_iter()
        .filter_map(|column| column.spans.first())
        .min_by_key(|span| span.start)
}

fn call(parsed: &Parsed, function: &str) -> Range<usize> {
    let stands = parsed.pieces.iter().find(|piece| piece.is_word(function));
    stands.or(parsed.pieces.first()).map_or(0..0, |piece| piece.span.clone())
}
