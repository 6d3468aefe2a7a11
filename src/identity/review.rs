//! Which pairs a steward should look at: those about which the evidence and the customers are least sure. Never decides.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::IdentityError;
use super::cluster::Clusters;
use super::evidence::least_bits;
use super::inquiry::{Held, Inquiry};
use super::matching::score::{Edge, heaviest_first};
use super::why::broken;

/// A pair to be looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The smaller record first.
    pub pair: (u32, u32),
    /// Their customers, as places among the ids; the smaller first.
    pub customers: (u32, u32),
    pub weight: f32,
    pub pattern: u64,
    pub doubt: Doubt,
}

/// Why a pair should be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A match by its weight, and yet two customers.
    ApartThoughAlike,
    /// About as likely one as two.
    Even,
    /// The weakest tie without which the customer would be two.
    WeakestTie,
}

impl Doubt {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::ApartThoughAlike => "apart though alike",
            Self::Even => "about even",
            Self::WeakestTie => "weakest tie of a customer",
        }
    }
}

/// Pairs of less weight are not near even.
const LEAST_BITS: f32 = -6.0;

/// The pairs to look at, at most `most`, the most doubtful first.
pub fn review(inquiry: &Inquiry<'_>, held: &Held, most: usize) -> Result<Vec<Candidate>, IdentityError> {
    let prepared = inquiry.prepared;
    let decided = |edge: &Edge| {
        let pair = (edge.a, edge.b);
        prepared.same.binary_search(&pair).is_ok() || prepared.different.binary_search(&pair).is_ok()
    };
    let mut edges = inquiry.edges(LEAST_BITS)?;
    edges.sort_by(heaviest_first);
    let candidate = |edge: &Edge, doubt: Doubt| {
        let (a, b) = (held.of_record[edge.a as usize]?, held.of_record[edge.b as usize]?);
        let customers = (a.min(b), a.max(b));
        let Edge { a, b, weight, pattern } = *edge;
        Some(Candidate { pair: (a, b), customers, weight, pattern, doubt })
    };
    let open = || edges.iter().filter(|edge| !decided(edge));
    let enough = least_bits(inquiry.declared);
    let apart: Vec<Candidate> = open()
        .take_while(|edge| edge.weight >= enough)
        .filter_map(|edge| candidate(edge, Doubt::ApartThoughAlike))
        .filter(|of| of.customers.0 != of.customers.1 && broken(inquiry, of.pattern).is_empty())
        .collect();
    let mut even: Vec<Candidate> = open()
        .filter(|edge| edge.weight.abs() <= -LEAST_BITS)
        .filter_map(|edge| candidate(edge, Doubt::Even))
        .collect();
    even.sort_by(|a, b| a.weight.abs().total_cmp(&b.weight.abs()).then_with(|| a.pair.cmp(&b.pair)));
    let ties = weakest_ties(inquiry, &edges, held);
    let ties = ties.iter().filter(|edge| !decided(edge));
    let ties = ties.filter_map(|edge| candidate(edge, Doubt::WeakestTie)).collect();
    Ok(choose([apart, even, ties], most))
}

/// Of each customer that hangs together by matches, the tie that would be the first to give; the weakest first. `edges`
/// come heaviest first.
fn weakest_ties(inquiry: &Inquiry<'_>, edges: &[Edge], held: &Held) -> Vec<Edge> {
    let mut clusters = Clusters::new(inquiry.prepared.len());
    inquiry.prepared.joined().iter().for_each(|(a, b)| clusters.join(*a, *b));
    let mut weakest: HashMap<u32, Edge> = HashMap::new();
    for edge in edges {
        let (a, b) = (held.of_record[edge.a as usize], held.of_record[edge.b as usize]);
        if let Some(customer) = a.filter(|_| a == b)
            && clusters.root(edge.a) != clusters.root(edge.b)
        {
            clusters.join(edge.a, edge.b);
            weakest.insert(customer, *edge);
        }
    }
    let mut weakest: Vec<Edge> = weakest.into_values().collect();
    weakest.sort_by(|a, b| a.weight.total_cmp(&b.weight).then_with(|| (a.a, a.b).cmp(&(b.a, b.b))));
    weakest
}

/// Takes from each list in turn, no pair twice; first one of each two customers, then the others.
pub fn choose(lists: [Vec<Candidate>; 3], most: usize) -> Vec<Candidate> {
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let in_turn = (0..longest).flat_map(|at| lists.iter().filter_map(move |list| list.get(at)));
    let mut pairs = BTreeSet::new();
    let in_turn: Vec<&Candidate> = in_turn.filter(|of| pairs.insert(of.pair)).collect();
    let mut met = BTreeSet::new();
    let (first, again): (Vec<&Candidate>, Vec<&Candidate>) =
        in_turn.into_iter().partition(|of| met.insert(of.customers));
    first.into_iter().chain(again).take(most).copied().collect()
}
