//! `metrics:`: figures by period. The SQL aggregates are judged once they are planned.

use std::collections::BTreeMap;

use super::super::project::{Figure, GrainKey, Metric, Metrics};
use super::super::raw::metric::{Grain, RawMetric, RawMetrics};
use super::{Pass, Place};

/// Checks the metrics of a pipeline.
pub fn metrics(raw: RawMetrics, place: Place<'_>, pass: &mut Pass<'_>) -> Option<Metrics> {
    let before = pass.count();
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
    let with_segments = raw.segments.is_some();
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
    (pass.count() == before).then_some(Metrics { periods, segments, define, at: place.key_at() })
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
    let from = pass.table(&raw.from, place.key("from"));
    if let Some(condition) = &raw.condition {
        pass.fragment(condition, place.key("where"));
    }
    let figure = match (raw.value, raw.numerator, raw.denominator) {
        (Some(value), None, None) => {
            pass.fragment(&value, place.key("value"));
            Some(Figure::Total(value))
        }
        (None, Some(numerator), Some(denominator)) => {
            pass.fragment(&numerator, place.key("numerator"));
            pass.fragment(&denominator, place.key("denominator"));
            Some(Figure::Ratio { numerator, denominator })
        }
        (Some(_), ..) => {
            let help = "keep `value`, or `numerator` and `denominator`";
            pass.error(place.key("value").key_at(), "a metric is a total or a ratio, not both", help);
            None
        }
        (None, None, None) => {
            let help = "add `value`, or `numerator` and `denominator`";
            pass.error(place.key_at(), format!("the metric `{name}` has no figure"), help);
            None
        }
        (None, numerator, _) => {
            let (given, missing) =
                if numerator.is_some() { ("numerator", "denominator") } else { ("denominator", "numerator") };
            let help = format!("add `{missing}`, or write a total as `value`");
            pass.error(place.key(given).key_at(), format!("`{given}` needs `{missing}`"), help);
            None
        }
    };
    if raw.interval.is_some() && matches!(figure, Some(Figure::Total(_))) {
        let help = "write `numerator` and `denominator`, or leave out `interval`";
        pass.error(place.key("interval").key_at(), "an interval belongs to a ratio", help);
    }
    let grains = raw.grains.unwrap_or_else(|| vec![Grain::Day, Grain::Week, Grain::Month]);
    if grains.is_empty() {
        pass.error(
            place.key("grains").at(),
            "`grains` names no period",
            "list `day`, `week` or `month`, or leave it out for all",
        );
    }
    for (index, grain) in grains.iter().enumerate() {
        if grains.iter().take(index).any(|earlier| earlier == grain) {
            let at = place.key("grains").item(index);
            pass.error(
                at.at(),
                format!("`{}` stands twice", at.shown().unwrap_or_default()),
                "keep one of them",
            );
        }
    }
    pass.distinct(&raw.by, place.key("by"));
    if let Some(index) = raw.by.iter().position(|by| by == "segment")
        && !with_segments
    {
        let help = "add `segments: segment_membership` to `metrics:`";
        pass.error(place.key("by").item(index).at(), "`segment` needs the table of segments", help);
    }
    if pass.count() > before {
        return None;
    }
    Some(Metric {
        name,
        description: raw.description,
        from: from?,
        date: raw.date,
        condition: raw.condition,
        figure: figure?,
        grains: grains.into_iter().map(GrainKey::from).collect(),
        by: raw.by,
        interval: raw.interval,
        unit: raw.unit,
        target: raw.target,
        better: raw.better,
        observable_after_days: raw.observable_after_days,
        at: place.key_at(),
    })
}
