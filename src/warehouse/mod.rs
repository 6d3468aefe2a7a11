//! Stages tables, publishes them as one release, keeps and thins releases. Never reads sources, never plans.
//!
//! ```text
//! data/TABLE/…parquet              immutable, named by run            stage
//! releases/000042.json             created only if absent             publish, release
//! current -> .current/000042       derived, swapped by one rename     current
//! catalog.sql                      derived                            catalog
//! quarantine/SOURCE/…parquet       rejects, never the raw text        quarantine
//! runs/RUN/…                       records, events, steps done        journal
//! runs/RUN/spill/…                 while it runs                      spill
//! runs/.lock                       one run at a time                  lock
//! ```
//!
//! A release is one file that is created whole or not at all; everything that a reader needs hangs on it. So a process
//! may die at any instruction: before the file is there the run has not happened, and after it all that is left to do
//! is derived again at the next start. Every call blocks.

pub mod catalog;
pub mod current;
mod disk;
mod encoding;
pub mod error;
pub mod failpoint;
pub mod garbage;
pub mod journal;
pub mod layout;
pub mod lock;
mod open;
mod parquet_file;
pub mod publish;
pub mod quarantine;
pub mod release;
pub mod retention;
pub mod schema;
mod spill;
pub mod stage;
mod store;

pub use error::WarehouseError;
pub use failpoint::failpoint;
pub use garbage::Garbage;
pub use journal::StepRecord;
pub use lock::RunLock;
pub use open::Warehouse;
pub use publish::{Content, Draft, DraftTable};
pub use release::{Dated, FileEntry, Partition, Release, TableEntry};
pub use stage::{Stage, StageOptions, StageWriter, StagedTable, TableSpec};
