//! Attributes of records as numbers: each distinct value once, and for each record which ones it has. Never compares.

use std::hash::{BuildHasher, Hasher};

use arrow::array::{Array, AsArray, StringViewArray, UInt32Array};
use arrow::compute::take;
use arrow::error::ArrowError;
use foldhash::quality::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use crate::identity::columns::hash_of;
use crate::identity::records::Column;

/// The values of one attribute.
#[derive(Debug)]
pub struct Attribute {
    /// By value: its text; that of 0 is empty.
    pub texts: StringViewArray,
    /// By value: how many records have it.
    pub counts: Vec<u32>,
    /// By derived attribute, by value: the number of what is derived; 0 where nothing is.
    pub derived: Vec<Vec<u32>>,
    /// By value: a hash of its text and of what derives from it, the same on every night.
    pub hashes: Vec<u64>,
}

impl Attribute {
    /// A column as records have it, without its values that mean nobody; and by record the number of its value, 0 where it
    /// has none. Values are numbered in the order of the records, whose rows are `row_of`.
    pub fn new(
        column: &Column,
        means_nobody: &[bool],
        row_of: &[u32],
    ) -> Result<(Self, Vec<u32>), ArrowError> {
        let Numbered { value_of, kept, counts } = number_values(column, means_nobody, row_of);
        let derived = column.derived.iter().map(|hashes| {
            let mut numbers: HashMap<u64, u32> = HashMap::new();
            let number = |old: &u32| match hashes[*old as usize] {
                0 => 0,
                hash => {
                    let next = numbers.len() as u32 + 1;
                    *numbers.entry(hash).or_insert(next)
                }
            };
            kept.iter().map(number).collect()
        });
        let derived = derived.collect();
        let hash = |old: &u32| {
            let old = *old as usize;
            let mut hasher = FixedState::default().build_hasher();
            hasher.write_u64(hash_of(column.texts.value(old)));
            column.derived.iter().for_each(|hashes| hasher.write_u64(hashes[old]));
            hasher.finish()
        };
        let hashes = kept.par_iter().map(hash).collect();
        let texts = take(&column.texts, &UInt32Array::from(kept), None)?.as_string_view().clone();
        Ok((Self { texts, counts, derived, hashes }, value_of))
    }

    /// The text of a value.
    pub fn text(&self, number: u32) -> &str {
        self.texts.value(number as usize)
    }

    /// How many records have a value.
    pub fn present(&self) -> u64 {
        self.counts.iter().skip(1).map(|count| u64::from(*count)).sum()
    }

    /// How many values there are, that of 0 among them.
    pub fn values(&self) -> usize {
        self.texts.len()
    }
}

/// Numbers of records, those of a record side by side: one look into memory brings all of them. By attribute the number of
/// its value, by blocking rule that of its block; 0 where there is none.
#[derive(Debug)]
pub struct Values {
    columns: usize,
    numbers: Vec<u32>,
}

impl Values {
    /// Puts columns side by side.
    pub fn new(columns: &[Vec<u32>]) -> Self {
        let records = columns.first().map_or(0, Vec::len);
        let mut numbers = vec![0; records * columns.len()];
        numbers.par_chunks_mut(columns.len().max(1)).enumerate().for_each(|(record, numbers)| {
            numbers.iter_mut().zip(columns).for_each(|(number, column)| *number = column[record]);
        });
        Self { columns: columns.len(), numbers }
    }

    /// A record's number in a column.
    pub fn get(&self, record: u32, column: usize) -> u32 {
        self.numbers[record as usize * self.columns + column]
    }

    /// A record's numbers in the first columns.
    pub fn first(&self, record: u32, columns: usize) -> &[u32] {
        let from = record as usize * self.columns;
        &self.numbers[from..from + columns]
    }
}

/// A column as records have it.
struct Numbered {
    value_of: Vec<u32>,
    /// By value: its number in the column.
    kept: Vec<u32>,
    counts: Vec<u32>,
}

fn number_values(column: &Column, means_nobody: &[bool], row_of: &[u32]) -> Numbered {
    let mut number_of = vec![0_u32; column.texts.len()];
    let mut numbered =
        Numbered { value_of: Vec::with_capacity(row_of.len()), kept: vec![0], counts: vec![0] };
    for row in row_of {
        let old = column.number_of[*row as usize];
        let number = if old == 0 || means_nobody.get(old as usize).copied().unwrap_or(false) {
            0
        } else {
            let slot = &mut number_of[old as usize];
            if *slot == 0 {
                *slot = numbered.kept.len() as u32;
                numbered.kept.push(old);
                numbered.counts.push(0);
            }
            *slot
        };
        numbered.counts[number as usize] += 1;
        numbered.value_of.push(number);
    }
    numbered
}
