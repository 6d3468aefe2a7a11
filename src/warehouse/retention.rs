//! Which dates of a dated table stay: every one of late, month-ends before. Pure.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};

use super::release::{Dated, Partition};
use crate::name::AsOf;

/// The dates to keep: those within `daily_for_days` of the newest, and of every earlier month the last one there is.
/// Thinning twice is thinning once; the newest date always stays.
pub fn kept_dates(dates: &BTreeSet<AsOf>, daily_for_days: Option<u32>) -> BTreeSet<AsOf> {
    let (Some(newest), Some(days)) = (dates.last(), daily_for_days) else { return dates.clone() };
    let oldest_daily = newest.0.checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN);
    let mut kept = BTreeSet::new();
    let mut later: Option<AsOf> = None;
    for &date in dates.iter().rev() {
        let last_of_month = later.is_none_or(|later| month(later) != month(date));
        if date.0 >= oldest_daily || last_of_month {
            kept.insert(date);
        }
        later = Some(date);
    }
    kept
}

fn month(date: AsOf) -> (i32, u32) {
    (date.0.year(), date.0.month())
}

/// A dated table's partitions once the run's own date replaced that date and no other, thinned.
pub fn with_partition(partitions: &[Partition], new: Partition, history: &Dated) -> Vec<Partition> {
    let own = new.as_of;
    let mut all: Vec<Partition> = partitions.iter().filter(|old| old.as_of != own).cloned().collect();
    all.push(new);
    all.sort_by_key(|partition| partition.as_of);
    let dates: BTreeSet<AsOf> = all.iter().map(|partition| partition.as_of).collect();
    let kept = kept_dates(&dates, history.daily_for_days);
    // The date that was asked for stays even where a later run would have thinned it: its run publishes it.
    all.retain(|partition| partition.as_of == own || kept.contains(&partition.as_of));
    all
}
