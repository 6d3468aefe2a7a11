//! SQL → a logical plan with typed parameters bound, at once and without IO.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::datatypes::{Field, FieldRef};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DataFusionError, Diagnostic, ParamValues, ScalarValue, TableReference};
use datafusion::datasource::provider_as_source;
use datafusion::execution::SessionState;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::sqlparser::ast::Statement;
use datafusion::logical_expr::{Expr, LogicalPlan, TableSource};
use datafusion::prelude::SessionContext;
use datafusion::sql::planner::{ParserOptions, PlannerContext, SqlToRel};
use futures::FutureExt;

use super::context::{OperandTypes, QueryContext};
use super::diagnose::Diagnosis;
use super::shape::normal;
use crate::plan::params::Params;
use crate::plan::references::{Namespace, References, of_query};
use crate::plan::sql::{Parsed, SqlError, parse};

/// Plans a query over the tables that a session has, its `$name`s bound to typed values. Text comes as Utf8View and
/// instants as microseconds in UTC, whatever the query makes of them.
///
/// # Errors
/// The first thing that is wrong, with its bytes.
pub fn plan(context: &SessionContext, sql: &str, params: &Params) -> Result<LogicalPlan, SqlError> {
    let parsed = parse(sql)?;
    let first =
        |errors: Vec<SqlError>| errors.into_iter().next().unwrap_or_else(|| SqlError::new("failed", 0..0));
    let references = of_query(sql, &parsed).map_err(first)?;
    let state = context.state();
    let plan = plan_parsed(&state, sql, &parsed, &references, params).map_err(first)?;
    analyze(&state, plan).and_then(normal).map_err(|error| {
        first(Diagnosis { sql, parsed: &parsed, references: &references, state: &state }.errors(&error))
    })
}

/// Plans a parsed query.
///
/// # Errors
/// Everything that the planner reports, with its bytes.
pub(super) fn plan_parsed(
    state: &SessionState,
    sql: &str,
    parsed: &Parsed,
    references: &References,
    params: &Params,
) -> Result<LogicalPlan, Vec<SqlError>> {
    let bound = bind(references, params)?;
    let fields = bound.iter().map(|(name, value)| Some(field(name, value))).collect();
    let provider =
        QueryContext { state, tables: sources(state, references)?, expr_planners: expr_planners(state) };
    let planner = SqlToRel::new_with_options(&provider, parser_options(state));
    let mut planner_context = PlannerContext::new().with_prepare_param_data_types(fields);
    let statement = Statement::Query(parsed.query.clone());
    planner
        .sql_statement_to_plan_with_context(statement, &mut planner_context)
        .and_then(|plan| with_values(plan, bound))
        .map_err(|error| Diagnosis { sql, parsed, references, state }.errors(&error))
}

/// The plan with every function resolved and every type settled; nothing is optimised.
pub(super) fn analyze(state: &SessionState, plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let plan = state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})?;
    match correlation(&plan)? {
        // Whether a correlated subquery can be run shows only when it has been turned into a join.
        Some(_) => match correlation(&state.optimizer().optimize(plan.clone(), state, |_, _| {})?)? {
            Some(column) => Err(uncorrelatable(&column)),
            None => Ok(plan),
        },
        None => Ok(plan),
    }
}

/// A column of an outer query that a subquery reads.
fn correlation(plan: &LogicalPlan) -> Result<Option<Column>, DataFusionError> {
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            expression.apply(|part| {
                if let Expr::OuterReferenceColumn(_, column) = part {
                    found = Some(column.clone());
                    return Ok(TreeNodeRecursion::Stop);
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found)
}

fn uncorrelatable(column: &Column) -> DataFusionError {
    let message = format!("this subquery cannot read `{}` of the query around it", column.name);
    let diagnostic = Diagnostic::new_error(message.clone(), column.spans.first());
    DataFusionError::Plan(message).with_diagnostic(diagnostic.with_help("write it as a join", None))
}

/// The parameters that a query uses, each once, sorted: the planner knows them by their place in this list.
fn bind<'a>(
    references: &'a References,
    params: &Params,
) -> Result<Vec<(&'a str, ScalarValue)>, Vec<SqlError>> {
    let mut errors = Vec::new();
    let names: BTreeSet<&str> = references.params.iter().map(|param| param.name.as_str()).collect();
    for param in references.params.iter().filter(|param| !params.contains_key(&param.name)) {
        errors.push(SqlError::new(format!("there is no parameter `${}`", param.name), param.span.clone()));
    }
    let bound =
        names.into_iter().filter_map(|name| params.get(name).map(|value| (name, value.clone()))).collect();
    if errors.is_empty() { Ok(bound) } else { Err(errors) }
}

/// Ours comes last, for the operators that no other planner gives a meaning.
fn expr_planners(state: &SessionState) -> Vec<Arc<dyn ExprPlanner>> {
    state.expr_planners().iter().cloned().chain([Arc::new(OperandTypes) as Arc<dyn ExprPlanner>]).collect()
}

fn field(name: &str, value: &ScalarValue) -> FieldRef {
    Arc::new(Field::new(name, value.data_type(), value.is_null()))
}

fn with_values(plan: LogicalPlan, bound: Vec<(&str, ScalarValue)>) -> Result<LogicalPlan, DataFusionError> {
    if bound.is_empty() {
        return Ok(plan);
    }
    let values: Vec<ScalarValue> = bound.into_iter().map(|(_, value)| value).collect();
    plan.with_param_values(ParamValues::from(values))
}

fn sources(
    state: &SessionState,
    references: &References,
) -> Result<HashMap<TableReference, Arc<dyn TableSource>>, Vec<SqlError>> {
    let mut tables = HashMap::with_capacity(references.tables.len());
    let mut errors = Vec::new();
    for read in &references.tables {
        let name = match read.namespace {
            Namespace::Catalogue => TableReference::bare(read.name.as_str()),
            Namespace::Source => TableReference::partial("source", read.name.as_str()),
            Namespace::Previous => TableReference::partial("previous", read.name.as_str()),
        };
        let provider = state
            .schema_for_ref(name.clone())
            .ok()
            .and_then(|schema| schema.table(&read.name).now_or_never())
            .and_then(Result::ok)
            .flatten();
        match provider {
            Some(provider) => {
                tables.insert(name, provider_as_source(provider));
            }
            None => errors.push(SqlError::new(format!("there is no table `{name}`"), read.span.clone())),
        }
    }
    if errors.is_empty() { Ok(tables) } else { Err(errors) }
}

fn parser_options(state: &SessionState) -> ParserOptions {
    let options = &state.config_options().sql_parser;
    ParserOptions::new()
        .with_parse_float_as_decimal(options.parse_float_as_decimal)
        .with_enable_ident_normalization(options.enable_ident_normalization)
        .with_support_varchar_with_length(options.support_varchar_with_length)
        .with_map_string_types_to_utf8view(options.map_string_types_to_utf8view)
        .with_collect_spans(true)
        .with_default_null_ordering(options.default_null_ordering.as_str().into())
}
