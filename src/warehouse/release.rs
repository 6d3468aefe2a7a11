//! What a release is made of. A release says everything that the next run and every reader need: state lives nowhere
//! else. Pure: how it is kept is `store`'s and `publish`'s work.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::WarehouseError;
use super::schema::{ColumnEntry, decode_schema};
use crate::config::project::History;
use crate::name::{AsOf, PipelineName, ReleaseId, RunId, TableName};

/// The format of a manifest that this program writes; it reads this one and older ones.
pub const FORMAT: u32 = 1;

/// The whole catalogue as it stands after a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub format: u32,
    pub id: ReleaseId,
    pub created_at: DateTime<Utc>,
    /// The run that published it; of a rollback, the run of the release gone back to.
    pub run: RunId,
    pub as_of: AsOf,
    pub pipelines: Vec<PipelineName>,
    pub previous: Option<ReleaseId>,
    /// Of a rollback: the release that this one equals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back_to: Option<ReleaseId>,
    pub tables: BTreeMap<TableName, TableEntry>,
    /// What the next run needs beside tables, by owner: files read, cursors, trained models.
    pub state: BTreeMap<String, serde_json::Value>,
}

impl Release {
    pub fn table(&self, table: &TableName) -> Option<&TableEntry> {
        self.tables.get(table)
    }

    /// Every file that the release needs: of each table all partitions and what stood before.
    pub fn files(&self) -> impl Iterator<Item = (&TableName, &FileEntry)> {
        self.tables.iter().flat_map(|(name, table)| {
            table
                .partitions
                .iter()
                .chain(&table.previous)
                .flat_map(move |part| part.files.iter().map(move |file| (name, file)))
        })
    }
}

/// A table of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableEntry {
    pub description: Option<String>,
    /// Whether readers find it under `current/`.
    pub published: bool,
    /// Holds direct identifiers: kept apart, so that access can differ.
    pub restricted: bool,
    /// Rows are sorted by these.
    pub key: Vec<String>,
    /// One partition per as-of date is kept. `None`: the table is rewritten whole.
    pub history: Option<Dated>,
    pub columns: Vec<ColumnEntry>,
    /// The Arrow schema of the newest files: an IPC message in base64.
    pub schema: String,
    /// A plain table has one; a dated one as many as dates, oldest first.
    pub partitions: Vec<Partition>,
    /// What a plain table was at the latest as-of before its own: what `previous.TABLE` reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Partition>,
}

/// How a dated table keeps its dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// The column that holds the as-of date.
    pub column: String,
    /// Dates older than this many days before the newest are thinned to month-ends. `None`: every date is kept.
    pub daily_for_days: Option<u32>,
}

impl From<&History> for Dated {
    fn from(history: &History) -> Self {
        let days = history.daily_for.map(|daily| u32::try_from(daily.num_days().max(0)).unwrap_or(u32::MAX));
        Self { column: history.column.clone(), daily_for_days: days }
    }
}

/// A table as one run made it for one as-of date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// The date that it stands for.
    pub as_of: AsOf,
    /// The run that computed it; also the run whose quarantine belongs to it.
    pub run: RunId,
    pub fingerprint: String,
    pub files: Vec<FileEntry>,
}

impl Partition {
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// One immutable Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileEntry {
    /// Relative to the warehouse, with `/` between folders: `data/customer/20260131T020000Z-3f9a1c-0-000-000.parquet`.
    pub path: Arc<str>,
    pub rows: u64,
    pub bytes: u64,
}

impl TableEntry {
    /// Rows of all partitions.
    pub fn rows(&self) -> u64 {
        self.partitions.iter().map(Partition::rows).sum()
    }

    /// Bytes of all partitions.
    pub fn bytes(&self) -> u64 {
        self.partitions.iter().map(Partition::bytes).sum()
    }

    /// The files of all partitions, oldest date first.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.partitions.iter().flat_map(|partition| &partition.files)
    }

    /// The newest partition: all of a plain table.
    pub fn newest(&self) -> Option<&Partition> {
        self.partitions.last()
    }

    /// The date that the table stands at.
    pub fn as_of(&self) -> Option<AsOf> {
        self.newest().map(|partition| partition.as_of)
    }

    /// The partition of exactly this date.
    pub fn at(&self, as_of: AsOf) -> Option<&Partition> {
        self.partitions.iter().rfind(|partition| partition.as_of == as_of)
    }

    /// The files of exactly this date; none if the table has no such date.
    pub fn files_for(&self, as_of: AsOf) -> &[FileEntry] {
        self.at(as_of).map_or(&[], |partition| &partition.files)
    }

    /// The table at the latest date before this one: what `previous.TABLE` reads.
    pub fn before(&self, as_of: AsOf) -> Option<&Partition> {
        self.partitions
            .iter()
            .chain(&self.previous)
            .filter(|partition| partition.as_of < as_of)
            .max_by_key(|partition| partition.as_of)
    }

    /// What a step with this fingerprint need not compute again for this date: a plain table stands for any date, a
    /// dated one only for its own.
    pub fn reusable(&self, fingerprint: &str, as_of: AsOf) -> Option<&Partition> {
        let candidate = if self.history.is_some() { self.at(as_of) } else { self.newest() };
        candidate.filter(|partition| partition.fingerprint == fingerprint)
    }

    /// The Arrow schema of the newest files, descriptions included. Text is plain Utf8 as written.
    pub fn arrow_schema(&self) -> Result<SchemaRef, WarehouseError> {
        decode_schema(&self.schema).map(|schema: Schema| Arc::new(schema))
    }
}
