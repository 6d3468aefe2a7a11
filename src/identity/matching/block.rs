//! Which records are compared at all: those that share a block of at least one rule. Counts pairs without making them,
//! makes each once. Never looks at an attribute.

use rayon::prelude::*;

use super::attribute::Values;

/// The blocks of one rule.
#[derive(Debug)]
pub struct Blocks {
    /// The records of all blocks, block by block, ascending in each.
    members: Vec<u32>,
    /// By block, and one more: where its members begin.
    starts: Vec<u32>,
    /// Pairs in all blocks, those of too large ones left out.
    pub pairs: u64,
    /// The records whose block has more records than allowed, ascending.
    pub in_oversized: Vec<u32>,
}

/// Marks a value that too many records have.
const OVERSIZED: u32 = u32::MAX;

/// Pairs of `records` things.
pub fn pairs_of(records: u64) -> u64 {
    records * records.saturating_sub(1) / 2
}

/// A rule's value of every record: numbers, 0 for none, and how many records have each.
#[derive(Debug)]
pub struct BlockValues {
    pub value_of: Vec<u32>,
    pub counts: Vec<u32>,
}

impl BlockValues {
    /// How many pairs the rule makes, blocks of more than `max_block` records left out; without making one.
    pub fn pairs(&self, max_block: u32) -> u64 {
        let kept = self.counts.iter().skip(1).filter(|count| **count <= max_block);
        kept.map(|count| pairs_of(u64::from(*count))).sum()
    }

    /// How many records are in blocks that are too large.
    pub fn in_oversized(&self, max_block: u32) -> u64 {
        self.counts.iter().skip(1).filter(|count| **count > max_block).map(|count| u64::from(*count)).sum()
    }
}

impl Blocks {
    /// Groups records by a rule's value; also by record its block.
    fn new(values: BlockValues, max_block: u32) -> (Self, Vec<u32>) {
        let counts = &values.counts;
        let mut block_of_value = vec![0_u32; counts.len()];
        let mut starts = vec![0_u32, 0];
        let mut pairs = 0;
        for (value, count) in counts.iter().enumerate().skip(1) {
            if (2..=max_block).contains(count) {
                block_of_value[value] = (starts.len() - 1) as u32;
                starts.push(starts[starts.len() - 1] + count);
                pairs += pairs_of(u64::from(*count));
            } else if *count > max_block {
                block_of_value[value] = OVERSIZED;
            }
        }
        let mut next = starts.clone();
        let mut members = vec![0_u32; starts[starts.len() - 1] as usize];
        let mut in_oversized = Vec::new();
        let mut block_of = values.value_of;
        for (record, slot) in block_of.iter_mut().enumerate() {
            *slot = block_of_value[*slot as usize];
            if *slot == OVERSIZED {
                *slot = 0;
                in_oversized.push(record as u32);
            } else if *slot != 0 {
                let at = &mut next[*slot as usize];
                members[*at as usize] = record as u32;
                *at += 1;
            }
        }
        (Self { members, starts, pairs, in_oversized }, block_of)
    }

    /// How many blocks make pairs.
    pub fn len(&self) -> usize {
        self.starts.len() - 2
    }

    /// Whether no block makes pairs.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records of a block, from 1.
    pub fn members(&self, block: usize) -> &[u32] {
        let range = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        self.members.get(range(block)..range(block + 1)).unwrap_or_default()
    }

    /// The blocks cut into runs of about `pairs` pairs.
    fn runs(&self, pairs: u64) -> Vec<(usize, usize)> {
        let mut runs = Vec::new();
        let (mut from, mut held) = (1, 0);
        for block in 1..=self.len() {
            held += pairs_of(self.members(block).len() as u64);
            if held >= pairs {
                runs.push((from, block + 1));
                (from, held) = (block + 1, 0);
            }
        }
        if held > 0 {
            runs.push((from, self.len() + 1));
        }
        runs
    }
}

/// Pairs as two columns of records, the smaller record first.
#[derive(Debug, Default)]
pub struct Pairs {
    pub a: Vec<u32>,
    pub b: Vec<u32>,
}

impl Pairs {
    pub fn len(&self) -> usize {
        self.a.len()
    }

    pub fn is_empty(&self) -> bool {
        self.a.is_empty()
    }

    pub fn clear(&mut self) {
        self.a.clear();
        self.b.clear();
    }

    /// The n-th part of so many pairs; the last may be shorter.
    pub fn part(&self, number: usize, pairs: usize) -> Self {
        let range = number * pairs..((number + 1) * pairs).min(self.len());
        Self { a: self.a[range.clone()].to_vec(), b: self.b[range].to_vec() }
    }

    pub fn push(&mut self, a: u32, b: u32) {
        self.a.push(a.min(b));
        self.b.push(a.max(b));
    }
}

/// So many pairs are handed over at once: their columns stay in the cache of a core.
const CHUNK: usize = 8192;
/// A task makes about so many.
const TASK: u64 = 1 << 19;

/// The blocks of all rules that are followed.
#[derive(Debug)]
pub struct Meetings {
    pub rules: Vec<Blocks>,
    /// By record, by rule: its block; 0 where the rule says nothing of it, nobody shares its block, or too many do.
    block_of: Values,
}

impl Meetings {
    /// Groups records by the values of each rule. A block of more than `max_block` records makes no pairs.
    pub fn new(values: impl Iterator<Item = BlockValues>, max_block: u32) -> Self {
        let (rules, block_of): (Vec<Blocks>, Vec<Vec<u32>>) =
            values.map(|values| Blocks::new(values, max_block)).unzip();
        Self { rules, block_of: Values::new(&block_of) }
    }

    /// Whether two records share a block of any rule before this one.
    pub fn meet_before(&self, rule: usize, a: u32, b: u32) -> bool {
        let blocks = self.block_of.first(a, rule).iter().zip(self.block_of.first(b, rule));
        blocks.into_iter().any(|(a, b)| *a != 0 && a == b)
    }
}

/// Hands over every pair that shares a block of any rule, each once, in chunks, on all cores; `wanted` tells whether a
/// pair is wanted. What is made of the chunks comes back in an order that does not depend on the cores.
pub fn for_each_pair<S: Default + Send, W: Sync + Fn(u32, u32) -> bool, F: Sync + Fn(&mut S, &Pairs)>(
    meetings: &Meetings,
    wanted: W,
    work: F,
) -> Vec<S> {
    let tasks: Vec<(usize, (usize, usize))> = meetings
        .rules
        .iter()
        .enumerate()
        .flat_map(|(rule, blocks)| blocks.runs(TASK).into_iter().map(move |run| (rule, run)))
        .collect();
    tasks
        .into_par_iter()
        .map(|(rule, (from, to))| {
            let blocks = &meetings.rules[rule];
            let mut state = S::default();
            let mut pairs = Pairs::default();
            for block in from..to {
                let members = blocks.members(block);
                for (at, a) in members.iter().enumerate() {
                    for b in &members[at + 1..] {
                        if !meetings.meet_before(rule, *a, *b) && wanted(*a, *b) {
                            pairs.push(*a, *b);
                            if pairs.len() == CHUNK {
                                work(&mut state, &pairs);
                                pairs.clear();
                            }
                        }
                    }
                }
            }
            if !pairs.is_empty() {
                work(&mut state, &pairs);
            }
            state
        })
        .collect()
}

/// Pairs of every n-th block of a rule, about `most` of them, and which share of all they are.
pub fn sample(blocks: &Blocks, most: u64) -> (Pairs, f64) {
    let step = (blocks.pairs / most.max(1) + 1) as usize;
    let mut pairs = Pairs::default();
    let mut left = most.saturating_mul(2);
    for block in (1..=blocks.len()).step_by(step) {
        let members = blocks.members(block);
        let of_block = pairs_of(members.len() as u64);
        if of_block > left {
            continue;
        }
        left -= of_block;
        for (at, a) in members.iter().enumerate() {
            for b in &members[at + 1..] {
                pairs.push(*a, *b);
            }
        }
    }
    let share = if blocks.pairs == 0 { 1.0 } else { pairs.len() as f64 / blocks.pairs as f64 };
    (pairs, share)
}
