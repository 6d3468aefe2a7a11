//! `metric_part_NAME`: the totals of one metric, for every grain and every value of its dimensions, in one scan of its
//! table (and one more for segments, of which a customer may be in several).

use super::{SEGMENT, grain_name, part_name};
use crate::compile::Generated;
use crate::compile::declare::{Declared, Draft, Published, Unique};
use crate::compile::writer::Writer;
use crate::config::project::{Figure, Layer, Metric, MetricRows, Metrics, Pipeline, SqlText};
use crate::config::sql::literal;
use crate::name::{NameError, TableName};

/// The name of the series that is not broken down.
const TOTAL: &str = "'total'";

pub fn model(
    pipeline: &Pipeline,
    metrics: &Metrics,
    metric: &Metric,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let segments = match &metrics.segments {
        Some(table) => table.clone(),
        None => TableName::new("segment_membership")?,
    };
    let breakdown = Breakdown::of(metric, &segments);
    let mut writer = Writer::default();
    writer.push(&format!("-- One row is the totals behind `{}` in one period of one series.\n", metric.name));
    writer.push("WITH\n");
    match &metric.figure {
        Figure::Total(value) => {
            breakdown.selected(&mut writer, "selected", &metric.rows);
            writer.push("\n");
            breakdown.totals(&mut writer, "selected", &metric.rows, Some(value), None);
        }
        Figure::Ratio { numerator, denominator } => {
            breakdown.selected(&mut writer, "selected", &metric.rows);
            writer.push("\n");
            breakdown.totals(&mut writer, "selected", &metric.rows, Some(numerator), Some(denominator));
        }
        Figure::Per { numerator, denominator, rows } => {
            breakdown.selected(&mut writer, "selected", &metric.rows);
            writer.push(",\n");
            breakdown.selected(&mut writer, "selected_per", rows);
            writer.push(",\nside AS (\n");
            breakdown.totals(&mut writer, "selected", &metric.rows, Some(numerator), None);
            writer.push("UNION ALL\n");
            breakdown.totals(&mut writer, "selected_per", rows, None, Some(denominator));
            writer.push(
                ")\n\
                 SELECT\n  \
                   metric,\n  grain,\n  period_start,\n  dimension,\n  dimension_value,\n  \
                   max(numerator) AS numerator,\n  \
                   max(denominator) AS denominator,\n  \
                   min(first_day) AS first_day\n\
                 FROM side\n\
                 GROUP BY\n  metric,\n  grain,\n  period_start,\n  dimension,\n  dimension_value\n",
            );
        }
    }
    let draft = Draft {
        name: part_name(metric)?,
        layer: Layer::Metric,
        pipeline,
        at: &metric.at,
        description: format!("The totals behind `{}`, one row per period of a series.", metric.name),
        published: Published::No,
        key: &["grain", "period_start", "dimension", "dimension_value"],
        columns: &[
            ("metric", "The metric."),
            ("grain", "The length of the period."),
            ("period_start", "Its first day."),
            ("dimension", "What the figure is broken down by; `total` where it is not."),
            ("dimension_value", "The value of the dimension."),
            ("numerator", "The total, or what is divided."),
            ("denominator", "What it is divided by."),
            ("first_day", "The first day of the period that has a row."),
        ],
        // A check has a part kept as a table of its own: the metrics are then computed one by one, not all at once.
        unique: Unique::Checked,
    };
    Ok(draft.with_sql(writer, declared))
}

/// What a metric is shown by.
struct Breakdown<'a> {
    metric: &'a Metric,
    dimensions: Vec<&'a SqlText>,
    /// The table of members, where the metric is shown by segment.
    segments: Option<&'a TableName>,
}

impl<'a> Breakdown<'a> {
    fn of(metric: &'a Metric, segments: &'a TableName) -> Self {
        let (by_segment, dimensions): (Vec<_>, Vec<_>) =
            metric.by.iter().partition(|by| by.sql.trim() == SEGMENT);
        Self { metric, dimensions, segments: (!by_segment.is_empty()).then_some(segments) }
    }

    /// The rows of the look-back, each once for every grain, with the dimensions spelt out.
    fn selected(&self, writer: &mut Writer, name: &str, rows: &MetricRows) {
        let from = &rows.from;
        writer.push(&format!(
            "{name} AS (\n  \
               SELECT\n    \
                 {from}.*,\n",
        ));
        for (index, dimension) in self.dimensions.iter().enumerate() {
            writer.push("    coalesce(CAST(").written(dimension);
            writer.push(&format!(" AS VARCHAR), 'unknown') AS metric_by_{},\n", index + 1));
        }
        writer.push(&format!(
            "    metric_calendar.metric_grain,\n    \
               metric_calendar.metric_period,\n    \
               metric_calendar.metric_day\n  \
             FROM {from}\n  \
             JOIN metric_calendar\n    ON metric_calendar.metric_day = business_date(",
        ));
        let grains = self.metric.grains.iter().map(|&grain| literal(grain_name(grain))).collect::<Vec<_>>();
        writer.written(&rows.date).push(")\n");
        writer.push(&format!("  WHERE metric_calendar.metric_grain IN ({})\n", grains.join(", ")));
        if let Some(condition) = &rows.condition {
            writer.push("    AND ").parenthesised(condition).push("\n");
        }
        writer.push(")");
    }

    fn totals(
        &self,
        writer: &mut Writer,
        name: &str,
        rows: &MetricRows,
        numerator: Option<&SqlText>,
        denominator: Option<&SqlText>,
    ) {
        let from = &rows.from;
        self.head(writer);
        writer.push(&format!("  {} AS dimension,\n", self.choose(|_, by| literal(by.sql.trim()))));
        writer.push(&format!(
            "  {} AS dimension_value,\n",
            self.choose(|index, _| format!("metric_by_{}", index + 1))
        ));
        measures(writer, numerator, denominator);
        writer.push(&format!("FROM {name} AS {from}\n"));
        if self.dimensions.is_empty() {
            writer.push("GROUP BY\n  metric_grain,\n  metric_period\n");
        } else {
            writer.push("GROUP BY GROUPING SETS (\n  (metric_grain, metric_period)");
            for index in 1..=self.dimensions.len() {
                writer.push(&format!(",\n  (metric_grain, metric_period, metric_by_{index})"));
            }
            writer.push("\n)\n");
        }
        if let Some(segments) = self.segments {
            writer.push("UNION ALL\n");
            self.head(writer);
            writer.push("  'segment' AS dimension,\n  metric_segment AS dimension_value,\n");
            measures(writer, numerator, denominator);
            writer.push(&format!(
                "FROM {name} AS {from}\n\
                 JOIN (\n  \
                   SELECT customer_id AS metric_customer_id, segment AS metric_segment FROM {segments}\n\
                 ) AS member\n  ON member.metric_customer_id = {from}.customer_id\n\
                 GROUP BY\n  metric_grain,\n  metric_period,\n  metric_segment\n",
            ));
        }
    }

    fn head(&self, writer: &mut Writer) {
        writer.push(&format!(
            "SELECT\n  {} AS metric,\n  metric_grain AS grain,\n  metric_period AS period_start,\n",
            literal(&self.metric.name)
        ));
    }

    /// An expression for each dimension where the row is of that dimension, and for the total.
    fn choose(&self, what: impl Fn(usize, &SqlText) -> String) -> String {
        if self.dimensions.is_empty() {
            return TOTAL.to_owned();
        }
        let mut text = "CASE".to_owned();
        for (index, dimension) in self.dimensions.iter().enumerate() {
            text.push_str(&format!(
                "\n    WHEN grouping(metric_by_{}) = 0 THEN {}",
                index + 1,
                what(index, dimension)
            ));
        }
        text.push_str(&format!("\n    ELSE {TOTAL}\n  END"));
        text
    }
}

fn measures(writer: &mut Writer, numerator: Option<&SqlText>, denominator: Option<&SqlText>) {
    for (text, name) in [(numerator, "numerator"), (denominator, "denominator")] {
        writer.push("  CAST(");
        match text {
            Some(text) => writer.written(text),
            None => writer.push("NULL"),
        };
        writer.push(&format!(" AS DOUBLE) AS {name},\n"));
    }
    writer.push("  min(metric_day) AS first_day\n");
}
