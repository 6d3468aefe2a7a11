//! Runs the steps of a graph side by side: each as soon as what it reads is there. Knows nothing of what steps do.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};

/// How a step ended, as far as its readers care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Well,
    Badly,
}

/// What became of every node: its index → well, badly, or skipped because of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Well,
    Badly,
    /// The node whose failure is the reason.
    Skipped(usize),
}

/// Runs nodes `0..reads.len()`; `reads[i]` are the nodes that `i` waits for, all smaller than `i`. At most `width`
/// run at a time; of those that could start, the smallest does. What reads a node that ended badly is skipped, the
/// rest goes on: one night shows every failure.
pub async fn run<'a>(
    reads: &[Vec<usize>],
    width: usize,
    start: impl Fn(usize) -> BoxFuture<'a, Ended>,
    skipped: impl Fn(usize, usize),
) -> BTreeMap<usize, Fate> {
    let mut fates: BTreeMap<usize, Fate> = BTreeMap::new();
    let mut started = vec![false; reads.len()];
    let mut running = FuturesUnordered::new();
    loop {
        for node in 0..reads.len() {
            if started[node] || fates.contains_key(&node) {
                continue;
            }
            if let Some(cause) = cause_to_skip(&reads[node], &fates) {
                fates.insert(node, Fate::Skipped(cause));
                skipped(node, cause);
                continue;
            }
            let ready = reads[node].iter().all(|read| fates.get(read) == Some(&Fate::Well));
            if ready && running.len() < width {
                started[node] = true;
                let work = start(node);
                running.push(async move { (node, work.await) });
            }
        }
        match running.next().await {
            Some((node, Ended::Well)) => fates.insert(node, Fate::Well),
            Some((node, Ended::Badly)) => fates.insert(node, Fate::Badly),
            None => return fates,
        };
    }
}

fn cause_to_skip(reads: &[usize], fates: &BTreeMap<usize, Fate>) -> Option<usize> {
    reads.iter().find_map(|read| match fates.get(read) {
        Some(Fate::Badly) => Some(*read),
        Some(Fate::Skipped(cause)) => Some(*cause),
        _ => None,
    })
}
