//! Which columns of which tables each column of a query comes from, as far as its plan says. Follows values, not the
//! conditions that choose rows.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::{Expr, LogicalPlan};

/// A column of a table as SQL names it: `source.account`, `previous.customer`, `customer`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnOrigin {
    pub table: String,
    pub column: String,
}

/// For each column of a query, in order, what it is computed from.
pub fn column_lineage(plan: &LogicalPlan) -> Vec<(String, BTreeSet<ColumnOrigin>)> {
    let origins = trace(plan, &WorkTables::new());
    plan.schema().fields().iter().map(|field| field.name().clone()).zip(origins).collect()
}

/// Of each column, in the order of the plan's schema.
type Origins = Vec<BTreeSet<ColumnOrigin>>;

/// What the tables of recursive queries hold.
type WorkTables = BTreeMap<String, Origins>;

fn trace(plan: &LogicalPlan, work_tables: &WorkTables) -> Origins {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = scan.table_name.to_string();
            if let Some(origins) = work_tables.get(&table) {
                return origins.clone();
            }
            if let Some(view) = scan.source.get_logical_plan() {
                return trace(&view, work_tables);
            }
            let origin = |column: &String| ColumnOrigin { table: table.clone(), column: column.clone() };
            let fields = scan.projected_schema.fields();
            fields.iter().map(|field| BTreeSet::from([origin(field.name())])).collect()
        }
        LogicalPlan::Projection(projection) => {
            of_expressions(&projection.expr, &projection.input, work_tables)
        }
        LogicalPlan::Aggregate(aggregate) => {
            let groups: Vec<Expr> = match aggregate.group_expr.as_slice() {
                [Expr::GroupingSet(sets)] => sets.distinct_expr().into_iter().cloned().collect(),
                groups => groups.to_vec(),
            };
            let mut origins = of_expressions(&groups, &aggregate.input, work_tables);
            let internal =
                plan.schema().fields().len().saturating_sub(groups.len() + aggregate.aggr_expr.len());
            origins.extend(std::iter::repeat_n(BTreeSet::new(), internal));
            origins.extend(of_expressions(&aggregate.aggr_expr, &aggregate.input, work_tables));
            origins
        }
        LogicalPlan::Window(window) => {
            let mut origins = trace(&window.input, work_tables);
            origins.extend(of_expressions(&window.window_expr, &window.input, work_tables));
            origins
        }
        LogicalPlan::Union(union) => {
            let branches = union.inputs.iter().map(|input| trace(input, work_tables));
            branches.reduce(merged).unwrap_or_default()
        }
        LogicalPlan::RecursiveQuery(query) => {
            let first = trace(&query.static_term, work_tables);
            let mut known = work_tables.clone();
            known.insert(query.name.clone(), first.clone());
            merged(first, trace(&query.recursive_term, &known))
        }
        LogicalPlan::Unnest(unnest) => {
            let input = trace(&unnest.input, work_tables);
            let of = |index: &usize| input.get(*index).cloned().unwrap_or_default();
            unnest.dependency_indices.iter().map(of).collect()
        }
        LogicalPlan::Values(values) => vec![BTreeSet::new(); values.schema.fields().len()],
        LogicalPlan::Join(_) => joined(plan, work_tables),
        // What is left yields its input's columns, or knows no more than its own.
        other => match other.inputs().as_slice() {
            [input] if input.schema().fields().len() == other.schema().fields().len() => {
                trace(input, work_tables)
            }
            _ => vec![BTreeSet::new(); other.schema().fields().len()],
        },
    }
}

/// A join yields both sides' columns, or one side's, or one side's and a mark.
fn joined(plan: &LogicalPlan, work_tables: &WorkTables) -> Origins {
    let mut known: Vec<(Column, BTreeSet<ColumnOrigin>)> = Vec::new();
    for input in plan.inputs() {
        let columns = input.schema().columns();
        known.extend(columns.into_iter().zip(trace(input, work_tables)));
    }
    let of = |column: &Column| {
        known.iter().find(|(name, _)| name == column).map(|(_, origins)| origins.clone()).unwrap_or_default()
    };
    plan.schema().columns().iter().map(of).collect()
}

fn merged(one: Origins, other: Origins) -> Origins {
    one.into_iter()
        .zip(other)
        .map(|(mut one, other)| {
            one.extend(other);
            one
        })
        .collect()
}

fn of_expressions(expressions: &[Expr], input: &LogicalPlan, work_tables: &WorkTables) -> Origins {
    let origins = trace(input, work_tables);
    expressions
        .iter()
        .map(|expression| of_expression(expression, input.schema(), &origins, work_tables))
        .collect()
}

fn of_expression(
    expression: &Expr,
    schema: &DFSchema,
    origins: &Origins,
    work_tables: &WorkTables,
) -> BTreeSet<ColumnOrigin> {
    let mut found = BTreeSet::new();
    let visited = expression.apply(|part| {
        match part {
            Expr::Column(column) | Expr::OuterReferenceColumn(_, column) => {
                let index = schema.maybe_index_of_column(column);
                found.extend(index.and_then(|index| origins.get(index)).into_iter().flatten().cloned());
            }
            Expr::ScalarSubquery(subquery) => {
                found.extend(trace(&subquery.subquery, work_tables).into_iter().flatten());
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if visited.is_err() {
        found.clear();
    }
    found
}
