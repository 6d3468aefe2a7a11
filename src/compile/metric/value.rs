//! `metric_value`: every figure, beside the one before it, its interval and its target.

use super::part_name;
use crate::compile::Generated;
use crate::compile::declare::{Declared, Draft, Published, Unique};
use crate::compile::writer::Writer;
use crate::config::project::{Layer, Metrics, Pipeline};
use crate::name::{NameError, TableName};

pub fn model(
    pipeline: &Pipeline,
    metrics: &Metrics,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is one figure: a metric in one period, in total or for one value of a dimension.\n\
         WITH\npart AS (\n",
    );
    for (index, metric) in metrics.define.iter().enumerate() {
        if index > 0 {
            writer.push("  UNION ALL\n");
        }
        writer.push(&format!(
            "  SELECT metric, grain, period_start, dimension, dimension_value, numerator, denominator, first_day FROM {}\n",
            part_name(metric)?
        ));
    }
    writer.push(BODY);
    let draft = Draft {
        name: TableName::new("metric_value")?,
        layer: Layer::Metric,
        pipeline,
        at: &metrics.at,
        description: "One row per figure: a metric in one period, in total or for one value of a dimension."
            .to_owned(),
        published: Published::WithHistory,
        key: &["as_of", "metric", "grain", "period_start", "dimension", "dimension_value"],
        columns: &[
            ("as_of", "The date that the row is about."),
            ("metric", "The metric; `metric_definition` says what it means."),
            ("grain", "The length of the period: `day`, `week` (from Monday) or `month`."),
            ("period_start", "The first day of the period, in the business time zone."),
            ("dimension", "What the figure is broken down by; `total` where it is not."),
            ("dimension_value", "The value of the dimension; `unknown` where rows have none."),
            ("value", "The figure; null where it does not exist or cannot be known yet."),
            ("numerator", "What was divided, for a ratio."),
            ("denominator", "What it was divided by, for a ratio."),
            ("lower", "The lower end of the 95 % interval, where the metric has one."),
            ("upper", "The upper end of the 95 % interval, where the metric has one."),
            ("previous", "The same figure one period before."),
            ("change", "The figure over the previous one, less 1; null for a period that is not over."),
            ("target", "The figure from which the metric is on target."),
            ("status", "`on_target` or `off_target`; null without a target, a figure or the period's end."),
            ("complete", "Whether the period was over on the as-of date."),
        ],
        unique: Unique::Checked,
    };
    Ok(draft.with_sql(writer, declared))
}

/// From the first day of a series on, every period has a row: without one, a gap would look like the period before it.
const BODY: &str = "\
),
series AS (
  SELECT
    metric,
    dimension,
    dimension_value,
    min(first_day) AS first_day
  FROM part
  GROUP BY
    metric,
    dimension,
    dimension_value
),
period AS (
  SELECT DISTINCT
    metric_grain AS grain,
    metric_period AS period_start,
    metric_next_period AS next_period_start,
    metric_shown AS shown,
    CAST($as_of AS INT) - CAST(metric_next_period AS INT) + 1 AS days_since_end
  FROM metric_calendar
),
spine AS (
  SELECT
    series.metric,
    series.dimension,
    series.dimension_value,
    period.grain,
    period.period_start,
    period.shown,
    period.days_since_end >= 0 AS complete,
    metric_definition.observable_after_days = 0
      OR period.days_since_end >= metric_definition.observable_after_days AS observable,
    metric_definition.form,
    metric_definition.better,
    metric_definition.target,
    metric_definition.empty_total,
    metric_definition.confidence_interval
  FROM series
  JOIN metric_definition
    ON metric_definition.metric = series.metric
  CROSS JOIN period
  WHERE period.next_period_start > series.first_day
    AND contains(metric_definition.grains, period.grain)
),
known AS (
  SELECT
    spine.*,
    CASE WHEN spine.observable THEN coalesce(part.numerator, spine.empty_total) END AS numerator,
    CASE WHEN spine.observable THEN part.denominator END AS denominator
  FROM spine
  LEFT JOIN part
    ON part.metric = spine.metric
    AND part.grain = spine.grain
    AND part.period_start = spine.period_start
    AND part.dimension = spine.dimension
    AND part.dimension_value = spine.dimension_value
),
figure AS (
  SELECT
    known.*,
    CASE form WHEN 'total' THEN numerator ELSE numerator / nullif(denominator, 0.0) END AS value
  FROM known
),
compared AS (
  SELECT
    figure.*,
    lag(value) OVER (
      PARTITION BY metric, grain, dimension, dimension_value
      ORDER BY period_start
    ) AS previous
  FROM figure
)
SELECT
  $as_of AS as_of,
  metric,
  grain,
  period_start,
  dimension,
  dimension_value,
  value,
  CASE form WHEN 'ratio' THEN numerator END AS numerator,
  CASE form WHEN 'ratio' THEN denominator END AS denominator,
  CASE confidence_interval WHEN 'wilson' THEN wilson_lower(numerator, denominator) END AS lower,
  CASE confidence_interval WHEN 'wilson' THEN wilson_upper(numerator, denominator) END AS upper,
  previous,
  CASE WHEN complete THEN value / nullif(previous, 0.0) - 1.0 END AS change,
  target,
  CASE
    WHEN NOT complete OR value IS NULL OR target IS NULL THEN NULL
    WHEN better = 'higher' AND value >= target THEN 'on_target'
    WHEN better = 'lower' AND value <= target THEN 'on_target'
    ELSE 'off_target'
  END AS status,
  complete
FROM compared
WHERE shown
";
