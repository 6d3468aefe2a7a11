//! What `tables:` says beside the SQL: publication, history, personal columns, checks.

use indexmap::IndexMap;

use super::super::files::ProjectFiles;
use super::super::project::{History, Table, TableColumn};
use super::super::raw::table::RawTable;
use super::{Pass, Place, checks};

/// Checks what is said about one table.
pub fn table(
    name: &str,
    raw: RawTable,
    place: Place<'_>,
    files: &ProjectFiles,
    pass: &mut Pass<'_>,
) -> Option<Table> {
    let table = pass.table(name, Place { key_at: place.key_at, node: None });
    pass.distinct(&raw.key, place.key("key"));
    pass.distinct(&raw.tags, place.key("tags"));
    let history = raw.history.as_ref().map(|history| {
        let place = place.key("history");
        let daily_for = pass.duration(history.daily_for.as_deref(), place.key("daily_for"));
        History { column: history.column.clone().unwrap_or_else(|| "as_of".to_owned()), daily_for }
    });
    let mut columns = IndexMap::with_capacity(raw.columns.len());
    let mut found = Vec::new();
    for (column, raw_column) in &raw.columns {
        let at = place.key("columns").key(column);
        if raw_column.pii.is_some() && raw.publish && !raw.restricted {
            pass.error(
                at.key("pii").at(),
                format!("`{column}` is personal, and `{name}` is published without being `restricted`"),
                "publish it in a table with `restricted: true`, or leave the column out of this one",
            );
        }
        for (index, check) in raw_column.checks.iter().enumerate() {
            found.extend(checks::of_column(column, &check.whole, at.key("checks").item(index), pass));
        }
        let described = TableColumn {
            description: raw_column.description.clone(),
            pii: raw_column.pii,
            at: Some(at.key_at()),
        };
        columns.insert(column.clone(), described);
    }
    for (index, check) in raw.checks.iter().enumerate() {
        found.extend(checks::of_table(check, place.key("checks").item(index), files, pass));
    }
    Some(Table {
        name: table?,
        description: raw.description,
        publish: raw.publish,
        restricted: raw.restricted,
        key: raw.key,
        history,
        tags: raw.tags,
        columns,
        checks: found,
        at: place.key_at(),
    })
}
