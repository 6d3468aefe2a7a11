//! What can go wrong in the warehouse. Messages name the table or the file, and say what the system said.

use std::path::PathBuf;

use thiserror::Error;

use crate::name::{AsOf, ReleaseId, RunId, TableName};

/// What can go wrong in the warehouse.
#[derive(Debug, Error)]
pub enum WarehouseError {
    #[error("cannot {action} `{path}`: {reason}")]
    Io {
        /// What was tried: `read`, `write`, `link` …
        action: &'static str,
        path: String,
        /// The system's reason in a few words.
        reason: String,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot {action} `{path}` in the object store")]
    Store {
        action: &'static str,
        path: String,
        #[source]
        source: Box<object_store::Error>,
    },
    #[error("cannot write `{table}` to `{path}`: {reason}")]
    Stage {
        table: TableName,
        path: PathBuf,
        reason: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("column `{column}` of `{table}` was staged as {expected} and comes as {found}")]
    ColumnType { table: TableName, column: String, expected: String, found: String },
    #[error("`{table}` was staged with {expected} columns and comes with {found}")]
    ColumnCount { table: TableName, expected: usize, found: usize },
    #[error("column `{column}` of `{table}` may not be NULL and is in {rows} rows")]
    UnexpectedNull { table: TableName, column: String, rows: usize },
    #[error("`{table}` names `{column}` as {purpose}, which is not one of its columns")]
    NoSuchColumn { table: TableName, column: String, purpose: &'static str },
    #[error("`{path}` is damaged: {reason}")]
    Damaged { path: String, reason: String },
    #[error("`{path}` was written by a newer Portrait (format {found}, this one knows {known})")]
    Newer { path: String, found: u32, known: u32 },
    #[error("run `{run}` is under way on this warehouse")]
    Held { run: String },
    #[error("release {release} was published by run `{by}` meanwhile; run `{run}` publishes nothing")]
    Raced { release: ReleaseId, by: String, run: RunId },
    #[error("there is no release {0}")]
    NoSuchRelease(ReleaseId),
    #[error("cannot go back to release {release}: `{path}` of `{table}` is gone")]
    FilesGone { release: ReleaseId, table: TableName, path: String },
    #[error("`{table}` is reused, but the last release does not hold it for {as_of}")]
    NothingToReuse { table: TableName, as_of: AsOf },
    #[error("there is no record of run `{0}`")]
    NoSuchRun(RunId),
    #[error("cannot keep a warehouse at `{location}`: {reason}")]
    Location { location: String, reason: String },
}

impl WarehouseError {
    pub(crate) fn io(
        action: &'static str,
        path: impl AsRef<std::path::Path>,
        source: std::io::Error,
    ) -> Self {
        let path = path.as_ref().display().to_string();
        Self::Io { action, path, reason: reason_of(&source), source }
    }
}

/// A system's error in a few words, the likely ones in plain words.
pub(crate) fn reason_of(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::NotADirectory => "a file stands where a folder should".to_owned(),
        ErrorKind::IsADirectory => "a folder stands where a file should".to_owned(),
        _ => error.to_string(),
    }
}

/// The reason of whatever a Parquet writer says: the system's own if it has one.
pub(crate) fn reason_of_any(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = Some(error);
    while let Some(this) = cause {
        if let Some(io) = this.downcast_ref::<std::io::Error>() {
            return reason_of(io);
        }
        cause = this.source();
    }
    error.to_string()
}
