//! An error of DataFusion's planner → what is wrong, at which bytes of the SQL, and the nearest name that exists.

use std::ops::Range;

use datafusion::common::{Column, DataFusionError, SchemaError};
use datafusion::execution::SessionState;
use datafusion::logical_expr::sqlparser::tokenizer::Token;

use crate::config::problem::nearest;
use crate::plan::position::Lines;
use crate::plan::references::References;
use crate::plan::sql::{Parsed, SqlError, diagnostic_bytes, lower_first};

/// The query that went wrong.
pub(super) struct Diagnosis<'a> {
    pub sql: &'a str,
    pub parsed: &'a Parsed,
    pub references: &'a References,
    pub state: &'a SessionState,
}

impl Diagnosis<'_> {
    /// Each thing that is wrong, once.
    pub fn errors(&self, error: &DataFusionError) -> Vec<SqlError> {
        let mut errors: Vec<SqlError> = Vec::new();
        for found in error.iter().map(|error| self.error(error)) {
            if !errors.contains(&found) {
                errors.push(found);
            }
        }
        errors
    }

    fn error(&self, error: &DataFusionError) -> SqlError {
        let lines = Lines::new(self.sql);
        let spanned = error
            .diagnostic()
            .and_then(|diagnostic| diagnostic.span)
            .map(|span| diagnostic_bytes(&lines, span));
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => self.schema_error(schema, spanned),
            root => {
                let text =
                    error.diagnostic().map_or_else(|| plain(root), |diagnostic| tidy(&diagnostic.message));
                self.plan_error(&text, &plain(root), spanned)
            }
        }
    }

    fn schema_error(&self, error: &SchemaError, spanned: Option<Range<usize>>) -> SqlError {
        let at = |name: &str| spanned.clone().unwrap_or_else(|| self.named(name));
        match error {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let error = SqlError::new(format!("there is no column `{}`", shown(field)), at(&field.name));
                match near_column(field, valid_fields) {
                    Some(help) => error.help(help),
                    None => error,
                }
            }
            SchemaError::AmbiguousReference { field } => SqlError::new(
                format!("`{}` stands in more than one of the tables", field.name),
                at(&field.name),
            )
            .help(format!("say of which table: `TABLE.{}`", field.name)),
            SchemaError::DuplicateQualifiedField { name, .. }
            | SchemaError::DuplicateUnqualifiedField { name } => {
                SqlError::new(format!("two columns are named `{name}`"), at(name))
                    .help("give one of them another name with AS")
            }
        }
    }

    /// `text` is what to say; `root` is what the engine said, which may name what `text` does not.
    fn plan_error(&self, text: &str, root: &str, spanned: Option<Range<usize>>) -> SqlError {
        if let Some(name) = unknown_function(root).or_else(|| unknown_function(text)) {
            return self.unknown_function(&name, spanned);
        }
        if let Some(message) = mistyped_call(root) {
            let span = spanned.unwrap_or_else(|| self.call(&message.0));
            return SqlError::new(message.1, span);
        }
        let span = spanned.or_else(|| self.mentioned(root)).unwrap_or_else(|| self.first_line());
        SqlError::new(text, span)
    }

    fn unknown_function(&self, name: &str, spanned: Option<Range<usize>>) -> SqlError {
        let span = spanned.unwrap_or_else(|| self.call(name));
        let state = self.state;
        let known = state
            .scalar_functions()
            .keys()
            .chain(state.aggregate_functions().keys())
            .chain(state.window_functions().keys())
            .chain(state.table_functions().keys());
        let error = SqlError::new(format!("there is no function `{name}`"), span);
        match nearest(&name.to_lowercase(), known.map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    }

    /// The first place where a word stands as a function's name.
    fn call(&self, name: &str) -> Range<usize> {
        let pieces = &self.parsed.pieces;
        pieces
            .iter()
            .zip(pieces.iter().skip(1))
            .find(|(word, next)| {
                next.token == Token::LParen && word.name().is_some_and(|word| word.eq_ignore_ascii_case(name))
            })
            .map_or_else(|| self.named(name), |(word, _)| word.span.clone())
    }

    /// The first place where a name stands, else the first line.
    fn named(&self, name: &str) -> Range<usize> {
        self.find(name).unwrap_or_else(|| self.first_line())
    }

    fn find(&self, name: &str) -> Option<Range<usize>> {
        let last = name.rsplit('.').next().unwrap_or(name).trim_matches('"');
        let is_it = |word: String| word.eq_ignore_ascii_case(last);
        self.parsed
            .pieces
            .iter()
            .find(|piece| piece.name().is_some_and(is_it))
            .map(|piece| piece.span.clone())
    }

    /// The first place in the SQL of a name that the message puts in quotes.
    fn mentioned(&self, message: &str) -> Option<Range<usize>> {
        quoted(message).into_iter().find_map(|name| self.find(name)).or_else(|| {
            let param =
                self.references.params.iter().find(|param| message.contains(&format!("${}", param.name)));
            param.map(|param| param.span.clone())
        })
    }

    fn first_line(&self) -> Range<usize> {
        let start = self.parsed.pieces.first().map_or(0, |piece| piece.span.start);
        let end = self.sql[start..].find('\n').map_or(self.sql.len(), |length| start + length);
        start..end
    }
}

/// A column as its author wrote it.
fn shown(column: &Column) -> String {
    match &column.relation {
        Some(relation) => format!("{}.{}", relation.table(), column.name),
        None => column.name.clone(),
    }
}

fn near_column(field: &Column, valid: &[Column]) -> Option<String> {
    const SHOWN: usize = 8;
    let of_table = |column: &&Column| match (&field.relation, &column.relation) {
        (Some(wanted), Some(found)) => wanted.table() == found.table(),
        _ => true,
    };
    let names: Vec<&str> = valid.iter().filter(of_table).map(|column| column.name.as_str()).collect();
    if names.is_empty() {
        let tables: Vec<&str> =
            valid.iter().filter_map(|column| Some(column.relation.as_ref()?.table())).collect();
        let near = nearest(field.relation.as_ref()?.table(), tables)?;
        return Some(format!("did you mean `{near}.{}`?", field.name));
    }
    if let Some(near) = nearest(&field.name, names.iter().copied()) {
        return Some(match &field.relation {
            Some(relation) => format!("did you mean `{}.{near}`?", relation.table()),
            None => format!("did you mean `{near}`?"),
        });
    }
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    Some(format!("the columns are {text}"))
}

/// `Invalid function 'foo'` → `foo`
fn unknown_function(message: &str) -> Option<String> {
    let at = message.to_lowercase().find("invalid function '")?;
    let rest = message.get(at + "invalid function '".len()..)?;
    rest.split('\'').next().map(str::to_owned)
}

/// `…call to 'sum' function: coercion from Utf8View…` → the function and what to say of it
fn mistyped_call(message: &str) -> Option<(String, String)> {
    let lower = message.to_lowercase();
    let is_call = lower.contains("no function matches the given name and argument types")
        || lower.contains("failed to coerce arguments to satisfy a call to")
        || (lower.contains("function '") && lower.contains("expects"));
    if !is_call {
        return None;
    }
    let name = quoted(message).into_iter().next()?;
    let name = name.split('(').next().unwrap_or(name);
    if let Some((_, from)) = message.split_once("coercion from ") {
        let types = from.split(" to the signature").next().unwrap_or(from).trim();
        let types = types.trim_start_matches('[').trim_end_matches(']');
        return Some((name.to_owned(), format!("`{name}` does not take {types}")));
    }
    let text = message.split(" Candidate functions").next().unwrap_or(message);
    Some((name.to_owned(), tidy(text)))
}

/// Words in single quotes, backticks or double quotes, in order.
fn quoted(message: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for mark in ['\'', '`', '"'] {
        words.extend(
            message.split(mark).skip(1).step_by(2).filter(|word| !word.is_empty() && word.len() < 200),
        );
    }
    words
}

fn plain(error: &DataFusionError) -> String {
    tidy(&error.message())
}

/// One sentence without the engine's prefixes and full stop.
fn tidy(text: &str) -> String {
    let mut text = text.lines().next().unwrap_or_default().trim();
    for prefix in ["Error during planning: ", "type_coercion", "Schema error: ", "caused by"] {
        text = text.trim_start_matches(prefix).trim();
    }
    let text = text.split(" Candidate functions:").next().unwrap_or(text);
    lower_first(text.trim_end_matches('.'))
}
