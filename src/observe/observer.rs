//! Who listens to a run, and the log file that always does.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::event::{Event, EventKind};
use crate::name::RunId;

/// Someone who listens to a run. Called from any thread, so quickly.
pub trait Observer: Send + Sync {
    fn observe(&self, event: &Event);
}

/// What a run tells its events to: the run's id, a clock, and everyone who listens. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    run: RunId,
    clock: fn() -> DateTime<Utc>,
    observers: Arc<[Arc<dyn Observer>]>,
}

impl Handle {
    pub fn new(run: RunId, clock: fn() -> DateTime<Utc>, observers: Vec<Arc<dyn Observer>>) -> Self {
        Self { run, clock, observers: observers.into() }
    }

    /// Tells everyone, in the order they were given.
    pub fn tell(&self, kind: EventKind) {
        let event = Event { at: (self.clock)(), run: self.run.clone(), kind };
        for observer in self.observers.iter() {
            observer.observe(&event);
        }
    }

    pub fn run(&self) -> &RunId {
        &self.run
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

/// Appends events to a file, one JSON object a line. A line is written with one call, so that a killed run leaves
/// whole lines, the last one perhaps excepted.
pub struct NdjsonFile {
    state: Mutex<State>,
}

struct State {
    file: File,
    failure: Option<io::Error>,
}

impl NdjsonFile {
    /// Opens `path` for appending; makes it if need be. A line that a killed process left unfinished is ended first.
    pub fn append(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
        if file.metadata()?.len() > 0 {
            let mut last = [0_u8];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self { state: Mutex::new(State { file, failure: None }) })
    }

    /// The first failure to write, if there was one. A run is not stopped by its log.
    pub fn failure(&self) -> Option<io::Error> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }
}

impl Observer for NdjsonFile {
    fn observe(&self, event: &Event) {
        if !event.kind.is_kept() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let written = serde_json::to_vec(event).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            state.file.write_all(&line)
        });
        if let Err(failure) = written {
            state.failure.get_or_insert(failure);
        }
    }
}
