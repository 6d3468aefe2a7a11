//! How a session is set up: memory, spilling, threads, Parquet, time zone.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::catalog::MemorySchemaProvider;
use datafusion::common::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::TrackConsumersPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::{SessionConfig, SessionContext};
use sysinfo::System;

use super::compact::CompactBeforeHolding;
use super::error::EngineError;
use super::grace::GracePartitions;
use super::join_side::HoldLighterSide;
use super::pool::FairPool;
use crate::functions;

/// The resources of a session.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How many partitions of a query run side by side.
    pub threads: usize,
    /// What the process may hold, in bytes; a part is kept back for what the operators do not count.
    pub memory_bytes: u64,
    pub spill_directory: PathBuf,
    pub spill_limit_bytes: u64,
    /// The zone in which `business_date(ts)` cuts days.
    pub business_timezone: Tz,
}

const MEBIBYTE: u64 = 1 << 20;

impl Settings {
    /// What the operators may hold together: the limit without a reserve for the program itself, readers, writers and
    /// batches in flight.
    pub fn pool_bytes(&self) -> u64 {
        let reserve = (self.memory_bytes / 5).clamp(512 * MEBIBYTE, 1024 * MEBIBYTE);
        self.memory_bytes - reserve.min(self.memory_bytes / 2)
    }

    /// How many spilled runs are merged at once: each holds batches, so a small pool merges few.
    fn merge_fan_in(&self) -> usize {
        usize::try_from(self.pool_bytes() / (64 * MEBIBYTE)).unwrap_or(usize::MAX).clamp(2, 16)
    }
}

/// 70 % of the machine's memory, or of what the process's control group leaves it.
pub fn default_memory_bytes() -> u64 {
    let mut system = System::new();
    system.refresh_memory();
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    system.total_memory().min(limit) / 10 * 7
}

/// An ordinary session with our functions: tables are registered in it, SQL is planned and run by it.
///
/// # Errors
/// If the spill directory cannot be used.
pub fn session(settings: &Settings) -> Result<SessionContext, EngineError> {
    let runtime = runtime(settings).map_err(|error| EngineError::Session(error.strip_backtrace()))?;
    // A plan of one partition has no exchange, and so no stage that goes piece by piece: even one thread has two.
    furnished(config(settings.threads.max(2)), runtime, settings.business_timezone)
}

/// A session that plans and never runs: it has no pool and touches no disk.
pub(super) fn for_planning(business_timezone: Tz) -> Result<SessionContext, EngineError> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new()
        .with_disk_manager_builder(disk)
        .build()
        .map_err(|error| EngineError::Session(error.strip_backtrace()))?;
    furnished(config(1), runtime, business_timezone)
}

fn furnished(config: SessionConfig, runtime: RuntimeEnv, zone: Tz) -> Result<SessionContext, EngineError> {
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(Arc::new(runtime))
        .with_default_features()
        .with_physical_optimizer_rules(optimizer_rules())
        .build();
    let context = SessionContext::new_with_state(state);
    functions::register(&context, zone);
    for schema in ["source", "previous"] {
        let catalog = context.catalog(CATALOG);
        let registered =
            catalog.map(|catalog| catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new())));
        if !matches!(registered, Some(Ok(_))) {
            return Err(EngineError::Session(format!("the schema `{schema}` cannot be made")));
        }
    }
    Ok(context)
}

/// DataFusion's rules with ours in their places.
fn optimizer_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let after = rules.iter().position(|rule| rule.name() == "join_selection").map_or(0, |at| at + 1);
    rules.insert(after, Arc::new(HoldLighterSide));
    rules.push(Arc::new(GracePartitions));
    rules.push(Arc::new(CompactBeforeHolding));
    rules
}

const CATALOG: &str = "portrait";

fn runtime(settings: &Settings) -> Result<RuntimeEnv, DataFusionError> {
    let pool_bytes = usize::try_from(settings.pool_bytes()).unwrap_or(usize::MAX);
    let shown = NonZeroUsize::MIN.saturating_add(4);
    let pool = TrackConsumersPool::new(FairPool::new(pool_bytes), shown);
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![settings.spill_directory.clone()]))
        .with_max_temp_directory_size(settings.spill_limit_bytes)
        .with_max_spill_merge_fan_in(settings.merge_fan_in());
    RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).with_disk_manager_builder(disk).build()
}

fn config(partitions: usize) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, "public")
        .with_create_default_catalog_and_schema(true)
        .with_information_schema(false)
        .with_target_partitions(partitions)
        .with_batch_size(8192)
        .with_sort_spill_reservation_bytes(1 << 20);
    let options = config.options_mut();
    // A sort that puts batches together before it sorts them wants memory when it cannot spill any more.
    options.execution.sort_in_place_threshold_bytes = 0;
    options.sql_parser.collect_spans = true;
    options.execution.time_zone = Some("+00:00".to_owned());
    options.execution.planning_concurrency = partitions;
    config
}
