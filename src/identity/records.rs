//! Records as they are read: each column of text as numbers, each distinct value once, so that no batch need be kept.
//! Knows rows; what is one record, and in which order records stand, is `prepare`'s.

use std::slice::from_ref;

use arrow::array::builder::{ArrayBuilder, StringViewBuilder};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::DataType;
use hashbrown::HashTable;
use rayon::prelude::*;

use super::IdentityError;
use super::columns::{Fingerprint, block_column, derived_column, hash_of, joined, text, value, value_column};
use super::kind::graded;
use crate::config::identity::Identity;

/// The columns of `compile::identity::records_sql`, by row.
pub struct Records {
    pub source: StringViewArray,
    pub source_key: StringViewArray,
    /// What tells a record from others: its source and key.
    pub fingerprints: Vec<Fingerprint>,
    /// By declared key.
    pub keys: Vec<Column>,
    /// By declared attribute.
    pub attributes: Vec<Column>,
    /// The columns of names that guards count.
    pub names: Vec<(String, Vec<u64>)>,
    /// By declared blocking rule, by row: the hash of its value; 0 for none.
    pub blocks: Vec<Vec<u64>>,
}

/// A column of text, each distinct value once.
pub struct Column {
    /// By row: the number of its value; 0 where it is NULL or empty.
    pub number_of: Vec<u32>,
    /// By number: the text; that of 0 is empty.
    pub texts: StringViewArray,
    /// By what derives from the value, by number: its hash; 0 for none.
    pub derived: Vec<Vec<u64>>,
}

impl Records {
    /// Reads batches that are all there already.
    pub fn read(batches: &[RecordBatch], declared: &Identity) -> Result<Self, IdentityError> {
        let mut reading = Reading::new(declared, batches.iter().map(RecordBatch::num_rows).sum());
        reading.add(batches)?;
        reading.finish()
    }

    /// Sources and their keys, and the hashes of blocking rules: what is still asked for once records are in order. The
    /// rest goes.
    pub fn into_names_and_blocks(self) -> (StringViewArray, StringViewArray, Vec<Vec<u64>>) {
        (self.source, self.source_key, self.blocks)
    }

    /// The hashes of a column of names, by row.
    pub fn names(&self, column: &str) -> Option<&[u64]> {
        self.names.iter().find(|(name, _)| name == column).map(|(_, hashes)| hashes.as_slice())
    }
}

/// Records that are being read.
pub struct Reading {
    sources: Vec<StringViewArray>,
    source_keys: Vec<StringViewArray>,
    fingerprints: Vec<Fingerprint>,
    keys: Vec<Numbering>,
    attributes: Vec<Numbering>,
    names: Vec<(String, Vec<u64>)>,
    blocks: Vec<(String, Vec<u64>)>,
}

impl Reading {
    /// Made for about so many rows.
    pub fn new(declared: &Identity, rows: usize) -> Self {
        let derived = |at: usize, many: usize| (0..many).map(|number| derived_column(at, number)).collect();
        let graded = graded(declared);
        let attributes = graded.iter().enumerate();
        let mut names: Vec<String> = declared.guards().filter_map(|guard| guard.names.clone()).collect();
        names.sort_unstable();
        names.dedup();
        Self {
            sources: Vec::new(),
            source_keys: Vec::new(),
            fingerprints: Vec::with_capacity(rows),
            keys: declared
                .keys
                .iter()
                .map(|key| Numbering::new(key.column.clone(), Vec::new(), rows))
                .collect(),
            attributes: attributes
                .map(|(at, graded)| Numbering::new(value_column(at), derived(at, graded.derived.len()), rows))
                .collect(),
            names: names.into_iter().map(|name| (name, Vec::with_capacity(rows))).collect(),
            blocks: (0..declared.blocking.len())
                .map(|rule| (block_column(rule), Vec::with_capacity(rows)))
                .collect(),
        }
    }

    /// Reads batches, column beside column on all cores.
    pub fn add(&mut self, batches: &[RecordBatch]) -> Result<(), IdentityError> {
        self.refuse_missing(batches)?;
        let Self { sources, source_keys, fingerprints, keys, attributes, names, blocks } = self;
        let numberings: Vec<&mut Numbering> = keys.iter_mut().chain(attributes).collect();
        let hashings: Vec<&mut (String, Vec<u64>)> = names.iter_mut().chain(blocks).collect();
        let numbered = || numberings.into_par_iter().try_for_each(|numbering| numbering.add(batches));
        let hashed = || hashings.into_par_iter().try_for_each(|(name, hashes)| hash(batches, name, hashes));
        let named = || {
            for batch in batches {
                let (source, source_key) = (text_of(batch, "source")?, text_of(batch, "source_key")?);
                fingerprint(&source, &source_key, fingerprints)?;
                sources.push(source);
                source_keys.push(source_key);
            }
            Ok(())
        };
        let (numbered, (hashed, named)) = rayon::join(numbered, || rayon::join(hashed, named));
        numbered.and(hashed).and(named)
    }

    /// Names the first column that is missing, whichever core would come upon one first.
    fn refuse_missing(&self, batches: &[RecordBatch]) -> Result<(), IdentityError> {
        let numbered = self.keys.iter().chain(&self.attributes);
        let numbered = numbered.flat_map(|of| std::iter::once(&of.name).chain(&of.derived_names));
        let hashed = self.names.iter().chain(&self.blocks).map(|(name, _)| name);
        for name in numbered.chain(hashed) {
            if batches.iter().any(|batch| batch.column_by_name(name).is_none()) {
                return Err(IdentityError::MissingColumn(name.clone()));
            }
        }
        Ok(())
    }

    pub fn finish(self) -> Result<Records, IdentityError> {
        let rows = self.fingerprints.len();
        if u32::try_from(rows).is_err() {
            return Err(IdentityError::TooManyRecords(rows));
        }
        let whole = |parts: &[StringViewArray]| -> Result<StringViewArray, IdentityError> {
            let parts: Vec<&dyn Array> = parts.iter().map(|part| part as &dyn Array).collect();
            Ok(joined(&parts, &DataType::Utf8View)?.as_string_view().clone())
        };
        Ok(Records {
            source: whole(&self.sources)?,
            source_key: whole(&self.source_keys)?,
            fingerprints: self.fingerprints,
            keys: self.keys.into_iter().map(Numbering::finish).collect(),
            attributes: self.attributes.into_iter().map(Numbering::finish).collect(),
            names: self.names,
            blocks: self.blocks.into_iter().map(|(_, hashes)| hashes).collect(),
        })
    }
}

/// A column that is being numbered.
struct Numbering {
    name: String,
    derived_names: Vec<String>,
    known: HashTable<Known>,
    texts: StringViewBuilder,
    number_of: Vec<u32>,
    derived: Vec<Vec<u64>>,
}

/// A value that has a number, found by its hash.
struct Known {
    hash: u32,
    number: u32,
}

/// Half of a value's hash tells it from most others; spread out it says where to look.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Numbering {
    fn new(name: String, derived_names: Vec<String>, rows: usize) -> Self {
        let mut texts = StringViewBuilder::new();
        texts.append_value("");
        let derived = vec![vec![0]; derived_names.len()];
        Self {
            name,
            derived_names,
            known: HashTable::new(),
            texts,
            number_of: Vec::with_capacity(rows),
            derived,
        }
    }

    fn add(&mut self, batches: &[RecordBatch]) -> Result<(), IdentityError> {
        for batch in batches {
            let column = text_of(batch, &self.name)?;
            let derived = self.derived_names.iter().map(|name| text_of(batch, name));
            let derived: Vec<StringViewArray> = derived.collect::<Result<_, _>>()?;
            self.number_of.reserve(column.len());
            for row in 0..column.len() {
                let number = value(&column, row).map_or(0, |text| self.number(text));
                self.number_of.push(number);
                if number != 0 {
                    self.derive(number as usize, row, &derived);
                }
            }
        }
        Ok(())
    }

    /// The number of a text.
    fn number(&mut self, text: &str) -> u32 {
        let hash = (hash_of(text) >> 32) as u32;
        let texts = &self.texts;
        let same =
            |known: &Known| known.hash == hash && texts.get_value(known.number as usize) == text.as_bytes();
        if let Some(known) = self.known.find(spread(hash), same) {
            return known.number;
        }
        let number = self.texts.len() as u32;
        self.texts.append_value(text);
        self.known.insert_unique(spread(hash), Known { hash, number }, |known| spread(known.hash));
        self.derived.iter_mut().for_each(|hashes| hashes.push(0));
        number
    }

    /// What derives from the value in a row. SQL may derive something else from an equal value, by another spelling of it
    /// or another column: the same counts, whichever row comes first.
    fn derive(&mut self, number: usize, row: usize, derived: &[StringViewArray]) {
        for (hashes, column) in self.derived.iter_mut().zip(derived) {
            if let Some(hash) = value(column, row).map(hash_of) {
                hashes[number] = hashes[number].max(hash);
            }
        }
    }

    fn finish(mut self) -> Column {
        Column { number_of: self.number_of, texts: self.texts.finish(), derived: self.derived }
    }
}

fn hash(batches: &[RecordBatch], name: &str, hashes: &mut Vec<u64>) -> Result<(), IdentityError> {
    for batch in batches {
        let column = text_of(batch, name)?;
        hashes.extend((0..column.len()).map(|row| value(&column, row).map_or(0, hash_of)));
    }
    Ok(())
}

fn fingerprint(
    source: &StringViewArray,
    source_key: &StringViewArray,
    fingerprints: &mut Vec<Fingerprint>,
) -> Result<(), IdentityError> {
    for row in 0..source.len() {
        let missing = |column| IdentityError::MissingKey { row: fingerprints.len(), column };
        let of_source = value(source, row).ok_or_else(|| missing("source"))?;
        let key = value(source_key, row).ok_or_else(|| missing("source_key"))?;
        fingerprints.push(Fingerprint::of(&[of_source, key]));
    }
    Ok(())
}

fn text_of(batch: &RecordBatch, name: &str) -> Result<StringViewArray, IdentityError> {
    text(from_ref(batch), name)
}
