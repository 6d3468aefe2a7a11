//! What is wrong with a project, where, and how to mend it. Rendering is the command line's work.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The project cannot run.
    Error,
    /// The project runs, and may not do what its author means.
    Warning,
}

/// A stretch of one line in a project's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Location {
    /// The file, relative to the project's folder, with `/` between folders.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters the caret line marks; at least 1.
    pub length: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub level: Level,
    /// Where; absent only for what has no place in a file.
    pub at: Option<Location>,
    /// What is wrong: lower-case, no full stop, names in backticks.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Problem {
    pub fn error(at: Location, message: impl Into<String>) -> Self {
        Self { level: Level::Error, at: Some(at), message: message.into(), help: None }
    }

    pub fn warning(at: Location, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, at: Some(at), message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The known name nearest to a misspelt one, if any is near enough to be meant; else one that begins or goes on like it.
pub fn nearest<'a>(misspelt: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(misspelt, name), *name))
        .filter(|(distance, name)| *distance <= 1 + misspelt.chars().count().max(name.chars().count()) / 4)
        .min()
        .map(|(_, name)| name);
    let begins = |long: &str, short: &str| short.len() >= 3 && long.starts_with(short);
    near.or_else(|| known.into_iter().find(|name| begins(name, misspelt) || begins(misspelt, name)))
}

/// How to mend an unknown name: the nearest known one, else all of them if they are few.
pub fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(name) = nearest(unknown, known.iter().copied()) {
        return format!("did you mean `{name}`?");
    }
    let names = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => "there is none".to_owned(),
        1..=16 => format!("known are {}", names(&known)),
        _ => {
            format!("known are {} and {} more", names(known.get(..12).unwrap_or_default()), known.len() - 12)
        }
    }
}

/// Sorts problems as a reader meets them, and drops those that stand twice.
pub fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| (&a.at, a.level, &a.message).cmp(&(&b.at, b.level, &b.message)));
    problems.dedup();
}
