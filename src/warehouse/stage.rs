//! Writes the tables of a run, aside: Parquet files that nobody reads before a release names them. Calls block; run
//! them on a thread that may. A stream of batches has a writer of its own, so several threads write one table.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::{Deserialize, Serialize};

use super::Warehouse;
use super::disk::{self, Access};
use super::encoding;
use super::error::WarehouseError;
use super::layout;
use super::parquet_file::{FileTarget, ParquetFile, properties};
use super::release::{Dated, FileEntry};
use super::schema::{ColumnEntry, column_entries, decode_schema, encode_schema, file_schema, plain};
use crate::config::project::Table;
use crate::name::{AsOf, RunId, TableName};

/// What is said about a table beside its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    pub name: TableName,
    pub description: Option<String>,
    pub published: bool,
    pub restricted: bool,
    /// What the caller sorts rows by, or empty.
    pub key: Vec<String>,
    pub history: Option<Dated>,
    /// Descriptions of columns, by name.
    pub columns: BTreeMap<String, String>,
    /// Columns that readers look single values up by.
    pub bloom_columns: Vec<String>,
}

impl TableSpec {
    /// A table that is not published and of which nothing is said.
    pub fn internal(name: TableName) -> Self {
        Self {
            name,
            description: None,
            published: false,
            restricted: false,
            key: Vec::new(),
            history: None,
            columns: BTreeMap::new(),
            bloom_columns: Vec::new(),
        }
    }
}

impl From<&Table> for TableSpec {
    fn from(table: &Table) -> Self {
        let described = |(name, column): (&String, &crate::config::project::TableColumn)| {
            Some((name.clone(), column.description.clone()?))
        };
        Self {
            name: table.name.clone(),
            description: table.description.clone(),
            published: table.publish,
            restricted: table.restricted,
            key: table.key.clone(),
            history: table.history.as_ref().map(Dated::from),
            columns: table.columns.iter().filter_map(described).collect(),
            bloom_columns: Vec::new(),
        }
    }
}

/// How files are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageOptions {
    /// zstd's level, 1 to 22.
    pub compression_level: i32,
    pub rows_per_group: usize,
    /// A row group is closed when its encoded bytes reach this; what bounds a writer's memory.
    pub bytes_per_group: usize,
    pub rows_per_file: u64,
    /// How finely readers can tell what they need not read.
    pub statistics: EnabledStatistics,
    /// The columns that the batches are sorted by, first the most significant; noted in the files.
    pub sorted_by: Vec<String>,
}

impl StageOptions {
    /// For tables that only this program reads: quick to write.
    pub fn internal() -> Self {
        Self {
            compression_level: 1,
            rows_per_group: 128 << 10,
            bytes_per_group: 32 << 20,
            rows_per_file: 5_000_000,
            // Read whole, but for a day here and there.
            statistics: EnabledStatistics::Chunk,
            sorted_by: Vec::new(),
        }
    }

    /// For tables that are read many times, by anyone: smaller.
    pub fn published() -> Self {
        Self {
            compression_level: 3,
            rows_per_group: 256 << 10,
            bytes_per_group: 64 << 20,
            statistics: EnabledStatistics::Page,
            ..Self::internal()
        }
    }

    /// What suits a table: rows are taken to come sorted by its key.
    pub fn for_table(spec: &TableSpec) -> Self {
        let options = if spec.published { Self::published() } else { Self::internal() };
        Self { sorted_by: spec.key.clone(), ..options }
    }
}

/// A table that a run has written and no release names yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedTable {
    pub table: TableName,
    pub as_of: AsOf,
    /// At least one, which may hold no row.
    pub files: Vec<FileEntry>,
    pub columns: Vec<ColumnEntry>,
    /// The files' Arrow schema: an IPC message in base64.
    pub schema: String,
}

impl StagedTable {
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The Arrow schema of the files, descriptions included. Text is plain Utf8 as written.
    pub fn arrow_schema(&self) -> Result<SchemaRef, WarehouseError> {
        decode_schema(&self.schema).map(|schema: Schema| Arc::new(schema))
    }
}

/// The folder that files go to, and who may read them.
pub(super) struct Place {
    pub(super) folder: String,
    pub(super) access: Access,
}

/// A table that is being written. Shared by the threads that write it.
pub struct Stage<'a> {
    warehouse: &'a Warehouse,
    run: RunId,
    attempt: u32,
    as_of: AsOf,
    table: TableName,
    place: Place,
    schema: SchemaRef,
    properties: WriterProperties,
    rows_per_file: u64,
}

impl Warehouse {
    /// Begins to write a table. `schema` is the batches'; text may be Utf8View, files hold plain Utf8.
    pub fn stage(
        &self,
        run: &RunId,
        as_of: AsOf,
        spec: &TableSpec,
        schema: &Schema,
        options: &StageOptions,
    ) -> Result<Stage<'_>, WarehouseError> {
        // Internal tables hold what sources say of people, raw: nobody but the owner reads them.
        let access = if spec.restricted || !spec.published { Access::Owner } else { Access::Open };
        let place = Place { folder: layout::table_folder(&spec.name), access };
        self.stage_in(place, run, as_of, spec, schema, options)
    }

    /// Takes staged files away that no release will name. One that stays is garbage, and goes as such.
    pub fn discard(&self, files: &[FileEntry]) {
        for file in files {
            let _ = self.store.remove(&file.path);
        }
    }

    pub(super) fn stage_in(
        &self,
        place: Place,
        run: &RunId,
        as_of: AsOf,
        spec: &TableSpec,
        schema: &Schema,
        options: &StageOptions,
    ) -> Result<Stage<'_>, WarehouseError> {
        let schema = file_schema(schema, &spec.columns);
        let properties = properties(spec, run, as_of, &schema, options)?;
        if let Some(root) = self.store.disk() {
            let path = root.join(&place.folder);
            let made = disk::make_folder(&path).and_then(|()| disk::set_access(&path, place.access, root));
            made.map_err(|error| stage_error(&spec.name, &path, error))?;
        }
        let written = self.store.list(&place.folder)?;
        let attempts = written.iter().filter_map(|file| layout::attempt_of(file.location.as_ref(), run));
        Ok(Stage {
            attempt: attempts.max().map_or(0, |last| last + 1),
            warehouse: self,
            run: run.clone(),
            as_of,
            table: spec.name.clone(),
            place,
            schema: Arc::new(schema),
            properties,
            rows_per_file: options.rows_per_file.max(1),
        })
    }
}

impl<'a> Stage<'a> {
    /// The writer of one stream of batches; streams have different numbers. Rows of a lower number come first.
    pub fn writer(&self, stream: u32) -> StageWriter<'_, 'a> {
        StageWriter { stage: self, stream, open: None, done: Vec::new(), checked: None }
    }

    /// The table, once every writer is done: their files, in the order of the streams. A table without rows has a file
    /// too, which says its schema.
    pub fn finish(self, streams: Vec<Vec<FileEntry>>) -> Result<StagedTable, WarehouseError> {
        let mut files: Vec<FileEntry> = streams.into_iter().flatten().collect();
        if files.is_empty() {
            files.push(self.open(0, 0, &self.properties)?.close()?);
        }
        Ok(StagedTable {
            table: self.table.clone(),
            as_of: self.as_of,
            files,
            columns: column_entries(&self.schema),
            schema: encode_schema(&self.schema),
        })
    }

    fn open(
        &self,
        stream: u32,
        number: u32,
        properties: &WriterProperties,
    ) -> Result<ParquetFile<'_>, WarehouseError> {
        let path = layout::part(&self.place.folder, &self.run, self.attempt, stream, number);
        let target = FileTarget { table: &self.table, path, access: self.place.access };
        ParquetFile::open(&self.warehouse.store, target, self.schema.clone(), properties.clone())
    }

    /// What a batch must be so that nothing is lost: the columns that were promised, of their types, with no NULL
    /// where none may be (a Parquet file would hold something else in its place).
    fn check_schema(&self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        if batch.num_columns() != self.schema.fields().len() {
            return Err(WarehouseError::ColumnCount {
                table: self.table.clone(),
                expected: self.schema.fields().len(),
                found: batch.num_columns(),
            });
        }
        for (field, found) in self.schema.fields().iter().zip(batch.schema_ref().fields()) {
            if plain(found.data_type()) != *field.data_type() {
                return Err(WarehouseError::ColumnType {
                    table: self.table.clone(),
                    column: field.name().clone(),
                    expected: field.data_type().to_string(),
                    found: found.data_type().to_string(),
                });
            }
        }
        Ok(())
    }

    fn check_nulls(&self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        for (field, column) in self.schema.fields().iter().zip(batch.columns()) {
            if !field.is_nullable() && column.logical_null_count() > 0 {
                return Err(WarehouseError::UnexpectedNull {
                    table: self.table.clone(),
                    column: field.name().clone(),
                    rows: column.logical_null_count(),
                });
            }
        }
        Ok(())
    }
}

/// Writes one stream of batches to one file, or to several if it is long. Dropped unfinished, it leaves nothing.
pub struct StageWriter<'s, 'a> {
    stage: &'s Stage<'a>,
    stream: u32,
    open: Option<ParquetFile<'s>>,
    done: Vec<FileEntry>,
    /// The schema that was found good last; batches of a stream share it.
    checked: Option<SchemaRef>,
}

impl StageWriter<'_, '_> {
    /// Appends rows.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        if !self.checked.as_ref().is_some_and(|schema| Arc::ptr_eq(schema, batch.schema_ref())) {
            self.stage.check_schema(batch)?;
            self.checked = Some(batch.schema());
        }
        self.stage.check_nulls(batch)?;
        let mut start = 0;
        while start < batch.num_rows() {
            let file = match &mut self.open {
                Some(file) => file,
                none => {
                    let properties = encoding::suited(&self.stage.properties, batch);
                    none.insert(self.stage.open(self.stream, self.done.len() as u32, &properties)?)
                }
            };
            let room = usize::try_from(self.stage.rows_per_file - file.rows()).unwrap_or(usize::MAX);
            let count = room.min(batch.num_rows() - start);
            file.write(&batch.slice(start, count))?;
            start += count;
            if file.rows() >= self.stage.rows_per_file {
                self.close()?;
            }
        }
        Ok(())
    }

    /// The files written, in the order of rows; none if there were no rows.
    pub fn finish(mut self) -> Result<Vec<FileEntry>, WarehouseError> {
        self.close()?;
        Ok(std::mem::take(&mut self.done))
    }

    fn close(&mut self) -> Result<(), WarehouseError> {
        if let Some(file) = self.open.take() {
            self.done.push(file.close()?);
        }
        Ok(())
    }
}

pub(super) fn stage_error(
    table: &TableName,
    path: &std::path::Path,
    error: std::io::Error,
) -> WarehouseError {
    let reason = super::error::reason_of(&error);
    WarehouseError::Stage { table: table.clone(), path: path.to_owned(), reason, source: Box::new(error) }
}
