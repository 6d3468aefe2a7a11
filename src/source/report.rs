//! What became of a file's rows.

use serde::{Deserialize, Serialize};

/// Counts of one file. `rows_read = rows_loaded + rows_quarantined`; repeats are found and removed later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// Relative to the data root, `/` between folders.
    pub file: String,
    /// The file's size on disk.
    pub bytes: u64,
    pub rows_read: u64,
    pub rows_loaded: u64,
    pub rows_quarantined: u64,
    /// Rows dated after the as-of date: not read, not quarantined.
    pub rows_later: u64,
    /// Loaded rows whose `updated_at` lies after the as-of date: they say what nobody could know then. Of a repeated key
    /// another version is kept if there is one.
    pub rows_updated_later: u64,
    /// Bad values that became NULL in rows that were loaded.
    pub cell_rejects: u64,
    /// Columns of the file that the contract does not name, where the source says `warn`.
    pub extra_columns: Vec<String>,
    /// The greatest `dated_by` among loaded rows: days or microseconds since 1970, as the column is a date or a timestamp.
    pub max_loaded: Option<i64>,
    /// The least `dated_by` among later rows, in the same unit. A later run whose as-of still lies before it, over the
    /// same file, would load the same rows.
    pub min_later: Option<i64>,
    /// The greatest `updated_at` among loaded rows that is not after the as-of date, and the least that is.
    pub max_updated: Option<i64>,
    pub min_updated_later: Option<i64>,
}

impl FileReport {
    /// Adds another file's counts to these.
    pub fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.rows_read += other.rows_read;
        self.rows_loaded += other.rows_loaded;
        self.rows_quarantined += other.rows_quarantined;
        self.rows_later += other.rows_later;
        self.rows_updated_later += other.rows_updated_later;
        self.cell_rejects += other.cell_rejects;
        for column in &other.extra_columns {
            if !self.extra_columns.contains(column) {
                self.extra_columns.push(column.clone());
            }
        }
        self.max_loaded = self.max_loaded.max(other.max_loaded);
        self.min_later = least(self.min_later, other.min_later);
        self.max_updated = self.max_updated.max(other.max_updated);
        self.min_updated_later = least(self.min_updated_later, other.min_updated_later);
    }
}

/// The lesser of two values that may be absent.
pub fn least(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, None) | (None, one) => one,
    }
}
