//! What can go wrong while the sample is written. Never says anything about the people in it.

use std::path::PathBuf;

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("a sample needs at least one person")]
    NoPeople,
    #[error("failed to write `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("failed to write `{}`", path.display())]
    Parquet { path: PathBuf, source: parquet::errors::ParquetError },
    #[error("failed to write `{}`", path.display())]
    Workbook { path: PathBuf, source: rust_xlsxwriter::XlsxError },
    #[error("a worker of the sample stopped before its part was written")]
    WorkerLost,
}
