//! Which values are too widely shared to mean anyone: they are taken out before anything is joined or compared.

use arrow::array::{Array, BooleanArray, RecordBatch, StringViewArray};
use arrow::compute::nullif;
use hashbrown::HashMap;

use super::columns::{text, told, value};
use super::matching::attribute::number_values;
use super::{IdentityError, Suspect, SuspectReason};
use crate::config::identity::Guard;

/// The names of records, as numbers, by the column that holds them.
#[derive(Default)]
pub struct Names {
    by_column: HashMap<String, Vec<u32>>,
}

impl Names {
    /// Reads the name columns that guards count.
    pub fn read<'a>(
        batches: &[RecordBatch],
        guards: impl Iterator<Item = &'a Guard>,
    ) -> Result<Self, IdentityError> {
        let mut names = Self::default();
        for column in guards.filter_map(|guard| guard.names.as_ref()) {
            if !names.by_column.contains_key(column) {
                let values = text(batches, column)?;
                let rows: Vec<u32> = (0..values.len() as u32).collect();
                let numbers = number_values(&values, &rows).value_of;
                let named = |number: u32| if number == 0 { NOTHING } else { number };
                names.by_column.insert(column.clone(), numbers.into_iter().map(named).collect());
            }
        }
        Ok(names)
    }
}

/// A name that is missing.
const NOTHING: u32 = u32::MAX;

/// A column without the values that mean nobody; what was taken out for being shared goes to `suspects`. `name` is what
/// the values are called there. A value counts once for each record: rows that repeat a record have its number.
pub fn guarded(
    name: &str,
    column: StringViewArray,
    guard: &Guard,
    record_of: &[u32],
    names: &Names,
    suspects: &mut Vec<Suspect>,
) -> Result<StringViewArray, IdentityError> {
    if guard.max_records.is_none() && guard.max_names.is_none() && guard.placeholders.is_empty() {
        return Ok(column);
    }
    let rows: Vec<u32> = (0..column.len() as u32).collect();
    let numbered = number_values(&column, &rows);
    let values = numbered.counts.len();
    let mut means_nobody = vec![false; values];
    for placeholder in &guard.placeholders {
        for (means_nobody, row) in means_nobody.iter_mut().zip(&numbered.first_row).skip(1) {
            *means_nobody |= value(&column, *row as usize) == Some(placeholder);
        }
    }
    let records = distinct(&numbered.value_of, record_of, values);
    let named = guard.names.as_ref().and_then(|column| names.by_column.get(column));
    let named =
        named.filter(|_| guard.max_names.is_some()).map(|names| distinct(&numbered.value_of, names, values));
    for number in (1..values).filter(|number| !means_nobody[*number]).collect::<Vec<_>>() {
        let names = named.as_ref().map(|named| named[number]);
        let reason = if guard.max_records.is_some_and(|most| records[number] > most) {
            SuspectReason::TooManyRecords
        } else if guard.max_names.zip(names).is_some_and(|(most, names)| names > most) {
            SuspectReason::TooManyNames
        } else {
            continue;
        };
        means_nobody[number] = true;
        let text = value(&column, numbered.first_row[number] as usize).unwrap_or_default();
        suspects.push(Suspect {
            key: name.to_owned(),
            value_hash: told(name, text),
            records: records[number] as usize,
            names: names.map(|names| names as usize),
            reason,
        });
    }
    let gone: BooleanArray =
        numbered.value_of.iter().map(|number| Some(means_nobody[*number as usize])).collect();
    let masked = nullif(&column, &gone)?;
    Ok(masked.as_any().downcast_ref::<StringViewArray>().cloned().unwrap_or(column))
}

/// By value, how many different things its rows have.
fn distinct(value_of: &[u32], thing_of: &[u32], values: usize) -> Vec<u32> {
    let mut met: Vec<(u32, u32)> = value_of.iter().copied().zip(thing_of.iter().copied()).collect();
    met.retain(|(value, thing)| *value != 0 && *thing != NOTHING);
    met.sort_unstable();
    met.dedup();
    let mut counts = vec![0; values];
    met.iter().for_each(|(value, _)| counts[*value as usize] += 1);
    counts
}
