//! Pairs → edges: what speaks for two records being one, in bits. Streams: only pairs near enough to a match are kept.

use std::cmp::Ordering;

use super::attribute::Values;
use super::block::{self, Meetings, Pairs};
use super::compare::Comparer;
use super::model::Weights;
use crate::identity::similarity::Scratch;

/// Two records that may be one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// The smaller record.
    pub a: u32,
    pub b: u32,
    /// The log2 odds that they are one.
    pub weight: f32,
    /// The level of each comparison, four bits each, the first in the lowest.
    pub pattern: u64,
}

impl Edge {
    /// The level of a comparison.
    pub fn level(&self, comparison: usize) -> u8 {
        level_in(self.pattern, comparison)
    }
}

/// The level of a comparison in a pattern.
pub fn level_in(pattern: u64, comparison: usize) -> u8 {
    (pattern >> (4 * comparison)) as u8 & 15
}

/// A comparison's level in its place of a pattern.
pub fn placed(level: u8, comparison: usize) -> u64 {
    u64::from(level) << (4 * comparison)
}

/// The heavier edge first; equal ones by their records.
pub fn heaviest_first(one: &Edge, other: &Edge) -> Ordering {
    other.weight.total_cmp(&one.weight).then_with(|| (one.a, one.b).cmp(&(other.a, other.b)))
}

/// Scores pairs of records.
pub struct Scorer<'a> {
    pub comparers: &'a [Comparer<'a>],
    pub weights: &'a Weights,
    pub values: &'a Values,
    /// By comparison: the attribute that it grades.
    pub attribute: Vec<usize>,
    /// By comparison: the level of equal values.
    pub equal: Vec<u8>,
    /// By comparison: the level of values that no test holds for.
    pub differs: Vec<u8>,
}

/// What one thread needs for scoring.
#[derive(Default)]
pub struct Scored {
    pub edges: Vec<Edge>,
    /// Pairs scored.
    pub pairs: u64,
    scratch: Scratch,
    levels: Vec<u8>,
    weights: Vec<f32>,
    patterns: Vec<u64>,
}

impl Scorer<'_> {
    /// All pairs that meet in a block, those of at least `least` bits kept; sorted by records.
    pub fn edges(
        &self,
        meetings: &Meetings,
        least: f32,
        wanted: impl Sync + Fn(u32, u32) -> bool,
    ) -> (Vec<Edge>, u64) {
        let parts = block::for_each_pair(meetings, wanted, |scored: &mut Scored, pairs| {
            self.score(pairs, least, scored)
        });
        let pairs = parts.iter().map(|part| part.pairs).sum();
        let mut edges = Vec::with_capacity(parts.iter().map(|part| part.edges.len()).sum());
        parts.into_iter().for_each(|part| edges.extend(part.edges));
        rayon::slice::ParallelSliceMut::par_sort_unstable_by_key(edges.as_mut_slice(), |edge| {
            (edge.a, edge.b)
        });
        (edges, pairs)
    }

    /// Scores pairs and keeps those of at least `least` bits.
    pub fn score(&self, pairs: &Pairs, least: f32, scored: &mut Scored) {
        if pairs.is_empty() {
            return;
        }
        let Scored { edges, pairs: seen, scratch, levels, weights, patterns } = scored;
        weights.clear();
        weights.resize(pairs.len(), self.weights.prior);
        patterns.clear();
        patterns.resize(pairs.len(), 0);
        for (at, comparer) in self.comparers.iter().enumerate() {
            comparer.levels(pairs, scratch, levels);
            let of_level = &self.weights.comparisons[at].levels;
            let rarity = &self.weights.comparisons[at].rarity;
            for (row, level) in levels.iter().enumerate() {
                weights[row] += of_level[usize::from(*level)];
                patterns[row] |= placed(*level, at);
            }
            if !rarity.is_empty() {
                let (attribute, equal) = (self.attribute[at], self.equal[at]);
                for (row, level) in levels.iter().enumerate() {
                    if *level == equal {
                        weights[row] += rarity[self.values.get(pairs.a[row], attribute) as usize];
                    }
                }
            }
        }
        *seen += pairs.len() as u64;
        for (row, weight) in weights.iter().enumerate() {
            if *weight >= least {
                edges.push(Edge {
                    a: pairs.a[row],
                    b: pairs.b[row],
                    weight: *weight,
                    pattern: patterns[row],
                });
            }
        }
    }
}
