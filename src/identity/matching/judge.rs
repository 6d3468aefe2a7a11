//! Records that hang together → groups that are one. Weighs every pair inside a component, also those that no block
//! brought together, and joins groups while the pairs between them speak for it on the whole: two dense groups that hang
//! by one thin edge stay apart. Never makes pairs across components.

use rayon::prelude::*;

use super::block::Pairs;
use super::score::{Scored, Scorer, level_in};

/// A rule about pairs that are never one, whatever else speaks for them: all named comparisons differ, and all others
/// named agree. One that asks for agreement yields to a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Never {
    /// Comparisons, by position, of which no test holds.
    pub differ: Vec<usize>,
    /// Comparisons, by position, whose values are equal.
    pub agree: Vec<usize>,
}

impl Never {
    /// Whether it is about a pair of this pattern.
    pub fn holds(&self, scorer: &Scorer<'_>, pattern: u64) -> bool {
        self.differ.iter().all(|at| level_in(pattern, *at) == scorer.differs[*at])
            && self.agree.iter().all(|at| level_in(pattern, *at) == scorer.equal[*at])
    }
}

/// What judgement goes by.
pub struct Rules<'a> {
    pub scorer: &'a Scorer<'a>,
    /// By key, the most trusted first, by record: its value, 0 for none. Records with an equal value are one unless a rule
    /// or a steward keeps them apart.
    pub keys: &'a [Vec<u32>],
    pub never: &'a [Never],
    /// What a steward says: pairs that are one, pairs that are not; the smaller record first, sorted.
    pub same: &'a [(u32, u32)],
    pub different: &'a [(u32, u32)],
    /// Groups are joined while the mean support over the pairs between them is at least so many bits.
    pub support_bits: f32,
    /// No group grows beyond so many records.
    pub most_records: usize,
}

/// Support of one pair is counted up to so many bits, so that one strong agreement does not outweigh many contradictions.
const MOST_SUPPORT: f32 = 10.0;
/// And contradiction down to so many.
const MOST_CONTRADICTION: f32 = -10.0;
/// Pairs of components are scored together up to about so many.
const BATCH: usize = 8192;
/// Components of more records are cut at their weaker edges first: the work grows with the square.
pub const DENSE: usize = 2048;

impl Rules<'_> {
    /// How much a pair speaks for or against joining the groups it lies between. A pair that the prior alone makes
    /// unlikely says nothing: the prior counts once, in the edge that brought the groups together.
    pub fn support(&self, a: u32, b: u32, scored: f32, pattern: u64) -> f32 {
        if self.different.binary_search(&(a, b)).is_ok() {
            return f32::NEG_INFINITY;
        }
        match self.apart(pattern) {
            Some(Apart::Always) => f32::NEG_INFINITY,
            Some(Apart::UnlessKey) => UNLESS_KEY,
            None if scored > 0.0 => scored.min(MOST_SUPPORT),
            None => (scored - self.scorer.weights.prior).clamp(MOST_CONTRADICTION, 0.0),
        }
    }

    /// How firmly the rules keep two records apart, if they do.
    pub fn apart(&self, pattern: u64) -> Option<Apart> {
        let firmness = |never: &Never| if never.agree.is_empty() { Apart::Always } else { Apart::UnlessKey };
        self.never.iter().filter(|never| never.holds(self.scorer, pattern)).map(firmness).max()
    }
}

/// How firmly a rule keeps two records apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Apart {
    /// What they agree in is no evidence; a key is.
    UnlessKey,
    /// Only a steward joins them.
    Always,
}

/// What a rule that asks for agreement counts: as much as three pairs at their best, so that it parts two people, and a
/// name that is spelt oddly once does not part one.
const UNLESS_KEY: f32 = -30.0;

/// Splits components into groups; each comes back with its records ascending, the components in their order.
pub fn judge(components: &[Vec<u32>], rules: &Rules) -> Vec<Vec<u32>> {
    let mut batches: Vec<&[Vec<u32>]> = Vec::new();
    let (mut from, mut pairs) = (0, 0);
    for (at, component) in components.iter().enumerate() {
        pairs += component.len() * component.len() / 2;
        if pairs >= BATCH {
            batches.push(&components[from..=at]);
            (from, pairs) = (at + 1, 0);
        }
    }
    batches.push(&components[from..]);
    let groups: Vec<Vec<Vec<u32>>> = batches
        .into_par_iter()
        .map_init(Work::default, |work, batch| judge_batch(batch, rules, work))
        .collect();
    groups.into_iter().flatten().collect()
}

#[derive(Default)]
struct Work {
    pairs: Pairs,
    scored: Scored,
}

fn judge_batch(components: &[Vec<u32>], rules: &Rules, work: &mut Work) -> Vec<Vec<u32>> {
    work.pairs.clear();
    for component in components {
        for (at, a) in component.iter().enumerate() {
            component[at + 1..].iter().for_each(|b| work.pairs.push(*a, *b));
        }
    }
    work.scored.edges.clear();
    rules.scorer.score(&work.pairs, f32::NEG_INFINITY, &mut work.scored);
    let mut scored = work.scored.edges.iter();
    let mut groups = Vec::new();
    for component in components {
        let records = component.len();
        let mut support = vec![0.0_f64; records * records];
        for i in 0..records {
            for j in i + 1..records {
                let Some(edge) = scored.next() else { continue };
                let of_pair = f64::from(rules.support(edge.a, edge.b, edge.weight, edge.pattern));
                support[i * records + j] = of_pair;
                support[j * records + i] = of_pair;
            }
        }
        let mut agglomeration = Agglomeration::new(support, records);
        for (i, a) in component.iter().enumerate() {
            for (j, b) in component.iter().enumerate().skip(i + 1) {
                if rules.same.binary_search(&(*a, *b)).is_ok() {
                    agglomeration.force(i, j, Force::Steward);
                }
            }
        }
        for key in rules.keys {
            for (i, a) in component.iter().enumerate().filter(|(_, a)| key[**a as usize] != 0) {
                for (j, b) in component.iter().enumerate().skip(i + 1) {
                    if key[*a as usize] == key[*b as usize] {
                        agglomeration.force(i, j, Force::Key);
                    }
                }
            }
        }
        agglomeration.run(f64::from(rules.support_bits), rules.most_records);
        groups.extend(agglomeration.groups(component));
    }
    groups
}

/// What joins groups without being weighed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    /// Outweighs everything.
    Steward,
    /// Outweighs everything but what keeps records apart.
    Key,
}

/// Average-linkage clustering (Sokal & Michener 1958) of a few records, by the mean support between groups.
struct Agglomeration {
    records: usize,
    /// Sums of support between groups, which go by their smallest member.
    between: Vec<f64>,
    size: Vec<usize>,
    /// By record: the group it is in; groups of size 0 are gone.
    group_of: Vec<usize>,
    /// By group: the later group that suits it best.
    best: Vec<Option<usize>>,
}

impl Agglomeration {
    fn new(support: Vec<f64>, records: usize) -> Self {
        Self {
            records,
            between: support,
            size: vec![1; records],
            group_of: (0..records).collect(),
            best: vec![None; records],
        }
    }

    fn mean(&self, i: usize, j: usize) -> f64 {
        self.between[i * self.records + j] / (self.size[i] * self.size[j]) as f64
    }

    /// Joins two records' groups whatever the evidence says.
    fn force(&mut self, i: usize, j: usize, force: Force) {
        let (i, j) = (self.group_of[i], self.group_of[j]);
        let apart = self.between[i * self.records + j] == f64::NEG_INFINITY;
        if i != j && (force == Force::Steward || !apart) {
            self.merge(i.min(j), i.max(j));
        }
    }

    /// Makes group `j` part of `i`.
    fn merge(&mut self, i: usize, j: usize) {
        for other in (0..self.records).filter(|other| self.size[*other] > 0 && *other != i && *other != j) {
            let sum = self.between[i * self.records + other] + self.between[j * self.records + other];
            self.between[i * self.records + other] = sum;
            self.between[other * self.records + i] = sum;
        }
        self.size[i] += std::mem::take(&mut self.size[j]);
        for group in self.group_of.iter_mut().filter(|group| **group == j) {
            *group = i;
        }
    }

    fn find_best(&self, i: usize, most_records: usize) -> Option<usize> {
        let mut best: Option<usize> = None;
        for j in i + 1..self.records {
            if self.size[j] > 0
                && self.size[i] + self.size[j] <= most_records
                && best.is_none_or(|best| self.mean(i, j) > self.mean(i, best))
            {
                best = Some(j);
            }
        }
        best
    }

    fn run(&mut self, least: f64, most_records: usize) {
        for i in 0..self.records {
            self.best[i] = if self.size[i] > 0 { self.find_best(i, most_records) } else { None };
        }
        loop {
            let mut strongest: Option<(f64, usize, usize)> = None;
            for (i, j) in self.best.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))) {
                let mean = self.mean(i, j);
                if mean >= least && strongest.is_none_or(|(most, ..)| mean > most) {
                    strongest = Some((mean, i, j));
                }
            }
            let Some((_, i, j)) = strongest else { return };
            self.merge(i, j);
            self.best[j] = None;
            for k in (0..self.records).filter(|k| self.size[*k] > 0) {
                // What suited best may have changed for the joined group, and for those that it or the other suited.
                let stale = k == i || self.best[k].is_some_and(|best| best == i || best == j);
                let better = k < i
                    && self.size[k] + self.size[i] <= most_records
                    && self.best[k].is_none_or(|best| self.mean(k, i) > self.mean(k, best));
                if stale || better {
                    self.best[k] = self.find_best(k, most_records);
                }
            }
        }
    }

    fn groups(&self, component: &[u32]) -> Vec<Vec<u32>> {
        let mut groups: Vec<Vec<u32>> = vec![Vec::new(); self.records];
        for (record, group) in component.iter().zip(&self.group_of) {
            groups[*group].push(*record);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }
}
