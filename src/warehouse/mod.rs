//! Stages tables, publishes them as one release, keeps and thins releases. Never reads sources, never plans.
//!
//! ```text
//! data/TABLE/…parquet              immutable, named by run            stage
//! releases/000042.json             created only if absent             publish, release
//! current -> .current/000042       derived, swapped by one rename     current
//! catalog.sql                      derived                            catalog
//! quarantine/SOURCE/…parquet       rejects, never the raw text        quarantine
//! runs/RUN/…                       records, events, steps done        journal
//! runs/.lock                       one run at a time                  lock
//! ```

pub mod error;
pub mod release;
pub mod schema;

pub use error::WarehouseError;
pub use release::{Dated, FileEntry, Partition, Release, TableEntry};
