//! `metrics:` → what they are, the periods they are shown for, the totals of each, and every figure.

mod calendar;
mod definition;
mod part;
mod value;

use super::Generated;
use super::declare::Declared;
use super::expression;
use crate::config::problem::Problem;
use crate::config::project::{Figure, GrainKey, Metric, MetricRows, Metrics, Pipeline, SqlText};
use crate::name::{NameError, TableName};

/// The word under `by` that stands for the segments' members.
const SEGMENT: &str = "segment";

/// Expressions that are none, and metrics that leave nothing to compute.
pub fn problems(metrics: &Metrics) -> Vec<Problem> {
    if metrics.define.is_empty() {
        return vec![
            Problem::error(metrics.at.clone(), "`metrics` defines no metric")
                .help("write one under `define`, or remove `metrics`"),
        ];
    }
    metrics.define.iter().flat_map(metric_problems).collect()
}

fn metric_problems(metric: &Metric) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = &metric.name;
    if let Err(error) = part_name(metric) {
        problems.push(Problem::error(metric.at.clone(), error.to_string()).help("choose a shorter name"));
    }
    let mut check = |text: &SqlText, what: &str| {
        problems.extend(expression::problem(text, &format!("{what} of metric `{name}`")));
    };
    let mut check_rows = |rows: &MetricRows| {
        check(&rows.date, "the date");
        if let Some(condition) = &rows.condition {
            check(condition, "the condition");
        }
    };
    check_rows(&metric.rows);
    match &metric.figure {
        Figure::Total(value) => check(value, "the value"),
        Figure::Ratio { numerator, denominator } => {
            check(numerator, "the numerator");
            check(denominator, "the denominator");
        }
        Figure::Per { numerator, denominator, rows } => {
            check_rows(rows);
            check(numerator, "the numerator");
            check(denominator, "the denominator");
        }
    }
    problems.extend(
        metric.by.iter().filter_map(|by| expression::column_problem(by, &format!("metric `{name}`: `by`"))),
    );
    if metric.grains.is_empty() {
        problems.push(Problem::error(metric.at.clone(), format!("metric `{name}` is shown for no grain")));
    }
    problems
}

/// The models, in the order that their data flows.
pub fn models(
    pipeline: &Pipeline,
    metrics: &Metrics,
    declared: &Declared<'_>,
) -> Result<Vec<Generated>, NameError> {
    let mut models =
        vec![definition::model(pipeline, metrics, declared)?, calendar::model(pipeline, metrics, declared)?];
    for metric in &metrics.define {
        models.push(part::model(pipeline, metrics, metric, declared)?);
    }
    models.push(value::model(pipeline, metrics, declared)?);
    Ok(models)
}

fn part_name(metric: &Metric) -> Result<TableName, NameError> {
    TableName::new(&format!("metric_part_{}", metric.name))
}

fn grain_name(grain: GrainKey) -> &'static str {
    match grain {
        GrainKey::Day => "day",
        GrainKey::Week => "week",
        GrainKey::Month => "month",
    }
}
