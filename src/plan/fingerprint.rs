//! What a step's result depends on, as one short text: the same text, the same rows. Pure.

use std::collections::BTreeMap;

use super::sql::canonical;
use crate::functions;
use crate::name::{AsOf, TableName};

/// Raised whenever the same SQL or the same files would be computed to other rows.
const VERSION: u32 = 2;

/// Everything that the rows of a model depend on.
#[derive(Debug)]
pub struct ModelInputs<'a> {
    pub sql: &'a str,
    /// Used parameters as typed literals, by name.
    pub params: BTreeMap<&'a str, String>,
    /// The fingerprints of the tables it reads.
    pub reads: BTreeMap<&'a TableName, &'a str>,
    /// The fingerprints of the tables of which it reads an earlier as-of; `None`: there is none yet.
    pub reads_previous: BTreeMap<&'a TableName, Option<&'a str>>,
    /// The zone in which days are cut.
    pub zone: &'a str,
    /// What decides about order, files and partitions: the key, the history column, whether it is published.
    pub layout: String,
}

/// The fingerprint of a model.
pub fn model(inputs: &ModelInputs<'_>) -> String {
    let mut hash = Hash::new("model");
    hash.text(&canonical(inputs.sql));
    for (name, value) in &inputs.params {
        hash.pair(name, value);
    }
    hash.tables(&inputs.reads);
    for (table, fingerprint) in &inputs.reads_previous {
        hash.pair(table.as_str(), fingerprint.unwrap_or("none"));
    }
    hash.text(inputs.zone);
    hash.text(&inputs.layout);
    hash.finish()
}

/// The fingerprint of a source: its contract, its files, and the date up to which rows were there. A later run over
/// the same files whose date makes no difference to the rows keeps the earlier run's fingerprint; see
/// [`SourceWindow`].
pub fn source(contract_and_files: &str, as_of: AsOf, zone: &str) -> String {
    let mut hash = Hash::new("source");
    hash.text(contract_and_files);
    hash.text(&as_of.to_string());
    hash.text(zone);
    hash.finish()
}

/// The fingerprint of the identity step: its declaration, its records, the ids it starts from, and the date, which it
/// writes into what it makes.
pub fn identity(declaration: &str, records: &str, previous: Option<&str>, as_of: AsOf) -> String {
    let mut hash = Hash::new("identity");
    hash.text(declaration);
    hash.text(records);
    hash.text(previous.unwrap_or("none"));
    hash.text(&as_of.to_string());
    hash.finish()
}

/// The dates for which a source's files hold the same rows, in the unit of its `dated_by` column; or, of its
/// `updated_at`, for which the same versions of rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceWindow {
    /// The greatest date among the rows that were there.
    pub max_loaded: Option<i64>,
    /// The least date among the rows that were not there yet.
    pub min_later: Option<i64>,
}

impl SourceWindow {
    /// Whether a run that covers everything dated before `end` (exclusive) would load the same rows.
    pub fn holds_at(self, end: i64) -> bool {
        self.max_loaded.is_none_or(|loaded| loaded < end) && self.min_later.is_none_or(|later| later >= end)
    }
}

/// A hash of texts, each with its length, so that their borders count.
struct Hash(blake3::Hasher);

impl Hash {
    fn new(kind: &str) -> Self {
        let mut hash = Self(blake3::Hasher::new());
        hash.text(kind);
        hash.text(&format!("{VERSION}.{}", functions::VERSION));
        hash
    }

    fn text(&mut self, text: &str) {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    fn pair(&mut self, name: &str, value: &str) {
        self.text(name);
        self.text(value);
    }

    fn tables(&mut self, tables: &BTreeMap<&TableName, &str>) {
        self.text(&tables.len().to_string());
        for (table, fingerprint) in tables {
            self.pair(table.as_str(), fingerprint);
        }
    }

    fn finish(&self) -> String {
        self.0.finalize().to_hex()[..32].to_owned()
    }
}
