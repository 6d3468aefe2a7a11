//! Is a piece of SQL one whole expression, and what is it where there are no rows? Never plans it.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::config::problem::Problem;
use crate::config::project::SqlText;

/// What is wrong with a text that ought to be one expression: `1 = 1) OR (1 = 1` is not, so no condition can reach out of
/// its parentheses into another.
pub fn problem(text: &SqlText, what: &str) -> Option<Problem> {
    let wrong = match parse(&text.sql) {
        Ok(_) => return None,
        Err(wrong) => wrong,
    };
    Some(
        Problem::error(text.at.clone(), format!("{what} is not an SQL expression: {wrong}"))
            .help("write one expression, with every parenthesis and quote closed"),
    )
}

/// What is wrong with a text that ought to be a column's name.
pub fn column_problem(text: &SqlText, what: &str) -> Option<Problem> {
    match parse(&text.sql) {
        Ok(Expr::Identifier(_)) => None,
        _ => Some(Problem::error(
            text.at.clone(),
            format!("{what} `{}` is not a column's name", text.sql.trim()),
        )),
    }
}

/// A total of no rows is 0 if it is made of sums and counts alone; an average or a median of no rows does not exist.
pub fn is_zero_without_rows(text: &SqlText) -> bool {
    struct Additive(bool);
    impl Visitor for Additive {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if let Expr::Function(function) = expr {
                let name = function.name.to_string().to_lowercase();
                if NEVER_ZERO.contains(&name.as_str()) {
                    self.0 = false;
                    return ControlFlow::Break(());
                }
                self.0 |= ["sum", "count"].contains(&name.as_str());
            }
            ControlFlow::Continue(())
        }
    }
    let Ok(expression) = parse(&text.sql) else { return false };
    if divides(&expression) {
        return false;
    }
    let mut additive = Additive(false);
    let _ = expression.visit(&mut additive);
    additive.0
}

/// Aggregates that have no value where there are no rows.
const NEVER_ZERO: [&str; 16] = [
    "approx_median",
    "approx_percentile_cont",
    "avg",
    "corr",
    "first_value",
    "last_value",
    "max",
    "mean",
    "median",
    "min",
    "mode",
    "percentile_cont",
    "stddev",
    "stddev_pop",
    "var",
    "var_pop",
];

/// A quotient of totals at the top: nothing divided by nothing is not 0.
fn divides(expression: &Expr) -> bool {
    use datafusion::sql::sqlparser::ast::BinaryOperator;
    match expression {
        Expr::Nested(inner) => divides(inner),
        Expr::BinaryOp { left, op, right } => {
            let by_number = matches!(**right, Expr::Value(_));
            (*op == BinaryOperator::Divide && !by_number) || divides(left) || divides(right)
        }
        _ => false,
    }
}

/// One expression and nothing after it.
fn parse(sql: &str) -> Result<Expr, String> {
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(sql).map_err(said)?;
    let expression = parser.parse_expr().map_err(said)?;
    match parser.peek_token().token {
        Token::EOF => Ok(expression),
        token => Err(format!("`{token}` is one thing too many")),
    }
}

/// The parser's message without its kind and without a place in a text that its reader does not see.
fn said(error: datafusion::sql::sqlparser::parser::ParserError) -> String {
    let message = error.to_string();
    let message = message.trim_start_matches("sql parser error: ");
    let end = message.find(" at Line:").unwrap_or(message.len());
    let mut text = message[..end].to_owned();
    if let Some(first) = text.get(..1).map(str::to_lowercase) {
        text.replace_range(..1, &first);
    }
    text
}
