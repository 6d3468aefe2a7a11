//! `metric_calendar`: the days of the look-back, each in the periods that hold it. Its columns are called `metric_…` so that
//! none of them hides a column of the tables that it is joined to.

use super::grain_name;
use crate::compile::Generated;
use crate::compile::declare::{Declared, Draft, Published, Unique};
use crate::compile::writer::Writer;
use crate::config::project::{GrainKey, Layer, Metrics, Pipeline};
use crate::name::{NameError, TableName};

/// One period more than is shown, so that the first one shown has a previous figure.
pub fn model(
    pipeline: &Pipeline,
    metrics: &Metrics,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is a day in one of the periods that hold it; the first period is there for comparison.\n",
    );
    let mut begun = false;
    for grain in [GrainKey::Month, GrainKey::Week, GrainKey::Day] {
        let shown = metrics.periods.get(&grain).copied().unwrap_or_default();
        if shown == 0 {
            continue;
        }
        if begun {
            writer.push("UNION ALL\n");
        }
        begun = true;
        writer.push(&days_of(grain, shown));
    }
    if !begun {
        writer.push(&format!("{}WHERE FALSE\n", days_of(GrainKey::Day, 1)));
    }
    let draft = Draft {
        name: TableName::new("metric_calendar")?,
        layer: Layer::Metric,
        pipeline,
        at: &metrics.at,
        description: "One row per day of the look-back and period that holds it.".to_owned(),
        published: Published::No,
        key: &["metric_grain", "metric_day"],
        columns: &[
            ("metric_day", "A day."),
            ("metric_grain", "A length of period: `day`, `week` or `month`."),
            ("metric_period", "The first day of the period of that length that holds the day."),
            ("metric_next_period", "The first day after it."),
            ("metric_shown", "Whether the period is shown, or only compared with."),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

fn days_of(grain: GrainKey, shown: u32) -> String {
    let name = grain_name(grain);
    let start = format!("CAST(date_trunc('{name}', $as_of) AS DATE)");
    let before = shown - 1;
    format!(
        "SELECT\n  \
           day AS metric_day,\n  \
           '{name}' AS metric_grain,\n  \
           CAST(date_trunc('{name}', day) AS DATE) AS metric_period,\n  \
           CAST(date_trunc('{name}', day) + INTERVAL '1 {name}' AS DATE) AS metric_next_period,\n  \
           day >= {start} - INTERVAL '{before} {name}' AS metric_shown\n\
         FROM (\n  \
           SELECT CAST(unnest(generate_series({start} - INTERVAL '{shown} {name}', $as_of, INTERVAL '1 day')) AS DATE) AS day\n\
         ) AS look_back\n",
    )
}
