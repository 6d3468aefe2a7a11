//! How words that are written in YAML stand in SQL: quoted names, quoted texts, whole expressions; and what columns a
//! text says that its query has. Plans nothing.

use datafusion::sql::sqlparser::ast::{Expr, SelectItem, SetExpr, Statement};
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

/// A column's name as SQL reads it: quoted only where it must be.
pub fn column(name: &str) -> String {
    let used = format!(
        "SELECT first, {name}, f({name}, {name}) AS {name}, CASE {name} WHEN 1 THEN {name} END AS last FROM t"
    );
    match output_columns(&used).as_deref() {
        Ok([_, alone, within, _]) if alone == name && within == name => name.to_owned(),
        _ => identifier(name),
    }
}

/// The columns of a query as far as its text alone says them, in order.
///
/// # Errors
/// Why the text does not say them.
pub fn output_columns(sql: &str) -> Result<Vec<String>, Unsaid> {
    let statements = Parser::parse_sql(&GenericDialect {}, sql).map_err(|_| Unsaid::NoQuery)?;
    match statements.as_slice() {
        [Statement::Query(query)] => of_body(&query.body),
        _ => Err(Unsaid::NoQuery),
    }
}

/// Why a text does not say its query's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaid {
    /// It is no query; whoever plans it says what is wrong.
    NoQuery,
    /// It has `*`, or an expression without a name.
    Unnamed,
}

fn of_body(body: &SetExpr) -> Result<Vec<String>, Unsaid> {
    let named = |ident: &datafusion::sql::sqlparser::ast::Ident| match ident.quote_style {
        None => ident.value.to_lowercase(),
        Some(_) => ident.value.clone(),
    };
    match body {
        SetExpr::Select(select) => {
            let columns = select.projection.iter().map(|item| match item {
                SelectItem::ExprWithAlias { alias, .. } => Some(named(alias)),
                SelectItem::UnnamedExpr(Expr::Identifier(ident)) => Some(named(ident)),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(idents)) => idents.last().map(named),
                _ => None,
            });
            columns.collect::<Option<_>>().ok_or(Unsaid::Unnamed)
        }
        SetExpr::Query(query) => of_body(&query.body),
        SetExpr::SetOperation { left, .. } => of_body(left),
        _ => Err(Unsaid::Unnamed),
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
