//! Durations, sizes, shares, zones: text with a unit → a value.

use chrono::Duration;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::problem::nearest;

/// `90s`, `90m`, `36h`, `3d`, `4w`; `None` if the text is no such thing.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit = text.char_indices().next_back()?.0;
    let (count, unit) = text.split_at(unit);
    let count: i64 = count.trim_end().parse().ok().filter(|count| *count >= 0)?;
    match unit {
        "s" => Duration::try_seconds(count),
        "m" => Duration::try_minutes(count),
        "h" => Duration::try_hours(count),
        "d" => Duration::try_days(count),
        "w" => Duration::try_weeks(count),
        _ => None,
    }
}

/// What a good duration looks like.
pub const DURATION_HELP: &str = "write a whole number and a unit: `90m`, `36h`, `3d`, `4w`";

/// `8GB`, `1.5GB` (powers of 1000), `512MiB` (powers of 1024), `1048576`; in any case.
pub fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (count, unit) = text.split_at(unit);
    let count: f64 = count.parse().ok().filter(|count: &f64| count.is_finite())?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return None,
    };
    let bytes = count * factor as f64;
    (0.0..=1e18).contains(&bytes).then_some(bytes as u64)
}

/// What a good size looks like.
pub const BYTES_HELP: &str = "write a number and a unit: `512MB`, `8GB`, `16GiB`";

/// A time zone by its IANA name, or how to mend it.
pub fn zone(text: &str) -> Result<Tz, String> {
    text.parse::<Tz>().map_err(|_| {
        let lower = text.to_ascii_lowercase();
        let exact = TZ_VARIANTS.iter().find(|zone| {
            let name = zone.name().to_ascii_lowercase();
            name == lower || name.rsplit('/').next() == Some(&lower)
        });
        match exact
            .map(|zone| zone.name())
            .or_else(|| nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name())))
        {
            Some(name) => format!("did you mean `{name}`?"),
            None => "write an IANA name, such as `Asia/Shanghai` or `UTC`".to_owned(),
        }
    })
}

/// Is this five cron fields that can come due? If not, why not.
pub fn cron(text: &str) -> Result<(), String> {
    let fields = text.split_whitespace().count();
    if fields != 5 {
        return Err(format!("it has {fields} field{}", if fields == 1 { "" } else { "s" }));
    }
    croner::parser::CronParser::builder()
        .seconds(croner::parser::Seconds::Disallowed)
        .year(croner::parser::Year::Disallowed)
        .build()
        .parse(text)
        .map(|_| ())
        .map_err(|error| {
            let message = error.to_string();
            let mut chars = message.rsplit(": ").next().unwrap_or_default().chars();
            let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
            format!("{first}{}", chars.as_str().trim_end_matches('.'))
        })
}
