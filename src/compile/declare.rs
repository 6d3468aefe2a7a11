//! What is true of every generated table, under what a project's `tables:` says of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;

use super::Generated;
use super::writer::Writer;
use crate::config::problem::Location;
use crate::config::project::{
    Check, CheckKind, History, Layer, Model, Pipeline, Project, Table, TableColumn,
};
use crate::config::raw::table::Severity;
use crate::name::TableName;

/// How long every date of a generated table is kept; older ones are thinned to month-ends.
const DAILY_FOR_DAYS: i64 = 90;

/// What `tables:` of every pipeline says.
pub type Declared<'a> = BTreeMap<&'a TableName, &'a Table>;

pub fn declared(project: &Project) -> Declared<'_> {
    project.pipelines.iter().flat_map(|pipeline| &pipeline.tables).collect()
}

/// A generated table before it has SQL.
pub struct Draft<'a> {
    pub name: TableName,
    pub layer: Layer,
    pub pipeline: &'a Pipeline,
    pub at: &'a Location,
    pub description: String,
    pub published: Published,
    pub key: &'a [&'a str],
    /// Column names and descriptions, in the table's order.
    pub columns: &'a [(&'a str, &'a str)],
    pub unique: Unique,
}

/// Who sees a generated table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Published {
    No,
    Yes,
    /// And what it said on earlier dates.
    WithHistory,
}

/// Whether the key is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    ByConstruction,
    Checked,
}

impl Draft<'_> {
    pub fn with_sql(self, writer: Writer, declared: &Declared<'_>) -> Generated {
        let said = declared.get(&self.name).copied();
        let table = overlaid(self.table(), said);
        let model = Model {
            name: self.name,
            pipeline: self.pipeline.name.clone(),
            layer: self.layer,
            path: Arc::clone(&self.at.file),
            sql: writer.sql.into(),
        };
        Generated { model, table, origins: writer.origins }
    }

    fn table(&self) -> Table {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let history = History { column: "as_of".to_owned(), daily_for: Some(Duration::days(DAILY_FOR_DAYS)) };
        let checks = match self.unique {
            Unique::ByConstruction => Vec::new(),
            Unique::Checked => vec![Check {
                kind: CheckKind::Unique { columns: owned(self.key) },
                severity: Severity::Error,
                at: self.at.clone(),
            }],
        };
        Table {
            name: self.name.clone(),
            description: Some(self.description.clone()),
            publish: self.published != Published::No,
            restricted: false,
            key: owned(self.key),
            history: (self.published == Published::WithHistory).then_some(history),
            tags: Vec::new(),
            columns: self
                .columns
                .iter()
                .map(|(name, description)| {
                    let description = Some((*description).to_owned());
                    ((*name).to_owned(), TableColumn { description, pii: None, at: None })
                })
                .collect(),
            checks,
            at: self.at.clone(),
        }
    }
}

fn overlaid(mut table: Table, said: Option<&Table>) -> Table {
    let Some(said) = said else { return table };
    table.description = said.description.clone().or(table.description);
    table.publish |= said.publish;
    table.restricted |= said.restricted;
    table.history = said.history.clone().or(table.history);
    if !said.key.is_empty() {
        table.key.clone_from(&said.key);
    }
    table.tags.extend(said.tags.iter().cloned());
    table.checks.extend(said.checks.iter().cloned());
    for (name, column) in &said.columns {
        let ours = table.columns.entry(name.clone()).or_default();
        ours.description = column.description.clone().or_else(|| ours.description.take());
        ours.pii = column.pii.or(ours.pii);
        ours.at = column.at.clone();
    }
    table.at = said.at.clone();
    table
}
