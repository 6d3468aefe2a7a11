//! Checks on tables and columns, as far as they can be judged without the SQL: whether a table has the column is known
//! once its SQL is planned.

use std::sync::Arc;

use serde_json::Value as Json;

use super::super::files::ProjectFiles;
use super::super::problem::{Location, did_you_mean};
use super::super::project::{Check, CheckKind};
use super::super::raw::table::{RawCheck, RawColumnCheck, RawRowCount, Severity};
use super::{Pass, Place, column};

/// A check written on a column.
pub fn of_column(column: &str, raw: &RawColumnCheck, item: Place<'_>, pass: &mut Pass<'_>) -> Option<Check> {
    let column = column.to_owned();
    let (at, severity, kind) = match raw {
        RawColumnCheck::NotNull(check) => {
            (at_word(item, "not_null"), check.severity, CheckKind::NotNull { column })
        }
        RawColumnCheck::Unique(check) => {
            (at_word(item, "unique"), check.severity, CheckKind::Unique { columns: vec![column] })
        }
        RawColumnCheck::AcceptedValues(check) => {
            let place = item.key("accepted_values");
            (place.key_at(), check.severity, accepted(column, &check.values, place, pass)?)
        }
        RawColumnCheck::AcceptedRange(check) => {
            let place = item.key("accepted_range");
            (
                place.key_at(),
                check.severity,
                range(column, check.min.as_ref(), check.max.as_ref(), place, pass)?,
            )
        }
        RawColumnCheck::Pattern(check) => {
            let place = item.key("pattern");
            (place.key_at(), check.severity, pattern(column, &check.regex, place, pass)?)
        }
        RawColumnCheck::Relationships(check) => {
            let place = item.key("relationships");
            (place.key_at(), check.severity, relationship(column, &check.to, place, pass)?)
        }
    };
    Some(Check { kind, severity, at })
}

/// Where a check stands that may be a bare word.
fn at_word(item: Place<'_>, word: &str) -> Location {
    if item.text().is_some() { item.at() } else { item.key(word).key_at() }
}

/// A check written on a table.
pub fn of_table(raw: &RawCheck, item: Place<'_>, files: &ProjectFiles, pass: &mut Pass<'_>) -> Option<Check> {
    let (name, severity) = name_and_severity(raw);
    let place = item.key(name);
    let kind = match raw {
        RawCheck::NotNull(check) => CheckKind::NotNull { column: check.column.clone() },
        RawCheck::Unique(check) => CheckKind::Unique { columns: vec![check.column.clone()] },
        RawCheck::UniqueCombination(check) => {
            pass.distinct(&check.columns, place.key("columns"));
            if check.columns.is_empty() {
                pass.error(place.key_at(), "`unique_combination` names no column", "list the columns");
                return None;
            }
            CheckKind::Unique { columns: check.columns.clone() }
        }
        RawCheck::AcceptedValues(check) => accepted(check.column.clone(), &check.values, place, pass)?,
        RawCheck::AcceptedRange(check) => {
            range(check.column.clone(), check.min.as_ref(), check.max.as_ref(), place, pass)?
        }
        RawCheck::Pattern(check) => pattern(check.column.clone(), &check.regex, place, pass)?,
        RawCheck::Relationships(check) => relationship(check.column.clone(), &check.to, place, pass)?,
        RawCheck::RowCount(check) => row_count(check, place, pass)?,
        RawCheck::Expression(check) => {
            let before = pass.count();
            pass.sql(&check.sql, place.key("sql"));
            if pass.count() > before {
                return None;
            }
            CheckKind::Expression { name: check.name.clone(), sql: check.sql.clone() }
        }
        RawCheck::Sql(check) => sql(&check.whole.file, file_place(place), files, pass)?,
        RawCheck::Freshness(check) => {
            let (warn_after, fail_after) =
                pass.limits(check.warn_after.as_deref(), check.fail_after.as_deref(), place);
            CheckKind::Freshness { column: check.column.clone(), warn_after, fail_after }
        }
    };
    let at = match raw {
        // The condition itself, so that an error in it can be shown where it is.
        RawCheck::Expression(_) => place.key("sql").at(),
        _ => place.key_at(),
    };
    Some(Check { kind, severity, at })
}

fn name_and_severity(raw: &RawCheck) -> (&'static str, Severity) {
    match raw {
        RawCheck::NotNull(check) => ("not_null", check.severity),
        RawCheck::Unique(check) => ("unique", check.severity),
        RawCheck::UniqueCombination(check) => ("unique_combination", check.severity),
        RawCheck::AcceptedValues(check) => ("accepted_values", check.severity),
        RawCheck::AcceptedRange(check) => ("accepted_range", check.severity),
        RawCheck::Pattern(check) => ("pattern", check.severity),
        RawCheck::Relationships(check) => ("relationships", check.severity),
        RawCheck::RowCount(check) => ("row_count", check.severity),
        RawCheck::Expression(check) => ("expression", check.severity),
        RawCheck::Sql(check) => ("sql", check.whole.severity),
        RawCheck::Freshness(_) => ("freshness", Severity::default()),
    }
}

fn accepted(column: String, values: &[Json], place: Place<'_>, pass: &mut Pass<'_>) -> Option<CheckKind> {
    let before = pass.count();
    let list = place.key("values");
    if values.is_empty() {
        pass.error(list.at(), "`accepted_values` accepts nothing", "list the good values");
    }
    for (index, value) in values.iter().enumerate() {
        if value.is_null() || value.is_array() || value.is_object() {
            let help = "write words, numbers, `true` or `false`; NULL is judged by `not_null`";
            pass.error(list.item(index).at(), "a value is expected here", help);
        }
    }
    (pass.count() == before).then(|| CheckKind::AcceptedValues { column, values: values.to_vec() })
}

fn range(
    column: String,
    min: Option<&Json>,
    max: Option<&Json>,
    place: Place<'_>,
    pass: &mut Pass<'_>,
) -> Option<CheckKind> {
    let before = pass.count();
    if min.is_none() && max.is_none() {
        pass.absent(place, "`accepted_range` says no limit", "add `min`, `max` or both");
    }
    for (key, value) in [("min", min), ("max", max)] {
        if value.is_some_and(|value| !value.is_number() && !value.is_string()) {
            pass.error(place.key(key).at(), format!("`{key}` must be a number or a date"), "write one value");
        }
    }
    if let (Some(min), Some(max)) = (min.and_then(Json::as_f64), max.and_then(Json::as_f64))
        && min > max
    {
        pass.error(place.key("min").at(), "`min` is greater than `max`", "swap them");
    }
    (pass.count() == before).then(|| CheckKind::AcceptedRange {
        column,
        min: min.cloned(),
        max: max.cloned(),
    })
}

fn pattern(column: String, regex: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<CheckKind> {
    let regex = column::regex(regex, place.key("regex"), pass)?;
    Some(CheckKind::Pattern { column, regex: regex.as_str().to_owned() })
}

fn relationship(column: String, to: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<CheckKind> {
    let place = place.key("to");
    match to.split_once('.') {
        Some((table, to_column))
            if !table.is_empty() && !to_column.is_empty() && !to_column.contains('.') =>
        {
            let to_table = pass.table(table, place)?;
            Some(CheckKind::Relationships { column, to_table, to_column: to_column.to_owned() })
        }
        _ => {
            pass.bad(place, "a column of a table", "write `table.column`: `customer.customer_id`");
            None
        }
    }
}

fn row_count(raw: &RawRowCount, place: Place<'_>, pass: &mut Pass<'_>) -> Option<CheckKind> {
    let before = pass.count();
    if raw.min.is_none() && raw.max.is_none() && raw.min_ratio.is_none() && raw.max_ratio.is_none() {
        let help = "add `min`, `max`, `min_ratio` or `max_ratio`";
        pass.absent(place, "`row_count` says no limit", help);
    }
    if let (Some(min), Some(max)) = (raw.min, raw.max)
        && min > max
    {
        pass.error(place.key("min").at(), "`min` is greater than `max`", "swap them");
    }
    for (key, ratio) in [("min_ratio", raw.min_ratio), ("max_ratio", raw.max_ratio)] {
        if ratio.is_some_and(|ratio| !(ratio.is_finite() && ratio >= 0.0)) {
            pass.bad(
                place.key(key),
                "a share",
                "write a number from 0 up: 0.5 is half of the last release's rows",
            );
        }
    }
    if let (Some(min), Some(max)) = (raw.min_ratio, raw.max_ratio)
        && min > max
    {
        pass.error(place.key("min_ratio").at(), "`min_ratio` is greater than `max_ratio`", "swap them");
    }
    (pass.count() == before).then_some(CheckKind::RowCount {
        min: raw.min,
        max: raw.max,
        min_ratio: raw.min_ratio,
        max_ratio: raw.max_ratio,
    })
}

fn sql(file: &str, place: Place<'_>, files: &ProjectFiles, pass: &mut Pass<'_>) -> Option<CheckKind> {
    let path = format!("sql/{}", file.strip_prefix("sql/").unwrap_or(file));
    match files.texts.get_key_value(path.as_str()) {
        Some((path, sql)) => Some(CheckKind::Sql { path: Arc::clone(path), sql: Arc::clone(sql) }),
        None => {
            let known = files.under("sql/").filter_map(|(path, _)| path.strip_prefix("sql/"));
            let help = did_you_mean(file, known);
            pass.error(place.at(), format!("there is no file `{path}`"), help);
            None
        }
    }
}

/// Where an SQL check names its file: `sql: audit/x.sql`, or `sql: { file: audit/x.sql }`.
fn file_place(sql: Place<'_>) -> Place<'_> {
    if sql.text().is_some() { sql } else { sql.key("file") }
}

/// The files that checks are written in, wherever they stand in a pipeline.
pub fn files<'t>(pipeline: Place<'t>) -> Vec<(&'t str, Location)> {
    let tables = pipeline.key("tables");
    let mut files = Vec::new();
    for table in tables.keys() {
        let checks = tables.key(table).key("checks");
        let count = checks.node().map_or(0, |node| match &node.value {
            super::Value::List(items) => items.len(),
            _ => 0,
        });
        for index in 0..count {
            let place = file_place(checks.item(index).key("sql"));
            files.extend(place.text().map(|file| (file.strip_prefix("sql/").unwrap_or(file), place.at())));
        }
    }
    files
}
