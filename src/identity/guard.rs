//! Which values are too widely shared to mean anyone: they are taken out before anything is joined or compared.

use arrow::array::Array;

use super::columns::told;
use super::records::{Column, Records};
use super::{Suspect, SuspectReason};
use crate::config::identity::Guard;

/// Which values of a column mean nobody, by number; nothing where none does. What is shared too widely goes to `suspects`.
/// `name` is what the values are called there. A value counts once for each record: rows that repeat a record have its
/// number.
pub fn guarded(
    name: &str,
    column: &Column,
    guard: &Guard,
    record_of: &[u32],
    records: &Records,
    suspects: &mut Vec<Suspect>,
) -> Vec<bool> {
    if guard.max_records.is_none() && guard.max_names.is_none() && guard.placeholders.is_empty() {
        return Vec::new();
    }
    let values = column.texts.len();
    let text = |number: usize| column.texts.value(number);
    let mut means_nobody = vec![false; values];
    if !guard.placeholders.is_empty() {
        for (number, means_nobody) in means_nobody.iter_mut().enumerate().skip(1) {
            *means_nobody = guard.placeholders.iter().any(|placeholder| placeholder == text(number));
        }
    }
    // A value in no more rows than that is within every limit.
    let harmless = guard.max_records.unwrap_or(u32::MAX).min(guard.max_names.unwrap_or(u32::MAX));
    let mut rows = vec![0_u32; values];
    column.number_of.iter().for_each(|number| rows[*number as usize] += 1);
    let doubtful = |number: usize| number != 0 && rows[number] > harmless;
    let holders = distinct(&column.number_of, doubtful, values, |row| Some(u64::from(record_of[row])));
    let names = guard.names.as_ref().filter(|_| guard.max_names.is_some());
    let named = names.and_then(|column| records.names(column)).map(|names| {
        distinct(&column.number_of, doubtful, values, |row| Some(names[row]).filter(|name| *name != 0))
    });
    for number in (1..values).filter(|number| doubtful(*number)) {
        if means_nobody[number] {
            continue;
        }
        let names = named.as_ref().map(|named| named[number]);
        let reason = if guard.max_records.is_some_and(|most| holders[number] > most) {
            SuspectReason::TooManyRecords
        } else if guard.max_names.zip(names).is_some_and(|(most, names)| names > most) {
            SuspectReason::TooManyNames
        } else {
            continue;
        };
        means_nobody[number] = true;
        suspects.push(Suspect {
            key: name.to_owned(),
            value_hash: told(name, text(number)),
            records: holders[number] as usize,
            names: names.map(|names| names as usize),
            reason,
        });
    }
    means_nobody
}

/// By value that is asked about, how many different things its rows have.
fn distinct(
    number_of: &[u32],
    asked: impl Fn(usize) -> bool,
    values: usize,
    thing_of: impl Fn(usize) -> Option<u64>,
) -> Vec<u32> {
    let met = number_of.iter().enumerate().filter(|(_, value)| asked(**value as usize));
    let mut met: Vec<(u32, u64)> = met.filter_map(|(row, value)| Some((*value, thing_of(row)?))).collect();
    met.sort_unstable();
    met.dedup();
    let mut counts = vec![0; values];
    met.iter().for_each(|(value, _)| counts[*value as usize] += 1);
    counts
}
