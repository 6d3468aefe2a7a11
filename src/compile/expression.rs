//! Is a piece of SQL one whole expression, and what is it where there are no rows? Never plans it.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Visit, Visitor};

use crate::config::problem::Problem;
use crate::config::project::SqlText;
use crate::config::sql::expression as parse;

/// What is wrong with a text that ought to be one expression.
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
