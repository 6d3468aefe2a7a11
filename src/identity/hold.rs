//! What holds a customer's records together, and from which other customers they were kept apart. Never decides anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::cluster::Clusters;
use super::inquiry::{Held, Inquiry};
use super::matching::model::probability_of;
use super::matching::score::{Edge, heaviest_first};
use super::state::State;
use super::waterfall::{Waterfall, waterfall};
use super::why::{broken, stewards};
use super::{IdentityError, matching};
use crate::config::identity::{Attribute, Kind};

/// What holds a customer together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hold {
    /// The strongest ties that connect all records, the weakest of them first: one fewer than records.
    pub links: Vec<Link>,
    /// The heaviest match with each other customer that judgement did not follow, the heaviest first.
    pub kept_apart: Vec<KeptApart>,
    /// By record, as `source:key`: its attributes. Personal; to be masked before they are shown.
    #[serde(skip)]
    pub values: BTreeMap<String, Vec<Value>>,
}

/// A record's value of an attribute; empty where it has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub kind: Kind,
    pub text: String,
}

/// A tie between two records of one customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    #[serde(skip)]
    pub pair: (u32, u32),
    pub left: String,
    pub right: String,
    pub by: By,
    /// None where nothing is compared.
    pub waterfall: Option<Waterfall>,
}

/// What ties two records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Steward,
    /// An equal key.
    Key(String),
    /// They are alike.
    Match,
}

/// A match with a record of another customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeptApart {
    pub own: String,
    pub other: String,
    pub other_customer: Option<String>,
    pub weight_bits: f64,
    pub probability: f64,
    pub because: String,
}

/// In customers of more records only pairs that rules brought together are looked at.
const FEW_RECORDS: usize = 200;

/// Looks at one customer: `records` ascending, the edges those of the last run.
pub fn hold(
    inquiry: &Inquiry<'_>,
    held: &Held,
    state: &State,
    records: &[u32],
    most_apart: usize,
) -> Result<Hold, IdentityError> {
    let place = |record: u32| records.binary_search(&record).ok();
    let known = |edge: &super::state::KeptEdge| {
        let record = |of| inquiry.prepared.fingerprints.binary_search(of).ok().map(|at| at as u32);
        let (a, b) = (record(&edge.a)?, record(&edge.b)?);
        Some(Edge { a: a.min(b), b: a.max(b), weight: edge.weight, pattern: edge.pattern })
    };
    let touching: Vec<Edge> = state
        .edges
        .iter()
        .filter_map(known)
        .filter(|edge| place(edge.a).is_some() || place(edge.b).is_some())
        .collect();
    let (mut inside, mut outside): (Vec<Edge>, Vec<Edge>) =
        touching.into_iter().partition(|edge| place(edge.a).is_some() && place(edge.b).is_some());
    if records.len() <= FEW_RECORDS && !inquiry.prepared.comparisons.is_empty() {
        inside = inquiry.score(&pairs_of(records));
    }
    inside.sort_by(heaviest_first);
    outside.sort_by(heaviest_first);
    let mut met = BTreeSet::new();
    outside.retain(|edge| {
        let other = if place(edge.a).is_some() { edge.b } else { edge.a };
        met.insert(held.of_record[other as usize])
    });
    outside.truncate(most_apart);
    let mut links = links(inquiry, records, &inside);
    links.reverse();
    let kept_apart = outside.iter().map(|edge| {
        let (own, other) = if place(edge.a).is_some() { (edge.a, edge.b) } else { (edge.b, edge.a) };
        KeptApart {
            own: inquiry.label(own),
            other: inquiry.label(other),
            other_customer: held.id(other).map(str::to_owned),
            weight_bits: f64::from(edge.weight),
            probability: probability_of(f64::from(edge.weight)),
            because: because(inquiry, edge),
        }
    });
    let values = records.iter().map(|record| (inquiry.label(*record), values(inquiry, *record))).collect();
    Ok(Hold { links, kept_apart: kept_apart.collect(), values })
}

fn values(inquiry: &Inquiry<'_>, record: u32) -> Vec<Value> {
    let attributes = inquiry.declared.attributes.iter().zip(&inquiry.prepared.attributes).enumerate();
    let value = |(at, (declared, of)): (usize, (&Attribute, &matching::attribute::Attribute))| Value {
        kind: declared.kind,
        text: of.text(inquiry.prepared.values.get(record, at)).to_owned(),
    };
    attributes.map(value).collect()
}

fn pairs_of(records: &[u32]) -> Vec<(u32, u32)> {
    let with_later = |(at, a): (usize, &u32)| records[at + 1..].iter().map(|b| (*a, *b)).collect::<Vec<_>>();
    records.iter().enumerate().flat_map(with_later).collect()
}

/// A spanning tree of the strongest ties: stewards, then keys in their order, then matches (Kruskal 1956).
fn links(inquiry: &Inquiry<'_>, records: &[u32], inside: &[Edge]) -> Vec<Link> {
    let mut clusters = Clusters::new(records.len());
    let mut links = Vec::new();
    let mut tie = |a: u32, b: u32, by: By| {
        let (Ok(at_a), Ok(at_b)) = (records.binary_search(&a), records.binary_search(&b)) else { return };
        let (at_a, at_b) = (at_a as u32, at_b as u32);
        if clusters.root(at_a) == clusters.root(at_b) {
            return;
        }
        clusters.join(at_a, at_b);
        let scored = inquiry.score(&[(a, b)]).into_iter().next();
        let scored = scored.filter(|_| !inquiry.prepared.comparisons.is_empty());
        links.push(Link {
            pair: (a, b),
            left: inquiry.label(a),
            right: inquiry.label(b),
            by,
            waterfall: scored.map(|edge| waterfall(inquiry, &edge)),
        });
    };
    inquiry.prepared.same.iter().for_each(|(a, b)| tie(*a, *b, By::Steward));
    for (key, values) in inquiry.declared.keys.iter().zip(&inquiry.prepared.keys) {
        let mut holders: Vec<(u32, u32)> = records
            .iter()
            .map(|record| (values[*record as usize], *record))
            .filter(|(value, _)| *value != 0)
            .collect();
        holders.sort_unstable();
        for sharing in holders.chunk_by(|a, b| a.0 == b.0) {
            sharing.windows(2).for_each(|pair| tie(pair[0].1, pair[1].1, By::Key(key.column.clone())));
        }
    }
    inside.iter().for_each(|edge| tie(edge.a, edge.b, By::Match));
    links
}

fn because(inquiry: &Inquiry<'_>, edge: &Edge) -> String {
    if let Some(said) = stewards(inquiry, edge.a, edge.b).into_iter().find(|said| !said.same) {
        return format!("a steward says so (line {} of the overrides)", said.line);
    }
    match broken(inquiry, edge.pattern).as_slice() {
        [] => "the pairs between both customers do not support it on the whole".to_owned(),
        rules => format!("never: {}", rules.join("; ")),
    }
}
