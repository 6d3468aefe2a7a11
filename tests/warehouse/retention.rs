//! Laws of thinning: dates of late all stay, month-ends stay before, thinning twice is thinning once.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};
use portrait::name::AsOf;
use portrait::warehouse::retention::kept_dates;
use proptest::prelude::*;

use super::kit::{as_of, dated, open, publish, table};

fn dates(offsets: &BTreeSet<u64>) -> BTreeSet<AsOf> {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    offsets.iter().map(|&days| AsOf(first + Days::new(days))).collect()
}

proptest! {
    #[test]
    fn thinning_keeps_late_dates_and_month_ends(
        offsets in prop::collection::btree_set(0_u64..900, 0..200),
        daily_for in prop::option::of(0_u32..120),
    ) {
        let all = dates(&offsets);
        let kept = kept_dates(&all, daily_for);
        prop_assert!(kept.is_subset(&all));
        prop_assert_eq!(&kept_dates(&kept, daily_for), &kept);
        prop_assert_eq!(kept.last(), all.last());
        let Some(newest) = all.last() else { return Ok(()) };
        for date in &all {
            let age = (newest.0 - date.0).num_days();
            let last_of_month = !all.iter().any(|other| {
                other > date && (other.0.year(), other.0.month()) == (date.0.year(), date.0.month())
            });
            let expected = daily_for.is_none_or(|days| age <= i64::from(days)) || last_of_month;
            prop_assert_eq!(kept.contains(date), expected, "{}", date);
        }
    }

    /// Thinned every night, a table holds what it would hold had it been thinned once at the end.
    #[test]
    fn thinning_as_dates_come_is_thinning_at_the_end(
        offsets in prop::collection::btree_set(0_u64..400, 1..150),
        daily_for in 0_u32..60,
    ) {
        let all = dates(&offsets);
        let mut nightly = BTreeSet::new();
        for &date in &all {
            nightly.insert(date);
            nightly = kept_dates(&nightly, Some(daily_for));
        }
        prop_assert_eq!(nightly, kept_dates(&all, Some(daily_for)));
    }
}

#[test]
fn a_published_table_is_thinned() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let spec = dated("metric_value", Some(2));
    let nights =
        ["2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04"];
    for (run, date) in nights.iter().enumerate() {
        publish(&warehouse, run as u32, date, &[(spec.clone(), &[run as i64])]);
    }
    let dates = |release: portrait::warehouse::Release| -> Vec<String> {
        release.tables[&table("metric_value")].partitions.iter().map(|part| part.as_of.to_string()).collect()
    };
    let latest = warehouse.latest().unwrap().unwrap();
    assert_eq!(dates(latest), ["2026-01-31", "2026-02-02", "2026-02-03", "2026-02-04"]);
    // A date that was thinned away may be run again: its own run publishes it.
    let again = publish(&warehouse, 20, "2026-01-30", &[(spec.clone(), &[9])]);
    assert!(again.tables[&table("metric_value")].at(as_of("2026-01-30")).is_some());
}
