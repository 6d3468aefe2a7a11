//! `metrics:`: figures by period. The SQL aggregates are judged once they are planned.

use std::collections::BTreeMap;

use super::super::project::{Figure, GrainKey, Metric, MetricRows, Metrics, SqlText};
use super::super::raw::metric::{Grain, RawMetric, RawMetrics};
use super::{Pass, Place};

/// What `by: [segment]` joins.
const SEGMENT_MEMBERSHIP: &str = "segment_membership";

/// Checks the metrics of a pipeline.
pub fn metrics(raw: RawMetrics, place: Place<'_>, pass: &mut Pass<'_>) -> Metrics {
    let segments = raw.segments.as_deref().and_then(|table| pass.table(table, place.key("segments")));
    if raw.define.is_empty() {
        pass.error(
            place.key("define").key_at(),
            "`define` names no metric",
            "add a metric with `description`, `from`, `date` and `value`",
        );
    }
    let periods = [
        ("day", GrainKey::Day, raw.periods.day),
        ("week", GrainKey::Week, raw.periods.week),
        ("month", GrainKey::Month, raw.periods.month),
    ];
    for (name, _, count) in periods {
        if count == 0 {
            let help = "write 1 or more; `grains:` of a metric says which it is shown for";
            pass.error(place.key("periods").key(name).at(), format!("`{name}: 0` shows no period"), help);
        }
    }
    // The segments of this project, where there are any, need no mention.
    let segments = segments.or_else(|| pass.table_if_any(SEGMENT_MEMBERSHIP));
    let with_segments = raw.segments.is_some() || segments.is_some();
    let define: Vec<Metric> = raw
        .define
        .into_iter()
        .filter_map(|(name, metric)| {
            let place = place.key("define").key(&name);
            self::metric(name, metric, with_segments, place, pass)
        })
        .collect();
    let periods: BTreeMap<GrainKey, u32> =
        periods.into_iter().map(|(_, grain, count)| (grain, count)).collect();
    Metrics { periods, segments, define, at: place.key_at() }
}

fn metric(
    name: String,
    raw: RawMetric,
    with_segments: bool,
    place: Place<'_>,
    pass: &mut Pass<'_>,
) -> Option<Metric> {
    let before = pass.count();
    pass.snake_case(&name, place.key_at());
    let rows = rows(&raw.from, &raw.date, raw.condition.as_deref(), place, pass);
    let figure = figure(&name, &raw, place, pass);
    if raw.interval.is_some() && matches!(figure, Some(Figure::Total(_))) {
        let help = "write `numerator` and `denominator`, or leave out `interval`";
        pass.error(place.key("interval").key_at(), "an interval belongs to a ratio", help);
    }
    let grains = grains(raw.grains, place.key("grains"), pass);
    pass.distinct(&raw.by, place.key("by"));
    if let Some(index) = raw.by.iter().position(|by| by == "segment")
        && !with_segments
    {
        let help = "add `segments:` to `metrics:`, with a table of customers in segments";
        pass.error(place.key("by").item(index).at(), "`segment` needs the table of segments", help);
    }
    let by: Vec<SqlText> =
        raw.by.iter().enumerate().map(|(index, by)| pass.sql(by, place.key("by").item(index))).collect();
    if pass.count() > before {
        return None;
    }
    Some(Metric {
        name,
        description: raw.description,
        rows: rows?,
        figure: figure?,
        grains,
        by,
        interval: raw.interval,
        unit: raw.unit,
        target: raw.target,
        better: raw.better,
        observable_after_days: raw.observable_after_days,
        at: place.key_at(),
    })
}

fn rows(
    from: &str,
    date: &str,
    condition: Option<&str>,
    place: Place<'_>,
    pass: &mut Pass<'_>,
) -> Option<MetricRows> {
    let from = pass.table(from, place.key("from"));
    let date = pass.sql(date, place.key("date"));
    let condition = condition.map(|condition| pass.sql(condition, place.key("where")));
    Some(MetricRows { from: from?, date, condition })
}

/// A total, a ratio of the same rows, or a ratio of two tables: exactly one of them.
fn figure(name: &str, raw: &RawMetric, place: Place<'_>, pass: &mut Pass<'_>) -> Option<Figure> {
    if place.is_lacking() {
        return None;
    }
    let (value, numerator) = (raw.value.as_deref(), raw.numerator.as_deref());
    match (value, numerator, raw.denominator.as_deref(), &raw.per) {
        (Some(value), None, None, None) => Some(Figure::Total(pass.sql(value, place.key("value")))),
        (None, Some(numerator), Some(denominator), None) => Some(Figure::Ratio {
            numerator: pass.sql(numerator, place.key("numerator")),
            denominator: pass.sql(denominator, place.key("denominator")),
        }),
        (None, Some(numerator), None, Some(per)) => {
            let numerator = pass.sql(numerator, place.key("numerator"));
            let place = place.key("per");
            let denominator = pass.sql(&per.value, place.key("value"));
            let rows = rows(&per.from, &per.date, per.condition.as_deref(), place, pass)?;
            Some(Figure::Per { numerator, denominator, rows })
        }
        (Some(_), ..) => {
            let help = "keep `value`, or `numerator` with what it is divided by";
            pass.error(place.key("value").key_at(), "a metric is a total or a ratio, not both", help);
            None
        }
        (None, Some(_), Some(_), Some(_)) => {
            let help = "keep `denominator` for a total of the same rows, `per` for one of another table";
            pass.error(place.key("per").key_at(), "a metric is divided by one total, not by two", help);
            None
        }
        (None, Some(_), None, None) => {
            let help = "add `denominator` or `per`, or write a total as `value`";
            pass.error(place.key("numerator").key_at(), "`numerator` needs what it is divided by", help);
            None
        }
        (None, None, None, None) => {
            let help = "add `value`, or `numerator` and `denominator`";
            pass.error(place.key_at(), format!("the metric `{name}` has no figure"), help);
            None
        }
        (None, None, denominator, _) => {
            let key = if denominator.is_some() { "denominator" } else { "per" };
            let help = "add `numerator`, or write a total as `value`";
            pass.error(place.key(key).key_at(), format!("`{key}` needs `numerator`"), help);
            None
        }
    }
}

fn grains(raw: Option<Vec<Grain>>, place: Place<'_>, pass: &mut Pass<'_>) -> Vec<GrainKey> {
    let grains = raw.unwrap_or_else(|| vec![Grain::Day, Grain::Week, Grain::Month]);
    if grains.is_empty() {
        let help = "list `day`, `week` or `month`, or leave it out for all";
        pass.error(place.at(), "`grains` names no period", help);
    }
    for (index, grain) in grains.iter().enumerate() {
        if grains.iter().take(index).any(|earlier| earlier == grain) {
            let item = place.item(index);
            let message = format!("`{}` stands twice", item.shown().unwrap_or_default());
            pass.error(item.at(), message, "keep one of them");
        }
    }
    grains.into_iter().map(GrainKey::from).collect()
}
