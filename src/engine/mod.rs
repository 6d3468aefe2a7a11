//! An ordinary DataFusion session with our functions, a memory limit and a spill directory. Never reads sources, never
//! publishes.

mod compact;
mod context;
mod diagnose;
mod error;
mod execute;
mod grace;
mod join_side;
mod lineage;
mod planning;
mod pool;
mod render;
mod session;
mod shape;
mod tables;
mod validate;

pub use error::EngineError;
pub use execute::{execute, explain, with_sort_merge_join};
pub use lineage::{ColumnOrigin, column_lineage};
pub use planning::plan;
pub use pool::FairPool;
pub use render::render;
pub use session::{Settings, default_memory_bytes, session};
pub use shape::table_schema;
pub use tables::{batches, empty, previous, reference, register, register_as, view};
pub use validate::{Schemas, check, source_schema, validate};
