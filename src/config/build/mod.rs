//! Raw structs → the checked [`super::project::Project`], one file per block. Every pass goes on after a problem, so that
//! all of them are reported together; what has a problem is left out, and the rest is still planned.

pub mod checks;
pub mod column;
pub mod environment;
pub mod files;
pub mod golden;
pub mod identity;
pub mod metrics;
pub mod models;
pub mod names;
pub mod overrides;
pub mod pipeline;
pub mod segments;
pub mod source;
pub mod table;
pub mod values;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Duration;

use super::files::ProjectFiles;
use super::problem::{Location, Problem, did_you_mean};
use super::project::SqlText;
use super::units;
use super::yaml::{Node, Value};
use crate::name::TableName;
use names::Catalogue;

/// A place in a tree: a key and what stands under it. Never fails: what is absent is placed at its parent.
#[derive(Debug, Clone, Copy)]
pub struct Place<'t> {
    key_at: &'t Location,
    node: Option<&'t Node>,
}

impl<'t> Place<'t> {
    pub fn root(node: &'t Node) -> Self {
        Self { key_at: &node.at, node: Some(node) }
    }

    /// What stands under a key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        match self.node.and_then(|node| node.entry(key)) {
            Some(entry) => Self { key_at: &entry.key_at, node: Some(&entry.value) },
            None => Self { key_at: self.key_at, node: None },
        }
    }

    /// One item of a list; a single value stands for a list of one.
    #[must_use]
    pub fn item(self, index: usize) -> Self {
        match self.node.map(|node| &node.value) {
            Some(Value::List(items)) => match items.get(index) {
                Some(item) => Self { key_at: &item.at, node: Some(item) },
                None => Self { key_at: self.key_at, node: None },
            },
            _ => self,
        }
    }

    /// Where the value stands, if it is a scalar; else its key.
    pub fn at(self) -> Location {
        match self.node {
            Some(Node { at, value: Value::Scalar(_), .. }) => at.clone(),
            _ => self.key_at.clone(),
        }
    }

    /// Where the key stands.
    pub fn key_at(self) -> Location {
        self.key_at.clone()
    }

    /// Is anything written here?
    pub fn is_written(self) -> bool {
        self.node.is_some()
    }

    /// Has something that stood here been left out, with a problem of its own?
    pub fn is_lacking(self) -> bool {
        self.node.is_some_and(|node| node.lacking)
    }

    /// The scalar's text as messages may show it.
    pub fn shown(self) -> Option<&'t str> {
        self.node?.scalar().map(|scalar| scalar.shown())
    }

    /// The scalar's text.
    pub fn text(self) -> Option<&'t str> {
        self.node?.scalar().map(|scalar| scalar.text.as_str())
    }

    pub fn node(self) -> Option<&'t Node> {
        self.node
    }

    /// The keys of a mapping.
    pub fn keys(self) -> impl Iterator<Item = &'t str> {
        self.node.map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.as_str())
    }
}

/// What a pass over the blocks knows, and what it has found wrong.
#[derive(Debug)]
pub struct Pass<'a> {
    pub catalogue: &'a Catalogue,
    pub problems: Vec<Problem>,
    /// Tables that exist, and of which not all is known.
    pub unsound: BTreeSet<TableName>,
}

impl Pass<'_> {
    pub fn error(&mut self, at: Location, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::error(at, message).help(help));
    }

    /// The text of a file that is named here; others of its folder and ending are what it may be mistaken for.
    pub fn file<'f>(
        &mut self,
        path: &str,
        (folder, ending): (&str, &str),
        place: Place<'_>,
        files: &'f ProjectFiles,
    ) -> Option<&'f Arc<str>> {
        let text = files.text(path);
        if text.is_none() {
            let known = files.under(folder).map(|(path, _)| path.as_ref());
            let help = did_you_mean(path, known.filter(|path| path.ends_with(ending)));
            self.error(place.at(), format!("there is no file `{path}`"), help);
        }
        text
    }

    /// Something that a block must say and does not; no news where what it said was wrong.
    pub fn absent(&mut self, place: Place<'_>, message: impl Into<String>, help: impl Into<String>) {
        if !place.is_lacking() {
            self.error(place.key_at(), message, help);
        }
    }

    /// A value that cannot be read, shown as it is written.
    pub fn bad(&mut self, place: Place<'_>, what: &str, help: impl Into<String>) {
        let shown = place.shown().unwrap_or_default();
        self.error(place.at(), format!("`{shown}` is not {what}"), help);
    }

    /// A duration such as `36h`.
    pub fn duration(&mut self, text: Option<&str>, place: Place<'_>) -> Option<Duration> {
        let duration = units::duration(text?);
        if duration.is_none() {
            self.bad(place, "a duration", units::DURATION_HELP);
        }
        duration
    }

    /// A share: 0 to 1.
    pub fn ratio(&mut self, ratio: f64, place: Place<'_>) {
        if !(0.0..=1.0).contains(&ratio) {
            self.bad(place, "a share", "write a number from 0 to 1");
        }
    }

    /// `freshness`'s two limits: at least one, the warning first.
    pub fn limits(
        &mut self,
        warn_after: Option<&str>,
        fail_after: Option<&str>,
        place: Place<'_>,
    ) -> (Option<Duration>, Option<Duration>) {
        if warn_after.is_none() && fail_after.is_none() {
            self.absent(place, "`freshness` says no limit", "add `warn_after: 36h` or `fail_after: 72h`");
        }
        let warn = self.duration(warn_after, place.key("warn_after"));
        let fail = self.duration(fail_after, place.key("fail_after"));
        if let (Some(warn), Some(fail)) = (warn, fail)
            && warn > fail
        {
            self.error(
                place.key("warn_after").at(),
                "`warn_after` is later than `fail_after`",
                "warn before the run fails",
            );
        }
        (warn, fail)
    }

    /// A piece of SQL that says something.
    pub fn sql(&mut self, sql: &str, place: Place<'_>) -> SqlText {
        if sql.trim().is_empty() {
            self.error(
                place.at(),
                "an SQL expression is missing here",
                "write one, such as `order_count > 1`",
            );
        }
        SqlText { sql: sql.to_owned(), at: place.at() }
    }

    /// A list in which nothing stands twice.
    pub fn distinct(&mut self, items: &[String], place: Place<'_>) {
        for (index, item) in items.iter().enumerate() {
            if items.iter().take(index).any(|earlier| earlier == item) {
                self.error(place.item(index).at(), format!("`{item}` stands twice"), "keep one of them");
            }
        }
    }

    /// These tables exist, and not all is known of them.
    pub fn unsound<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        self.unsound.extend(names.into_iter().filter_map(|name| TableName::new(name).ok()));
    }

    /// How many errors there are so far: a value that adds none is sound.
    pub fn count(&self) -> usize {
        self.problems.len()
    }
}
