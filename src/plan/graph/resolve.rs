//! Which table a name in SQL stands for, and what to say if it stands for none.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::problem::nearest;
use crate::config::project::Layer;
use crate::name::{PipelineName, TableName};
use crate::plan::references::{Namespace, TableRead};

/// Who makes a table.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    pub layer: Layer,
    pub pipeline: PipelineName,
}

/// Every table that SQL can name.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Models and native tables.
    pub catalogue: BTreeMap<String, Maker>,
    /// Sources, by their plain name.
    pub sources: BTreeMap<String, Maker>,
    /// Tables that are declared with a problem; sources as `source__x`.
    pub unsound: BTreeSet<TableName>,
}

/// What a name stands for.
pub(super) enum Meaning<'a> {
    Now(TableName, &'a Maker),
    Previous(TableName),
    /// Something of which nothing more can be said.
    Unsound(TableName),
}

impl Names {
    /// The table that a read means; else the message and the help.
    pub fn resolve(&self, read: &TableRead) -> Result<Meaning<'_>, (String, String)> {
        let name = read.name.as_str();
        let parsed = TableName::new(name).ok();
        if let Some(unsound) = parsed.as_ref().and_then(|table| self.unsound(table, read.namespace)) {
            return Ok(Meaning::Unsound(unsound));
        }
        match read.namespace {
            Namespace::Catalogue => {
                if let Some((table, maker)) = parsed.clone().zip(self.catalogue.get(name)) {
                    return Ok(Meaning::Now(table, maker));
                }
                match parsed.zip(self.sources.get(name)) {
                    Some((source, maker)) => Ok(Meaning::Now(TableName::of_source(&source), maker)),
                    None => Err((format!("there is no table `{name}`"), self.help(name))),
                }
            }
            Namespace::Source => match parsed.zip(self.sources.get(name)) {
                Some((source, maker)) => Ok(Meaning::Now(TableName::of_source(&source), maker)),
                None => Err((format!("there is no source `{name}`"), self.source_help(name))),
            },
            Namespace::Previous => match parsed.filter(|_| self.catalogue.contains_key(name)) {
                Some(table) => Ok(Meaning::Previous(table)),
                None => Err((format!("there is no table `previous.{name}`"), self.previous_help(name))),
            },
        }
    }

    fn unsound(&self, table: &TableName, namespace: Namespace) -> Option<TableName> {
        let source = TableName::of_source(table);
        let meant = match namespace {
            Namespace::Source => source,
            Namespace::Catalogue if self.catalogue.contains_key(table.as_str()) => table.clone(),
            Namespace::Catalogue if self.unsound.contains(&source) => source,
            Namespace::Catalogue | Namespace::Previous => table.clone(),
        };
        self.unsound.contains(&meant).then_some(meant)
    }

    fn help(&self, name: &str) -> String {
        if let Some(source) =
            name.strip_prefix("source__").filter(|source| self.sources.contains_key(*source))
        {
            return format!("a source is read as `source.{source}`");
        }
        let known = self.catalogue.keys().chain(self.sources.keys()).map(String::as_str);
        match nearest(name, known) {
            Some(near) if self.catalogue.contains_key(near) => format!("did you mean `{near}`?"),
            Some(near) => format!("did you mean `source.{near}`?"),
            None => {
                format!("the models are {}; the sources are {}", some(&self.catalogue), some(&self.sources))
            }
        }
    }

    fn source_help(&self, name: &str) -> String {
        if self.catalogue.contains_key(name) {
            return format!("`{name}` is a model: read it as `{name}`");
        }
        match nearest(name, self.sources.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `source.{near}`?"),
            None => format!("the sources are {}", some(&self.sources)),
        }
    }

    fn previous_help(&self, name: &str) -> String {
        if self.sources.contains_key(name) {
            return "sources have no previous state; only models have".to_owned();
        }
        match nearest(name, self.catalogue.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `previous.{near}`?"),
            None => format!("the models are {}", some(&self.catalogue)),
        }
    }
}

/// The first names of a list, in backticks.
fn some(names: &BTreeMap<String, Maker>) -> String {
    const SHOWN: usize = 8;
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut text = names.keys().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
