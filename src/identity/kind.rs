//! What a kind of attribute means if nothing else is said: how a value is normalised, which values derive from it, how
//! two values are graded, what matches are expected to look like, and what it is blocked by. A declarative table.

use super::matching::compare::{Comparison, Test};
use super::similarity::DateLevel;
use crate::config::identity::{Attribute, DateSlip, Identity, Kind, Level};

/// An attribute as it is read and graded.
#[derive(Debug, Clone)]
pub struct Graded {
    /// SQL over the records: the normalised value.
    pub value: String,
    /// SQL over the records, that depends on the value alone; where it does not, one of what it gives for equal values counts.
    pub derived: Vec<String>,
    pub comparison: Comparison,
}

/// What a kind is blocked by: its value, or a derived value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    Value,
    Derived(usize),
}

struct Table {
    /// `{}` stands for the column.
    value: &'static str,
    derived: &'static [&'static str],
    tests: Vec<(Test, f64)>,
    term_frequency: bool,
}

const EQUAL: Test = Test::Equal;

const fn like(at_least: f64) -> Test {
    Test::JaroWinkler { at_least }
}

const fn words(at_least: f64) -> Test {
    Test::Tokens { at_least }
}

const fn same(derived: usize) -> Test {
    Test::Same { derived }
}

const PLAIN: &str = "lower(btrim({}))";

/// The share of matches that are expected at each level; what is left to 1 differs.
fn table(kind: Kind) -> Table {
    match kind {
        Kind::PersonName => Table {
            value: "normalize_name({})",
            derived: &["name_key({})", "surname({})"],
            tests: vec![
                (EQUAL, 0.6),
                (same(0), 0.1),
                (like(0.92), 0.1),
                (words(0.9), 0.05),
                (like(0.8), 0.05),
            ],
            term_frequency: true,
        },
        Kind::GivenName => Table {
            value: PLAIN,
            derived: &["canonical_given_name({})"],
            tests: vec![
                (EQUAL, 0.65),
                (same(0), 0.08),
                (like(0.92), 0.1),
                (like(0.8), 0.05),
                (Test::Begins { at_least: 1 }, 0.02),
            ],
            term_frequency: true,
        },
        Kind::FamilyName => Table {
            value: PLAIN,
            derived: &["double_metaphone({})"],
            tests: vec![(EQUAL, 0.75), (like(0.92), 0.1), (like(0.8), 0.05), (same(0), 0.02)],
            term_frequency: true,
        },
        Kind::Email => Table {
            value: "CASE WHEN NOT is_placeholder({}, 'email') THEN coalesce(normalize_email({}), lower(btrim({}))) END",
            derived: &["split_part(coalesce(normalize_email({}), lower(btrim({}))), '@', 1)"],
            tests: vec![(EQUAL, 0.7), (Test::Edits { at_most: 1 }, 0.1), (same(0), 0.05), (like(0.88), 0.05)],
            // One person's records share it; that many do makes it no commoner.
            term_frequency: false,
        },
        Kind::Mobile => Table {
            value: "CASE WHEN NOT is_placeholder({}, 'mobile') THEN only_digits({}) END",
            derived: &[],
            tests: vec![(EQUAL, 0.7), (Test::Edits { at_most: 1 }, 0.05), (Test::Edits { at_most: 2 }, 0.02)],
            // One person's records share it; that many do makes it no commoner.
            term_frequency: false,
        },
        Kind::Date => Table {
            value: "dashed_date({})",
            derived: &["left(btrim({}), 4)"],
            tests: vec![
                (EQUAL, 0.75),
                (Test::Edits { at_most: 1 }, 0.08),
                (Test::Date(DateLevel::Swapped), 0.02),
                (Test::Date(DateLevel::Default), 0.05),
                (Test::Date(DateLevel::YearMonth), 0.03),
                (Test::Date(DateLevel::Year), 0.03),
                (Test::Days { at_most: 730 }, 0.02),
            ],
            term_frequency: true,
        },
        Kind::Address => Table {
            value: "coalesce(address_key({}), lower(btrim({})))",
            derived: &[],
            tests: vec![(EQUAL, 0.6), (words(0.9), 0.1), (like(0.9), 0.08), (words(0.7), 0.05)],
            term_frequency: true,
        },
        Kind::Postcode => Table {
            value: "lower(only_alphanumeric({}))",
            derived: &[
                "CASE WHEN btrim({}) LIKE '% %' THEN lower(split_part(btrim({}), ' ', 1)) ELSE left(btrim({}), 3) END",
            ],
            tests: vec![(EQUAL, 0.6), (Test::Edits { at_most: 1 }, 0.12), (same(0), 0.1)],
            term_frequency: true,
        },
        Kind::Place => Table {
            value: PLAIN,
            derived: &[],
            tests: vec![(EQUAL, 0.7), (like(0.9), 0.08), (words(0.9), 0.05)],
            term_frequency: true,
        },
        Kind::Company => Table {
            value: "coalesce(normalize_company({}), lower(btrim({})))",
            derived: &[],
            tests: vec![(EQUAL, 0.7), (like(0.92), 0.1), (words(0.9), 0.1)],
            term_frequency: true,
        },
        Kind::Identifier => Table {
            value: "upper(only_alphanumeric({}))",
            derived: &[],
            tests: vec![(EQUAL, 0.8), (Test::Edits { at_most: 1 }, 0.1), (Test::Edits { at_most: 2 }, 0.03)],
            // One person's records share it; that many do makes it no commoner.
            term_frequency: false,
        },
        Kind::Category => {
            Table { value: PLAIN, derived: &[], tests: vec![(EQUAL, 0.9)], term_frequency: true }
        }
        Kind::Text => Table {
            value: PLAIN,
            derived: &[],
            tests: vec![(EQUAL, 0.6), (like(0.9), 0.1), (words(0.8), 0.1)],
            term_frequency: true,
        },
    }
}

/// The attributes of a declaration, each with how it is read and graded.
pub fn graded(declared: &Identity) -> Vec<Graded> {
    let attributes = &declared.attributes;
    let mut graded: Vec<Graded> =
        attributes.iter().enumerate().map(|(at, attribute)| grade(at, attribute, attributes)).collect();
    if !declared.blocking.is_empty() {
        graded.iter_mut().for_each(drop_unused);
    }
    graded
}

/// With declared blocking, what derives from a value serves its levels alone.
fn drop_unused(graded: &mut Graded) {
    let used = |number: usize| graded.comparison.tests.iter().any(|test| *test == same(number));
    let kept: Vec<usize> = (0..graded.derived.len()).filter(|number| used(*number)).collect();
    graded.derived = kept.iter().filter_map(|number| graded.derived.get(*number).cloned()).collect();
    for test in &mut graded.comparison.tests {
        if let Test::Same { derived } = test {
            *derived = kept.iter().position(|number| number == derived).unwrap_or(0);
        }
    }
}

fn grade(at: usize, attribute: &Attribute, attributes: &[Attribute]) -> Graded {
    let Table { value, derived, tests, term_frequency } = table(attribute.kind);
    let column = format!("CAST(\"{}\" AS VARCHAR)", attribute.column);
    let mut derived: Vec<String> = derived.iter().map(|sql| sql.replace("{}", &column)).collect();
    let (tests, expected) = if attribute.levels.is_empty() {
        let mut tests = tests;
        // Surname and given name change places where there is one of each.
        if let Some(with) = counterpart(at, attributes) {
            tests.push((Test::Swapped { with }, 0.02));
        }
        let rest = 1.0 - tests.iter().map(|(_, share)| share).sum::<f64>();
        let expected = tests.iter().map(|(_, share)| *share).chain([rest.max(0.01)]).collect();
        (tests.into_iter().map(|(test, _)| test).collect(), expected)
    } else {
        let tests: Vec<Test> =
            attribute.levels.iter().map(|level| test(level, attributes, &mut derived)).collect();
        let expected = expected_of(tests.len());
        (tests, expected)
    };
    let comparison = Comparison {
        name: attribute.column.clone(),
        attribute: at,
        tests,
        expected,
        term_frequency: attribute.term_frequency.unwrap_or(term_frequency),
    };
    Graded { value: value.replace("{}", &column), derived, comparison }
}

/// Declared levels are expected as most are: seven in ten at the strictest, the others sharing what is left.
fn expected_of(levels: usize) -> Vec<f64> {
    let others = levels.max(1) as f64;
    std::iter::once(0.7).chain(std::iter::repeat_n(0.3 / others, levels)).collect()
}

fn counterpart(at: usize, attributes: &[Attribute]) -> Option<usize> {
    let own = attributes.get(at)?.kind;
    let wanted = match own {
        Kind::GivenName => Kind::FamilyName,
        Kind::FamilyName => Kind::GivenName,
        _ => return None,
    };
    let of = |kind: Kind| attributes.iter().enumerate().filter(move |(_, other)| other.kind == kind);
    let mut others = of(wanted);
    let (other, _) = others.next()?;
    (others.next().is_none() && of(own).count() == 1).then_some(other)
}

fn test(level: &Level, attributes: &[Attribute], derived: &mut Vec<String>) -> Test {
    match level {
        Level::Exact => Test::Equal,
        Level::Same(sql) => {
            derived.push(sql.clone());
            Test::Same { derived: derived.len() - 1 }
        }
        Level::JaroWinkler(at_least) => Test::JaroWinkler { at_least: *at_least },
        Level::Edits(at_most) => Test::Edits { at_most: *at_most as usize },
        Level::Tokens(at_least) => Test::Tokens { at_least: *at_least },
        Level::Begins(at_least) => Test::Begins { at_least: *at_least as usize },
        Level::Days(at_most) => Test::Days { at_most: i32::try_from(*at_most).unwrap_or(i32::MAX) },
        Level::Date(slip) => Test::Date(match slip {
            DateSlip::Swapped => DateLevel::Swapped,
            DateSlip::Default => DateLevel::Default,
            DateSlip::Digit => DateLevel::Digit,
            DateSlip::YearMonth => DateLevel::YearMonth,
            DateSlip::Year => DateLevel::Year,
        }),
        Level::SwappedWith(other) => {
            let with = attributes.iter().position(|attribute| attribute.column == *other);
            Test::Swapped { with: with.unwrap_or(0) }
        }
    }
}

/// What brings records together by this kind alone, if few enough share it; and together with another attribute.
pub fn blocked_by(kind: Kind) -> (&'static [Blocked], &'static [Blocked]) {
    match kind {
        Kind::PersonName => {
            (&[Blocked::Value, Blocked::Derived(0)], &[Blocked::Derived(0), Blocked::Derived(1)])
        }
        Kind::GivenName | Kind::Place | Kind::Postcode | Kind::Address | Kind::Company => {
            (&[Blocked::Value], &[Blocked::Value])
        }
        Kind::FamilyName => (&[Blocked::Value], &[Blocked::Value, Blocked::Derived(0)]),
        Kind::Date => (&[Blocked::Value], &[Blocked::Value, Blocked::Derived(0)]),
        Kind::Email => (&[Blocked::Value, Blocked::Derived(0)], &[]),
        Kind::Mobile | Kind::Identifier => (&[Blocked::Value], &[]),
        Kind::Category | Kind::Text => (&[], &[]),
    }
}
