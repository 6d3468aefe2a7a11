//! What every step of a run shares, and how tables come to stand in its session.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::prelude::SessionContext;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{RunError, StepError};
use super::stop::Stop;
use crate::config::project::Project;
use crate::engine;
use crate::identity::evidence::Train;
use crate::name::{AsOf, PipelineName, RunId, TableName};
use crate::observe::Handle;
use crate::plan::graph::{Graph, Step};
use crate::plan::params::{self, Params};
use crate::warehouse::{FileEntry, Partition, StagedTable, TableEntry, TableSpec, Warehouse};

/// What every step of a run shares.
pub struct Context {
    pub project: Arc<Project>,
    pub graph: Graph,
    /// The columns of every table, as planned.
    pub schemas: BTreeMap<TableName, SchemaRef>,
    pub warehouse: Arc<Warehouse>,
    pub session: SessionContext,
    pub settings: engine::Settings,
    pub run: RunId,
    pub as_of: AsOf,
    pub train: Train,
    pub observer: Handle,
    pub stop: Stop,
    /// One permit for each thread that may work at the same time.
    pub lanes: Arc<Semaphore>,
    /// What a person should hear of, though it stops nothing.
    pub warnings: Mutex<Vec<String>>,
}

impl Context {
    /// The right to use one thread.
    pub async fn lane(&self) -> Result<OwnedSemaphorePermit, StepError> {
        self.lanes(1).await
    }

    /// The right to use several threads, at most as many as there are.
    pub async fn lanes(&self, wanted: usize) -> Result<OwnedSemaphorePermit, StepError> {
        let wanted = wanted.clamp(1, self.settings.threads) as u32;
        let permit =
            Arc::clone(&self.lanes).acquire_many_owned(wanted).await.map_err(|_| StepError::Panicked)?;
        self.stop.check()?;
        Ok(permit)
    }

    /// Tells of something that stops nothing.
    pub fn warn(&self, message: String) {
        self.observer.tell(crate::observe::EventKind::Warned { message: message.clone() });
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }

    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The parameters of a pipeline's models.
    pub fn params(&self, pipeline: &PipelineName) -> Params {
        params::of_project(&self.project, pipeline, self.as_of)
    }

    /// What is said about a table; nothing, for one that is only passed on.
    pub fn spec(&self, table: &TableName) -> TableSpec {
        self.graph.table(table).map_or_else(|| TableSpec::internal(table.clone()), TableSpec::from)
    }

    /// Lets SQL read what a step staged.
    pub fn register_staged(&self, staged: &StagedTable) -> Result<(), StepError> {
        let schema = as_read(staged.arrow_schema()?.as_ref());
        engine::register(&self.session, &staged.table, &self.paths(&staged.files), schema, &[])?;
        Ok(())
    }

    /// Lets SQL read a table as the last release holds it.
    pub fn register_released(&self, table: &TableName, entry: &TableEntry) -> Result<(), RunError> {
        self.register_partition(table, entry, entry.newest()).map_err(RunError::Step)
    }

    /// Lets SQL read one date of a table of the last release.
    pub fn register_partition(
        &self,
        table: &TableName,
        entry: &TableEntry,
        partition: Option<&Partition>,
    ) -> Result<(), StepError> {
        let files = partition.map_or(&[][..], |partition| &partition.files);
        let schema = as_read(entry.arrow_schema()?.as_ref());
        engine::register(&self.session, table, &self.paths(files), schema, &[])?;
        Ok(())
    }

    /// Lets SQL read `previous.TABLE`: the table at an earlier as-of, or no row in the same columns.
    pub fn register_previous(
        &self,
        table: &TableName,
        partition: Option<&Partition>,
    ) -> Result<(), RunError> {
        let Some(schema) = self.schemas.get(table) else { return Ok(()) };
        // What an older version of a model left out is read as NULL.
        let nullable: Vec<FieldRef> = schema
            .fields()
            .iter()
            .map(|field| Arc::new(field.as_ref().clone().with_nullable(true)))
            .collect();
        let schema = as_read(&Schema::new(nullable));
        let files = partition.map_or(&[][..], |partition| &partition.files);
        engine::register_as(&self.session, &engine::previous(table), &self.paths(files), schema, &[])?;
        Ok(())
    }

    fn paths(&self, files: &[FileEntry]) -> Vec<PathBuf> {
        files.iter().map(|file| self.warehouse.path_of(file)).collect()
    }

    /// What kind of step it is, in a word.
    pub fn kind_of(step: &Step) -> &'static str {
        match step.kind {
            crate::plan::graph::StepKind::Source(_) => "source",
            crate::plan::graph::StepKind::Model { .. } => "model",
            crate::plan::graph::StepKind::Identity(_) => "identity",
        }
    }
}

/// A file's schema as the engine reads it: text as views, which it handles without copying.
pub fn as_read(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
            DataType::Binary | DataType::LargeBinary => {
                field.as_ref().clone().with_data_type(DataType::BinaryView)
            }
            _ => field.as_ref().clone(),
        })
        .map(|field| field.with_metadata(std::collections::HashMap::new()))
        .collect();
    Arc::new(Schema::new(fields))
}
