//! Who really stands behind each record: `truth/people.parquet`. For measuring only; no pipeline reads it.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int8Array, RecordBatch, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;

use super::error::DemoError;
use super::rng::scatter;
use super::table_file;
use super::text::push_code;

/// The sources whose records say who stands behind them; the position is the code of the source. Orders and receipts go
/// by an account, a card or a mobile: they follow, and measure nothing of their own.
pub const SOURCES: [&str; 4] = ["online_account", "offline_member", "survey_response", "service_ticket"];

/// A source with people behind its records.
#[derive(Debug, Clone, Copy)]
#[repr(i8)]
pub enum Behind {
    Account,
    Member,
    Survey,
    Ticket,
}

/// The truth of one part.
#[derive(Debug)]
pub struct Truth {
    sources: Vec<i8>,
    keys: Vec<u8>,
    key_ends: Vec<i32>,
    people: Vec<u8>,
    people_ends: Vec<i32>,
}

impl Default for Truth {
    fn default() -> Self {
        Self { sources: vec![], keys: vec![], key_ends: vec![0], people: vec![], people_ends: vec![0] }
    }
}

impl Truth {
    /// The entity with this number stands behind a record.
    pub fn record(&mut self, source: Behind, entity: u64, write_key: impl FnOnce(&mut Vec<u8>)) {
        self.sources.push(source as i8);
        write_key(&mut self.keys);
        self.key_ends.push(self.keys.len() as i32);
        push_code(&mut self.people, "P", scatter(entity, 1_000_000_000), 9);
        self.people_ends.push(self.people.len() as i32);
    }
}

/// The file of the truth, written part by part.
pub struct TruthFile {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
}

impl TruthFile {
    pub fn create(path: PathBuf) -> Result<Self, DemoError> {
        let schema = Arc::new(Schema::new(vec![
            Field::new(
                "source",
                DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
                false,
            ),
            Field::new("source_key", DataType::Utf8, false),
            Field::new("person_id", DataType::Utf8, false),
        ]));
        let writer = table_file::create(&path, &schema, &["source_key"])?;
        Ok(Self { path, schema, writer })
    }

    pub fn write(&mut self, truth: Truth) -> Result<(), DemoError> {
        let failed = |source| DemoError::Parquet { path: self.path.clone(), source };
        let batch = batch(&self.schema, truth).map_err(|error| failed(error.into()))?;
        self.writer.write(&batch).map_err(failed)
    }

    pub fn finish(self) -> Result<(), DemoError> {
        let path = self.path;
        self.writer.close().map(drop).map_err(|source| DemoError::Parquet { path, source })
    }
}

fn batch(schema: &SchemaRef, truth: Truth) -> Result<RecordBatch, arrow::error::ArrowError> {
    let names: ArrayRef = Arc::new(StringArray::from(SOURCES.to_vec()));
    let sources = DictionaryArray::try_new(Int8Array::from(truth.sources), names)?;
    let strings = |ends: Vec<i32>, bytes: Vec<u8>| {
        StringArray::try_new(OffsetBuffer::new(ScalarBuffer::from(ends)), Buffer::from_vec(bytes), None)
    };
    RecordBatch::try_new(
        schema.clone(),
        vec![
            Arc::new(sources),
            Arc::new(strings(truth.key_ends, truth.keys)?),
            Arc::new(strings(truth.people_ends, truth.people)?),
        ],
    )
}
