//! What the levels of a comparison are called, in words that the YAML has. Never grades.

use super::kind::Graded;
use super::matching::compare::Test;
use super::similarity::DateLevel;
use crate::config::identity::Attribute;

/// The names of all levels: missing, each test, none of them.
pub fn level_names(graded: &Graded, attributes: &[Attribute]) -> Vec<String> {
    let tests = graded.comparison.tests.iter().map(|test| test_name(*test, graded, attributes));
    std::iter::once("missing".to_owned()).chain(tests).chain(["differs".to_owned()]).collect()
}

fn test_name(test: Test, graded: &Graded, attributes: &[Attribute]) -> String {
    match test {
        Test::Equal => "equal".to_owned(),
        Test::Same { derived } => {
            let sql = graded.derived.get(derived).map_or("", String::as_str);
            let column = &graded.comparison.name;
            let plain = sql.replace(&format!("CAST(\"{column}\" AS VARCHAR)"), column);
            // What is longer than a call is not read in a table.
            if plain.chars().count() <= 40 { format!("same {plain}") } else { "same first part".to_owned() }
        }
        Test::JaroWinkler { at_least } => format!("jaro-winkler ≥ {at_least}"),
        Test::Edits { at_most: 1 } => "one edit".to_owned(),
        Test::Edits { at_most } => format!("at most {at_most} edits"),
        Test::Tokens { at_least } => format!("words ≥ {at_least}"),
        Test::Begins { at_least: 1 } => "begins alike".to_owned(),
        Test::Begins { at_least } => format!("begins alike, {at_least} characters"),
        Test::Date(level) => date_name(level).to_owned(),
        Test::Days { at_most } => format!("at most {at_most} days apart"),
        Test::Swapped { with } => {
            format!("swapped with {}", attributes.get(with).map_or("another", |other| other.column.as_str()))
        }
    }
}

fn date_name(level: DateLevel) -> &'static str {
    match level {
        DateLevel::Swapped => "day and month swapped",
        DateLevel::Default => "one is 1 January",
        DateLevel::Digit => "one digit differs",
        DateLevel::YearMonth => "same year and month",
        DateLevel::Year => "same year",
        DateLevel::Exact => "equal",
        DateLevel::Different => "differs",
    }
}
