//! Which rules bring records together: declared ones, or those that the kinds of attributes suggest, as many as the
//! budget of pairs allows. Never makes a pair.

use rayon::prelude::*;

use super::IdentityError;
use super::kind::{Blocked, blocked_by};
use super::matching::attribute::{Attribute, Values};
use super::matching::block::{BlockValues, Meetings};
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
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// By declared rule, by row: the hash of its value; 0 for none.
    pub blocks: &'a [Vec<u64>],
    pub row_of: &'a [u32],
    pub values: &'a Values,
    pub attributes: &'a [Attribute],
}

impl Sources<'_> {
    /// A rule's value of every record; 0 also where no other record has it.
    pub fn values(&self, rule: &Rule) -> BlockValues {
        match rule.parts.as_slice() {
            [Part::Column(rule)] => {
                let hashes = &self.blocks[*rule];
                shared(self.row_of.par_iter().map(|row| hashes[*row as usize]))
            }
            [Part::Attribute { attribute, blocked }] => {
                let part = self.part(*attribute, *blocked);
                shared((0..self.row_of.len()).into_par_iter().map(|record| u64::from(part(record))))
            }
            parts => {
                let parts: Vec<_> = parts.iter().filter_map(|part| self.part_of(*part)).collect();
                // Rules take two attributes at most.
                let both = |record: usize| {
                    let numbers = parts.iter().map(|part| u64::from(part(record)));
                    numbers.reduce(|a, b| if a == 0 || b == 0 { 0 } else { a << 32 | b }).unwrap_or(0)
                };
                shared((0..self.row_of.len()).into_par_iter().map(both))
            }
        }
    }

    fn part_of(&self, part: Part) -> Option<impl Fn(usize) -> u32 + '_> {
        match part {
            Part::Attribute { attribute, blocked } => Some(self.part(attribute, blocked)),
            Part::Column(_) => None,
        }
    }

    /// By record: the number of what the rule takes of an attribute.
    fn part(&self, attribute: usize, blocked: Blocked) -> impl Fn(usize) -> u32 + '_ {
        let of = &self.attributes[attribute];
        move |record| {
            let value = self.values.get(record as u32, attribute);
            match blocked {
                Blocked::Value => value,
                Blocked::Derived(number) => of.derived[number][value as usize],
            }
        }
    }

    /// How many pairs each rule would make.
    pub fn count(&self, rules: &[Rule], max_block: u32) -> Vec<Counted> {
        let count = |rule: &Rule| {
            let values = self.values(rule);
            let (pairs, in_oversized) = (values.pairs(max_block), values.in_oversized(max_block));
            Counted { rule: rule.clone(), pairs, in_oversized }
        };
        rules.iter().map(count).collect()
    }

    /// The blocks of rules; refuses a declared rule beyond the limit.
    pub fn meetings(&self, rules: &[Rule], declared: &Identity) -> Result<Meetings, IdentityError> {
        let settings = &declared.settings;
        let values = rules.iter().map(|rule| self.values(rule));
        let meetings = Meetings::new(values, settings.block_records);
        let most = if declared.blocking.is_empty() { u64::MAX } else { settings.rule_pairs };
        match rules.iter().zip(&meetings.rules).find(|(_, blocks)| blocks.pairs > most) {
            Some((rule, blocks)) => {
                Err(IdentityError::RuleTooWide { rule: rule.name.clone(), pairs: blocks.pairs, most })
            }
            None => Ok(meetings),
        }
    }
}

/// Numbers, in their order, the values that several records have; 0 is none.
fn shared(values: impl IndexedParallelIterator<Item = u64>) -> BlockValues {
    let records = values.len();
    let mut held: Vec<u128> = Vec::with_capacity(records);
    held.par_extend(values.enumerate().map(|(record, value)| u128::from(value) << 32 | record as u128));
    held.par_sort_unstable();
    let none = held.partition_point(|held| held >> 32 == 0);
    let mut shared = BlockValues { value_of: vec![0; records], counts: vec![0] };
    for holders in held[none..].chunk_by(|a, b| a >> 32 == b >> 32).filter(|holders| holders.len() > 1) {
        let number = shared.counts.len() as u32;
        shared.counts.push(holders.len() as u32);
        holders.iter().for_each(|held| shared.value_of[(*held as u32) as usize] = number);
    }
    shared
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
