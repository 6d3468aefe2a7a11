//! An error of DataFusion's planner → what is wrong, at which bytes of the SQL, and the nearest name that exists.

mod calls;

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
        let diagnostic = error.diagnostic();
        let span =
            diagnostic.and_then(|found| found.span.or_else(|| found.notes.iter().find_map(|note| note.span)));
        let spanned = span.map(|span| diagnostic_bytes(&lines, span));
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => self.schema_error(schema, spanned),
            root => {
                let text = diagnostic.map_or_else(|| plain(root), |found| tidy(&found.message));
                let mut error = self.plan_error(&text, &plain(root), spanned);
                if error.help.is_none() {
                    error.help =
                        diagnostic.and_then(|found| found.helps.first()).map(|help| tidy(&help.message));
                }
                error
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
            | SchemaError::DuplicateUnqualifiedField { name } => self.twice(name, spanned),
        }
    }

    fn twice(&self, name: &str, spanned: Option<Range<usize>>) -> SqlError {
        if let Some((function, _)) = name.split_once('(') {
            let span = spanned.unwrap_or_else(|| self.call(function));
            return SqlError::new(format!("`{name}` is computed twice, with and without a cast"), span)
                .help("the engine cannot tell the two apart; cast in a CTE before");
        }
        let span = spanned.or_else(|| self.find_from(name, 1)).unwrap_or_else(|| self.named(name));
        SqlError::new(format!("two columns are named `{name}`"), span)
            .help("give one of them another name with AS")
    }

    /// `text` is what to say; `root` is what the engine said, which may name what `text` does not.
    fn plan_error(&self, text: &str, root: &str, spanned: Option<Range<usize>>) -> SqlError {
        if let Some(name) = unknown_function(root).or_else(|| unknown_function(text)) {
            return self.unknown_function(&name, spanned);
        }
        if let Some((name, message)) = calls::mistyped(root) {
            return SqlError::new(message, spanned.unwrap_or_else(|| self.call(&name)));
        }
        if let Some(name) = not_grouped(text) {
            let span = spanned.unwrap_or_else(|| self.named(&name));
            return SqlError::new(format!("`{name}` is neither in GROUP BY nor inside an aggregate"), span);
        }
        if root.starts_with("projections require unique") {
            let name = root.split_once("\" at position").map_or(root, |(before, _)| before);
            let name = name.rsplit("expression \"").next().unwrap_or(name);
            return self.twice(if name.contains('(') { name } else { last_part(name) }, spanned);
        }
        if let Some((name, kind)) = not_a_condition(root) {
            let span = self.condition(&name).unwrap_or_else(|| self.first_line());
            return SqlError::new(format!("`{name}` is {kind}, not a condition"), span);
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
        self.find_from(name, 0)
    }

    /// The place of a name after so many others of it.
    fn find_from(&self, name: &str, skipped: usize) -> Option<Range<usize>> {
        let wanted = last_part(name);
        let is_it = |word: String| word.eq_ignore_ascii_case(wanted);
        let mut places = self.parsed.pieces.iter().filter(|piece| piece.name().is_some_and(is_it));
        places.nth(skipped).map(|piece| piece.span.clone())
    }

    /// The place of a name after the first WHERE, HAVING or ON.
    fn condition(&self, name: &str) -> Option<Range<usize>> {
        let wanted = last_part(name);
        let mut pieces = self.parsed.pieces.iter();
        pieces.find(|piece| ["WHERE", "HAVING", "ON", "QUALIFY"].iter().any(|word| piece.is_word(word)))?;
        let is_it = |word: String| word.eq_ignore_ascii_case(wanted);
        pieces.find(|piece| piece.name().is_some_and(is_it)).map(|piece| piece.span.clone())
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

/// `'a.b' must appear in GROUP BY clause` → `b`
fn not_grouped(message: &str) -> Option<String> {
    let name = message.split_once(" must appear in GROUP BY clause")?.0;
    Some(last_part(quoted(name).first()?).to_owned())
}

/// `…non-boolean predicate 'a.b' returning Int64` → `b` and `Int64`
fn not_a_condition(message: &str) -> Option<(String, String)> {
    let (_, rest) = message.split_once("non-boolean predicate ")?;
    let (name, kind) = rest.rsplit_once(" returning ")?;
    Some((last_part(name.trim_matches('\'')).to_owned(), kind.to_owned()))
}

/// `a.b.c` → `c`
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_matches('"')
}

/// Words in single quotes, backticks or double quotes, in order.
pub(super) fn quoted(message: &str) -> Vec<&str> {
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
pub(super) fn tidy(text: &str) -> String {
    let mut text = text.lines().next().unwrap_or_default().trim();
    for prefix in ["Error during planning: ", "type_coercion", "Schema error: ", "caused by"] {
        text = text.trim_start_matches(prefix).trim();
    }
    let text = text.split(" Candidate functions:").next().unwrap_or(text);
    lower_first(text.trim_end_matches('.'))
}
