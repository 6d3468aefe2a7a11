//! Writes a sample retailer's sources, with all their mess, and the truth beside them. Deterministic by seed.
//! Nothing here is read by the pipelines' own code: the files are all that crosses over.

mod accounts;
mod calendar;
mod error;
mod events;
mod gzip;
mod market;
mod members;
mod mess;
mod order_files;
mod orders;
mod part;
mod people;
mod points;
mod receipts;
mod reference;
mod reviews;
mod rng;
mod spelling;
mod surveys;
mod table_file;
mod tables;
mod text;
mod tickets;
mod timeline;
mod touches;
mod truth;
mod world;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

pub use error::DemoError;

use crate::name::AsOf;
use part::Finished;
use truth::TruthFile;
use world::World;

/// What to write.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data root that the files are laid under. Files of an earlier run are overwritten.
    pub directory: PathBuf,
    /// People and organisations behind the records.
    pub people: u64,
    /// The same seed, people and date give the same bytes, whatever the threads.
    pub seed: u64,
    /// The last day of data. A few rows are dated later, as in life: no run for this date may read them.
    pub as_of: AsOf,
    pub threads: usize,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub files: u64,
    pub bytes: u64,
    /// Source name and the rows written for it, headers not counted, in the order of the contract.
    pub rows: Vec<(&'static str, u64)>,
}

/// The sources in the contract's order.
const SOURCES: [&str; 17] = [
    "online_account",
    "online_order",
    "online_order_item",
    "online_event",
    "online_review",
    "offline_member",
    "offline_receipt",
    "offline_store",
    "survey_response",
    "service_ticket",
    "marketing_campaign",
    "marketing_touch",
    "market_mention",
    "market_competitor_price",
    "market_competitor_service",
    "loyalty_point",
    "exchange_rate",
];

/// The folders that the sample owns under its root.
const FOLDERS: [&str; 8] =
    ["online", "offline", "survey", "service", "marketing", "market", "loyalty", "reference"];

const TRUTH: &str = "truth/people.parquet";

/// People of one part of a file, at most.
const PART_PEOPLE: u64 = 50_000;

/// Writes every source of the retail contract under `options.directory`, and `truth/people.parquet` beside them.
/// Memory is bounded by a part for each thread.
///
/// # Errors
/// When there is nobody to write about, or a file cannot be written.
pub fn write(options: &Options) -> Result<Summary, DemoError> {
    if options.people == 0 {
        return Err(DemoError::NoPeople);
    }
    let root = options.directory.as_path();
    clear(root)?;
    let world = World::new(options.seed, options.people, options.as_of.days());
    let mut rows = reference::write(&world, root)?;
    rows.extend(market::write(&world, root)?);
    rows.extend(parts(&world, root, options.threads.max(1))?);
    let (files, bytes) = measure(root)?;
    let counted = |name: &str| rows.iter().filter(|(source, _)| *source == name).map(|(_, rows)| rows).sum();
    Ok(Summary { files, bytes, rows: SOURCES.iter().map(|name| (*name, counted(name))).collect() })
}

/// Writes the parts side by side, and the truth in the order of the parts.
fn parts(world: &World, root: &Path, threads: usize) -> Result<Vec<(&'static str, u64)>, DemoError> {
    // Cut by people alone: threads must not show in the files.
    let size = world.people.div_ceil(4).clamp(250, PART_PEOPLE);
    let count = world.people.div_ceil(size) as usize;
    let next = AtomicUsize::new(0);
    let mut truth = TruthFile::create(root.join(TRUTH))?;
    let mut rows = Vec::new();
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<(usize, Result<Finished, DemoError>)>(1);
        for _ in 0..threads.min(count) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let first = number as u64 * size;
                    let part = part::write(world, root, number, first..(first + size).min(world.people));
                    // A closed channel means that another part failed already.
                    if sender.send((number, part)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        for wanted in 0..count {
            let finished = loop {
                if let Some(finished) = waiting.remove(&wanted) {
                    break finished;
                }
                let (number, part) = receiver.recv().map_err(|_| DemoError::WorkerLost)?;
                waiting.insert(number, part?);
            };
            rows.extend(finished.rows);
            truth.write(finished.truth)?;
        }
        Ok(())
    })?;
    truth.finish()?;
    Ok(rows)
}

/// Removes what an earlier sample left, so that no part of it is read with the new one. Data without a truth file is
/// somebody's own and stays.
fn clear(root: &Path) -> Result<(), DemoError> {
    if !root.join(TRUTH).is_file() {
        return Ok(());
    }
    for folder in FOLDERS.iter().chain(&["truth"]) {
        let path = root.join(folder);
        match std::fs::remove_dir_all(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(DemoError::Write { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Files and bytes under a folder.
fn measure(root: &Path) -> Result<(u64, u64), DemoError> {
    let (mut files, mut bytes) = (0, 0);
    for folder in FOLDERS.iter().chain(&["truth"]) {
        for entry in walkdir::WalkDir::new(root.join(folder)) {
            let failed =
                |error: walkdir::Error| DemoError::Write { path: root.join(folder), source: error.into() };
            let entry = entry.map_err(failed)?;
            if entry.file_type().is_file() {
                files += 1;
                bytes += entry.metadata().map_err(failed)?.len();
            }
        }
    }
    Ok((files, bytes))
}
