//! Days, seconds and seasons. Days count from 1970-01-01; seconds are Shanghai wall time counted the same way.

pub const DAY: i64 = 86_400;
/// Shanghai is eight hours ahead of UTC, all year.
pub const SHANGHAI_OFFSET: i64 = 8 * 3600;

/// The written forms of all days that the sample can mention.
#[derive(Debug)]
pub struct Calendar {
    first: i32,
    written: Vec<[u8; 10]>,
}

impl Calendar {
    /// All days from `first` to `last`.
    pub fn new(first: i32, last: i32) -> Self {
        let written = (first..=last)
            .map(|day| {
                let (year, month, date) = civil(day);
                let mut text = *b"0000-00-00";
                for (at, number, width) in [(0, year as u32, 4), (5, month, 2), (8, date, 2)] {
                    let mut rest = number;
                    for position in (at..at + width).rev() {
                        text[position] = b'0' + (rest % 10) as u8;
                        rest /= 10;
                    }
                }
                text
            })
            .collect();
        Self { first, written }
    }

    /// `YYYY-MM-DD`; days outside the calendar are written as its nearest end.
    pub fn iso(&self, day: i32) -> &[u8; 10] {
        let position = (day - self.first).clamp(0, self.written.len() as i32 - 1);
        &self.written[position as usize]
    }

    pub fn push_date(&self, out: &mut Vec<u8>, day: i32) {
        out.extend_from_slice(self.iso(day));
    }

    /// `YYYY/MM/DD`
    pub fn push_slashed(&self, out: &mut Vec<u8>, day: i32) {
        let mut text = *self.iso(day);
        text[4] = b'/';
        text[7] = b'/';
        out.extend_from_slice(&text);
    }

    /// `YYYY-MM-DD HH:MM:SS`
    pub fn push_datetime(&self, out: &mut Vec<u8>, second: i64) {
        self.push_date(out, day_of(second));
        out.push(b' ');
        push_clock(out, second);
    }

    /// `YYYY/MM/DD HH:MM`
    pub fn push_till_time(&self, out: &mut Vec<u8>, second: i64) {
        self.push_slashed(out, day_of(second));
        out.push(b' ');
        let length = out.len() + 5;
        push_clock(out, second);
        out.truncate(length);
    }

    /// `YYYY-MM-DDTHH:MM:SS` and the offset: Shanghai's, or `Z`.
    pub fn push_instant(&self, out: &mut Vec<u8>, second: i64, offset: Offset) {
        let (shown, suffix) = match offset {
            Offset::Shanghai => (second, "+08:00"),
            Offset::Utc => (second - SHANGHAI_OFFSET, "Z"),
        };
        self.push_date(out, day_of(shown));
        out.push(b'T');
        push_clock(out, shown);
        out.extend_from_slice(suffix.as_bytes());
    }
}

/// How an instant is written.
#[derive(Debug, Clone, Copy)]
pub enum Offset {
    Shanghai,
    Utc,
}

fn push_clock(out: &mut Vec<u8>, second: i64) {
    let clock = second.rem_euclid(DAY) as u32;
    let digit = |number: u32| b'0' + number as u8;
    let (hour, minute, rest) = (clock / 3600, clock / 60 % 60, clock % 60);
    out.extend_from_slice(&[
        digit(hour / 10),
        digit(hour % 10),
        b':',
        digit(minute / 10),
        digit(minute % 10),
        b':',
        digit(rest / 10),
        digit(rest % 10),
    ]);
}

pub fn day_of(second: i64) -> i32 {
    second.div_euclid(DAY) as i32
}

/// Year, month, day of a day (Hinnant, chrono-compatible low-level date algorithms).
pub fn civil(day: i32) -> (i32, u32, u32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097) as u32;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era as i32 + era * 400 + i32::from(month <= 2), month, date)
}

/// The day of a year, month and day.
pub fn day_number(year: i32, month: u32, date: u32) -> i32 {
    let year = year - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_index = (month as i32 + 9) % 12;
    let of_year = (153 * month_index + 2) / 5 + date as i32 - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

/// 0 is Monday.
pub fn weekday(day: i32) -> i32 {
    (day + 3).rem_euclid(7)
}

/// How much is bought on a day against an ordinary one: New Year lull, 618, Singles' Day, year end, weekends.
pub fn demand(day: i32) -> f64 {
    const MONTHS: [f64; 12] = [0.95, 0.72, 0.90, 0.95, 1.02, 1.18, 0.94, 0.92, 1.02, 1.05, 1.32, 1.20];
    let (_, month, date) = civil(day);
    let feast = match (month, date) {
        (6, 16..=18) => 1.9,
        (11, 9..=11) => 2.3,
        (12, 11..=12) => 1.5,
        (10, 1..=7) => 1.2,
        _ => 1.0,
    };
    let week = if weekday(day) >= 5 { 1.25 } else { 0.92 };
    MONTHS[month as usize - 1] * feast * week
}

/// No day is busier than this.
pub const DEMAND_MAX: f64 = 1.32 * 2.3 * 1.25;
