//! One column of a contract: `type`, formats, words, what is good and what a bad value does.

use std::fmt::Write;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use regex::Regex;

use super::super::column::{Column, ColumnType};
use super::super::problem::nearest;
use super::super::raw::source::{OnError, RawColumn};
use super::super::units;
use super::{Pass, Place, values};

const TYPES: [&str; 8] = ["string", "boolean", "int", "float", "decimal", "date", "timestamp", "json"];

/// What other systems call our types.
const ALIASES: [(&str, &str); 19] = [
    ("text", "string"),
    ("varchar", "string"),
    ("str", "string"),
    ("utf8", "string"),
    ("bool", "boolean"),
    ("integer", "int"),
    ("bigint", "int"),
    ("int64", "int"),
    ("long", "int"),
    ("double", "float"),
    ("real", "float"),
    ("float64", "float"),
    ("number", "decimal(18, 2)"),
    ("numeric", "decimal(18, 2)"),
    ("money", "decimal(18, 2)"),
    ("datetime", "timestamp"),
    ("timestamptz", "timestamp"),
    ("time", "timestamp"),
    ("object", "json"),
];

/// Checks one column. `zone` is the business zone. A column whose type is known is a column, whatever else is wrong.
pub fn column(
    name: &str,
    raw: &RawColumn,
    place: Place<'_>,
    zone: Tz,
    pass: &mut Pass<'_>,
) -> Option<Column> {
    pass.snake_case(name, place.key_at());
    let kind = kind(raw, place, zone, pass)?;
    let headers = match &raw.header {
        Some(headers) => headers.0.clone(),
        None => vec![name.to_owned()],
    };
    pass.distinct(&headers, place.key("header"));
    let accepted = raw.accepted.as_ref().map(|values| {
        let place = place.key("accepted");
        if values.is_empty() {
            pass.error(place.at(), "`accepted` accepts nothing", "list the good values, or leave it out");
        }
        if matches!(kind, ColumnType::Timestamp { .. } | ColumnType::Json) {
            let message = format!("{} column has no `accepted`", values::word(&kind));
            pass.error(place.key_at(), message, "leave it out");
            return Vec::new();
        }
        (0..values.len()).filter_map(|index| values::canonical(&kind, place.item(index), pass)).collect()
    });
    let pattern = raw.pattern.as_deref().and_then(|pattern| {
        let place = place.key("pattern");
        if kind != ColumnType::String {
            let message = format!("{} column has no `pattern`", values::word(&kind));
            pass.error(place.key_at(), message, "make it a `string`, or use `range` or `format`");
            return None;
        }
        regex(pattern, place, pass)
    });
    let range = raw.range.as_ref().and_then(|_| values::range(&kind, place.key("range"), pass));
    if raw.required && raw.on_error == Some(OnError::Null) {
        pass.error(
            place.key("on_error").at(),
            "a required column cannot become NULL",
            "write `on_error: row`, or leave out `required`",
        );
    }
    Some(Column {
        name: name.to_owned(),
        headers,
        kind,
        description: raw.description.clone(),
        required: raw.required,
        trim: raw.trim.unwrap_or(true),
        null_values: raw.null_values.clone().unwrap_or_default(),
        accepted,
        pattern,
        range,
        pii: raw.pii,
        on_error: raw.on_error.unwrap_or(if raw.required { OnError::Row } else { OnError::Null }),
    })
}

/// A regular expression that matches the whole value.
pub fn regex(pattern: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<Regex> {
    // First as it is written, so that a stray `)` is not closed by ours.
    match Regex::new(pattern).and_then(|_| Regex::new(&format!("^(?:{pattern})$"))) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let message = error.to_string();
            let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            pass.bad(place, "a regular expression", reason);
            None
        }
    }
}

fn kind(raw: &RawColumn, place: Place<'_>, zone: Tz, pass: &mut Pass<'_>) -> Option<ColumnType> {
    let kind = parse_type(&raw.kind, place.key("type"), pass)?;
    let dated = matches!(kind, ColumnType::Date { .. } | ColumnType::Timestamp { .. });
    let mut belongs = |key: &str, belongs: bool, to: &str| {
        let place = place.key(key);
        if place.is_written() && !belongs {
            let message = format!("{} column has no `{key}`", values::word(&kind));
            pass.error(place.key_at(), message, format!("`{key}` belongs to {to}"));
        }
    };
    belongs("format", dated, "dates and timestamps");
    belongs("timezone", matches!(kind, ColumnType::Timestamp { .. }), "timestamps");
    belongs("true_values", matches!(kind, ColumnType::Boolean { .. }), "booleans");
    belongs("false_values", matches!(kind, ColumnType::Boolean { .. }), "booleans");

    let formats = raw.format.as_ref().map(|formats| formats.0.clone()).unwrap_or_default();
    Some(match kind {
        ColumnType::Date { .. } => {
            check_formats(&formats, place.key("format"), pass);
            ColumnType::Date { formats }
        }
        ColumnType::Timestamp { .. } => {
            check_formats(&formats, place.key("format"), pass);
            let zone = match &raw.timezone {
                None => zone,
                Some(name) => units::zone(name).unwrap_or_else(|help| {
                    pass.bad(place.key("timezone"), "a time zone", help);
                    zone
                }),
            };
            ColumnType::Timestamp { formats, zone }
        }
        ColumnType::Boolean { .. } => {
            let words = |given: &Option<Vec<String>>, default: [&str; 5]| match given {
                Some(words) => words.iter().map(|word| word.to_lowercase()).collect(),
                None => {
                    default.iter().filter(|word| !word.is_empty()).map(|word| (*word).to_owned()).collect()
                }
            };
            let true_words: Vec<String> = words(&raw.true_values, ["true", "t", "yes", "y", "1"]);
            let false_words: Vec<String> = words(&raw.false_values, ["false", "f", "no", "n", "0"]);
            if let Some(both) = true_words.iter().find(|word| false_words.contains(word)) {
                let at =
                    place.key(if raw.true_values.is_some() { "true_values" } else { "false_values" }).at();
                pass.error(
                    at,
                    format!("`{both}` stands for both true and false"),
                    "list both `true_values` and `false_values`",
                );
            }
            ColumnType::Boolean { true_words, false_words }
        }
        other => other,
    })
}

fn parse_type(text: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<ColumnType> {
    let text = text.trim();
    match text {
        "string" => return Some(ColumnType::String),
        "boolean" => return Some(ColumnType::Boolean { true_words: Vec::new(), false_words: Vec::new() }),
        "int" => return Some(ColumnType::Int),
        "float" => return Some(ColumnType::Float),
        "date" => return Some(ColumnType::Date { formats: Vec::new() }),
        "timestamp" => return Some(ColumnType::Timestamp { formats: Vec::new(), zone: Tz::UTC }),
        "json" => return Some(ColumnType::Json),
        _ => {}
    }
    if let Some(inside) = text.strip_prefix("decimal") {
        let inside = inside.trim().strip_prefix('(').and_then(|inside| inside.strip_suffix(')'));
        let parts = inside.and_then(|inside| inside.split_once(','));
        let numbers =
            parts.and_then(|(p, s)| Some((p.trim().parse::<u8>().ok()?, s.trim().parse::<i8>().ok()?)));
        return match numbers {
            Some((precision @ 1..=38, scale)) if scale >= 0 && scale.unsigned_abs() <= precision => {
                Some(ColumnType::Decimal { precision, scale })
            }
            Some((1..=38, _)) => {
                pass.bad(place, "a type", "the scale of a decimal lies between 0 and its precision");
                None
            }
            Some(_) => {
                pass.bad(place, "a type", "the precision of a decimal lies between 1 and 38");
                None
            }
            None => {
                pass.bad(place, "a type", "write precision and scale: `decimal(18, 2)`");
                None
            }
        };
    }
    let lower = text.to_ascii_lowercase();
    let meant = |alias: &str| ALIASES.iter().find(|(other, _)| *other == alias).map(|(_, meant)| *meant);
    let near = || nearest(&lower, TYPES);
    let near_alias = || nearest(&lower, ALIASES.iter().map(|(alias, _)| *alias)).and_then(meant);
    let help = match meant(&lower).or_else(near).or_else(near_alias) {
        Some("decimal") => "write precision and scale: `decimal(18, 2)`".to_owned(),
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "types are `string`, `boolean`, `int`, `float`, `decimal(p, s)`, `date`, `timestamp`, `json`"
            .to_owned(),
    };
    pass.bad(place, "a type", help);
    None
}

/// Every format must be strftime's and say enough to make a date of.
fn check_formats(formats: &[String], place: Place<'_>, pass: &mut Pass<'_>) {
    for (index, format) in formats.iter().enumerate() {
        let place = place.item(index);
        let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
        if items.iter().any(|item| matches!(item, Item::Error)) {
            pass.bad(place, "a date format", "formats use strftime's letters: `%Y-%m-%d %H:%M:%S`");
        } else if !makes_a_date(&items) {
            let help = "a date needs year, month and day: `%Y-%m-%d`, `%Y%m%d`, `%d/%m/%Y`";
            pass.bad(place, "a whole date", help);
        }
    }
    pass.distinct(formats, place);
}

/// Can a date be read back from what the format writes?
fn makes_a_date(items: &[Item<'_>]) -> bool {
    let Some(sample) = Utc.with_ymd_and_hms(2001, 2, 3, 4, 5, 6).single() else { return true };
    let mut text = String::new();
    if write!(text, "{}", sample.format_with_items(items.iter())).is_err() {
        return false;
    }
    let mut parsed = Parsed::new();
    parse(&mut parsed, &text, items.iter()).is_ok()
        && (parsed.to_naive_date().is_ok() || parsed.timestamp().is_some())
}
