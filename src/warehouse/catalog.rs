//! `catalog.sql`: views over the latest release for DuckDB. It names the immutable files of one release by absolute
//! path, so that a session which has read it sees one release whole, whatever is published meanwhile. Tables with
//! direct identifiers are in `catalog_restricted.sql`, which only the owner may read: a script that names a file its
//! reader may not open would stop there.

use std::fmt::Write;

use super::Warehouse;
use super::disk::{self, Access};
use super::error::WarehouseError;
use super::layout;
use super::release::{Release, TableEntry};
use crate::name::TableName;

/// The name of the script with the restricted tables.
pub const RESTRICTED_CATALOG: &str = "catalog_restricted.sql";

impl Warehouse {
    /// Writes both scripts, each in one piece.
    pub(super) fn write_catalog(&self, release: &Release) -> Result<(), WarehouseError> {
        for (name, access) in [(layout::CATALOG, Access::Open), (RESTRICTED_CATALOG, Access::Owner)] {
            let restricted = access == Access::Owner;
            let text = self.catalog(release, |table| table.restricted == restricted);
            if self.store.read(name)?.as_deref() != Some(text.as_bytes()) {
                self.store.replace(name, text.into_bytes())?;
            }
            if let Some(root) = self.store.disk() {
                let path = root.join(name);
                disk::set_access(&path, access, root)
                    .map_err(|error| WarehouseError::io("restrict", &path, error))?;
            }
        }
        Ok(())
    }

    /// The script for the published tables that `wanted` picks.
    pub fn catalog(&self, release: &Release, wanted: impl Fn(&TableEntry) -> bool) -> String {
        let mut sql = format!(
            "-- Release {} as of {}, published {} by run {}.\n\
             -- Read it at the start of each session. Views that follow releases by themselves: {}\n",
            release.id,
            release.as_of,
            release.created_at.format("%Y-%m-%dT%H:%M:%SZ"),
            release.run,
            self.store.full_path("current/TABLE/*.parquet").display(),
        );
        for (name, table) in release.tables.iter().filter(|(_, table)| table.published && wanted(table)) {
            self.view(&mut sql, name, table);
        }
        sql
    }

    fn view(&self, sql: &mut String, name: &TableName, table: &TableEntry) {
        let files: Vec<String> = table
            .files()
            .map(|file| literal(&escape_glob(&self.store.full_path(&file.path).display().to_string())))
            .collect();
        // Dates written before a column was added lack it; the date is a column of the rows, not of the path.
        let _ = writeln!(
            sql,
            "\nCREATE OR REPLACE VIEW {} AS\nSELECT * FROM read_parquet([\n    {}\n], union_by_name = true, hive_partitioning = false);",
            identifier(name.as_str()),
            files.join(",\n    "),
        );
        if let Some(description) = &table.description {
            let _ =
                writeln!(sql, "COMMENT ON VIEW {} IS {};", identifier(name.as_str()), literal(description));
        }
        for column in &table.columns {
            if let Some(description) = &column.description {
                let _ = writeln!(
                    sql,
                    "COMMENT ON COLUMN {}.{} IS {};",
                    identifier(name.as_str()),
                    identifier(&column.name),
                    literal(description)
                );
            }
        }
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn identifier(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A path in which no character is a wildcard.
fn escape_glob(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            '*' | '?' | '[' => {
                escaped.push('[');
                escaped.push(character);
                escaped.push(']');
            }
            _ => escaped.push(character),
        }
    }
    escaped
}
