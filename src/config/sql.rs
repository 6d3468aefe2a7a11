//! How words that are written in YAML stand in SQL: quoted names, quoted texts, whole expressions. Plans nothing.

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;

/// A name as SQL reads it, whatever its letters: `order` → `"order"`.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as an SQL literal.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// One expression and nothing after it: `1 = 1) OR (1 = 1` is none, so that an expression in parentheses never reaches out
/// of them.
///
/// # Errors
/// What is wrong, in the parser's words, without a place in the text.
pub fn expression(sql: &str) -> Result<Expr, String> {
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(sql).map_err(said)?;
    let expression = parser.parse_expr().map_err(said)?;
    match parser.peek_token().token {
        Token::EOF => Ok(expression),
        token => Err(format!("`{token}` is one thing too many")),
    }
}

/// The parser's message without its kind and without a place in a text that its reader does not see.
fn said(error: ParserError) -> String {
    let message = error.to_string();
    let message = message.trim_start_matches("sql parser error: ");
    let end = message.find(" at Line:").unwrap_or(message.len());
    let mut text = message[..end].to_owned();
    if let Some(first) = text.get(..1).map(str::to_lowercase) {
        text.replace_range(..1, &first);
    }
    text
}
