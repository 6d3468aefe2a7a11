//! Days, weeks and months as the business cuts them, in its time zone. Never reads a clock.

use std::sync::Arc;

use arrow::array::builder::{Date32Builder, TimestampMicrosecondBuilder};
use arrow::array::{ArrayRef, Date32Array, StringViewArray};
use arrow::datatypes::DataType;
use chrono::{DateTime, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::common::{Result, exec_err};

use crate::functions::declare::{Argument, Call, Declared, Kind, instant_type};
use crate::name::AsOf;

pub const ALL: &[Declared] = &[
    Declared {
        name: "business_date",
        description: "The day on which an instant falls, in the business time zone.",
        parameters: &[
            ("day", Kind::DateOrInstant, "a day or an instant"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: || DataType::Date32,
        body: business_date,
        example: "business_date(ordered_at)",
    },
    Declared {
        name: "business_week",
        description: "The Monday of the week in which a day or instant falls.",
        parameters: &[
            ("day", Kind::DateOrInstant, "a day or an instant"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: || DataType::Date32,
        body: business_week,
        example: "business_week(ordered_at)",
    },
    Declared {
        name: "business_month",
        description: "The first day of the month in which a day or instant falls.",
        parameters: &[
            ("day", Kind::DateOrInstant, "a day or an instant"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: || DataType::Date32,
        body: business_month,
        example: "business_month(ordered_at)",
    },
    Declared {
        name: "business_instant",
        description: "The instant at which a day begins in the business time zone.",
        parameters: &[
            ("day", Kind::Date, "a day"),
            ("zone", Kind::Text, "an IANA time zone; the business zone if left out"),
        ],
        optional: 1,
        returns: instant_type,
        body: business_instant,
        example: "business_instant(DATE '2026-01-31')",
    },
];

fn business_date(call: &Call) -> Result<ArrayRef> {
    period_of(call, |day| day)
}

fn business_week(call: &Call) -> Result<ArrayRef> {
    period_of(call, week_start)
}

fn business_month(call: &Call) -> Result<ArrayRef> {
    period_of(call, month_start)
}

fn business_instant(call: &Call) -> Result<ArrayRef> {
    let days = call.date(0)?;
    let mut zones = Zones::new(call)?;
    let mut last: Option<(i32, Tz, Option<i64>)> = None;
    let mut answers = TimestampMicrosecondBuilder::with_capacity(call.rows).with_data_type(instant_type());
    for row in 0..call.rows {
        let (Some(day), Some(zone)) = (days.get(row), zones.get(row)?) else {
            answers.append_null();
            continue;
        };
        let start = match last {
            Some((last_day, last_zone, start)) if last_day == day && last_zone == zone => start,
            _ => start_of(day, zone),
        };
        last = Some((day, zone, start));
        answers.append_option(start);
    }
    Ok(Arc::new(answers.finish()))
}

fn start_of(day: i32, zone: Tz) -> Option<i64> {
    let before = NaiveDate::from_epoch_days(day.checked_sub(1)?)?;
    Some(AsOf(before).end(zone).timestamp_micros())
}

fn period_of(call: &Call, start: fn(i32) -> i32) -> Result<ArrayRef> {
    if call.data_type(0) == Some(&DataType::Date32) {
        let days = call.date(0)?;
        return Ok(Arc::new((0..call.rows).map(|row| days.get(row).map(start)).collect::<Date32Array>()));
    }
    let instants = call.instant(0)?;
    days_of(call, |row| instants.get(row), start)
}

fn days_of(
    call: &Call,
    instant: impl Fn(usize) -> Option<i64>,
    start: impl Fn(i32) -> i32,
) -> Result<ArrayRef> {
    let mut zones = Zones::new(call)?;
    let mut offsets = Offsets::new();
    let mut answers = Date32Builder::with_capacity(call.rows);
    for row in 0..call.rows {
        let day = match (instant(row), zones.get(row)?) {
            (Some(micros), Some(zone)) => offsets.local_day(micros, zone),
            _ => None,
        };
        answers.append_option(day.map(&start));
    }
    Ok(Arc::new(answers.finish()))
}

/// The Monday on or before a day.
fn week_start(day: i32) -> i32 {
    day.saturating_sub(day.saturating_add(3).rem_euclid(7))
}

/// The first of a day's month, by the days-from-civil arithmetic of Howard Hinnant's "chrono-compatible low-level date
/// algorithms".
fn month_start(day: i32) -> i32 {
    let shifted = i64::from(day) + 719_468;
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5;
    day.saturating_sub(day_of_month as i32)
}

/// The zone of each row: the business zone, or the second argument's.
struct Zones<'a> {
    named: Option<Argument<'a, StringViewArray>>,
    business: Tz,
    last: Option<(String, Tz)>,
}

impl<'a> Zones<'a> {
    fn new(call: &'a Call) -> Result<Self> {
        let named = if call.given() > 1 { Some(call.text(1)?) } else { None };
        Ok(Self { named, business: call.zone, last: None })
    }

    fn get(&mut self, row: usize) -> Result<Option<Tz>> {
        let Some(named) = &self.named else { return Ok(Some(self.business)) };
        let Some(name) = named.get(row) else { return Ok(None) };
        if let Some((last, zone)) = &self.last
            && last == name
        {
            return Ok(Some(*zone));
        }
        let Ok(zone) = name.parse::<Tz>() else { return exec_err!("`{name}` is not a time zone") };
        self.last = Some((name.to_owned(), zone));
        Ok(Some(zone))
    }
}

const DAY_MICROS: i64 = 86_400_000_000;
/// Instants are looked up in blocks of 2^37 µs, about 38 hours: no zone changes its offset and back within one.
const BLOCK_BITS: u32 = 37;
const BLOCKS: usize = 512;

/// Offsets from UTC, remembered for blocks of time in which they do not change.
struct Offsets {
    zone: Option<Tz>,
    blocks: Vec<(i64, Option<i64>)>,
}

impl Offsets {
    fn new() -> Self {
        Self { zone: None, blocks: vec![(i64::MIN, None); BLOCKS] }
    }

    fn local_day(&mut self, micros: i64, zone: Tz) -> Option<i32> {
        if self.zone != Some(zone) {
            self.zone = Some(zone);
            self.blocks.fill((i64::MIN, None));
        }
        let block = micros >> BLOCK_BITS;
        let slot = self.blocks.get_mut(block.rem_euclid(BLOCKS as i64) as usize)?;
        if slot.0 != block {
            let first = offset_at(block << BLOCK_BITS, zone);
            let last = offset_at((block << BLOCK_BITS) + ((1 << BLOCK_BITS) - 1), zone);
            *slot = (block, if first == last { first } else { None });
        }
        let offset = match slot.1 {
            Some(offset) => offset,
            None => offset_at(micros, zone)?,
        };
        i32::try_from(micros.checked_add(offset)?.div_euclid(DAY_MICROS)).ok()
    }
}

fn offset_at(micros: i64, zone: Tz) -> Option<i64> {
    let instant = DateTime::from_timestamp_micros(micros)?.naive_utc();
    Some(i64::from(zone.offset_from_utc_datetime(&instant).fix().local_minus_utc()) * 1_000_000)
}
