//! What records would hang together at other thresholds. Never judges: connected components alone.

use rayon::slice::ParallelSliceMut;

use super::cluster::Clusters;
use super::matching::score::{Edge, heaviest_first};

/// The sets of records that hang together by edges of at least so many bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    pub bits: f64,
    /// By record: the smallest record of its set.
    pub roots: Vec<u32>,
}

/// Thresholds from where almost everything that was compared hangs together to where hardly anything does.
pub const THRESHOLDS: [f64; 19] = [
    -6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 20.0, 25.0,
];

/// Hands over the components at each threshold, the highest first; `joined` holds whatever the weight: by keys and
/// stewards.
pub fn climb(
    records: usize,
    joined: &[(u32, u32)],
    mut edges: Vec<Edge>,
    thresholds: &[f64],
    mut each: impl FnMut(Rung),
) {
    edges.par_sort_unstable_by(heaviest_first);
    let mut thresholds = thresholds.to_vec();
    thresholds.sort_by(|a, b| b.total_cmp(a));
    let mut clusters = Clusters::new(records);
    joined.iter().for_each(|(a, b)| clusters.join(*a, *b));
    let mut waiting = edges.as_slice();
    for bits in thresholds {
        let enough = waiting.partition_point(|edge| f64::from(edge.weight) >= bits);
        let (now, later) = waiting.split_at(enough);
        now.iter().for_each(|edge| clusters.join(edge.a, edge.b));
        waiting = later;
        let roots = (0..records as u32).map(|record| clusters.root(record)).collect();
        each(Rung { bits, roots });
    }
}
