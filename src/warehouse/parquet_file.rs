//! One Parquet file, written aside and given its name when it is whole.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::disk::{self, Access};
use super::error::{WarehouseError, reason_of_any};
use super::failpoint::failpoint;
use super::release::FileEntry;
use super::stage::{StageOptions, TableSpec, stage_error};
use super::store::Store;
use crate::name::{AsOf, RunId, TableName};

/// Which file is written, for which table.
pub(super) struct FileTarget<'a> {
    pub(super) table: &'a TableName,
    /// Relative to the warehouse.
    pub(super) path: String,
    pub(super) access: Access,
}

/// A file that is being written. Dropped before it is closed, it leaves nothing.
pub(super) struct ParquetFile<'a> {
    store: &'a Store,
    target: FileTarget<'a>,
    schema: SchemaRef,
    /// `None` once closed.
    writer: Option<ArrowWriter<File>>,
    temporary: PathBuf,
    rows: u64,
}

impl<'a> ParquetFile<'a> {
    pub(super) fn open(
        store: &'a Store,
        target: FileTarget<'a>,
        schema: SchemaRef,
        properties: WriterProperties,
    ) -> Result<Self, WarehouseError> {
        let place = match store.disk() {
            Some(root) => root.join(&target.path),
            None => std::env::temp_dir().join(target.path.replace('/', "-")),
        };
        let temporary = disk::temporary_beside(&place);
        let file = File::create_new(&temporary).map_err(|error| stage_error(target.table, &place, error))?;
        let mut this = Self { store, target, schema, writer: None, temporary, rows: 0 };
        // Utf8View batches are written as they are: the writer takes any string array for a Utf8 column.
        match ArrowWriter::try_new(file, this.schema.clone(), Some(properties)) {
            Ok(writer) => this.writer = Some(writer),
            Err(error) => return Err(this.error(error)),
        }
        Ok(this)
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        let plain = plain_nested(batch, &self.schema);
        let written = match (&mut self.writer, &plain) {
            (Some(writer), Ok(Some(plain))) => writer.write(plain),
            (Some(writer), Ok(None)) => writer.write(batch),
            (None, _) => Err(ParquetError::General("the file is closed".to_owned())),
            (_, Err(error)) => Err(ParquetError::ArrowError(error.to_string())),
        };
        written.map_err(|error| self.error(error))?;
        self.rows += batch.num_rows() as u64;
        failpoint("stage.mid_file");
        Ok(())
    }

    /// Flushes the file to the disk and gives it its name.
    pub(super) fn close(mut self) -> Result<FileEntry, WarehouseError> {
        let bytes = self.settle().map_err(|error| self.error(error))?;
        if self.store.disk().is_none() {
            self.store.upload(&self.temporary, &self.target.path)?;
        }
        failpoint("stage.after_file");
        Ok(FileEntry { path: Arc::from(self.target.path.as_str()), rows: self.rows, bytes })
    }

    fn settle(&mut self) -> Result<u64, ParquetError> {
        let writer =
            self.writer.take().ok_or_else(|| ParquetError::General("the file is closed".to_owned()))?;
        let file = writer.into_inner()?;
        if let Some(root) = self.store.disk() {
            file.sync_all()?;
            disk::set_access(&self.temporary, self.target.access, root)?;
            let path = root.join(&self.target.path);
            if path.try_exists()? {
                return Err(ParquetError::General("two streams of the table have one number".to_owned()));
            }
            disk::settle(&self.temporary, &path)?;
        }
        Ok(file.metadata()?.len())
    }

    fn error(&self, error: ParquetError) -> WarehouseError {
        WarehouseError::Stage {
            table: self.target.table.clone(),
            path: self.store.full_path(&self.target.path),
            reason: reason_of_any(&error),
            source: Box::new(error),
        }
    }
}

impl Drop for ParquetFile<'_> {
    fn drop(&mut self) {
        // Gone already if the file got its name.
        disk::remove_quietly(&self.temporary);
    }
}

/// A batch whose nested columns and dictionaries are cast to the file's types; `None` if there are none. Plain text
/// columns need no cast.
fn plain_nested(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<Option<RecordBatch>, arrow::error::ArrowError> {
    let pairs = || batch.columns().iter().zip(schema.fields());
    let must_cast = |(column, field): (&ArrayRef, &FieldRef)| {
        column.data_type() != field.data_type() && !is_text(column.data_type())
    };
    if !pairs().any(must_cast) {
        return Ok(None);
    }
    let columns = pairs()
        .map(|(column, field)| match column.data_type() == field.data_type() {
            true => Ok(column.clone()),
            false => cast(column, field.data_type()),
        })
        .collect::<Result<Vec<ArrayRef>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns).map(Some)
}

fn is_text(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8
            | DataType::Utf8View
            | DataType::LargeUtf8
            | DataType::Binary
            | DataType::BinaryView
            | DataType::LargeBinary
    )
}

/// How a table's files are written, and what they say of themselves.
pub(super) fn properties(
    spec: &TableSpec,
    run: &RunId,
    as_of: AsOf,
    schema: &Schema,
    options: &StageOptions,
) -> Result<WriterProperties, WarehouseError> {
    let level = ZstdLevel::try_new(options.compression_level.clamp(1, 22)).unwrap_or_default();
    let mut metadata = vec![
        KeyValue::new("portrait.table".to_owned(), spec.name.to_string()),
        KeyValue::new("portrait.run".to_owned(), run.to_string()),
        KeyValue::new("portrait.as_of".to_owned(), as_of.to_string()),
    ];
    if let Some(description) = &spec.description {
        metadata.push(KeyValue::new("portrait.description".to_owned(), description.clone()));
    }
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(options.rows_per_group.max(1)))
        .set_max_row_group_bytes(Some(options.bytes_per_group.max(1)))
        .set_statistics_enabled(options.statistics)
        .set_created_by(concat!("portrait ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(metadata))
        .set_sorting_columns(sorting_columns(&spec.name, schema, &options.sorted_by)?);
    for column in &spec.bloom_columns {
        index_of(&spec.name, schema, column, "a column to look values up by")?;
        builder = builder.set_column_bloom_filter_enabled(ColumnPath::from(column.as_str()), true);
    }
    Ok(builder.build())
}

/// The leaf columns that rows are sorted by: ascending, NULL last, as SQL's ORDER BY leaves them.
fn sorting_columns(
    table: &TableName,
    schema: &Schema,
    sorted_by: &[String],
) -> Result<Option<Vec<SortingColumn>>, WarehouseError> {
    if sorted_by.is_empty() {
        return Ok(None);
    }
    let leaves = ArrowSchemaConverter::new().convert(schema).map_err(|error| WarehouseError::Damaged {
        path: format!("schema of {table}"),
        reason: error.to_string(),
    })?;
    let mut columns = Vec::with_capacity(sorted_by.len());
    for name in sorted_by {
        index_of(table, schema, name, "a column to sort by")?;
        let leaf = leaves.columns().iter().position(|leaf| leaf.path().parts() == [name.as_str()]);
        // A nested column has no order that Parquet could note; nor has what is sorted after it.
        let Some(leaf) = leaf else { break };
        columns.push(SortingColumn { column_idx: leaf as i32, descending: false, nulls_first: false });
    }
    Ok((!columns.is_empty()).then_some(columns))
}

fn index_of(
    table: &TableName,
    schema: &Schema,
    column: &str,
    purpose: &'static str,
) -> Result<usize, WarehouseError> {
    schema.index_of(column).map_err(|_| WarehouseError::NoSuchColumn {
        table: table.clone(),
        column: column.to_owned(),
        purpose,
    })
}
