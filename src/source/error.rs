//! Why a file cannot be read at all. What is wrong with one row is a reject, not an error.

use std::io;

use thiserror::Error;

use super::SinkError;

/// A source or one of its files is unusable. Files are named relative to the data root.
#[derive(Debug, Error)]
pub enum SourceError {
    #[error(
        "no file matches `{pattern}` of source `{name}` under `{root}`; deliver the file, mend `path`, or say `optional: true`"
    )]
    NoFile { name: String, pattern: String, root: String },
    #[error("`{pattern}` of source `{name}` is not a file pattern: {reason}")]
    Pattern { name: String, pattern: String, reason: String },
    #[error("failed to list the folder `{folder}`; check that it exists and may be read")]
    List { folder: String, source: io::Error },
    #[error("failed to open `{file}`; check that it exists and may be read")]
    Open { file: String, source: io::Error },
    #[error("`{file}` is not a file; the path must lead to files, not to folders or devices")]
    NotAFile { file: String },
    #[error("`{file}` lies beside its packed copy `{packed}`, and its rows would count twice; take one away")]
    PackedTwice { file: String, packed: String },
    #[error("failed to read `{file}` at byte {offset}")]
    Read { file: String, offset: u64, source: io::Error },
    #[error("`{file}` is damaged or cut short at byte {offset} of its {codec} stream; deliver it again")]
    Compressed { file: String, codec: &'static str, offset: u64, source: io::Error },
    #[error(
        "`{file}` is empty: it has not even a header; deliver it again, or take it away if there are no rows"
    )]
    Empty { file: String },
    #[error("`{file}` is {found}; save it as UTF-8 or GB18030 text")]
    NotText { file: String, found: &'static str },
    #[error("`{file}` has no column `{header}`, which `{name}` requires; it has {found}{help}")]
    MissingColumn { file: String, name: String, header: String, found: String, help: String },
    #[error("`{file}` has the column `{header}` twice; which is meant cannot be known: rename one")]
    DuplicateHeader { file: String, header: String },
    #[error(
        "`{file}` has columns that `{name}` does not name: {columns}; add them to the contract, or say `extra_columns: warn`"
    )]
    ExtraColumns { file: String, name: String, columns: String },
    #[error(
        "the header of `{file}` is longer than {limit} bytes; is it text with `{delimiter}` between its fields?"
    )]
    HeaderTooLong { file: String, limit: usize, delimiter: String },
    #[error(
        "the header of `{file}` opens a quote that is never closed; mend the file or the source's `quote`"
    )]
    HeaderUnclosed { file: String },
    #[error("`{file}` is not a whole Parquet file; deliver it again")]
    Parquet { file: String, source: parquet::errors::ParquetError },
    #[error(
        "column `{column}` of `{file}` is {found}, which cannot become {wanted}; mend the contract's type"
    )]
    ParquetType { file: String, column: String, found: String, wanted: String },
    #[error("`{file}` is not a workbook that can be read: {reason}; save it again as .xlsx")]
    Workbook { file: String, reason: String },
    #[error("`{file}` has no sheet `{sheet}`; it has {found}")]
    MissingSheet { file: String, sheet: String, found: String },
    #[error(
        "`{file}` would unpack to {bytes} bytes, more than {limit} are allowed; it looks like a zip bomb: split the workbook or deliver CSV"
    )]
    ZipBomb { file: String, bytes: u64, limit: u64 },
    #[error("`{file}` is damaged in a way that its reader does not withstand; deliver it again")]
    Unreadable { file: String },
    #[error("failed to spool `{file}` to a temporary file; check the space in the temporary folder")]
    Spool { file: String, source: io::Error },
    #[error("failed to assemble a batch of `{file}`")]
    Batch { file: String, source: arrow::error::ArrowError },
    #[error("failed to keep what was read of `{file}`")]
    Sink { file: String, source: SinkError },
    #[error("`{file}` changed while it was read; run again once it is delivered whole")]
    StillWritten { file: String },
    #[error(
        "`{file}` has changed since its rows were rejected: it no longer reaches byte {offset}; run again first"
    )]
    Changed { file: String, offset: u64 },
}
