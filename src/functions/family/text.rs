//! What SQL lacks for text and numbers.

use std::sync::Arc;

use arrow::array::builder::{Date32Builder, Int32Builder, StringViewBuilder};
use arrow::array::{Array, ArrayRef, Int64Array, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use chrono::NaiveDate;
use datafusion::common::{Result, exec_err};
use regex::Regex;

use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::fold;

pub const ALL: &[Declared] = &[
    Declared {
        name: "regexp_extract",
        description: "A group of the first match of a regular expression; NULL where nothing matches.",
        parameters: &[
            ("text", Kind::Text, "a text"),
            ("pattern", Kind::Text, "a regular expression"),
            ("group", Kind::Integer, "which group; 0 is the whole match, 1 if left out"),
        ],
        optional: 1,
        returns: || DataType::Utf8View,
        body: regexp_extract,
        example: "regexp_extract(utm, 'campaign=([^&]+)', 1)",
    },
    Declared {
        name: "only_digits",
        description: "The digits of a text, and plus signs; NULL where there are none.",
        parameters: &[("text", Kind::Text, "a number as people write it")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: |call| call.map_text(|text, answer| keep(text, answer, |c| c.is_ascii_digit() || c == '+')),
        example: "only_digits('+86 138-0013 8000')",
    },
    Declared {
        name: "only_alphanumeric",
        description: "The Latin letters and digits of a text; NULL where there are none.",
        parameters: &[("text", Kind::Text, "a code as people write it")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: |call| call.map_text(|text, answer| keep(text, answer, |c| c.is_ascii_alphanumeric())),
        example: "only_alphanumeric('SW1A 2AA')",
    },
    Declared {
        name: "dashed_date",
        description: "A date of eight digits, with dashes, slashes, dots or nothing between them, as 2026-06-30; any other \
                      text trimmed. Does not ask whether there is such a day.",
        parameters: &[("text", Kind::Text, "a date as people write it")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: |call| call.map_text(dashed_date),
        example: "dashed_date('1990/03/04')",
    },
    Declared {
        name: "parse_birthday",
        description: "The parts of a birthday as people write it: date (where complete), year, month, day.",
        parameters: &[("text", Kind::Text, "a birthday")],
        optional: 0,
        returns: birthday_type,
        body: parse_birthday,
        example: "parse_birthday('1990年3月4日')['date']",
    },
    Declared {
        name: "width_bucket",
        description: "The number of the equal-width bucket in which a value falls: 0 below low, buckets + 1 from high on.",
        parameters: &[
            ("value", Kind::Number, "a value"),
            ("low", Kind::Number, "where the first bucket begins"),
            ("high", Kind::Number, "where the last bucket ends"),
            ("buckets", Kind::Integer, "how many buckets"),
        ],
        optional: 0,
        returns: || DataType::Int64,
        body: width_bucket,
        example: "width_bucket(age, 0, 100, 10)",
    },
    Declared {
        name: "cut",
        description: "The number of the right-closed bucket in which a value falls: 1 + the edges strictly below it.",
        parameters: &[("value", Kind::Number, "a value"), ("edges", Kind::Numbers, "ascending edges")],
        optional: 0,
        returns: || DataType::Int64,
        body: cut,
        example: "cut(order_count, edges)",
    },
];

/// Keeps some characters; answers whether there are any.
fn keep(text: &str, answer: &mut String, wanted: impl Fn(char) -> bool) -> bool {
    answer.extend(text.chars().filter(|c| wanted(*c)));
    !answer.is_empty()
}

fn dashed_date(text: &str, answer: &mut String) -> bool {
    let text = text.trim_matches(' ');
    match date_parts(text) {
        Some([year, month, day]) => {
            [year, "-", month, "-", day].iter().for_each(|piece| answer.push_str(piece));
        }
        None => answer.push_str(text),
    }
    true
}

/// Year, month and day of eight digits, with or without something between them.
fn date_parts(text: &str) -> Option<[&str; 3]> {
    let between = |text| str::strip_prefix(text, ['-', '/', '.']).unwrap_or(text);
    let (year, rest) = text.split_at_checked(4)?;
    let (month, rest) = between(rest).split_at_checked(2)?;
    let day = between(rest);
    let parts = [year, month, day];
    let digits = parts.iter().all(|part| part.bytes().all(|c| c.is_ascii_digit()));
    (digits && day.len() == 2).then_some(parts)
}

fn birthday_type() -> DataType {
    DataType::Struct(birthday_fields())
}

fn birthday_fields() -> Fields {
    let date = Field::new("date", DataType::Date32, true);
    let parts = ["year", "month", "day"].map(|part| Field::new(part, DataType::Int32, true));
    std::iter::once(date).chain(parts).collect()
}

fn regexp_extract(call: &Call) -> Result<ArrayRef> {
    let patterns = call.text(1)?;
    let groups = if call.given() > 2 { Some(call.integer(2)?) } else { None };
    let text = call.text(0)?;
    let mut answers = StringViewBuilder::with_capacity(call.rows);
    let mut compiled: Option<(String, Regex)> = None;
    for row in 0..call.rows {
        let group = groups.as_ref().map_or(Some(1), |groups| groups.get(row));
        let (Some(value), Some(pattern), Some(group)) = (text.get(row), patterns.get(row), group) else {
            answers.append_null();
            continue;
        };
        let expression = match compiled.take() {
            Some((of, expression)) if of == pattern => expression,
            _ => match Regex::new(pattern) {
                Ok(expression) => expression,
                Err(_) => return exec_err!("`{pattern}` is not a regular expression"),
            },
        };
        let Some(group) = usize::try_from(group).ok().filter(|group| *group < expression.captures_len())
        else {
            return exec_err!("`{pattern}` has no group {group}");
        };
        let found = if group == 0 {
            expression.find(value)
        } else {
            expression.captures(value).and_then(|c| c.get(group))
        };
        answers.append_option(found.map(|found| found.as_str()));
        compiled = Some((pattern.to_owned(), expression));
    }
    Ok(Arc::new(answers.finish()))
}

fn width_bucket(call: &Call) -> Result<ArrayRef> {
    let (values, lows, highs, counts) = (call.number(0)?, call.number(1)?, call.number(2)?, call.integer(3)?);
    let bucket = |row: usize| {
        let (value, low, high, count) = (values.get(row)?, lows.get(row)?, highs.get(row)?, counts.get(row)?);
        if count < 1 || low == high || [value, low, high].iter().any(|number| number.is_nan()) {
            return None;
        }
        let position = (value - low) / (high - low);
        Some(match position {
            below if below < 0.0 => 0,
            above if above >= 1.0 => count.saturating_add(1),
            within => ((within * count as f64).floor() as i64).min(count - 1) + 1,
        })
    };
    Ok(Arc::new((0..call.rows).map(bucket).collect::<Int64Array>()))
}

fn cut(call: &Call) -> Result<ArrayRef> {
    let (values, edges) = (call.number(0)?, call.numbers(1)?);
    let Some(items) = edges.items() else { return exec_err!("the edges of `cut` are not numbers") };
    let bucket = |row: usize| {
        let (value, range) = (values.get(row)?, edges.range(row)?);
        if value.is_nan() {
            return None;
        }
        let below = range.filter(|index| items.is_valid(*index) && items.value(*index) < value).count();
        i64::try_from(below + 1).ok()
    };
    Ok(Arc::new((0..call.rows).map(bucket).collect::<Int64Array>()))
}

fn parse_birthday(call: &Call) -> Result<ArrayRef> {
    let text = call.text(0)?;
    let mut dates = Date32Builder::with_capacity(call.rows);
    let mut parts = [Int32Builder::new(), Int32Builder::new(), Int32Builder::new()];
    for row in 0..call.rows {
        let birthday = text.get(row).and_then(birthday).unwrap_or_default();
        dates.append_option(birthday.date().map(|date| date.to_epoch_days()));
        for (builder, part) in parts.iter_mut().zip([birthday.year, birthday.month, birthday.day]) {
            builder.append_option(part);
        }
    }
    let [mut years, mut months, mut days] = parts;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(dates.finish()),
        Arc::new(years.finish()),
        Arc::new(months.finish()),
        Arc::new(days.finish()),
    ];
    Ok(Arc::new(StructArray::try_new(birthday_fields(), columns, None)?))
}

#[derive(Clone, Copy, Default)]
struct Birthday {
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
}

impl Birthday {
    fn new(year: Option<i32>, month: Option<i32>, day: Option<i32>) -> Option<Self> {
        let year_fits = year.is_none_or(|year| (1850..=2100).contains(&year));
        // A day without a year must exist in a leap year.
        let of_year = |month, day| NaiveDate::from_ymd_opt(year.unwrap_or(2000), month, day).is_some();
        let exists = match (month, day) {
            (Some(month), Some(day)) => of_year(u32::try_from(month).ok()?, u32::try_from(day).ok()?),
            (Some(month), None) => (1..=12).contains(&month),
            (None, Some(_)) => false,
            (None, None) => year.is_some(),
        };
        (year_fits && exists).then_some(Self { year, month, day })
    }

    fn date(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, u32::try_from(self.month?).ok()?, u32::try_from(self.day?).ok()?)
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What a birthday says. Where day and month could be either, only the year is taken; lunar dates say nothing.
fn birthday(text: &str) -> Option<Birthday> {
    let folded = fold(text.trim());
    if folded.contains("农历") || folded.contains("阴历") || folded.contains("農曆") {
        return None;
    }
    let folded =
        folded.split_once('t').filter(|(day, _)| day.len() == 10).map_or(folded.as_str(), |(day, _)| day);
    let folded = folded.split_once(' ').filter(|(_, time)| time.contains(':')).map_or(folded, |(day, _)| day);
    if folded.contains(['年', '月']) {
        return han_birthday(folded);
    }
    let named = MONTHS
        .iter()
        .position(|month| folded.split(|c: char| !c.is_alphabetic()).any(|word| word.starts_with(month)));
    let runs: Vec<&str> = folded.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let number = |run: &str| run.parse::<i32>().ok();
    if let Some(month) = named {
        let month = i32::try_from(month + 1).ok();
        return match runs.as_slice() {
            [day, year] if day.len() <= 2 => Birthday::new(Some(full_year(year)?), month, number(day)),
            [year, day] if year.len() == 4 => Birthday::new(number(year), month, number(day)),
            [day] if day.len() <= 2 => Birthday::new(None, month, number(day)),
            [year] if year.len() == 4 => Birthday::new(number(year), month, None),
            _ => None,
        };
    }
    if folded.chars().any(char::is_alphabetic) {
        return None;
    }
    match runs.as_slice() {
        [all] if all.len() == 8 => {
            Birthday::new(number(all.get(..4)?), number(all.get(4..6)?), number(all.get(6..)?))
        }
        [year] if year.len() == 4 => Birthday::new(number(year), None, None),
        [all] if all.len() == 6 => Birthday::new(number(all.get(..4)?), number(all.get(4..)?), None),
        [year, month, day] if year.len() == 4 => Birthday::new(number(year), number(month), number(day)),
        [a, b, year] if year.len() == 4 => match (number(a)?, number(b)?) {
            (month, day) if day > 12 || month == day => Birthday::new(number(year), Some(month), Some(day)),
            (day, month) if day > 12 => Birthday::new(number(year), Some(month), Some(day)),
            _ => Birthday::new(number(year), None, None),
        },
        [year, month, day] => Birthday::new(Some(full_year(year)?), number(month), number(day)),
        [year, month] if year.len() == 4 => Birthday::new(number(year), number(month), None),
        [month, day] if month.len() <= 2 => Birthday::new(None, number(month), number(day)),
        _ => None,
    }
}

fn full_year(run: &str) -> Option<i32> {
    let year = run.parse::<i32>().ok()?;
    match run.len() {
        4 => Some(year),
        2 if year >= 30 => Some(1900 + year),
        2 => Some(2000 + year),
        _ => None,
    }
}

/// `1990年3月4日`, `一九九〇年三月四日`, `90年`, `3月4日`.
fn han_birthday(folded: &str) -> Option<Birthday> {
    let (year, rest) = match folded.split_once('年') {
        Some((year, rest)) => (Some(year), rest),
        None => (None, folded),
    };
    let (month, rest) = match rest.split_once('月') {
        Some((month, rest)) => (Some(month), rest),
        None => (None, rest),
    };
    let day = rest.trim().trim_end_matches(['日', '号', '號', '生']).trim();
    let year = match year {
        Some(year) => Some(full_year(&han_digits(year.trim())?)?),
        None => None,
    };
    let month = match month {
        Some(month) => Some(han_number(month.trim())?),
        None => None,
    };
    let day = if day.is_empty() { None } else { Some(han_number(day)?) };
    Birthday::new(year, month, day)
}

const DIGITS: &str = "〇一二三四五六七八九";

fn han_digit(c: char) -> Option<u32> {
    if matches!(c, '零' | '○') {
        return Some(0);
    }
    c.to_digit(10)
        .or_else(|| DIGITS.chars().position(|digit| digit == c).and_then(|digit| u32::try_from(digit).ok()))
}

fn han_digits(text: &str) -> Option<String> {
    text.chars().map(|c| han_digit(c).and_then(|digit| char::from_digit(digit, 10))).collect()
}

/// A number up to 99: `23`, `二三`, `二十三`, `十`.
fn han_number(text: &str) -> Option<i32> {
    if let Some((tens, ones)) = text.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { han_digits(tens)?.parse::<i32>().ok()? };
        let ones = if ones.is_empty() { 0 } else { han_digits(ones)?.parse::<i32>().ok()? };
        return Some(tens * 10 + ones);
    }
    han_digits(text)?.parse().ok()
}
