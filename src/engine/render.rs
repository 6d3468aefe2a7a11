//! The SQL of a model with its parameters' values in place, for people to read. What runs has them bound.

use crate::plan::params::{Params, literal};
use crate::plan::sql::pieces;
use datafusion::sql::sqlparser::tokenizer::Token;

/// The text with every `$name` replaced by its value as a literal of its type, and all else as it is.
pub fn render(sql: &str, params: &Params) -> String {
    let Ok(pieces) = pieces(sql) else { return sql.to_owned() };
    let mut text = String::with_capacity(sql.len());
    let mut copied = 0;
    for piece in pieces {
        let Token::Placeholder(name) = &piece.token else { continue };
        let Some(value) = name.strip_prefix('$').and_then(|name| params.get(name)) else { continue };
        text.push_str(sql.get(copied..piece.span.start).unwrap_or_default());
        text.push_str(&literal(value));
        copied = piece.span.end;
    }
    text.push_str(sql.get(copied..).unwrap_or_default());
    text
}
