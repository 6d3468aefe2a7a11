//! The names things go by: tables, steps, runs, releases, as-of dates. Parsed once, valid ever after.
//! Nothing here reads a file, a clock or a configuration.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a word cannot be a name.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum NameError {
    #[error("a name cannot be empty")]
    Empty,
    #[error("`{0}` is not snake_case: lower-case letters, digits and `_`, starting with a letter")]
    NotSnakeCase(String),
    #[error("`{0}` is longer than 63 characters")]
    TooLong(String),
    #[error("`{0}` is not a run id")]
    NotARunId(String),
    #[error("`{0}` is not a release number")]
    NotARelease(String),
    #[error("`{0}` is not a date; write it as YYYY-MM-DD")]
    NotADate(String),
}

fn check_snake_case(text: &str) -> Result<(), NameError> {
    let mut chars = text.chars();
    match chars.next() {
        None => return Err(NameError::Empty),
        Some(first) if !first.is_ascii_lowercase() => {
            return Err(NameError::NotSnakeCase(text.to_owned()));
        }
        Some(_) => {}
    }
    if !chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Err(NameError::NotSnakeCase(text.to_owned()));
    }
    // The catalogue's name of a source is longer than the source's by its prefix.
    if text.strip_prefix("source__").unwrap_or(text).len() > 63 {
        return Err(NameError::TooLong(text.to_owned()));
    }
    Ok(())
}

macro_rules! snake_case_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn new(text: &str) -> Result<Self, NameError> {
                check_snake_case(text)?;
                Ok(Self(text.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "`{}`", self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

snake_case_name! {
    /// A table of the catalogue: a source, a model, or what a native step makes.
    TableName
}
snake_case_name! {
    /// One step of the graph. A step is named after the table it makes; a step that makes several after its own work.
    StepId
}
snake_case_name! {
    /// A pipeline.
    PipelineName
}

impl TableName {
    /// The catalogue's name of what a source yields: `source__online_account`. Sources have a namespace of their own, so
    /// that a source and a model may share a name; SQL reads it as `source.online_account`.
    #[must_use]
    pub fn of_source(source: &Self) -> Self {
        Self(format!("source__{}", source.0))
    }

    /// The source that this catalogue name stands for, if it stands for one.
    pub fn as_source(&self) -> Option<&str> {
        self.0.strip_prefix("source__")
    }
}

impl From<TableName> for StepId {
    fn from(table: TableName) -> Self {
        Self(table.0)
    }
}

/// One execution: the as-of date, the instant it began and a few random characters, so that names sort by time.
/// Written `20260131T020000Z-3f9a1c`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    /// A new id from the instant the run begins and 24 bits of entropy.
    pub fn new(now: DateTime<Utc>, entropy: u32) -> Self {
        Self(format!("{}-{:06x}", now.format("%Y%m%dT%H%M%SZ"), entropy & 0x00ff_ffff))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RunId {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        let well_formed = text.len() == 23
            && text.bytes().enumerate().all(|(i, b)| match i {
                8 => b == b'T',
                15 => b == b'Z',
                16 => b == b'-',
                17.. => b.is_ascii_hexdigit(),
                _ => b.is_ascii_digit(),
            });
        if well_formed { Ok(Self(text)) } else { Err(NameError::NotARunId(text)) }
    }
}

impl FromStr for RunId {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> String {
        run.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a release: 1, 2, 3 …; written with six digits in file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseId(pub u64);

impl ReleaseId {
    pub const FIRST: Self = Self(1);

    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for ReleaseId {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.trim_end_matches(".json").parse::<u64>() {
            Ok(number) if number > 0 => Ok(Self(number)),
            _ => Err(NameError::NotARelease(text.to_owned())),
        }
    }
}

/// The logical date of a run: it covers everything dated before the end of this day in the business time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AsOf(pub NaiveDate);

impl AsOf {
    /// The day before `now`, as the business sees it: what a run started by hand covers by default.
    pub fn yesterday(now: DateTime<Utc>, zone: Tz) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        Self(today.checked_sub_days(Days::new(1)).unwrap_or(today))
    }

    /// The first instant that is not covered: the next day's 00:00 in `zone`.
    pub fn end(self, zone: Tz) -> DateTime<Utc> {
        let next = self.0.checked_add_days(Days::new(1)).unwrap_or(self.0);
        first_instant(next, zone)
    }

    /// Days since 1970-01-01, as Arrow's Date32 counts them.
    pub fn days(self) -> i32 {
        (self.0 - NaiveDate::default()).num_days() as i32
    }
}

/// The first instant of a day in a zone; a day whose midnight is skipped begins at the first hour that exists.
fn first_instant(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = NaiveDateTime::new(day, NaiveTime::MIN);
    for minutes in (0..=180).step_by(15) {
        let local = midnight + chrono::Duration::minutes(minutes);
        match zone.from_local_datetime(&local) {
            LocalResult::Single(instant) => return instant.with_timezone(&Utc),
            LocalResult::Ambiguous(earlier, _) => return earlier.with_timezone(&Utc),
            LocalResult::None => {}
        }
    }
    midnight.and_utc()
}

impl FromStr for AsOf {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|_| NameError::NotADate(text.to_owned()))
    }
}

impl fmt::Display for AsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}
