//! `metric_definition`: what each metric is, and what `metric_value` must know of it.

use super::grain_name;
use crate::compile::Generated;
use crate::compile::declare::{Declared, Draft, Published, Unique};
use crate::compile::expression::is_zero_without_rows;
use crate::compile::writer::{Writer, literal_or_null};
use crate::config::project::{Figure, Layer, Metric, Metrics, Pipeline, SqlText};
use crate::config::raw::metric::{Better, Interval};
use crate::config::sql::literal;
use crate::name::{NameError, TableName};

pub fn model(
    pipeline: &Pipeline,
    metrics: &Metrics,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is a metric.\n\
         SELECT\n  \
           CAST(metric AS VARCHAR) AS metric,\n  \
           CAST(description AS VARCHAR) AS description,\n  \
           CAST(unit AS VARCHAR) AS unit,\n  \
           CAST(better AS VARCHAR) AS better,\n  \
           CAST(target AS DOUBLE) AS target,\n  \
           CAST(form AS VARCHAR) AS form,\n  \
           CAST(formula AS VARCHAR) AS formula,\n  \
           CAST(empty_total AS DOUBLE) AS empty_total,\n  \
           CAST(confidence_interval AS VARCHAR) AS confidence_interval,\n  \
           CAST(observable_after_days AS INT) AS observable_after_days,\n  \
           CAST(grains AS VARCHAR) AS grains\n\
         FROM (\n  VALUES\n",
    );
    for (index, metric) in metrics.define.iter().enumerate() {
        let comma = if index + 1 < metrics.define.len() { "," } else { "" };
        writer.push(&format!("    ({}){comma}\n", row(metric).join(", ")));
    }
    writer.push(
        ") AS definition(\n  \
           metric, description, unit, better, target, form, formula, empty_total,\n  \
           confidence_interval, observable_after_days, grains\n\
         )\n",
    );
    let draft = Draft {
        name: TableName::new("metric_definition")?,
        layer: Layer::Metric,
        pipeline,
        at: &metrics.at,
        description: "One row per metric: what it says and how it is computed.".to_owned(),
        published: Published::Yes,
        key: &["metric"],
        columns: &[
            ("metric", "The metric."),
            ("description", "What it says, in words."),
            ("unit", "The unit of its figures."),
            ("better", "Which way is good: `higher` or `lower`."),
            ("target", "The figure from which it is on target; null where none is set."),
            ("form", "`total`, or `ratio` of a numerator to a denominator."),
            ("formula", "The SQL aggregates that it is computed with."),
            (
                "empty_total",
                "The total, or the numerator, of a period without rows: 0, or null where it does not exist.",
            ),
            ("confidence_interval", "The kind of interval shown as `lower` and `upper`."),
            ("observable_after_days", "How many days after its end a period's figure is known."),
            ("grains", "The periods it is shown for."),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

fn row(metric: &Metric) -> [String; 11] {
    let (form, formula, total): (_, _, &SqlText) = match &metric.figure {
        Figure::Total(value) => ("total", value.sql.trim().to_owned(), value),
        Figure::Ratio { numerator, denominator } | Figure::Per { numerator, denominator, .. } => {
            ("ratio", format!("{} / {}", numerator.sql.trim(), denominator.sql.trim()), numerator)
        }
    };
    let better = match metric.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
    };
    let interval = metric.interval.map(|Interval::Wilson| "wilson");
    let grains = metric.grains.iter().map(|&grain| grain_name(grain)).collect::<Vec<_>>();
    let target = metric.target.filter(|target| target.is_finite());
    [
        literal(&metric.name),
        literal(&metric.description),
        literal_or_null(metric.unit.as_deref()),
        literal(better),
        target.map_or_else(|| "NULL".to_owned(), |target| format!("{target:?}")),
        literal(form),
        literal(&formula),
        if is_zero_without_rows(total) { "0.0" } else { "NULL" }.to_owned(),
        literal_or_null(interval),
        metric.observable_after_days.to_string(),
        literal(&grains.join(", ")),
    ]
}
