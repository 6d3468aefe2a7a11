//! What is held of each group while records come in: one entry, or one for each value or channel, in chains through one
//! vector; the bytes of values lie side by side in one buffer. Never knows what the bytes mean.

use std::cmp::Ordering;

use datafusion::common::{Result, internal_err};

use super::ranking::Rule;

const NONE: u32 = u32::MAX;
/// Bytes of an entry in a state, before the value's.
const HEADER: usize = 8 + 3 * 8 + 4 + 1 + 4;
/// Bytes that replaced values may waste before they are squeezed out.
const WASTE: usize = 1 << 20;

/// A record that states a value: its rank, of which the least wins, and what its value or its channel hashes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    rank: [u64; 3],
    hash: u64,
    stated: u32,
    agreed: bool,
}

impl Candidate {
    pub(super) fn new(rank: [u64; 3], hash: u64) -> Self {
        Self { rank, hash, stated: 1, agreed: true }
    }

    /// As a state of its own.
    pub(super) fn write(&self, bytes: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.hash.to_le_bytes());
        self.rank.iter().for_each(|part| out.extend_from_slice(&part.to_le_bytes()));
        out.extend_from_slice(&self.stated.to_le_bytes());
        out.push(u8::from(self.agreed));
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    }

    /// The first entry of a state, its bytes, and the rest.
    fn read(state: &[u8]) -> Option<(Self, &[u8], &[u8])> {
        let (hash, rest) = state.split_first_chunk()?;
        let mut rank = [0; 3];
        let mut rest = rest;
        for part in &mut rank {
            let (bytes, after) = rest.split_first_chunk()?;
            *part = u64::from_le_bytes(*bytes);
            rest = after;
        }
        let (stated, rest) = rest.split_first_chunk()?;
        let (agreed, rest) = rest.split_first()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let candidate = Self {
            rank,
            hash: u64::from_le_bytes(*hash),
            stated: u32::from_le_bytes(*stated),
            agreed: *agreed != 0,
        };
        Some((candidate, bytes, rest))
    }
}

/// Where entries of a group are told apart.
fn told_apart(rule: Rule) -> bool {
    rule != Rule::Greatest
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    best: Candidate,
    start: usize,
    length: u32,
    next: u32,
}

/// What is held of many groups.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The first groups are gone; the one numbered 0 stands here.
    gone: usize,
    heads: Vec<u32>,
    entries: Vec<Entry>,
    bytes: Vec<u8>,
    wasted: usize,
}

/// What comes out of a group.
pub(super) struct Verdict<'a> {
    pub bytes: &'a [u8],
    pub stated: i64,
    pub agreed: bool,
}

impl Held {
    pub(super) fn resize(&mut self, groups: usize) {
        if self.groups() < groups {
            self.heads.resize(self.gone + groups, NONE);
        }
    }

    pub(super) fn groups(&self) -> usize {
        self.heads.len() - self.gone
    }

    pub(super) fn bytes(&self) -> usize {
        self.heads.capacity() * size_of::<u32>()
            + self.entries.capacity() * size_of::<Entry>()
            + self.bytes.capacity()
    }

    fn chain(&self, group: usize) -> impl Iterator<Item = (u32, &Entry)> {
        let mut at = self.heads.get(self.gone + group).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let entry = self.entries.get(at as usize)?;
            let index = std::mem::replace(&mut at, entry.next);
            Some((index, entry))
        })
    }

    fn find(&self, group: usize, hash: u64, rule: Rule) -> Option<u32> {
        let mut chain = self.chain(group);
        chain.find(|(_, entry)| !told_apart(rule) || entry.best.hash == hash).map(|(index, _)| index)
    }

    fn value(&self, entry: &Entry) -> &[u8] {
        self.bytes.get(entry.start..entry.start + entry.length as usize).unwrap_or_default()
    }

    /// Might this record come before what is held, as far as its rank says?
    pub(super) fn may_win(&self, group: usize, candidate: &Candidate, rule: Rule) -> bool {
        let held = self.find(group, candidate.hash, rule).and_then(|index| self.entries.get(index as usize));
        held.is_none_or(|held| candidate.rank <= held.best.rank)
    }

    /// Notes a record that does not win.
    pub(super) fn count(&mut self, group: usize, candidate: &Candidate, rule: Rule) {
        if let Some(index) = self.find(group, candidate.hash, rule)
            && let Some(entry) = self.entries.get_mut(index as usize)
        {
            entry.best.join(candidate, rule);
        }
    }

    /// Takes a record in; it is kept if it comes before what is held.
    pub(super) fn offer(
        &mut self,
        group: usize,
        candidate: Candidate,
        value: &[u8],
        rule: Rule,
    ) -> Result<()> {
        let Ok(length) = u32::try_from(value.len()) else {
            return internal_err!("`{}` was given a value of 4 GiB", rule.name());
        };
        let Some(index) = self.find(group, candidate.hash, rule) else {
            return self.insert(group, candidate, value, length, rule);
        };
        let Some(held) = self.entries.get(index as usize).copied() else { return Ok(()) };
        let order = candidate.rank.cmp(&held.best.rank).then_with(|| value.cmp(self.value(&held)));
        let mut best = held.best;
        best.join(&candidate, rule);
        let mut entry = Entry { best, ..held };
        if order == Ordering::Less {
            entry.best.rank = candidate.rank;
            entry.best.hash = candidate.hash;
            if length <= held.length {
                self.wasted += (held.length - length) as usize;
            } else {
                self.wasted += held.length as usize;
                entry.start = self.bytes.len();
                self.bytes.resize(entry.start + value.len(), 0);
            }
            entry.length = length;
            if let Some(place) = self.bytes.get_mut(entry.start..entry.start + value.len()) {
                place.copy_from_slice(value);
            }
        }
        if let Some(place) = self.entries.get_mut(index as usize) {
            *place = entry;
        }
        if self.wasted > WASTE.max(self.bytes.len() / 2) {
            self.squeeze();
        }
        Ok(())
    }

    fn insert(&mut self, group: usize, best: Candidate, value: &[u8], length: u32, rule: Rule) -> Result<()> {
        let index = self.entries.len();
        let (Ok(index), Some(head)) = (u32::try_from(index), self.heads.get_mut(self.gone + group)) else {
            return internal_err!("`{}` was given more than 2^32 values", rule.name());
        };
        let next = std::mem::replace(head, index);
        self.entries.push(Entry { best, start: self.bytes.len(), length, next });
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    /// Lays the bytes of what is held side by side.
    fn squeeze(&mut self) {
        let mut bytes = Vec::with_capacity(self.bytes.len().saturating_sub(self.wasted));
        for entry in &mut self.entries {
            let start = bytes.len();
            bytes
                .extend(self.bytes.get(entry.start..entry.start + entry.length as usize).unwrap_or_default());
            entry.start = start;
        }
        self.bytes = bytes;
        self.wasted = 0;
    }

    /// What a group comes to.
    pub(super) fn verdict(&self, group: usize, rule: Rule) -> Option<Verdict<'_>> {
        let mut stated = 0;
        let mut agreed = true;
        let mut winner: Option<&Entry> = None;
        for (_, entry) in self.chain(group) {
            stated += i64::from(entry.best.stated);
            agreed &= entry.best.agreed;
            if let Some(first) = winner {
                agreed &= match rule {
                    Rule::Consent => first.best.rank[1] == entry.best.rank[1],
                    Rule::Greatest | Rule::MostFrequent => false,
                };
            }
            if winner.is_none_or(|winner| self.before(entry, winner, rule) == Ordering::Less) {
                winner = Some(entry);
            }
        }
        winner.map(|entry| Verdict { bytes: self.value(entry), stated, agreed })
    }

    fn before(&self, one: &Entry, other: &Entry, rule: Rule) -> Ordering {
        let first = match rule {
            Rule::Greatest => Ordering::Equal,
            Rule::MostFrequent => other.best.stated.cmp(&one.best.stated),
            Rule::Consent => one.best.rank[1].cmp(&other.best.rank[1]),
        };
        let by_rank = first.then_with(|| one.best.rank.cmp(&other.best.rank));
        by_rank.then_with(|| self.value(one).cmp(self.value(other)))
    }

    /// A group as bytes; none if nothing was stated.
    pub(super) fn write(&self, group: usize, out: &mut Vec<u8>) {
        for (_, entry) in self.chain(group) {
            out.reserve(HEADER + entry.length as usize);
            entry.best.write(self.value(entry), out);
        }
    }

    /// Takes in what [`Self::write`] wrote elsewhere.
    pub(super) fn read(&mut self, group: usize, state: &[u8], rule: Rule) -> Result<()> {
        let mut rest = state;
        while !rest.is_empty() {
            let Some((candidate, value, after)) = Candidate::read(rest) else {
                return internal_err!("the state of `{}` ends too early", rule.name());
            };
            self.offer(group, candidate, value, rule)?;
            rest = after;
        }
        Ok(())
    }

    /// Drops the first groups; the others move down. What they held is let go once they are more than half.
    pub(super) fn forget(&mut self, groups: usize) {
        self.gone += groups.min(self.groups());
        if self.gone <= self.heads.len() / 2 {
            return;
        }
        let mut kept = Self { heads: vec![NONE; self.groups()], ..Self::default() };
        for (group, head) in kept.heads.iter_mut().enumerate() {
            for (_, entry) in self.chain(group) {
                let next = std::mem::replace(head, kept.entries.len() as u32);
                kept.entries.push(Entry { start: kept.bytes.len(), next, ..*entry });
                kept.bytes.extend_from_slice(self.value(entry));
            }
        }
        *self = kept;
    }
}

impl Candidate {
    /// Counts another record of the same group, value or channel.
    fn join(&mut self, other: &Self, rule: Rule) {
        self.stated = self.stated.saturating_add(other.stated);
        let same = match rule {
            Rule::Consent => self.rank[1] == other.rank[1],
            Rule::Greatest | Rule::MostFrequent => self.hash == other.hash,
        };
        self.agreed &= other.agreed && same;
    }
}
