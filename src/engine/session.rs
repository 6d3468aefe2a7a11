//! How a session is set up: memory, spilling, threads, Parquet, time zone.

use std::path::PathBuf;

use chrono_tz::Tz;

/// The resources of a session.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many partitions of a query run side by side.
    pub threads: usize,
    /// What DataFusion's operators may hold together, in bytes; readers and identity need room beside it.
    pub memory_bytes: u64,
    pub spill_directory: PathBuf,
    pub spill_limit_bytes: u64,
    /// The zone in which `business_date(ts)` cuts days.
    pub business_timezone: Tz,
}
