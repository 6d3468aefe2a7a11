//! Puts rows of many batches together by piece.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, RecordBatchOptions};
use arrow::compute::interleave;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::common::hash_utils::create_hashes;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::repartition::REPARTITION_RANDOM_STATE;

use crate::engine::compact::compact;

/// Rows that wait until there are enough for every piece.
pub struct Scatter {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The most that a batch has, which those who come after count on.
    batch_rows: usize,
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
    /// By piece: the batch and row of each of its rows.
    places: Vec<Vec<(usize, usize)>>,
    /// Of the batch that is added.
    hashes: Vec<u64>,
}

/// So many rows for each piece make batches worth their overhead.
const ROWS_OF_A_PIECE: usize = 2048;
/// Wide rows wait in smaller numbers.
const MOST_BYTES: usize = 16 << 20;

impl Scatter {
    pub fn new(keys: Vec<Arc<dyn PhysicalExpr>>, pieces: usize, batch_rows: usize) -> Self {
        Self {
            keys,
            batch_rows: batch_rows.max(1),
            batches: Vec::new(),
            rows: 0,
            bytes: 0,
            places: vec![Vec::new(); pieces],
            hashes: Vec::new(),
        }
    }

    pub fn add(&mut self, batch: RecordBatch) -> Result<(), DataFusionError> {
        let keys = self.keys.iter().map(|key| key.evaluate(&batch)?.into_array(batch.num_rows()));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        self.hashes.clear();
        self.hashes.resize(batch.num_rows(), 0);
        create_hashes(&keys, REPARTITION_RANDOM_STATE.random_state(), &mut self.hashes)?;
        let (number, pieces) = (self.batches.len(), self.places.len() as u64);
        for (row, hash) in self.hashes.iter().enumerate() {
            self.places[(hash % pieces) as usize].push((number, row));
        }
        self.rows += batch.num_rows();
        self.bytes += bytes_of(&batch);
        self.batches.push(batch);
        Ok(())
    }

    pub fn is_full(&self) -> bool {
        self.rows >= ROWS_OF_A_PIECE * self.places.len() || self.bytes >= MOST_BYTES
    }

    /// Hands over the rows that wait, each piece's in the order in which they came.
    pub fn hand_over(
        &mut self,
        mut to: impl FnMut(usize, RecordBatch) -> Result<(), DataFusionError>,
    ) -> Result<(), DataFusionError> {
        let Some(first) = self.batches.first() else { return Ok(()) };
        let schema = first.schema();
        let columns: Vec<Vec<&dyn Array>> = (0..schema.fields().len())
            .map(|column| self.batches.iter().map(|batch| batch.column(column).as_ref()).collect())
            .collect();
        for (piece, places) in self.places.iter_mut().enumerate().filter(|(_, places)| !places.is_empty()) {
            for places in places.chunks(self.batch_rows) {
                to(piece, gathered(&schema, &columns, places)?)?;
            }
            places.clear();
        }
        self.batches.clear();
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

/// The rows of some places, holding no more than their own text.
fn gathered(
    schema: &SchemaRef,
    columns: &[Vec<&dyn Array>],
    places: &[(usize, usize)],
) -> Result<RecordBatch, DataFusionError> {
    let columns = columns.iter().map(|parts| interleave(parts, places)).collect::<Result<_, _>>()?;
    let rows = RecordBatchOptions::new().with_row_count(Some(places.len()));
    compact(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &rows)?)
}

/// What the rows of a batch take, whatever else its buffers hold.
fn bytes_of(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter().map(|column| {
        let text = match column.data_type() {
            DataType::Utf8View => column.as_string_view().total_buffer_bytes_used(),
            DataType::BinaryView => column.as_binary_view().total_buffer_bytes_used(),
            _ => 0,
        };
        column.to_data().get_slice_memory_size().unwrap_or(0) + text
    });
    columns.sum()
}
