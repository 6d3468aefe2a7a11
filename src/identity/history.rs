//! `identity_map`: which customer each record belonged to, and when. Never decides to whom a record belongs.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::builder::{Date32Builder, Float64Builder, StringViewBuilder};
use arrow::array::{Array, ArrayRef, Date32Array, Float64Array, RecordBatch, StringViewArray};
use arrow::compute::interleave;

use super::carry::{Before, Carried, CustomerRef};
use super::columns::{Fingerprint, dates, numbers, text, value};
use super::group::Tie;
use super::{IdentityError, map_schema, method_at};
use crate::name::AsOf;

/// The map as the previous as-of date left it, by record.
pub struct History {
    source: StringViewArray,
    source_key: StringViewArray,
    method: StringViewArray,
    confidence: Float64Array,
    customer: StringViewArray,
    valid_from: Date32Array,
    rows: Vec<Entry>,
    /// All ids there have ever been, sorted, as rows of `customer`.
    ids: Vec<u32>,
    held: Vec<bool>,
}

/// A row of the map.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    record: Fingerprint,
    valid_from: i32,
    /// The last day; `i32::MAX` while it lasts.
    valid_to: i32,
    row: u32,
    customer: u32,
}

impl Entry {
    fn is_open(&self) -> bool {
        self.valid_to == i32::MAX
    }
}

/// How each record belongs to its customer today.
pub struct Today<'a> {
    pub source: &'a StringViewArray,
    pub source_key: &'a StringViewArray,
    /// By record, sorted: its fingerprint, and a row that has its source and key.
    pub fingerprints: &'a [Fingerprint],
    pub row_of: &'a [u32],
    pub ties: &'a [Option<Tie>],
    /// What ties are called: the keys, then `steward`, `matched`, `alone`.
    pub methods: &'a [String],
}

impl History {
    /// Reads a map. Rows that began on `as_of` or later are as if they had never been, and rows that ended with the day
    /// before go on: so a date can be run again on top of its own result.
    pub fn read(previous: &[RecordBatch], as_of: AsOf) -> Result<Self, IdentityError> {
        let (source, source_key) = (text(previous, "source")?, text(previous, "source_key")?);
        let customer = text(previous, "customer_id")?;
        let (valid_from, valid_to) = (dates(previous, "valid_from")?, dates(previous, "valid_to")?);
        let mut numbers_of: HashMap<&str, u32> = HashMap::new();
        let mut ids: Vec<u32> = Vec::new();
        let mut rows = Vec::with_capacity(source.len());
        for row in 0..source.len() {
            let (Some(source), Some(source_key), Some(id)) =
                (value(&source, row), value(&source_key, row), value(&customer, row))
            else {
                continue;
            };
            let from = valid_from.value(row);
            if from >= as_of.days() {
                continue;
            }
            let to = if valid_to.is_valid(row) { valid_to.value(row) } else { i32::MAX };
            let number = *numbers_of.entry(id).or_insert_with(|| {
                ids.push(row as u32);
                (ids.len() - 1) as u32
            });
            rows.push(Entry {
                record: Fingerprint::of(&[source, source_key]),
                valid_from: from,
                valid_to: if to >= as_of.days() - 1 { i32::MAX } else { to },
                row: row as u32,
                customer: number,
            });
        }
        drop(numbers_of);
        let mut order: Vec<u32> = (0..ids.len() as u32).collect();
        let id = |number: u32| ids.get(number as usize).map_or("", |row| customer.value(*row as usize));
        order.sort_unstable_by(|a, b| id(*a).cmp(id(*b)));
        let mut rank = vec![0_u32; ids.len()];
        for (position, number) in order.iter().enumerate() {
            if let Some(slot) = rank.get_mut(*number as usize) {
                *slot = position as u32;
            }
        }
        let mut held = vec![false; ids.len()];
        for entry in &mut rows {
            entry.customer = rank.get(entry.customer as usize).copied().unwrap_or(0);
            if let Some(held) = held.get_mut(entry.customer as usize) {
                *held |= entry.is_open();
            }
        }
        rows.sort_unstable();
        let ids = order.iter().filter_map(|number| ids.get(*number as usize).copied()).collect();
        let (method, confidence) = (text(previous, "method")?, numbers(previous, "confidence")?);
        Ok(Self { source, source_key, method, confidence, customer, valid_from, rows, ids, held })
    }

    /// All ids there have ever been, sorted.
    pub fn ids(&self) -> Vec<&str> {
        self.ids.iter().map(|row| self.customer.value(*row as usize)).collect()
    }

    /// Which of the ids still had a record.
    pub fn held(&self) -> &[bool] {
        &self.held
    }

    /// To whom each of today's records belonged; `fingerprints` are sorted.
    pub fn before(&self, fingerprints: &[Fingerprint]) -> Vec<Option<Before>> {
        let mut entries = self.rows.chunk_by(|a, b| a.record == b.record).peekable();
        fingerprints
            .iter()
            .map(|record| {
                while entries
                    .next_if(|entries| entries.first().is_some_and(|entry| entry.record < *record))
                    .is_some()
                {}
                let entries = entries
                    .next_if(|entries| entries.first().is_some_and(|entry| entry.record == *record))?;
                let latest =
                    entries.iter().max_by_key(|entry| (entry.valid_to, entry.valid_from, entry.customer))?;
                Some(Before { customer: latest.customer, open: latest.is_open() })
            })
            .collect()
    }

    /// The map of today: what was, with rows closed where a record moved or went, and rows opened where one came. In the
    /// order of the records' fingerprints.
    pub fn rewrite(
        &self,
        today: &Today,
        carried: &Carried,
        as_of: AsOf,
    ) -> Result<RecordBatch, IdentityError> {
        let mut writer = Writer::new(self, today, carried, as_of);
        let mut entries = self.rows.chunk_by(|a, b| a.record == b.record).peekable();
        for (record, fingerprint) in today.fingerprints.iter().enumerate() {
            while let Some(gone) =
                entries.next_if(|e| e.first().is_some_and(|entry| entry.record < *fingerprint))
            {
                writer.gone(gone);
            }
            let known = entries.next_if(|e| e.first().is_some_and(|entry| entry.record == *fingerprint));
            writer.present(record, known.unwrap_or_default());
        }
        for gone in entries {
            writer.gone(gone);
        }
        writer.finish()
    }
}

/// Collects the rows of the new map: text columns as places to take it from, the others by value.
struct Writer<'a> {
    history: &'a History,
    today: &'a Today<'a>,
    carried: &'a Carried,
    as_of: AsOf,
    keys_from: Vec<(usize, usize)>,
    customers_from: Vec<(usize, usize)>,
    methods_from: Vec<(usize, usize)>,
    valid_from: Date32Builder,
    valid_to: Date32Builder,
    confidence: Float64Builder,
}

const FROM_HISTORY: usize = 0;
const FROM_TODAY: usize = 1;

impl<'a> Writer<'a> {
    fn new(history: &'a History, today: &'a Today<'a>, carried: &'a Carried, as_of: AsOf) -> Self {
        let rows = history.rows.len() + today.fingerprints.len() / 8;
        Self {
            history,
            today,
            carried,
            as_of,
            keys_from: Vec::with_capacity(rows),
            customers_from: Vec::with_capacity(rows),
            methods_from: Vec::with_capacity(rows),
            valid_from: Date32Builder::with_capacity(rows),
            valid_to: Date32Builder::with_capacity(rows),
            confidence: Float64Builder::with_capacity(rows),
        }
    }

    /// A row that stays as it was, but for its end.
    fn keep(&mut self, entry: &Entry, valid_to: Option<i32>) {
        let row = entry.row as usize;
        self.keys_from.push((FROM_HISTORY, row));
        self.customers_from.push((FROM_HISTORY, row));
        self.methods_from.push((FROM_HISTORY, row));
        self.valid_from.append_value(self.history.valid_from.value(row));
        self.valid_to.append_option(valid_to);
        let confidence = &self.history.confidence;
        self.confidence.append_option(confidence.is_valid(row).then(|| confidence.value(row)));
    }

    /// A record that is not there today.
    fn gone(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.keep(entry, Some(if entry.is_open() { self.as_of.days() - 1 } else { entry.valid_to }));
        }
    }

    /// A record that is there today, with its rows until now.
    fn present(&mut self, record: usize, entries: &[Entry]) {
        let Some(customer) = self.carried.customer_of.get(record).copied() else { return };
        let mut since = self.as_of.days();
        for entry in entries {
            if !entry.is_open() {
                self.keep(entry, Some(entry.valid_to));
            } else if customer == CustomerRef::Previous(entry.customer) {
                since = since.min(entry.valid_from);
            } else {
                self.keep(entry, Some(self.as_of.days() - 1));
            }
        }
        let row = self.today.row_of.get(record).map_or(0, |row| *row as usize);
        self.keys_from.push((FROM_TODAY, row));
        self.customers_from.push(match customer {
            CustomerRef::Previous(number) => {
                (FROM_HISTORY, self.history.ids.get(number as usize).map_or(0, |row| *row as usize))
            }
            CustomerRef::Minted(number) => (FROM_TODAY, number as usize),
        });
        let tie = self.today.ties.get(record).copied().flatten();
        let keys = self.today.methods.len().saturating_sub(3);
        self.methods_from.push((FROM_TODAY, method_at(tie.map(|tie| tie.method), keys)));
        self.confidence.append_value(tie.map_or(1.0, |tie| tie.confidence));
        self.valid_from.append_value(since);
        self.valid_to.append_null();
    }

    fn finish(mut self) -> Result<RecordBatch, IdentityError> {
        let History { source, source_key, method, customer, .. } = self.history;
        let minted = strings(self.carried.minted.iter().map(String::as_str));
        let methods = strings(self.today.methods.iter().map(String::as_str));
        let gather = |history: &StringViewArray, today: &StringViewArray, places: &[(usize, usize)]| {
            let columns: [&dyn Array; 2] = [history, today];
            interleave(&columns, places)
        };
        let columns: Vec<ArrayRef> = vec![
            gather(source, self.today.source, &self.keys_from)?,
            gather(source_key, self.today.source_key, &self.keys_from)?,
            gather(customer, &minted, &self.customers_from)?,
            Arc::new(self.valid_from.finish()),
            Arc::new(self.valid_to.finish()),
            gather(method, &methods, &self.methods_from)?,
            Arc::new(self.confidence.finish()),
        ];
        Ok(RecordBatch::try_new(map_schema(), columns)?)
    }
}

/// Texts as a column.
pub fn strings<'a>(values: impl Iterator<Item = &'a str>) -> StringViewArray {
    let mut builder = StringViewBuilder::new();
    values.for_each(|value| builder.append_value(value));
    builder.finish()
}
