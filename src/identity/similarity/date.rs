//! How two dates differ when one may be a slip of the other.

use chrono::{Datelike, NaiveDate};

/// How alike two dates are, the most alike first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateLevel {
    Exact,
    /// Day and month change places.
    Swapped,
    /// The same year, and one of them is its 1 January, as forms fill in.
    Default,
    /// One digit of YYYYMMDD differs.
    Digit,
    YearMonth,
    Year,
    Different,
}

impl DateLevel {
    /// The level's name in SQL and YAML.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Swapped => "swapped",
            Self::Default => "default",
            Self::Digit => "digit",
            Self::YearMonth => "year_month",
            Self::Year => "year",
            Self::Different => "different",
        }
    }
}

/// The level of two dates in days since 1970-01-01; dates beyond the calendar are different from all others.
pub fn date_level(a: i32, b: i32) -> DateLevel {
    if a == b {
        return DateLevel::Exact;
    }
    let (Some(a), Some(b)) = (NaiveDate::from_epoch_days(a), NaiveDate::from_epoch_days(b)) else {
        return DateLevel::Different;
    };
    let is_default = |date: NaiveDate| date.ordinal() == 1;
    let same_year = a.year() == b.year();
    if same_year && a.day() == b.month() && a.month() == b.day() {
        DateLevel::Swapped
    } else if same_year && (is_default(a) || is_default(b)) {
        DateLevel::Default
    } else if digits_apart(a, b) == 1 {
        DateLevel::Digit
    } else if same_year && a.month() == b.month() {
        DateLevel::YearMonth
    } else if same_year {
        DateLevel::Year
    } else {
        DateLevel::Different
    }
}

/// In how many places two dates differ when both are written YYYYMMDD.
fn digits_apart(a: NaiveDate, b: NaiveDate) -> u32 {
    let written =
        |date: NaiveDate| i64::from(date.year()) * 10_000 + i64::from(date.month() * 100 + date.day());
    let (mut a, mut b) = (written(a), written(b));
    let mut apart = 0;
    while a != 0 || b != 0 {
        apart += u32::from(a % 10 != b % 10);
        a /= 10;
        b /= 10;
    }
    apart
}
