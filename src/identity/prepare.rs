//! Records as matching reads them: in one order, without values that mean nobody.

use arrow::array::StringViewArray;
use rayon::prelude::*;

use super::columns::Fingerprint;
use super::guard::guarded;
use super::kind::graded;
use super::matching::attribute::{Attribute, Values};
use super::matching::compare::{Comparer, Comparison};
use super::matching::judge::Never;
use super::matching::model::Weights;
use super::matching::score::Scorer;
use super::records::{Column, Records};
use super::{IdentityError, Suspect};
use crate::config::identity::{Decision, Guard, Identity};

/// The records of a night.
pub struct Prepared {
    /// Sorted; a record goes by its place here.
    pub fingerprints: Vec<Fingerprint>,
    /// By record: a row that has it.
    pub row_of: Vec<u32>,
    pub values: Values,
    pub attributes: Vec<Attribute>,
    pub comparisons: Vec<Comparison>,
    /// By declared key, by record: its value.
    pub keys: Vec<Vec<u32>>,
    /// By declared key, by value: its text.
    pub key_texts: Vec<StringViewArray>,
    pub never: Vec<Never>,
    /// What stewards decided of records that are there; the smaller record first, sorted.
    pub same: Vec<(u32, u32)>,
    pub different: Vec<(u32, u32)>,
    pub suspects: Vec<Suspect>,
}

/// An attribute, and by record its value.
type ReadColumn = (Attribute, Vec<u32>);

/// Puts records in order and reads their keys and attributes.
pub fn prepare(records: &Records, declared: &Identity) -> Result<Prepared, IdentityError> {
    let mut numbered = number(&records.fingerprints);
    if numbered.row_of.len() < numbered.record_of.len() {
        settle_repetitions(records, &mut numbered);
    }
    let Numbered { fingerprints, row_of, record_of } = numbered;
    let read = |name: &str, column: &Column, guard: &Guard| {
        let mut suspects = Vec::new();
        let means_nobody = guarded(name, column, guard, &record_of, records, &mut suspects);
        Ok((Attribute::new(column, &means_nobody, &row_of)?, suspects))
    };
    let keys = declared.keys.par_iter().zip(&records.keys);
    let keys = keys.map(|(key, column)| read(&key.column, column, &key.guard));
    let attributes = declared.attributes.par_iter().zip(&records.attributes);
    let attributes = attributes.map(|(attribute, column)| read(&attribute.column, column, &attribute.guard));
    let read: Vec<(ReadColumn, Vec<Suspect>)> =
        keys.chain(attributes).collect::<Result<_, IdentityError>>()?;
    let (mut read, suspects): (Vec<ReadColumn>, Vec<Vec<Suspect>>) = read.into_iter().unzip();
    let (attributes, values): (Vec<Attribute>, Vec<Vec<u32>>) =
        read.split_off(declared.keys.len()).into_iter().unzip();
    let (keys, key_texts) = read.into_iter().map(|(key, value_of)| (value_of, key.texts)).unzip();
    let (same, different) = decided(declared, &fingerprints);
    Ok(Prepared {
        fingerprints,
        row_of,
        values: Values::new(&values),
        attributes,
        comparisons: graded(declared).into_iter().map(|graded| graded.comparison).collect(),
        keys,
        key_texts,
        never: never(declared),
        same,
        different,
        suspects: suspects.into_iter().flatten().collect(),
    })
}

impl Prepared {
    pub fn len(&self) -> usize {
        self.fingerprints.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// Pairs that are one whatever they weigh: by keys, each record with the first of its value, and by stewards.
    pub fn joined(&self) -> Vec<(u32, u32)> {
        let mut joined = tied_by_keys(&self.keys);
        joined.extend(&self.same);
        joined
    }

    /// The record of a source's key, if it is there.
    pub fn record(&self, source: &str, source_key: &str) -> Option<u32> {
        let fingerprint = Fingerprint::of(&[source, source_key]);
        self.fingerprints.binary_search(&fingerprint).ok().map(|at| at as u32)
    }

    /// What compares the records; it remembers about `memory_bytes` of pairs.
    pub fn comparers(&self, memory_bytes: usize) -> Vec<Comparer<'_>> {
        let each = memory_bytes / self.comparisons.len().max(1);
        let compare = |comparison| Comparer::new(comparison, &self.attributes, &self.values, each);
        self.comparisons.iter().map(compare).collect()
    }

    /// What scores pairs of the records.
    pub fn scorer<'a>(&'a self, comparers: &'a [Comparer<'a>], weights: &'a Weights) -> Scorer<'a> {
        Scorer {
            comparers,
            weights,
            values: &self.values,
            attribute: self.comparisons.iter().map(|comparison| comparison.attribute).collect(),
            equal: self.comparisons.iter().map(Comparison::equal).collect(),
            differs: self.comparisons.iter().map(Comparison::differs).collect(),
        }
    }
}

/// Pairs that keys tie together: of the records with one value, each with the first.
pub fn tied_by_keys(keys: &[Vec<u32>]) -> Vec<(u32, u32)> {
    let mut ties = Vec::new();
    for key in keys {
        let most = key.iter().copied().max().unwrap_or(0);
        let mut first = vec![u32::MAX; most as usize + 1];
        for (record, value) in key.iter().enumerate().filter(|(_, value)| **value != 0) {
            match &mut first[*value as usize] {
                slot if *slot == u32::MAX => *slot = record as u32,
                slot => ties.push((*slot, record as u32)),
            }
        }
    }
    ties
}

/// Records numbered in the order of their fingerprints; rows that repeat a record have its number.
struct Numbered {
    fingerprints: Vec<Fingerprint>,
    row_of: Vec<u32>,
    /// By row: its record.
    record_of: Vec<u32>,
}

fn number(fingerprints: &[Fingerprint]) -> Numbered {
    let rows = fingerprints.len();
    let numbered = fingerprints.par_iter().copied().enumerate();
    let mut order: Vec<(Fingerprint, u32)> =
        numbered.map(|(row, fingerprint)| (fingerprint, row as u32)).collect();
    order.par_sort_unstable();
    let mut numbered = Numbered {
        fingerprints: Vec::with_capacity(rows),
        row_of: Vec::with_capacity(rows),
        record_of: vec![0; rows],
    };
    for (fingerprint, row) in order {
        if numbered.fingerprints.last() != Some(&fingerprint) {
            numbered.fingerprints.push(fingerprint);
            numbered.row_of.push(row);
        }
        numbered.record_of[row as usize] = (numbered.fingerprints.len() - 1) as u32;
    }
    numbered
}

/// Of rows that repeat a record, the one whose values come first: which that is does not depend on where it stands.
fn settle_repetitions(records: &Records, numbered: &mut Numbered) {
    let mut rows: Vec<(u32, u32)> = numbered.record_of.iter().copied().zip(0..).collect();
    rows.par_sort_unstable();
    let columns = || records.keys.iter().chain(&records.attributes);
    let hashes = || records.names.iter().map(|(_, hashes)| hashes).chain(&records.blocks);
    let content = |row: u32| -> (Vec<&str>, Vec<u64>) {
        let row = row as usize;
        let texts = columns().map(|column| column.texts.value(column.number_of[row] as usize));
        (texts.collect(), hashes().map(|hashes| hashes[row]).collect())
    };
    for repeated in rows.chunk_by(|a, b| a.0 == b.0).filter(|rows| rows.len() > 1) {
        if let Some((record, row)) = repeated.iter().min_by_key(|(_, row)| content(*row)) {
            numbered.row_of[*record as usize] = *row;
        }
    }
}

fn never(declared: &Identity) -> Vec<Never> {
    let at = |names: &[String]| -> Vec<usize> {
        let position =
            |name: &String| declared.attributes.iter().position(|attribute| attribute.column == *name);
        names.iter().filter_map(position).collect()
    };
    declared.never.iter().map(|rule| Never { differ: at(&rule.differ), agree: at(&rule.agree) }).collect()
}

type PairsOfRecords = Vec<(u32, u32)>;

fn decided(declared: &Identity, fingerprints: &[Fingerprint]) -> (PairsOfRecords, PairsOfRecords) {
    let (mut same, mut different) = (Vec::new(), Vec::new());
    let rows = declared.overrides.iter().flat_map(|overrides| overrides.rows.iter());
    for row in rows {
        let record = |(source, key): &(String, String)| {
            fingerprints.binary_search(&Fingerprint::of(&[source, key])).ok().map(|at| at as u32)
        };
        if let (Some(a), Some(b)) = (record(&row.left), record(&row.right)) {
            let decided = match row.decision {
                Decision::Same => &mut same,
                Decision::Different => &mut different,
            };
            decided.push((a.min(b), a.max(b)));
        }
    }
    for decided in [&mut same, &mut different] {
        decided.sort_unstable();
        decided.dedup();
    }
    (same, different)
}
