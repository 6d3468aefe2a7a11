//! Text → dates and instants. Formats of plain digits are read by hand; chrono reads the others.

use chrono::format::{Parsed, StrftimeItems, parse};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

/// A date and a time of day as they are written, before any zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Days since 1970-01-01.
    pub days: i32,
    /// Microseconds since midnight; a leap second counts as the first of the next minute.
    pub micros: i64,
    /// Seconds east of Greenwich, where the text says so.
    pub offset: Option<i32>,
}

/// A strftime format, made ready.
#[derive(Debug, Clone)]
pub enum Format {
    Plain(Vec<Part>),
    Chrono(String),
}

/// A piece of a format that is read by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Literal(u8),
}

impl Format {
    pub fn new(format: &str) -> Self {
        Self::plain(format).map_or_else(|| Self::Chrono(format.to_owned()), Self::Plain)
    }

    fn plain(format: &str) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut bytes = format.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                if byte.is_ascii_whitespace() && byte != b' ' || byte >= 0x80 {
                    return None;
                }
                parts.push(Part::Literal(byte));
                continue;
            }
            match bytes.next()? {
                b'Y' => parts.push(Part::Year),
                b'm' => parts.push(Part::Month),
                b'd' => parts.push(Part::Day),
                b'H' => parts.push(Part::Hour),
                b'M' => parts.push(Part::Minute),
                b'S' => parts.push(Part::Second),
                b'F' => parts.extend(DATE),
                b'T' => parts.extend(TIME),
                b'R' => parts.extend(&TIME[..3]),
                _ => return None,
            }
        }
        let dated = [Part::Year, Part::Month, Part::Day].iter().all(|part| parts.contains(part));
        dated.then_some(parts)
    }

    /// The moment that a text says, if it has this format.
    #[inline]
    pub fn read(&self, text: &[u8]) -> Option<Moment> {
        match self {
            Self::Plain(parts) => plain(parts, text),
            Self::Chrono(format) => by_chrono(format, text),
        }
    }

    /// A moment in this format: how date cells of workbooks become text.
    pub fn write(format: &str, moment: NaiveDateTime) -> String {
        let mut text = String::new();
        match std::fmt::write(&mut text, format_args!("{}", moment.format(format))) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}

const DATE: [Part; 5] = [Part::Year, Part::Literal(b'-'), Part::Month, Part::Literal(b'-'), Part::Day];
const TIME: [Part; 5] = [Part::Hour, Part::Literal(b':'), Part::Minute, Part::Literal(b':'), Part::Second];

fn plain(parts: &[Part], text: &[u8]) -> Option<Moment> {
    let (mut year, mut month, mut day) = (0, 0, 0);
    let (mut hour, mut minute, mut second) = (0, 0, 0);
    let mut at = 0;
    for part in parts {
        match part {
            Part::Literal(byte) => {
                if text.get(at) != Some(byte) {
                    return None;
                }
                at += 1;
            }
            Part::Year => {
                year = four_digits(text.get(at..at + 4)?)?;
                at += 4;
            }
            Part::Month => month = short(text, &mut at)?,
            Part::Day => day = short(text, &mut at)?,
            Part::Hour => hour = short(text, &mut at)?,
            Part::Minute => minute = short(text, &mut at)?,
            Part::Second => second = short(text, &mut at)?,
        }
    }
    if at != text.len() {
        return None;
    }
    moment(days(year, month, day)?, hour, minute, second, 0, None)
}

fn moment(
    days: i32,
    hour: u32,
    minute: u32,
    second: u32,
    micros: i64,
    offset: Option<i32>,
) -> Option<Moment> {
    (hour < 24 && minute < 60 && second <= 60).then(|| Moment {
        days,
        micros: i64::from(hour * 3600 + minute * 60 + second) * 1_000_000 + micros,
        offset,
    })
}

#[inline]
fn digit(byte: u8) -> Option<u32> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(u32::from(digit))
}

#[inline]
fn four_digits(text: &[u8]) -> Option<i32> {
    let mut value = 0;
    for byte in text {
        value = value * 10 + digit(*byte)?;
    }
    Some(value as i32)
}

/// One or two digits.
#[inline]
fn short(text: &[u8], at: &mut usize) -> Option<u32> {
    let first = digit(*text.get(*at)?)?;
    *at += 1;
    match text.get(*at).and_then(|byte| digit(*byte)) {
        Some(second) => {
            *at += 1;
            Some(first * 10 + second)
        }
        None => Some(first),
    }
}

/// Exactly two digits.
#[inline]
fn pair(text: &[u8], at: usize) -> Option<u32> {
    Some(digit(*text.get(at)?)? * 10 + digit(*text.get(at + 1)?)?)
}

/// Days since 1970-01-01 of a day that exists in the proleptic Gregorian calendar.
///
/// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
#[inline]
pub fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > length || !(0..=9999).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// ISO 8601: `2026-01-31` or `20260131`.
#[inline]
pub fn iso_date(text: &[u8]) -> Option<i32> {
    match text.len() {
        10 if text[4] == b'-' && text[7] == b'-' => {
            days(four_digits(&text[..4])?, pair(text, 5)?, pair(text, 8)?)
        }
        8 => days(four_digits(&text[..4])?, pair(text, 4)?, pair(text, 6)?),
        _ => None,
    }
}

/// RFC 3339 or ISO 8601: a date, then perhaps `T` or a blank and a time, then perhaps an offset.
#[inline]
pub fn iso_moment(text: &[u8]) -> Option<Moment> {
    let date = iso_date(text.get(..10).unwrap_or(text))?;
    if text.len() <= 10 {
        return moment(date, 0, 0, 0, 0, None);
    }
    if !matches!(text[10], b'T' | b't' | b' ') || text.get(13) != Some(&b':') {
        return None;
    }
    let (hour, minute) = (pair(text, 11)?, pair(text, 14)?);
    let mut at = 16;
    let mut second = 0;
    let mut micros = 0;
    if text.get(at) == Some(&b':') {
        second = pair(text, at + 1)?;
        at += 3;
        if matches!(text.get(at), Some(b'.' | b',')) {
            at += 1;
            let fraction = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if fraction == 0 {
                return None;
            }
            for place in 0..6 {
                let digit = if place < fraction { i64::from(text[at + place] - b'0') } else { 0 };
                micros = micros * 10 + digit;
            }
            at += fraction;
        }
    }
    let offset = offset(text.get(at..)?)?;
    moment(date, hour, minute, second, micros, offset)
}

/// Nothing, `Z`, `+08`, `+0800` or `+08:00`, perhaps after a blank: seconds east.
#[inline]
fn offset(text: &[u8]) -> Option<Option<i32>> {
    let text = if let [b' ', rest @ ..] = text { rest } else { text };
    let (sign, rest) = match text {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = pair(rest, 0)?;
    let minutes = match rest.len() {
        2 => 0,
        4 => pair(rest, 2)?,
        5 if rest[2] == b':' => pair(rest, 3)?,
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60) as i32))
}

fn by_chrono(format: &str, text: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(format)).ok()?;
    if let Some(seconds) = parsed.timestamp() {
        let instant = chrono::DateTime::from_timestamp(seconds, parsed.nanosecond().unwrap_or(0))?;
        return Some(from_naive(instant.naive_utc(), Some(0)));
    }
    let date: NaiveDate = parsed.to_naive_date().ok()?;
    let timeless = parsed.hour_mod_12().is_none() && parsed.minute().is_none();
    let time: NaiveTime = if timeless { NaiveTime::MIN } else { parsed.to_naive_time().ok()? };
    Some(from_naive(NaiveDateTime::new(date, time), parsed.offset()))
}

/// A moment from chrono's.
pub fn from_naive(naive: NaiveDateTime, offset: Option<i32>) -> Moment {
    let days = naive.date().num_days_from_ce() - 719_163;
    let micros = (naive.time() - NaiveTime::MIN).num_microseconds().unwrap_or(0);
    Moment { days, micros, offset }
}
