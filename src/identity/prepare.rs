//! Records as matching reads them: numbered, without values that mean nobody, attributes and keys as numbers.

use std::collections::HashMap;

use arrow::array::{Array, RecordBatch, StringViewArray};
use rayon::prelude::*;

use super::blocking::attribute_columns;
use super::columns::{self, Fingerprint, text};
use super::guard::{Names, guarded};
use super::kind::graded;
use super::matching::attribute::{Attribute, number_values};
use super::matching::compare::{Comparer, Comparison};
use super::matching::judge::Never;
use super::matching::model::Weights;
use super::matching::score::Scorer;
use super::{IdentityError, Suspect};
use crate::config::identity::{Decision, Identity};

/// The records of a night.
pub struct Prepared {
    /// Sorted; a record goes by its place here.
    pub fingerprints: Vec<Fingerprint>,
    /// By record: a row that has it.
    pub row_of: Vec<u32>,
    pub source: StringViewArray,
    pub source_key: StringViewArray,
    pub attributes: Vec<Attribute>,
    pub comparisons: Vec<Comparison>,
    /// By declared key, by record: its value.
    pub keys: Vec<Vec<u32>>,
    /// By declared key: the column without the values that mean nobody.
    pub key_columns: Vec<StringViewArray>,
    pub never: Vec<Never>,
    /// What stewards decided of records that are there; the smaller record first, sorted.
    pub same: Vec<(u32, u32)>,
    pub different: Vec<(u32, u32)>,
    pub suspects: Vec<Suspect>,
}

/// Numbers records and reads their keys and attributes. The batches are those of `compile::identity::records_sql`.
pub fn prepare(batches: &[RecordBatch], declared: &Identity) -> Result<Prepared, IdentityError> {
    let (source, source_key) = (text(batches, "source")?, text(batches, "source_key")?);
    let mut numbered = number(&source, &source_key)?;
    if numbered.row_of.len() < numbered.record_of.len() {
        settle_repetitions(batches, &mut numbered)?;
    }
    let Numbered { fingerprints, row_of, record_of } = numbered;
    let guards = declared.keys.iter().map(|key| &key.guard);
    let names =
        Names::read(batches, guards.chain(declared.attributes.iter().map(|attribute| &attribute.guard)))?;
    let keys = declared.keys.par_iter().map(|key| {
        let mut suspects = Vec::new();
        let column = text(batches, &key.column)?;
        let column = guarded(&key.column, column, &key.guard, &record_of, &names, &mut suspects)?;
        Ok((number_values(&column, &row_of).value_of, column, suspects))
    });
    let keys: Vec<(Vec<u32>, StringViewArray, Vec<Suspect>)> = keys.collect::<Result<_, IdentityError>>()?;
    let graded = graded(declared);
    let attributes =
        declared.attributes.par_iter().zip(&graded).enumerate().map(|(at, (attribute, graded))| {
            let mut suspects = Vec::new();
            let (value, derived) = attribute_columns(batches, at, graded.derived.len())?;
            let value =
                guarded(&attribute.column, value, &attribute.guard, &record_of, &names, &mut suspects)?;
            Ok((Attribute::new(&value, &derived, &row_of), suspects))
        });
    let attributes: Vec<(Attribute, Vec<Suspect>)> = attributes.collect::<Result<_, IdentityError>>()?;
    let mut suspects = Vec::new();
    let keys = keys.into_iter().map(|(key, column, of_key)| {
        suspects.extend(of_key);
        (key, column)
    });
    let (keys, key_columns) = keys.unzip();
    let attributes = attributes.into_iter().map(|(attribute, of_attribute)| {
        suspects.extend(of_attribute);
        attribute
    });
    let attributes = attributes.collect();
    let (same, different) = decided(declared, &fingerprints);
    Ok(Prepared {
        fingerprints,
        row_of,
        source,
        source_key,
        attributes,
        comparisons: graded.into_iter().map(|graded| graded.comparison).collect(),
        keys,
        key_columns,
        never: never(declared),
        same,
        different,
        suspects,
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
        self.comparisons.iter().map(|comparison| Comparer::new(comparison, &self.attributes, each)).collect()
    }

    /// What scores pairs of the records.
    pub fn scorer<'a>(&'a self, comparers: &'a [Comparer<'a>], weights: &'a Weights) -> Scorer<'a> {
        let values = |comparison: &Comparison| self.attributes[comparison.attribute].value_of.as_slice();
        Scorer {
            comparers,
            weights,
            values: self.comparisons.iter().map(values).collect(),
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

fn number(source: &StringViewArray, source_key: &StringViewArray) -> Result<Numbered, IdentityError> {
    let rows = source.len();
    if u32::try_from(rows).is_err() {
        return Err(IdentityError::TooManyRecords(rows));
    }
    let fingerprint = |row: usize| {
        let Some(of_source) = columns::value(source, row) else {
            return Err(IdentityError::MissingKey { row, column: "source" });
        };
        let Some(key) = columns::value(source_key, row) else {
            return Err(IdentityError::MissingKey { row, column: "source_key" });
        };
        Ok((Fingerprint::of(&[of_source, key]), row as u32))
    };
    let mut order: Vec<(Fingerprint, u32)> =
        (0..rows).into_par_iter().map(fingerprint).collect::<Result<_, _>>()?;
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
    Ok(numbered)
}

/// Of rows that repeat a record, the one whose values come first: which that is does not depend on where it stands.
fn settle_repetitions(batches: &[RecordBatch], numbered: &mut Numbered) -> Result<(), IdentityError> {
    let mut rows_of: Vec<Vec<u32>> = Vec::new();
    let mut at: HashMap<u32, usize> = HashMap::new();
    let mut seen = vec![false; numbered.row_of.len()];
    for record in &numbered.record_of {
        if std::mem::replace(&mut seen[*record as usize], true) {
            at.entry(*record).or_insert_with(|| {
                rows_of.push(Vec::new());
                rows_of.len() - 1
            });
        }
    }
    for (row, record) in numbered.record_of.iter().enumerate() {
        if let Some(at) = at.get(record) {
            rows_of[*at].push(row as u32);
        }
    }
    let Some(batch) = batches.first() else { return Ok(()) };
    let names = batch.schema();
    let names = names.fields().iter().map(|field| field.name().clone());
    let columns: Vec<StringViewArray> = names.map(|name| text(batches, &name)).collect::<Result<_, _>>()?;
    let content = |row: &u32| -> Vec<Option<&str>> {
        columns.iter().map(|column| columns::value(column, *row as usize)).collect()
    };
    for (record, at) in at {
        if let Some(row) = rows_of[at].iter().min_by_key(|row| content(row)) {
            numbered.row_of[record as usize] = *row;
        }
    }
    Ok(())
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
