//! Why two records are, or are not, the same customer: keys, weights, blocks, rules, stewards, judgement. Never decides
//! anew.

use serde::Serialize;

use super::IdentityError;
use super::blocking::{declared, suggested};
use super::group::rules;
use super::inquiry::{Held, Inquiry};
use super::matching::judge::Apart;
use super::matching::score::Edge;
use super::waterfall::{Waterfall, waterfall};
use crate::config::identity::Decision;

/// All that speaks for and against two records being one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// By `source:key`.
    pub left: String,
    pub right: String,
    pub left_customer: Option<String>,
    pub right_customer: Option<String>,
    pub keys: Vec<KeyShared>,
    /// None where nothing is compared.
    pub waterfall: Option<Waterfall>,
    pub meetings: Vec<Meeting>,
    /// Never rules that the pair breaks.
    pub never: Vec<String>,
    pub stewards: Vec<Said>,
    /// What lies between the two customers, where they are two.
    pub between: Option<Between>,
}

/// A key with the same value on both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyShared {
    pub key: String,
    pub confidence: f64,
    /// The value means nobody: it is a placeholder, or too many share it.
    pub set_aside: bool,
}

/// A blocking rule under which both have the same value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Meeting {
    pub rule: String,
    pub followed: bool,
    /// Too many records have the value for it to bring anybody together.
    pub too_large: bool,
}

/// What a steward said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    pub same: bool,
    pub author: String,
    pub reason: String,
    /// Of the overrides file.
    pub line: u32,
}

/// What lies between the records of two customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Between {
    pub pairs: u64,
    /// Pairs that a never rule or a steward keeps apart: one is enough.
    pub forbidden: u64,
    /// Pairs that a never rule which asks for agreement speaks against: it counts much, and is part of the mean.
    pub against: u64,
    /// The mean support of the others, in bits; customers are joined from `needed_bits`.
    pub mean_bits: Option<f64>,
    pub needed_bits: f64,
    /// Together they would have more records than a customer may.
    pub too_many: bool,
}

/// Between customers of more pairs than this, support is not worked out.
const MOST_PAIRS: usize = 1_000_000;

/// Explains two different records.
pub fn why(inquiry: &Inquiry<'_>, held: &Held, left: u32, right: u32) -> Result<Why, IdentityError> {
    let (a, b) = (left.min(right), left.max(right));
    let edge = inquiry.score(&[(a, b)]).into_iter().next();
    let compared = !inquiry.prepared.comparisons.is_empty();
    Ok(Why {
        left: inquiry.label(left),
        right: inquiry.label(right),
        left_customer: held.id(left).map(str::to_owned),
        right_customer: held.id(right).map(str::to_owned),
        keys: keys(inquiry, a, b)?,
        // Values stand in the order in which the records were named.
        waterfall: edge.filter(|_| compared).map(|edge| {
            let mut of = waterfall(inquiry, &edge);
            if left > right {
                of.steps.iter_mut().for_each(|step| std::mem::swap(&mut step.values.0, &mut step.values.1));
            }
            of
        }),
        meetings: meetings(inquiry, a, b)?,
        never: edge.map(|edge| broken(inquiry, edge.pattern)).unwrap_or_default(),
        stewards: stewards(inquiry, a, b),
        between: between(inquiry, held, a, b),
    })
}

/// The keys that both records have in common.
pub fn keys(inquiry: &Inquiry<'_>, a: u32, b: u32) -> Result<Vec<KeyShared>, IdentityError> {
    let mut shared = Vec::new();
    let columns = inquiry.prepared.keys.iter().zip(&inquiry.records.keys);
    for (key, (guarded, column)) in inquiry.declared.keys.iter().zip(columns) {
        let of = |record: u32| column.number_of[inquiry.prepared.row_of[record as usize] as usize];
        let joins = guarded[a as usize] != 0 && guarded[a as usize] == guarded[b as usize];
        if joins || (of(a) != 0 && of(a) == of(b)) {
            shared.push(KeyShared { key: key.column.clone(), confidence: key.confidence, set_aside: !joins });
        }
    }
    Ok(shared)
}

fn meetings(inquiry: &Inquiry<'_>, a: u32, b: u32) -> Result<Vec<Meeting>, IdentityError> {
    let rules = match inquiry.declared.blocking.is_empty() {
        true => suggested(inquiry.declared),
        false => declared(inquiry.declared),
    };
    let mut meetings = Vec::new();
    for rule in rules {
        let values = inquiry.sources.values(&rule);
        let of = |record: u32| values.value_of[record as usize];
        if of(a) != 0 && of(a) == of(b) {
            let followed = inquiry.rules.iter().any(|of| of.name == rule.name);
            let too_large = values.counts[of(a) as usize] > inquiry.declared.settings.block_records;
            meetings.push(Meeting { rule: rule.name, followed, too_large });
        }
    }
    Ok(meetings)
}

/// The never rules that a pair of this pattern breaks, in words.
pub fn broken(inquiry: &Inquiry<'_>, pattern: u64) -> Vec<String> {
    let rules = inquiry.declared.never.iter().zip(&inquiry.prepared.never);
    rules
        .filter(|(_, never)| never.holds(&inquiry.scorer, pattern))
        .map(|(rule, _)| {
            let agree = match rule.agree.as_slice() {
                [] => String::new(),
                agree => format!(" while {} agree, which a key outweighs", agree.join(", ")),
            };
            format!("{} differ{agree}", rule.differ.join(", "))
        })
        .collect()
}

/// What stewards said of two records.
pub fn stewards(inquiry: &Inquiry<'_>, a: u32, b: u32) -> Vec<Said> {
    let record = |(source, key): &(String, String)| inquiry.prepared.record(source, key);
    let rows = inquiry.declared.overrides.iter().flat_map(|overrides| overrides.rows.iter());
    let about = rows.filter(|row| {
        let (left, right) = (record(&row.left), record(&row.right));
        (left, right) == (Some(a), Some(b)) || (left, right) == (Some(b), Some(a))
    });
    about
        .map(|row| Said {
            same: row.decision == Decision::Same,
            author: row.author.clone(),
            reason: row.reason.clone(),
            line: row.line,
        })
        .collect()
}

fn between(inquiry: &Inquiry<'_>, held: &Held, a: u32, b: u32) -> Option<Between> {
    let (of_a, of_b) = (held.id(a)?, held.id(b)?);
    if of_a == of_b || inquiry.prepared.comparisons.is_empty() {
        return None;
    }
    let (of_a, of_b) = (held.records(of_a), held.records(of_b));
    let rules = rules(inquiry.prepared, &inquiry.scorer, inquiry.declared);
    let count = of_a.len() * of_b.len();
    let mut between = Between {
        pairs: count as u64,
        forbidden: 0,
        against: 0,
        mean_bits: None,
        needed_bits: inquiry.declared.settings.support_bits,
        too_many: of_a.len() + of_b.len() > rules.most_records,
    };
    if count > MOST_PAIRS {
        return Some(between);
    }
    let pairs: Vec<(u32, u32)> = of_a.iter().flat_map(|a| of_b.iter().map(move |b| (*a, *b))).collect();
    let forbidden = |edge: &Edge| {
        rules.apart(edge.pattern) == Some(Apart::Always)
            || rules.different.binary_search(&(edge.a, edge.b)).is_ok()
    };
    let (never, spoken): (Vec<Edge>, Vec<Edge>) = inquiry.score(&pairs).into_iter().partition(forbidden);
    between.forbidden = never.len() as u64;
    between.against = spoken.iter().filter(|edge| rules.apart(edge.pattern).is_some()).count() as u64;
    let support = |edge: &Edge| f64::from(rules.support(edge.a, edge.b, edge.weight, edge.pattern));
    let spoken: Vec<f64> = spoken.iter().map(support).collect();
    between.mean_bits = (!spoken.is_empty()).then(|| spoken.iter().sum::<f64>() / spoken.len() as f64);
    Some(between)
}
