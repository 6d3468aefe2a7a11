//! Which records share a key value, and which values are too widely shared to mean anything.

use std::collections::HashMap;

use arrow::array::RecordBatch;

use super::cluster::Clusters;
use super::columns::{Fingerprint, text, value};
use super::{IdentityError, Suspect, SuspectReason};
use crate::config::project::IdentityKey;

/// Records joined by their keys.
pub struct Joined {
    /// Each record's component, as its smallest record.
    pub roots: Vec<u32>,
    /// The strongest key by which each record is joined to another, as a position in the keys.
    pub strongest: Vec<Option<u16>>,
    pub suspects: Vec<Suspect>,
}

/// A record that has a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Holder {
    value: Fingerprint,
    record: u32,
}

/// Joins records with an equal value of any key, unless the value is a placeholder or shared by too many. `record_of` has
/// each row's record.
pub fn join(
    batches: &[RecordBatch],
    keys: &[IdentityKey],
    record_of: &[u32],
    records: usize,
) -> Result<Joined, IdentityError> {
    let mut clusters = Clusters::new(records);
    let mut strongest: Vec<Option<u16>> = vec![None; records];
    let mut suspects = Vec::new();
    let mut names: HashMap<&str, Vec<u64>> = HashMap::new();
    for key in keys {
        if let Some(column) = key.names.as_deref()
            && !names.contains_key(column)
        {
            names.insert(column, name_of_records(batches, column, record_of, records)?);
        }
    }
    for (position, key) in keys.iter().enumerate() {
        let holders = holders(batches, key, record_of)?;
        let names = key.names.as_deref().and_then(|column| names.get(column));
        let stronger =
            |other: u16| keys.get(usize::from(other)).is_none_or(|other| other.confidence < key.confidence);
        for group in holders.chunk_by(|a, b| a.value == b.value) {
            let [first, others @ ..] = group else { continue };
            if others.is_empty() {
                continue;
            }
            let distinct_names = names.map(|names| distinct_names(group, names));
            if let Some(reason) = shared_by_too_many(key, group.len(), distinct_names) {
                suspects.push(Suspect {
                    key: key.column.clone(),
                    value_hash: first.value.hex(),
                    records: group.len(),
                    names: distinct_names,
                    reason,
                });
                continue;
            }
            for holder in group {
                clusters.join(first.record, holder.record);
                if let Some(best) = strongest.get_mut(holder.record as usize)
                    && best.is_none_or(stronger)
                {
                    *best = u16::try_from(position).ok();
                }
            }
        }
    }
    Ok(Joined { roots: clusters.roots(), strongest, suspects })
}

/// Who has which value of a key, sorted by value; each record once.
fn holders(
    batches: &[RecordBatch],
    key: &IdentityKey,
    record_of: &[u32],
) -> Result<Vec<Holder>, IdentityError> {
    let column = text(batches, &key.column)?;
    let fingerprint = |value: &str| Fingerprint::of(&[&key.column, value]);
    let placeholders: Vec<Fingerprint> = key.placeholders.iter().map(|value| fingerprint(value)).collect();
    let rows = record_of.iter().enumerate();
    let mut holders: Vec<Holder> = rows
        .filter_map(|(row, record)| {
            Some(Holder { value: fingerprint(value(&column, row)?), record: *record })
        })
        .filter(|holder| !placeholders.contains(&holder.value))
        .collect();
    holders.sort_unstable();
    holders.dedup();
    Ok(holders)
}

/// A short hash of each record's name; 0 where it has none. Of a record given twice with two names, the smaller counts.
fn name_of_records(
    batches: &[RecordBatch],
    column: &str,
    record_of: &[u32],
    records: usize,
) -> Result<Vec<u64>, IdentityError> {
    let column = text(batches, column)?;
    let mut names = vec![0_u64; records];
    for (row, record) in record_of.iter().enumerate() {
        if let (Some(name), Some(slot)) = (value(&column, row), names.get_mut(*record as usize)) {
            let name = Fingerprint::of(&[name]).short();
            *slot = if *slot == 0 { name } else { name.min(*slot) };
        }
    }
    Ok(names)
}

fn distinct_names(group: &[Holder], names: &[u64]) -> usize {
    let mut of_group: Vec<u64> = group
        .iter()
        .filter_map(|holder| names.get(holder.record as usize).copied())
        .filter(|name| *name != 0)
        .collect();
    of_group.sort_unstable();
    of_group.dedup();
    of_group.len()
}

fn shared_by_too_many(key: &IdentityKey, records: usize, names: Option<usize>) -> Option<SuspectReason> {
    if key.max_records.is_some_and(|most| records > most as usize) {
        return Some(SuspectReason::TooManyRecords);
    }
    match (key.max_names, names) {
        (Some(most), Some(names)) if names > most as usize => Some(SuspectReason::TooManyNames),
        _ => None,
    }
}
