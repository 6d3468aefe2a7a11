//! How well customers fit who the records truly are: pairwise and B³ precision, recall and F1, from a whole truth or from
//! labelled pairs, and the mistakes that cost most. Never joins records.
//!
//! Pairwise: of pairs that are together, those rightly so (precision); of pairs that belong together, those that are
//! (recall). B³ (Bagga & Baldwin 1998, "Algorithms for scoring coreference chains"): the same of each record's own
//! cluster, averaged over records, so that one large cluster does not outweigh all others.

use serde::Serialize;

use super::matching::block::pairs_of;

/// What is known of who records truly are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// By record: its person, as a number.
    Persons(Vec<u32>),
    /// Pairs of records that somebody decided.
    Labels(Vec<Label>),
}

/// Two records, and whether they are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub left: u32,
    pub right: u32,
    pub same: bool,
}

/// Both ways of measuring one clustering.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    pub pairwise: Scores,
    pub b_cubed: Scores,
    /// Pairs that are together and do not belong together.
    pub wrongly_joined_pairs: u64,
    /// Pairs that belong together and are not.
    pub wrongly_apart_pairs: u64,
}

/// Each between 0 and 1; of nothing found nothing is wrong, so precision of no pairs is 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

impl Scores {
    fn new(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        let f1 = if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 };
        Self { precision, recall, f1 }
    }
}

/// Measures a clustering: by record of the truth, its cluster.
pub fn measure(truth: &Truth, found: &[u32]) -> Quality {
    match truth {
        Truth::Persons(persons) => of_persons(persons, found),
        Truth::Labels(labels) => of_labels(labels, found),
    }
}

fn of_persons(persons: &[u32], found: &[u32]) -> Quality {
    let (of_person, of_cluster) = (sizes(persons), sizes(found));
    let (mut both, mut precision, mut recall) = (0, 0.0, 0.0);
    let mut cells: Vec<(u32, u32)> = persons.iter().copied().zip(found.iter().copied()).collect();
    cells.sort_unstable();
    for cell in cells.chunk_by(|a, b| a == b) {
        let Some((person, cluster)) = cell.first() else { continue };
        let shared = cell.len() as f64;
        both += pairs_of(cell.len() as u64);
        precision += shared * shared / of_cluster[*cluster as usize] as f64;
        recall += shared * shared / of_person[*person as usize] as f64;
    }
    let all = |sizes: &[u64]| sizes.iter().map(|size| pairs_of(*size)).sum::<u64>();
    let (true_pairs, found_pairs) = (all(&of_person), all(&of_cluster));
    let records = persons.len().max(1) as f64;
    let of_all = |sum: f64| if persons.is_empty() { 1.0 } else { sum / records };
    Quality {
        pairwise: Scores::new(share(both, found_pairs), share(both, true_pairs)),
        b_cubed: Scores::new(of_all(precision), of_all(recall)),
        wrongly_joined_pairs: found_pairs - both,
        wrongly_apart_pairs: true_pairs - both,
    }
}

/// Only labelled pairs are known: B³ goes over each labelled record and those that it is labelled with.
fn of_labels(labels: &[Label], found: &[u32]) -> Quality {
    let together = |label: &Label| found[label.left as usize] == found[label.right as usize];
    let count = |same: bool, joined: bool| {
        labels.iter().filter(|label| label.same == same && together(label) == joined).count() as u64
    };
    let (both, missed, wrong) = (count(true, true), count(true, false), count(false, true));
    // By labelled record: partners that are the same and together, the same, together; itself is all three.
    let mut of_record: std::collections::BTreeMap<u32, [u64; 3]> = std::collections::BTreeMap::new();
    for label in labels {
        for record in [label.left, label.right] {
            let counts = of_record.entry(record).or_insert([1; 3]);
            let joined = together(label);
            counts[0] += u64::from(label.same && joined);
            counts[1] += u64::from(label.same);
            counts[2] += u64::from(joined);
        }
    }
    let mean = |whole: usize| {
        let sum: f64 = of_record.values().map(|counts| share(counts[0], counts[whole])).sum();
        if of_record.is_empty() { 1.0 } else { sum / of_record.len() as f64 }
    };
    Quality {
        pairwise: Scores::new(share(both, both + wrong), share(both, both + missed)),
        b_cubed: Scores::new(mean(2), mean(1)),
        wrongly_joined_pairs: wrong,
        wrongly_apart_pairs: missed,
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn sizes(groups: &[u32]) -> Vec<u64> {
    let most = groups.iter().copied().max().map_or(0, |most| most as usize + 1);
    let mut sizes = vec![0; most];
    groups.iter().for_each(|group| sizes[*group as usize] += 1);
    sizes
}

/// A set of records that ought to be cut, or a person that ought to be whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Pairs that are wrong by it.
    pub pairs: u64,
    /// The records, in the sets that they ought to be in or are in, the largest first.
    pub parts: Vec<Vec<u32>>,
}

/// The clusters of `found` that join most pairs of different sets of `truth`, at most `most` of them. Called with both
/// changed about, the sets of `truth` that are torn apart most.
pub fn costliest(truth: &[u32], found: &[u32], most: usize) -> Vec<Mistake> {
    let mut records: Vec<(u32, u32, u32)> =
        found.iter().zip(truth).zip(0..).map(|((found, truth), record)| (*found, *truth, record)).collect();
    records.sort_unstable();
    let mut mistakes: Vec<Mistake> = records
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|cluster| cluster.first().map(|one| one.1) != cluster.last().map(|one| one.1))
        .map(|cluster| {
            let parts = cluster.chunk_by(|a, b| a.1 == b.1);
            let mut parts: Vec<Vec<u32>> =
                parts.map(|part| part.iter().map(|(.., record)| *record).collect()).collect();
            parts.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
            let right: u64 = parts.iter().map(|part| pairs_of(part.len() as u64)).sum();
            Mistake { pairs: pairs_of(cluster.len() as u64) - right, parts }
        })
        .collect();
    mistakes.sort_by(|a, b| b.pairs.cmp(&a.pairs).then_with(|| a.parts.cmp(&b.parts)));
    mistakes.truncate(most);
    mistakes
}
