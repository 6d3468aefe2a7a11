//! Edges, keys and decisions → customers, each as a set of records. What did not change since the previous night is not
//! judged anew. Never names a customer.

use std::collections::HashSet;

use rayon::prelude::*;

use super::cluster::Clusters;
use super::columns::Fingerprint;
use super::evidence::Evidence;
use super::matching::judge::{DENSE, Rules, judge};
use super::matching::model::probability_of;
use super::matching::score::{Edge, Scorer};
use super::prepare::Prepared;
use super::state::{Seen, State};
use crate::config::identity::Identity;

/// The customers of a night.
pub struct Groups {
    /// By record: the smallest record of its customer.
    pub roots: Vec<u32>,
    /// By record: the smallest record of all that it hangs together with.
    pub components: Vec<u32>,
    /// By record: what ties it to its customer best, and how surely; none for a record alone.
    pub ties: Vec<Option<Tie>>,
}

/// What ties a record to others of its customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tie {
    pub method: Method,
    pub confidence: f64,
}

/// How a record came to its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Steward,
    /// By position among the declared keys.
    Key(u16),
    Matched,
}

/// Groups records.
pub fn group(
    prepared: &Prepared,
    evidence: &Evidence,
    scorer: &Scorer<'_>,
    declared: &Identity,
    previous: &State,
) -> Groups {
    let joined = prepared.joined();
    let components = connect(prepared.len(), &joined, &evidence.edges, f32::NEG_INFINITY);
    let mut roots: Vec<u32> = (0..prepared.len() as u32).collect();
    let mut to_judge: Vec<Vec<u32>> = Vec::new();
    let touched = touched(prepared, evidence, previous);
    for members in members_of(&components) {
        match reused(prepared, evidence, previous, &touched, &members) {
            Some(groups) => {
                for (record, group) in members.iter().zip(groups) {
                    roots[*record as usize] = group;
                }
            }
            None if members.len() <= DENSE => to_judge.push(members),
            None => to_judge.extend(cut(&joined, &evidence.edges, &members)),
        }
    }
    // Components that are too large even without weak edges hang together by keys alone: they are taken as they are.
    let (small, large): (Vec<_>, Vec<_>) = to_judge.into_iter().partition(|members| members.len() <= DENSE);
    let groups = judge(&small, &rules(prepared, scorer, declared));
    for group in groups.iter().chain(&large) {
        let root = group.first().copied().unwrap_or(0);
        group.iter().for_each(|record| roots[*record as usize] = root);
    }
    let ties = ties(prepared, &evidence.edges, &roots, declared);
    Groups { roots, components, ties }
}

/// What judgement goes by.
pub fn rules<'a>(prepared: &'a Prepared, scorer: &'a Scorer<'a>, declared: &Identity) -> Rules<'a> {
    Rules {
        scorer,
        keys: &prepared.keys,
        never: &prepared.never,
        same: &prepared.same,
        different: &prepared.different,
        support_bits: declared.settings.support_bits as f32,
        most_records: declared.settings.cluster_records as usize,
    }
}

/// Sets of records that edges of more than `above` bits hold together, and pairs that are joined whatever they weigh.
fn connect(records: usize, joined: &[(u32, u32)], edges: &[Edge], above: f32) -> Vec<u32> {
    let mut clusters = Clusters::new(records);
    joined.iter().for_each(|(a, b)| clusters.join(*a, *b));
    edges.iter().filter(|edge| edge.weight > above).for_each(|edge| clusters.join(edge.a, edge.b));
    clusters.roots()
}

/// By root: how many records its set has.
fn sizes_of(roots: &[u32]) -> Vec<u32> {
    let mut sizes = vec![0_u32; roots.len()];
    roots.iter().for_each(|root| sizes[*root as usize] += 1);
    sizes
}

/// The records of each set with more than one, ascending; the sets by their smallest record.
fn members_of(roots: &[u32]) -> Vec<Vec<u32>> {
    let sizes = sizes_of(roots);
    let mut at = vec![u32::MAX; roots.len()];
    let mut sets: Vec<Vec<u32>> = Vec::new();
    for (record, root) in roots.iter().enumerate() {
        let root = *root as usize;
        if sizes[root] < 2 {
            continue;
        }
        if at[root] == u32::MAX {
            at[root] = sets.len() as u32;
            sets.push(Vec::with_capacity(sizes[root] as usize));
        }
        sets[at[root] as usize].push(record as u32);
    }
    sets
}

/// Cuts a component that is too large to be judged whole at its weakest edges, harder and harder. Inside, a record goes
/// by its place among the members, which are ascending.
fn cut(joined: &[(u32, u32)], edges: &[Edge], members: &[u32]) -> Vec<Vec<u32>> {
    let place = |record: u32| members.binary_search(&record).ok().map(|at| at as u32);
    let joined: Vec<(u32, u32)> = joined.iter().filter_map(|(a, b)| Some((place(*a)?, place(*b)?))).collect();
    let inside = |edge: &Edge| Some(Edge { a: place(edge.a)?, b: place(edge.b)?, ..*edge });
    let edges: Vec<Edge> = edges.iter().filter_map(inside).collect();
    let mut done = Vec::new();
    let mut waiting: Vec<Vec<u32>> = vec![(0..members.len() as u32).collect()];
    let mut above = 0.0;
    while !waiting.is_empty() && above < HARDEST_CUT {
        above += 2.0;
        let roots = connect(members.len(), &joined, &edges, above);
        let mut pieces = Vec::new();
        for piece in waiting {
            let mut by_root: Vec<(u32, u32)> =
                piece.iter().map(|place| (roots[*place as usize], *place)).collect();
            by_root.sort_unstable();
            let parts = by_root.chunk_by(|a, b| a.0 == b.0);
            pieces.extend(parts.map(|part| part.iter().map(|(_, place)| *place).collect::<Vec<u32>>()));
        }
        let (large, small): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.len() > DENSE);
        done.extend(small);
        waiting = large;
    }
    done.extend(waiting);
    let records = |piece: Vec<u32>| piece.into_iter().map(|place| members[place as usize]).collect();
    done.into_iter().map(records).collect()
}

/// In bits; no edge weighs more.
const HARDEST_CUT: f32 = 80.0;

/// The components of the previous night that a changed or vanished record was in.
fn touched(prepared: &Prepared, evidence: &Evidence, previous: &State) -> HashSet<Fingerprint> {
    let touches = |seen: &&Seen| {
        let today = prepared.fingerprints.binary_search(&seen.record);
        today.map_or(true, |record| evidence.changed[record])
    };
    previous.seen.par_iter().filter(touches).map(|seen| seen.component).collect()
}

/// By member: the smallest record of its customer, if nothing about the component changed.
fn reused(
    prepared: &Prepared,
    evidence: &Evidence,
    previous: &State,
    touched: &HashSet<Fingerprint>,
    members: &[u32],
) -> Option<Vec<u32>> {
    let mut groups = Vec::with_capacity(members.len());
    for record in members {
        if evidence.changed[*record as usize] {
            return None;
        }
        let fingerprint = &prepared.fingerprints[*record as usize];
        let seen = previous.seen(fingerprint)?;
        if touched.contains(&seen.component) {
            return None;
        }
        groups.push(prepared.fingerprints.binary_search(&seen.group).ok()? as u32);
    }
    Some(groups)
}

/// What ties each record best to another of its customer.
fn ties(prepared: &Prepared, edges: &[Edge], roots: &[u32], declared: &Identity) -> Vec<Option<Tie>> {
    let mut ties: Vec<Option<Tie>> = vec![None; roots.len()];
    let mut offer = |record: u32, tie: Tie| {
        let slot = &mut ties[record as usize];
        let better = slot.is_none_or(|best| {
            tie.confidence > best.confidence
                || (tie.confidence == best.confidence && tie.method < best.method)
        });
        if better {
            *slot = Some(tie);
        }
    };
    let together = |a: u32, b: u32| roots[a as usize] == roots[b as usize];
    for (a, b) in prepared.same.iter().filter(|(a, b)| together(*a, *b)) {
        [a, b].iter().for_each(|record| offer(**record, Tie { method: Method::Steward, confidence: 1.0 }));
    }
    for (at, (values, key)) in prepared.keys.iter().zip(&declared.keys).enumerate() {
        let mut holders: Vec<(u32, u32, u32)> = values
            .iter()
            .enumerate()
            .filter(|(_, value)| **value != 0)
            .map(|(record, value)| (*value, roots[record], record as u32))
            .collect();
        holders.par_sort_unstable();
        let tie = Tie { method: Method::Key(at as u16), confidence: key.confidence };
        for sharing in holders.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|sharing| sharing.len() > 1) {
            sharing.iter().for_each(|(.., record)| offer(*record, tie));
        }
    }
    for edge in edges.iter().filter(|edge| together(edge.a, edge.b)) {
        let confidence = probability_of(f64::from(edge.weight));
        [edge.a, edge.b]
            .into_iter()
            .for_each(|record| offer(record, Tie { method: Method::Matched, confidence }));
    }
    // A record may be tied by pairs that no rule brought together.
    let sizes = sizes_of(roots);
    let least = declared.settings.probability;
    for (record, root) in roots.iter().enumerate() {
        if sizes[*root as usize] > 1 && ties[record].is_none() {
            ties[record] = Some(Tie { method: Method::Matched, confidence: least });
        }
    }
    ties
}
