//! Cycles and order of a graph given as lists of what each node reads. Ties go by rank, so the order is the same
//! whatever the order of files.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

/// The nodes, each after all that it reads; of those that could come next the one of least rank. Nodes on a cycle and
/// what depends on them are left out.
pub(super) fn topological<R: Ord + Copy>(reads: &[BTreeSet<usize>], rank: impl Fn(usize) -> R) -> Vec<usize> {
    let mut readers = vec![Vec::new(); reads.len()];
    for (node, read) in reads.iter().enumerate() {
        for &other in read {
            readers[other].push(node);
        }
    }
    let mut missing: Vec<usize> = reads.iter().map(BTreeSet::len).collect();
    let mut ready: BinaryHeap<Reverse<(R, usize)>> =
        (0..reads.len()).filter(|&node| missing[node] == 0).map(|node| Reverse((rank(node), node))).collect();
    let mut order = Vec::with_capacity(reads.len());
    while let Some(Reverse((_, node))) = ready.pop() {
        order.push(node);
        for &reader in &readers[node] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready.push(Reverse((rank(reader), reader)));
            }
        }
    }
    order
}

/// Shortest cycles, no two of which share a node: each begins at its node of least rank, and every node reads the next,
/// the last the first.
pub(super) fn cycles<R: Ord + Copy>(reads: &[BTreeSet<usize>], rank: impl Fn(usize) -> R) -> Vec<Vec<usize>> {
    let mut nodes: Vec<usize> = (0..reads.len()).collect();
    nodes.sort_by_key(|&node| rank(node));
    let mut taken = vec![false; reads.len()];
    let mut found = Vec::new();
    for node in nodes {
        if taken[node] {
            continue;
        }
        if let Some(cycle) = shortest_cycle(reads, node, &taken) {
            cycle.iter().for_each(|&member| taken[member] = true);
            found.push(cycle);
        }
    }
    found
}

fn shortest_cycle(reads: &[BTreeSet<usize>], start: usize, taken: &[bool]) -> Option<Vec<usize>> {
    let mut came_from = vec![None; reads.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &next in reads[node].iter().filter(|&&next| !taken[next]) {
            if next == start {
                let mut cycle = vec![node];
                let mut at = node;
                while let Some(before) = came_from[at].filter(|_| at != start) {
                    cycle.push(before);
                    at = before;
                }
                cycle.reverse();
                return Some(cycle);
            }
            if came_from[next].is_none() {
                came_from[next] = Some(node);
                queue.push_back(next);
            }
        }
    }
    None
}
