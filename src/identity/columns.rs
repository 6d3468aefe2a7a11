//! Columns as identity reads them: by name, as text or dates, hashed. Never joins anything.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, RecordBatch, StringViewArray, new_empty_array,
};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Date32Type, Float64Type};
use foldhash::quality::FixedState;

use super::IdentityError;

/// One column of many batches, as one array of `data_type`.
fn column(batches: &[RecordBatch], name: &str, data_type: &DataType) -> Result<ArrayRef, IdentityError> {
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(batches.len());
    for batch in batches {
        let Some(column) = batch.column_by_name(name) else {
            return Err(IdentityError::MissingColumn(name.to_owned()));
        };
        parts.push(if column.data_type() == data_type {
            Arc::clone(column)
        } else {
            cast(column, data_type)?
        });
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    joined(&parts, data_type)
}

/// Parts of one column, of `data_type`, as one array.
pub fn joined(parts: &[&dyn Array], data_type: &DataType) -> Result<ArrayRef, IdentityError> {
    if parts.is_empty() { Ok(new_empty_array(data_type)) } else { Ok(concat(parts)?) }
}

pub fn text(batches: &[RecordBatch], name: &str) -> Result<StringViewArray, IdentityError> {
    Ok(column(batches, name, &DataType::Utf8View)?.as_string_view().clone())
}

pub fn dates(batches: &[RecordBatch], name: &str) -> Result<Date32Array, IdentityError> {
    Ok(column(batches, name, &DataType::Date32)?.as_primitive::<Date32Type>().clone())
}

pub fn numbers(batches: &[RecordBatch], name: &str) -> Result<Float64Array, IdentityError> {
    Ok(column(batches, name, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
}

/// The name of an attribute's normalised value.
pub fn value_column(attribute: usize) -> String {
    format!("a{attribute}")
}

/// The name of a value that derives from an attribute.
pub fn derived_column(attribute: usize, derived: usize) -> String {
    format!("a{attribute}_{derived}")
}

/// The name of a declared blocking rule's value.
pub fn block_column(rule: usize) -> String {
    format!("b{rule}")
}

/// The text in a row; none where it is NULL or empty.
pub fn value(column: &StringViewArray, row: usize) -> Option<&str> {
    (row < column.len() && column.is_valid(row)).then(|| column.value(row)).filter(|value| !value.is_empty())
}

/// A hash of parts, each told apart from the next by its length.
fn hash_apart(parts: &[&str]) -> blake3::Hash {
    let length = parts.iter().map(|part| 8 + part.len()).sum();
    let mut together = [0; 256];
    // Most are short, and hashed fastest in one go.
    let Some(mut room) = together.get_mut(..length) else {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        return hasher.finalize();
    };
    for part in parts {
        let (head, rest) = room.split_at_mut(8);
        head.copy_from_slice(&(part.len() as u64).to_le_bytes());
        let (text, rest) = rest.split_at_mut(part.len());
        text.copy_from_slice(part.as_bytes());
        room = rest;
    }
    blake3::hash(&together[..length])
}

/// 64 bits of a text, the same on every run, by which texts are told apart that need not be kept; never 0. Among ten million
/// texts two differing ones meet with a probability of 10⁻⁶: they would share a block, no more.
pub fn hash_of(text: &str) -> u64 {
    FixedState::default().hash_one(text.as_bytes()).max(1)
}

/// By what a value of a column is told in what is shown or kept of it: it holds nobody's name.
pub fn told(column: &str, text: &str) -> String {
    Fingerprint::of(&[column, text]).hex()
}

/// 96 bits of a value, by which equal values are told without keeping them: among ten million values two differing ones
/// meet with a probability of 10⁻¹⁵.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    high: u64,
    low: u32,
}

impl Fingerprint {
    /// Of parts, each told apart from the next.
    pub fn of(parts: &[&str]) -> Self {
        let hash = hash_apart(parts);
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = *hash.as_bytes();
        Self { high: u64::from_be_bytes([a, b, c, d, e, f, g, h]), low: u32::from_be_bytes([i, j, k, l]) }
    }

    /// 64 bits, enough to count distinct names within one group; never 0.
    pub fn short(self) -> u64 {
        self.high.max(1)
    }

    /// Its first 64 bits.
    pub fn high(self) -> u64 {
        self.high
    }

    /// Sixteen lower-case hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:016x}", self.high)
    }

    /// Its bytes, in the order that fingerprints have.
    pub fn bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.high.to_be_bytes());
        bytes[8..].copy_from_slice(&self.low.to_be_bytes());
        bytes
    }

    /// The fingerprint of which these are the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (high, low) = bytes.split_at_checked(8)?;
        Some(Self {
            high: u64::from_be_bytes(high.try_into().ok()?),
            low: u32::from_be_bytes(low.try_into().ok()?),
        })
    }

    /// All its bits, as text to be hashed further.
    pub fn digits(self) -> String {
        format!("{:016x}{:08x}", self.high, self.low)
    }
}
