//! Rows scattered among pieces by the hash of their keys, held in memory or written aside.

use std::iter::once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::RecordBatch;
use datafusion::common::runtime::JoinSet;
use datafusion::common::{DataFusionError, internal_datafusion_err, internal_err};
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::{ExecutionPlanMetricsSet, SpillMetrics};
use datafusion::physical_plan::spill::spill_pool::{SpillPoolSink, spsc_channel};
use datafusion::physical_plan::spill::{SpillManager, get_record_batch_memory_size};
use datafusion::physical_plan::stream::{EmptyRecordBatchStream, RecordBatchStreamAdapter};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, SendableRecordBatchStream};
use futures::future::{BoxFuture, FutureExt, Shared};
use futures::{StreamExt, TryStreamExt, stream};

use super::pieces::Pieces;
use super::scatter::Scatter;

/// What becomes of the rows of an exchange.
pub struct Spool {
    pub keys: Vec<Arc<dyn PhysicalExpr>>,
    pub pieces: Arc<Pieces>,
    reading: Mutex<Option<Reading>>,
}

/// By what the pool knows the memory of pieces.
pub const PIECES: &str = "SpoolExec";

/// Rows are read once, for all who want some, by whoever comes first.
type Reading = Shared<BoxFuture<'static, Result<Arc<Spooled>, Arc<DataFusionError>>>>;

impl Spool {
    pub fn new(keys: Vec<Arc<dyn PhysicalExpr>>, pieces: Arc<Pieces>) -> Self {
        Self { keys, pieces, reading: Mutex::default() }
    }

    /// The rows of a piece; of all the thread's pieces where they are taken together.
    pub async fn open(
        &self,
        exchange: Arc<dyn ExecutionPlan>,
        piece: usize,
        context: Arc<TaskContext>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let schema = exchange.schema();
        let is_first = piece < self.pieces.threads;
        let Some(reading) = self.reading(&exchange, &context, metrics)? else {
            return match is_first {
                true => exchange.execute(piece, context),
                false => Ok(Box::pin(EmptyRecordBatchStream::new(schema))),
            };
        };
        let spooled = reading.await.map_err(DataFusionError::Shared)?;
        let pieces: Vec<usize> = match (self.pieces.settle(!spooled.writes()), is_first) {
            (true, true) => self.pieces.of(piece).collect(),
            (true, false) => Vec::new(),
            (false, _) => once(piece).collect(),
        };
        let rows = stream::iter(pieces).map(move |piece| spooled.take(piece)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }

    /// The rows being read; none if the exchange may stream, because another of the stage was small.
    fn reading(
        &self,
        exchange: &Arc<dyn ExecutionPlan>,
        context: &Arc<TaskContext>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Option<Reading>, DataFusionError> {
        let mut reading = lock(&self.reading);
        if reading.is_none() && self.pieces.are_together() == Some(true) {
            return Ok(None);
        }
        if let Some(reading) = reading.as_ref() {
            return Ok(Some(reading.clone()));
        }
        let [input] = exchange.children()[..] else {
            return internal_err!("an exchange has one input");
        };
        let spooled = Spooled::new(exchange, self.pieces.count, context, metrics);
        let read = read(Arc::clone(input), self.keys.clone(), spooled, Arc::clone(context));
        let begun = read.map(|read| read.map_err(Arc::new)).boxed().shared();
        Ok(Some(reading.insert(begun).clone()))
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads all partitions of an input side by side.
async fn read(
    input: Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    spooled: Spooled,
    context: Arc<TaskContext>,
) -> Result<Arc<Spooled>, DataFusionError> {
    let spooled = Arc::new(spooled);
    let batch_rows = context.session_config().batch_size();
    let mut readers = JoinSet::new();
    for partition in 0..input.output_partitioning().partition_count() {
        let mut rows = input.execute(partition, Arc::clone(&context))?;
        let spooled = Arc::clone(&spooled);
        let mut scatter = Scatter::new(keys.clone(), spooled.pieces.len(), batch_rows);
        readers.spawn(async move {
            while let Some(batch) = rows.next().await {
                scatter.add(batch?)?;
                if scatter.is_full() {
                    scatter.hand_over(|piece, rows| spooled.add(piece, rows))?;
                }
            }
            scatter.hand_over(|piece, rows| spooled.add(piece, rows))
        });
    }
    drop(input);
    while let Some(reader) = readers.join_next().await {
        reader.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??;
    }
    spooled.close()?;
    Ok(spooled)
}

/// The rows of an exchange, by piece.
struct Spooled {
    pieces: Vec<Mutex<Option<Piece>>>,
    reservation: MemoryReservation,
    /// Whether it has become too much to hold.
    writes: AtomicBool,
    files: Arc<SpillManager>,
}

/// Rows in memory, and those written before them.
#[derive(Default)]
struct Piece {
    held: Vec<RecordBatch>,
    held_bytes: usize,
    sink: Option<SpillPoolSink>,
    written: Option<SendableRecordBatchStream>,
}

impl Spooled {
    fn new(
        exchange: &Arc<dyn ExecutionPlan>,
        pieces: usize,
        context: &TaskContext,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Self {
        let metrics = SpillMetrics::new(metrics, 0);
        let files = SpillManager::new(context.runtime_env(), metrics, exchange.schema())
            .with_compression_type(context.session_config().spill_compression());
        let consumer = MemoryConsumer::new(PIECES).with_can_spill(true);
        Self {
            pieces: (0..pieces).map(|_| Mutex::new(Some(Piece::default()))).collect(),
            reservation: consumer.register(context.memory_pool()),
            writes: AtomicBool::new(false),
            files: Arc::new(files),
        }
    }

    fn writes(&self) -> bool {
        self.writes.load(Ordering::Relaxed)
    }

    fn add(&self, piece: usize, rows: RecordBatch) -> Result<(), DataFusionError> {
        let bytes = get_record_batch_memory_size(&rows);
        let mut piece = lock(&self.pieces[piece]);
        let piece = piece.as_mut().ok_or_else(|| internal_datafusion_err!("a piece is added to late"))?;
        if !self.writes() && self.reservation.try_grow(bytes).is_ok() {
            piece.held_bytes += bytes;
            piece.held.push(rows);
            return Ok(());
        }
        self.writes.store(true, Ordering::Relaxed);
        self.write(piece, once(rows))
    }

    /// Writes what a piece holds, and more, to its file.
    fn write(
        &self,
        piece: &mut Piece,
        more: impl IntoIterator<Item = RecordBatch>,
    ) -> Result<(), DataFusionError> {
        let sink = piece.sink.get_or_insert_with(|| {
            let (sink, written) = spsc_channel(usize::MAX, Arc::clone(&self.files));
            piece.written = Some(written);
            sink
        });
        for rows in piece.held.drain(..).chain(more) {
            sink.push_batch(&rows)?;
        }
        self.reservation.shrink(std::mem::take(&mut piece.held_bytes));
        Ok(())
    }

    /// No more rows come.
    fn close(&self) -> Result<(), DataFusionError> {
        for piece in &self.pieces {
            if let Some(piece) = lock(piece).as_mut() {
                if self.writes() && !piece.held.is_empty() {
                    self.write(piece, None)?;
                }
                piece.sink = None;
            }
        }
        Ok(())
    }

    /// Hands out a piece, once.
    fn take(&self, piece: usize) -> Result<SendableRecordBatchStream, DataFusionError> {
        let piece = lock(&self.pieces[piece]).take();
        let piece = piece.ok_or_else(|| internal_datafusion_err!("a piece is asked for twice"))?;
        self.reservation.shrink(piece.held_bytes);
        let held = stream::iter(piece.held.into_iter().map(Ok));
        let written = stream::iter(piece.written).flatten();
        let schema = Arc::clone(self.files.schema());
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, held.chain(written))))
    }
}
