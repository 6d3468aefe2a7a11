//! One SQL text → one query, or the error and where it stands. DataFusion's own parser; nothing is planned here.

use std::ops::Range;

use datafusion::common::{DataFusionError, Span as DiagnosticSpan};
use datafusion::logical_expr::sqlparser::ast::{Query, Statement as SqlStatement};
use datafusion::logical_expr::sqlparser::dialect::GenericDialect;
use datafusion::logical_expr::sqlparser::parser::ParserError;
use datafusion::logical_expr::sqlparser::tokenizer::{Span, Token, TokenWithSpan, Tokenizer, Whitespace};
use datafusion::sql::parser::{DFParserBuilder, Statement};
use thiserror::Error;

use super::position::Lines;

/// What is wrong with an SQL text, and at which bytes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SqlError {
    pub message: String,
    /// Byte range in the text.
    pub span: Range<usize>,
    pub help: Option<String>,
}

impl SqlError {
    pub fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span, help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A token and the bytes it stands at. Comments and blanks are no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub token: Token,
    pub span: Range<usize>,
}

impl Piece {
    /// Whether this is an unquoted word, whatever its case.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
    }

    /// The name that an identifier stands for: unquoted ones are lower-case.
    pub fn name(&self) -> Option<String> {
        match &self.token {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_lowercase()),
            Token::Word(word) => Some(word.value.clone()),
            _ => None,
        }
    }
}

/// A parsed query and its tokens.
#[derive(Debug, Clone)]
pub struct Parsed {
    pub query: Box<Query>,
    pub pieces: Vec<Piece>,
}

/// How deep expressions may nest: far more than a person writes, far less than the stack holds.
const RECURSION_LIMIT: usize = 128;

/// The one query that a file holds.
///
/// # Errors
/// On a syntax error, on no or several statements, and on anything that is not a query.
pub fn parse(sql: &str) -> Result<Parsed, SqlError> {
    let lines = Lines::new(sql);
    let pieces = pieces(sql)?;
    let Some(first) = pieces.first() else {
        return Err(SqlError::new("there is no query here", 0..0).help("write one SELECT statement"));
    };
    if let Some(error) = pipe(&pieces) {
        return Err(error);
    }
    let dialect = GenericDialect {};
    let statements = DFParserBuilder::new(sql)
        .with_dialect(&dialect)
        .with_recursion_limit(RECURSION_LIMIT)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(|error| syntax_error(sql, &lines, &error))?;
    let mut statements = statements.into_iter();
    let Some(statement) = statements.next() else {
        return Err(SqlError::new("there is no query here", first.span.clone()));
    };
    if statements.next().is_some() {
        return Err(SqlError::new(
            "a file holds one statement, and this is a second",
            second_statement(&pieces),
        )
        .help("give each query a file of its own"));
    }
    match statement {
        Statement::Statement(statement) => match *statement {
            SqlStatement::Query(query) => Ok(Parsed { query, pieces }),
            _ => Err(not_a_query(first)),
        },
        _ => Err(not_a_query(first)),
    }
}

/// The tokens of a text with their bytes, comments and blanks left out.
///
/// # Errors
/// On text that no token begins with, such as a string that never ends.
pub fn pieces(sql: &str) -> Result<Vec<Piece>, SqlError> {
    let lines = Lines::new(sql);
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize_with_location().map_err(|error| {
        let start = lines.byte(error.location.line, error.location.column);
        SqlError::new(lower_first(&error.message), start..(start + 1).min(sql.len()))
    })?;
    Ok(tokens
        .into_iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)))
        .map(|TokenWithSpan { token, span }| Piece { token, span: bytes(&lines, span) })
        .collect())
}

/// The text without comments and blanks, keywords and unquoted names in lower case: equal for texts that mean the same.
pub fn canonical(sql: &str) -> String {
    let Ok(pieces) = pieces(sql) else { return sql.to_owned() };
    let mut text = String::with_capacity(sql.len());
    for piece in pieces {
        if !text.is_empty() {
            text.push(' ');
        }
        match &piece.token {
            Token::Word(word) if word.quote_style.is_none() => text.push_str(&word.value.to_lowercase()),
            token => text.push_str(&token.to_string()),
        }
    }
    text
}

/// The first line of a text, where it begins with a comment, without the dashes: by custom it says what one row is.
pub fn leading_comment(sql: &str) -> Option<String> {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize().ok()?;
    match tokens.into_iter().find(|token| {
        !matches!(token, Token::Whitespace(Whitespace::Newline | Whitespace::Space | Whitespace::Tab))
    })? {
        Token::Whitespace(Whitespace::SingleLineComment { comment, .. }) => Some(comment.trim().to_owned()),
        _ => None,
    }
}

/// The bytes of a parser's span.
pub fn bytes(lines: &Lines<'_>, span: Span) -> Range<usize> {
    let start = lines.byte(span.start.line, span.start.column);
    start..lines.byte(span.end.line, span.end.column).max(start)
}

/// The bytes of a diagnostic's span.
pub fn diagnostic_bytes(lines: &Lines<'_>, span: DiagnosticSpan) -> Range<usize> {
    let start = lines.byte(span.start.line, span.start.column);
    start..lines.byte(span.end.line, span.end.column).max(start)
}

/// `|>` is parsed as something else without a word: say so.
fn pipe(pieces: &[Piece]) -> Option<SqlError> {
    let at = pieces.iter().zip(pieces.iter().skip(1).map(Some).chain([None])).find_map(|(piece, next)| {
        let joined = next.is_some_and(|next| next.token == Token::Gt && next.span.start == piece.span.end);
        match piece.token {
            Token::VerticalBarRightAngleBracket => Some(piece.span.clone()),
            Token::Pipe if joined => Some(piece.span.start..piece.span.end + 1),
            _ => None,
        }
    })?;
    Some(SqlError::new("`|>` is not supported", at).help("write the steps as CTEs"))
}

fn second_statement(pieces: &[Piece]) -> Range<usize> {
    pieces
        .iter()
        .skip_while(|piece| piece.token != Token::SemiColon)
        .find(|piece| piece.token != Token::SemiColon)
        .map_or(0..0, |piece| piece.span.clone())
}

fn not_a_query(first: &Piece) -> SqlError {
    SqlError::new(format!("`{}` is not a query", first.token.to_string().to_uppercase()), first.span.clone())
        .help("a model is one SELECT, WITH or VALUES; what it yields is written for you")
}

fn syntax_error(sql: &str, lines: &Lines<'_>, error: &DataFusionError) -> SqlError {
    let text = match error.find_root() {
        DataFusionError::SQL(parser, _) => match parser.as_ref() {
            ParserError::ParserError(text) | ParserError::TokenizerError(text) => text.clone(),
            ParserError::RecursionLimitExceeded => "the query nests too deeply".to_owned(),
        },
        other => other.message().into_owned(),
    };
    let end = sql.trim_end().len();
    let (message, start) = match text.rsplit_once(" at Line: ") {
        Some((message, place)) => {
            let mut numbers = place.split(", Column: ").map(|number| number.trim().parse::<u64>().ok());
            let start = match (numbers.next().flatten(), numbers.next().flatten()) {
                (Some(line), Some(column)) => lines.byte(line, column),
                _ => end,
            };
            (message.to_owned(), start)
        }
        None => (text.clone(), end),
    };
    let found_end = message.ends_with("found: EOF");
    let start = if found_end { end } else { start };
    let length = message.rsplit_once("found: ").map_or(1, |(_, found)| found.len());
    let stop = (start + length).min(sql.len()).max(start);
    SqlError::new(plain_syntax_message(&message), start..stop)
}

/// `Expected: end of statement, found: FORM` → ``expected end of statement, found `FORM` ``
fn plain_syntax_message(message: &str) -> String {
    let message = message.trim_start_matches("sql parser error: ");
    let parts = message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "));
    let parts = parts.map(|(expected, found)| match expected.chars().any(char::is_alphabetic) {
        true => (expected.to_owned(), found),
        false => (format!("`{expected}`"), found),
    });
    match parts {
        Some((expected, "EOF")) => format!("expected {expected}, found the end of the text"),
        Some((expected, found)) => format!("expected {expected}, found `{found}`"),
        None => lower_first(message),
    }
}

/// Messages of other libraries begin with a capital; ours do not.
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}
