//! Which rules bring records together: declared ones, or those that the kinds of attributes suggest, as many as the
//! budget of pairs allows. Never makes a pair.

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::columns::{block_column, text};
use super::kind::{Blocked, blocked_by};
use super::matching::attribute::{Attribute, number_values};
use super::matching::block::{BlockValues, Blocks};
use super::{IdentityError, columns};
use crate::config::identity::Identity;

/// A rule, and which comparisons say nothing about its pairs because it asks for what they test.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The attributes it takes, `surname + birth_date`, or its SQL.
    pub name: String,
    parts: Vec<Part>,
    pub implied: Vec<usize>,
    /// The comparison whose equal values are all that it asks for.
    pub alone: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Attribute {
        attribute: usize,
        blocked: Blocked,
    },
    /// A declared expression.
    Column(usize),
}

/// A rule with what it comes to.
#[derive(Debug, Clone)]
pub struct Counted {
    pub rule: Rule,
    /// Pairs in its blocks, too large ones left out.
    pub pairs: u64,
    /// Records in blocks that are too large.
    pub in_oversized: u64,
}

/// The declared rules.
pub fn declared(identity: &Identity) -> Vec<Rule> {
    let attributes = identity.attributes.iter().enumerate();
    let implied = |sql: &str| -> Vec<usize> {
        let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        attributes.clone().filter(|(_, of)| words.contains(&of.column.as_str())).map(|(at, _)| at).collect()
    };
    let rules = identity.blocking.iter().enumerate();
    rules
        .map(|(at, rule)| {
            let implied = implied(&rule.sql);
            let alone = implied.first().copied().filter(|only| {
                implied.len() == 1 && identity.attributes[*only].column == rule.sql.trim().trim_matches('"')
            });
            Rule { name: rule.sql.clone(), parts: vec![Part::Column(at)], implied, alone }
        })
        .collect()
}

/// All rules that the attributes' kinds suggest: one attribute, or two together.
pub fn suggested(identity: &Identity) -> Vec<Rule> {
    let mut rules = Vec::new();
    let kinds: Vec<_> = identity.attributes.iter().map(|attribute| blocked_by(attribute.kind)).collect();
    let named = |attribute: usize, blocked: Blocked| {
        let column = &identity.attributes[attribute].column;
        match blocked {
            Blocked::Value => column.clone(),
            Blocked::Derived(number) => format!("{column}:{number}"),
        }
    };
    for (attribute, (alone, _)) in kinds.iter().enumerate() {
        for blocked in *alone {
            rules.push(Rule {
                name: named(attribute, *blocked),
                parts: vec![Part::Attribute { attribute, blocked: *blocked }],
                implied: vec![attribute],
                alone: (*blocked == Blocked::Value).then_some(attribute),
            });
        }
    }
    for (a, (_, of_a)) in kinds.iter().enumerate() {
        for (b, (_, of_b)) in kinds.iter().enumerate().skip(a + 1) {
            for (in_a, in_b) in of_a.iter().flat_map(|in_a| of_b.iter().map(move |in_b| (*in_a, *in_b))) {
                rules.push(Rule {
                    name: format!("{} + {}", named(a, in_a), named(b, in_b)),
                    parts: vec![
                        Part::Attribute { attribute: a, blocked: in_a },
                        Part::Attribute { attribute: b, blocked: in_b },
                    ],
                    implied: vec![a, b],
                    alone: None,
                });
            }
        }
    }
    rules
}

/// What rules read.
pub struct Sources<'a> {
    pub batches: &'a [RecordBatch],
    pub row_of: &'a [u32],
    pub attributes: &'a [Attribute],
}

impl Sources<'_> {
    /// A rule's value of every record.
    pub fn values(&self, rule: &Rule) -> Result<BlockValues, IdentityError> {
        let mut parts = rule.parts.iter().map(|part| self.part(*part));
        let mut values = parts.next().transpose()?.unwrap_or_default();
        for part in parts {
            let part = part?;
            let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
            for (value, other) in values.iter_mut().zip(part) {
                *value = if *value == 0 || other == 0 {
                    0
                } else {
                    let next = numbers.len() as u32 + 1;
                    *numbers.entry((*value, other)).or_insert(next)
                };
            }
        }
        let most = values.iter().copied().max().unwrap_or(0);
        let mut counts = vec![0_u32; most as usize + 1];
        values.iter().for_each(|value| counts[*value as usize] += 1);
        Ok(BlockValues { value_of: values, counts })
    }

    fn part(&self, part: Part) -> Result<Vec<u32>, IdentityError> {
        Ok(match part {
            Part::Column(rule) => {
                number_values(&text(self.batches, &block_column(rule))?, self.row_of).value_of
            }
            Part::Attribute { attribute, blocked } => {
                let of = &self.attributes[attribute];
                match blocked {
                    Blocked::Value => of.value_of.clone(),
                    Blocked::Derived(number) => {
                        let derived = &of.derived[number];
                        of.value_of.iter().map(|value| derived[*value as usize]).collect()
                    }
                }
            }
        })
    }

    /// How many pairs each rule would make.
    pub fn count(&self, rules: &[Rule], max_block: u32) -> Result<Vec<Counted>, IdentityError> {
        rules
            .par_iter()
            .map(|rule| {
                let values = self.values(rule)?;
                let (pairs, in_oversized) = (values.pairs(max_block), values.in_oversized(max_block));
                Ok(Counted { rule: rule.clone(), pairs, in_oversized })
            })
            .collect()
    }

    /// The blocks of rules.
    pub fn blocks(&self, rules: &[Rule], max_block: u32) -> Result<Vec<Blocks>, IdentityError> {
        rules.par_iter().map(|rule| Ok(Blocks::new(self.values(rule)?, max_block))).collect()
    }
}

/// Below so many pairs no rule is worth leaving out.
const LEAST_BUDGET: u64 = 1_000_000;

/// The rules that are followed: the narrow ones first, as long as all of them together make no more than the budget; those
/// that a wider one contains are left out.
pub fn choose(mut counted: Vec<Counted>, records: usize, pairs_per_record: u64) -> Vec<Counted> {
    let budget = (pairs_per_record.saturating_mul(records as u64)).max(LEAST_BUDGET);
    counted.retain(|counted| counted.pairs > 0);
    counted.sort_by(|a, b| (a.pairs, &a.rule.name).cmp(&(b.pairs, &b.rule.name)));
    let mut sum = 0;
    counted.retain(|counted| {
        sum += counted.pairs;
        sum <= budget
    });
    let contained = |one: &Counted| {
        counted.iter().any(|wide| {
            wide.in_oversized == 0
                && wide.rule.parts.len() < one.rule.parts.len()
                && wide.rule.parts.iter().all(|part| one.rule.parts.contains(part))
        })
    };
    counted.iter().filter(|one| !contained(one)).cloned().collect()
}

/// Refuses a declared rule beyond the limit.
pub fn refuse_wide(counted: &[Counted], most: u64) -> Result<(), IdentityError> {
    match counted.iter().find(|counted| counted.pairs > most) {
        Some(wide) => {
            Err(IdentityError::RuleTooWide { rule: wide.rule.name.clone(), pairs: wide.pairs, most })
        }
        None => Ok(()),
    }
}

/// The columns of an attribute as they were read.
pub fn attribute_columns(
    batches: &[RecordBatch],
    attribute: usize,
    derived: usize,
) -> Result<(arrow::array::StringViewArray, Vec<arrow::array::StringViewArray>), IdentityError> {
    let value = text(batches, &columns::value_column(attribute))?;
    let derived = (0..derived).map(|number| text(batches, &columns::derived_column(attribute, number)));
    Ok((value, derived.collect::<Result<_, _>>()?))
}
