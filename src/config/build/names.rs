//! What a project's tables, sources and pipelines are called, collected before anything is checked, so that references
//! can be. Works on the whole trees: a block with a problem still has its name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::golden::Golden;
use super::super::problem::{Location, Problem, did_you_mean};
use super::super::project::{Identity, Layer, Metrics, Segments};
use super::{Pass, Place};
use crate::name::{NameError, PipelineName, TableName};

/// Every name that others may refer to.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Tables by name: where each is made.
    tables: BTreeMap<String, Location>,
    /// What a bare name means where no table is called so.
    sources: BTreeSet<String>,
    pipelines: BTreeMap<String, Location>,
    /// A file could not be read: names may be missing, so nothing is called unknown.
    incomplete: bool,
}

impl Catalogue {
    /// Collects the names of all pipelines and SQL files; two of a name are a problem.
    pub fn collect<'a>(
        pipelines: impl IntoIterator<Item = Place<'a>>,
        sql: impl IntoIterator<Item = &'a Arc<str>>,
        incomplete: bool,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut catalogue = Self { incomplete, ..Self::default() };
        let mut sources: BTreeMap<&str, Location> = BTreeMap::new();
        let mut blocks: BTreeMap<&str, Location> = BTreeMap::new();
        for path in sql {
            let at = Location { file: Arc::clone(path), line: 1, column: 1, length: 1 };
            catalogue.table(
                stem(path),
                at,
                "rename one of the files: a model is called as its file",
                problems,
            );
        }
        for place in pipelines {
            if let Some(name) = place.key("pipeline").text() {
                let at = place.key("pipeline").at();
                if let Some(first) = catalogue.pipelines.get(name) {
                    problems.push(twice("pipeline", name, first, at, "rename one of them"));
                } else {
                    catalogue.pipelines.insert(name.to_owned(), at);
                }
            }
            for name in place.key("sources").keys() {
                let at = place.key("sources").key(name).key_at();
                match sources.get(name) {
                    Some(first) => problems.push(twice("source", name, first, at, "rename one of them")),
                    None => {
                        sources.insert(name, at);
                        catalogue.sources.insert(name.to_owned());
                    }
                }
            }
            let made: [(&str, &[&str]); 4] = [
                ("identity", &Identity::TABLES),
                ("golden", &Golden::TABLES),
                ("segments", &Segments::TABLES),
                ("metrics", &Metrics::TABLES),
            ];
            for (block, tables) in made {
                let place = place.key(block);
                if !place.is_written() {
                    continue;
                }
                if let Some(first) = blocks.get(block) {
                    let help = format!("the other is at {first}; a project has one such block");
                    problems.push(
                        Problem::error(place.key_at(), format!("two pipelines have `{block}:`")).help(help),
                    );
                    continue;
                }
                blocks.insert(block, place.key_at());
                let help = format!("`{block}:` makes this table; rename the model");
                tables.iter().for_each(|table| catalogue.table(table, place.key_at(), &help, problems));
            }
        }
        catalogue
    }

    fn table(&mut self, name: &str, at: Location, help: &str, problems: &mut Vec<Problem>) {
        match self.tables.get(name) {
            Some(first) => problems.push(twice("table", name, first, at, help)),
            None => {
                self.tables.insert(name.to_owned(), at);
            }
        }
    }

    fn is_table(&self, name: &str) -> bool {
        self.incomplete || self.tables.contains_key(name) || self.sources.contains(name)
    }

    fn is_pipeline(&self, name: &str) -> bool {
        self.incomplete || self.pipelines.contains_key(name)
    }

    /// May something that is named be in a file that could not be read?
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }
}

/// A model's name: its file's, without the folders and the ending.
pub fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".sql").unwrap_or(file)
}

fn twice(what: &str, name: &str, first: &Location, at: Location, help: &str) -> Problem {
    Problem::error(at, format!("two {what}s are called `{name}`"))
        .help(format!("the other is at {first}; {help}"))
}

impl Pass<'_> {
    /// A new table's name.
    pub fn table_name(&mut self, name: &str, at: Location) -> Option<TableName> {
        let name = self.named(TableName::new(name), at.clone())?;
        if name.as_source().is_some() {
            self.error(
                at,
                format!("`{name}` begins with `source__`"),
                "that prefix belongs to sources; rename it",
            );
            return None;
        }
        Some(name)
    }

    /// A new name of any other kind.
    pub fn snake_case(&mut self, name: &str, at: Location) {
        self.named(TableName::new(name), at);
    }

    /// A table that something refers to: a model, what a native step or a compiled block makes, or else a source.
    pub fn table(&mut self, name: &str, place: Place<'_>) -> Option<TableName> {
        if !self.catalogue.is_table(name) {
            let help = did_you_mean(
                name,
                self.catalogue.tables.keys().chain(&self.catalogue.sources).map(String::as_str),
            );
            self.error(place.at(), format!("there is no table `{name}`"), help);
            return None;
        }
        self.table_name(name, place.at())
    }

    /// A source that something refers to.
    pub fn source(&mut self, name: &str, place: Place<'_>) {
        if !self.catalogue.incomplete && !self.catalogue.sources.contains(name) {
            let help = did_you_mean(name, self.catalogue.sources.iter().map(String::as_str));
            self.error(place.at(), format!("there is no source `{name}`"), help);
        }
    }

    /// A table, if the project has it for certain.
    pub fn table_if_any(&self, name: &str) -> Option<TableName> {
        self.catalogue.tables.get(name).and_then(|_| TableName::new(name).ok())
    }

    /// A pipeline that another comes after.
    pub fn pipeline(&mut self, name: &str, place: Place<'_>) -> Option<PipelineName> {
        if !self.catalogue.is_pipeline(name) {
            let help = did_you_mean(name, self.catalogue.pipelines.keys().map(String::as_str));
            self.error(place.at(), format!("there is no pipeline `{name}`"), help);
            return None;
        }
        self.named(PipelineName::new(name), place.at())
    }

    pub fn pipeline_name(&mut self, name: &str, place: Place<'_>) -> Option<PipelineName> {
        self.named(PipelineName::new(name), place.at())
    }

    fn named<T>(&mut self, name: Result<T, NameError>, at: Location) -> Option<T> {
        match name {
            Ok(name) => Some(name),
            Err(error) => {
                let help = match &error {
                    NameError::NotSnakeCase(text) => format!("write `{}`", snake_case(text)),
                    NameError::TooLong(_) => "shorten it".to_owned(),
                    _ => "give it a name".to_owned(),
                };
                let message = match &error {
                    NameError::NotSnakeCase(text) => format!("`{text}` is not in snake_case"),
                    other => other.to_string(),
                };
                self.error(at, message, help);
                None
            }
        }
    }
}

/// What a name would be in snake_case.
fn snake_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut after_lower = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && after_lower {
                out.push('_');
            }
            after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
            after_lower = false;
        }
    }
    let out = out.trim_end_matches('_');
    if out.starts_with(|c: char| c.is_ascii_lowercase()) {
        out.to_owned()
    } else {
        format!("n_{out}").trim_end_matches('_').to_owned()
    }
}

/// The layers, for messages.
pub fn layers() -> impl Iterator<Item = &'static str> {
    Layer::FOLDERS.iter().map(|(name, _)| *name)
}
