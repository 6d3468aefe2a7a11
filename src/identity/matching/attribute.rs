//! Attributes of records as numbers: each distinct value once, and for each record which one it has. Never compares.

use arrow::array::StringViewArray;
use hashbrown::HashMap;

use crate::identity::columns::value;

/// One attribute of all records.
#[derive(Debug)]
pub struct Attribute {
    /// By record: the number of its value; 0 where it has none.
    pub value_of: Vec<u32>,
    /// By value: its text; that of 0 is empty.
    pub texts: StringViewArray,
    /// By value: how many records have it.
    pub counts: Vec<u32>,
    /// By derived attribute, by value: the number of what is derived; 0 where nothing is.
    pub derived: Vec<Vec<u32>>,
}

impl Attribute {
    /// Numbers the values of a column, in the order of the records, whose rows are `row_of`; `derived` are columns that
    /// depend on this one alone.
    pub fn new(column: &StringViewArray, derived: &[StringViewArray], row_of: &[u32]) -> Self {
        let numbered = number_values(column, row_of);
        let first_row = || numbered.first_row.iter().skip(1).map(|row| *row as usize);
        let texts = std::iter::once("").chain(first_row().map(|row| column.value(row)));
        let derived = derived
            .iter()
            .map(|column| {
                let mut numbers: HashMap<&str, u32> = HashMap::new();
                let number = |row: usize| {
                    let Some(text) = value(column, row) else { return 0 };
                    let next = numbers.len() as u32 + 1;
                    *numbers.entry(text).or_insert(next)
                };
                std::iter::once(0).chain(first_row().map(number)).collect()
            })
            .collect();
        let texts = StringViewArray::from_iter_values(texts);
        Self { texts, derived, value_of: numbered.value_of, counts: numbered.counts }
    }

    /// The text of a value.
    pub fn text(&self, number: u32) -> &str {
        self.texts.value(number as usize)
    }

    /// How many records have a value.
    pub fn present(&self) -> u64 {
        self.counts.iter().skip(1).map(|count| u64::from(*count)).sum()
    }
}

/// A column as numbers.
#[derive(Debug)]
pub struct Numbered {
    /// By record: the number of its value; 0 for none.
    pub value_of: Vec<u32>,
    /// By value: a row that has it; that of 0 means nothing.
    pub first_row: Vec<u32>,
    /// By value: how many records have it.
    pub counts: Vec<u32>,
}

/// Numbers the values of a column in the order of the records.
pub fn number_values(column: &StringViewArray, row_of: &[u32]) -> Numbered {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut numbered =
        Numbered { value_of: Vec::with_capacity(row_of.len()), first_row: vec![0], counts: vec![0] };
    for row in row_of {
        let number = value(column, *row as usize).map_or(0, |text| {
            *numbers.entry(text).or_insert_with(|| {
                numbered.first_row.push(*row);
                numbered.counts.push(0);
                (numbered.counts.len() - 1) as u32
            })
        });
        numbered.counts[number as usize] += 1;
        numbered.value_of.push(number);
    }
    numbered
}
