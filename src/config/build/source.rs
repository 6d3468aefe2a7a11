//! One source: its files, its contract, and how its columns hang together.

use chrono_tz::Tz;
use indexmap::IndexMap;

use super::super::column::{Column, ColumnType};
use super::super::problem::did_you_mean;
use super::super::project::{Freshness, Source, UniqueKey};
use super::super::raw::source::{Keep, RawColumn, RawSource, RawUnique};
use super::{Pass, Place, column, files, values};

/// What holds where a source does not say.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    pub zone: Tz,
    pub max_reject_ratio: f64,
}

/// Checks a source; what is wrong in it is left out. `whole` is its place in the tree before unsound parts were left out: a column with a problem of its
/// own still has a name.
pub fn source(
    name: &str,
    raw: RawSource,
    place: Place<'_>,
    whole: Place<'_>,
    defaults: Defaults,
    pass: &mut Pass<'_>,
) -> Option<Source> {
    let table = pass.table_name(name, place.key_at());
    let files = files::files(raw.files, place.key("files"), pass);
    let columns = columns(&raw.columns, place.key("columns"), defaults.zone, pass);
    let named = Named { columns: &columns, raw: &raw.columns, whole: whole.key("columns") };

    let dated_by = raw.dated_by.as_deref().and_then(|name| named.dated(name, place.key("dated_by"), pass));
    let updated_at =
        raw.updated_at.as_deref().and_then(|name| named.dated(name, place.key("updated_at"), pass));
    let order = updated_at.or(dated_by);
    let unique = match raw.unique {
        Some(unique) => named.unique(&unique, place, order, pass),
        None => named.unique_column(place, order, pass),
    };
    let max_reject_ratio = match &raw.rejects {
        Some(rejects) => {
            pass.ratio(rejects.max_ratio, place.key("rejects").key("max_ratio"));
            rejects.max_ratio
        }
        None => defaults.max_reject_ratio,
    };
    let freshness = raw.freshness.as_ref().and_then(|freshness| {
        let place = place.key("freshness");
        let (warn_after, fail_after) =
            pass.limits(freshness.warn_after.as_deref(), freshness.fail_after.as_deref(), place);
        let column = match &freshness.column {
            Some(column) => {
                named.dated(column, place.key("column"), pass);
                column.clone()
            }
            None => match &raw.dated_by {
                Some(column) => column.clone(),
                None => {
                    let help = "add `column:`, or `dated_by:` to the source";
                    pass.absent(place, "`freshness` needs a column", help);
                    return None;
                }
            },
        };
        Some(Freshness { column, warn_after, fail_after, at: place.key_at() })
    });
    Some(Source {
        name: table?,
        channel: raw.channel,
        description: raw.description,
        files,
        columns,
        unique,
        dated_by,
        updated_at,
        max_reject_ratio,
        freshness,
        extra_columns: raw.extra_columns,
        optional: raw.optional,
        at: place.key_at(),
    })
}

fn columns(
    raw: &IndexMap<String, RawColumn>,
    place: Place<'_>,
    zone: Tz,
    pass: &mut Pass<'_>,
) -> Vec<Column> {
    if raw.is_empty() {
        pass.error(
            place.key_at(),
            "a contract needs a column",
            "add `columns:` with the columns models read",
        );
    }
    let mut columns: Vec<Column> = Vec::with_capacity(raw.len());
    for (name, raw) in raw {
        let place = place.key(name);
        let Some(column) = column::column(name, raw, place, zone, pass) else { continue };
        for header in &column.headers {
            if let Some(other) = columns.iter().find(|other| other.headers.contains(header)) {
                let at = if raw.header.is_some() { place.key("header").at() } else { place.key_at() };
                let message = format!(
                    "`{}` and `{}` are both read from the header `{header}`",
                    other.name, column.name
                );
                pass.error(at, message, "a header belongs to one column; change `header:`");
            }
        }
        columns.push(column);
    }
    columns
}

/// The columns of a contract, to be referred to by name.
struct Named<'a> {
    columns: &'a [Column],
    raw: &'a IndexMap<String, RawColumn>,
    /// Where the columns stand, unsound ones too.
    whole: Place<'a>,
}

impl Named<'_> {
    /// The index of a column. A column that exists but has a problem of its own is `None` without another problem.
    fn index(&self, name: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<usize> {
        let index = self.columns.iter().position(|column| column.name == name);
        if index.is_none() && !self.whole.key(name).is_written() {
            let help = did_you_mean(name, self.whole.keys());
            pass.error(place.at(), format!("there is no column `{name}`"), help);
        }
        index
    }

    /// The index of a column that is a date or a timestamp.
    fn dated(&self, name: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<usize> {
        let index = self.index(name, place, pass)?;
        let kind = &self.columns.get(index)?.kind;
        if matches!(kind, ColumnType::Date { .. } | ColumnType::Timestamp { .. }) {
            return Some(index);
        }
        let message = format!("`{name}` is {} column, not a date or a timestamp", values::word(kind));
        let dates = self
            .columns
            .iter()
            .filter(|column| matches!(column.kind, ColumnType::Date { .. } | ColumnType::Timestamp { .. }));
        let dates: Vec<String> = dates.map(|column| format!("`{}`", column.name)).collect();
        let help = match dates.is_empty() {
            true => "the source has no date or timestamp column".to_owned(),
            false => format!("dates and timestamps are {}", dates.join(", ")),
        };
        pass.error(place.at(), message, help);
        None
    }

    fn unique(
        &self,
        raw: &RawUnique,
        source: Place<'_>,
        order: Option<usize>,
        pass: &mut Pass<'_>,
    ) -> Option<UniqueKey> {
        let place = source.key("unique");
        if raw.columns.is_empty() {
            pass.error(
                place.key("columns").at(),
                "`unique` names no column",
                "list the columns that identify a row",
            );
        }
        pass.distinct(&raw.columns, place.key("columns"));
        let columns: Vec<usize> = raw
            .columns
            .iter()
            .enumerate()
            .filter_map(|(item, name)| self.index(name, place.key("columns").item(item), pass))
            .collect();
        for (name, _) in self.raw.iter().filter(|(name, column)| column.unique && !raw.columns.contains(name))
        {
            let help = format!("leave it out, or add `{name}` to the columns of the source's `unique:`");
            let at = source.key("columns").key(name).key("unique").key_at();
            pass.error(at, format!("`{name}` is unique beside the source's `unique:`"), help);
        }
        let by = raw.by.as_deref().and_then(|name| self.index(name, place.key("by"), pass));
        if raw.keep == Keep::None && raw.by.is_some() {
            pass.error(
                place.key("by").key_at(),
                "`by` means nothing for `keep: none`",
                "leave out one of them",
            );
        }
        Some(UniqueKey { columns, keep: raw.keep, by: by.or(order) })
    }

    /// `unique: true` on one column stands for the source's `unique:`.
    fn unique_column(
        &self,
        source: Place<'_>,
        order: Option<usize>,
        pass: &mut Pass<'_>,
    ) -> Option<UniqueKey> {
        let mut unique = self.raw.iter().filter(|(_, column)| column.unique);
        let (first, _) = unique.next()?;
        for (other, _) in unique {
            let help = format!(
                "a row has one key; write `unique: {{ columns: [{first}, {other}] }}` on the source, or keep one"
            );
            let at = source.key("columns").key(other).key("unique").key_at();
            pass.error(at, format!("both `{first}` and `{other}` are unique"), help);
        }
        let index = self.columns.iter().position(|column| column.name == *first)?;
        Some(UniqueKey { columns: vec![index], keep: Keep::First, by: order })
    }
}
