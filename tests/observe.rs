//! Tests of `observe`: what events and records look like, and that a log survives its writer.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeZone, Utc};
use portrait::name::{AsOf, RunId, StepId, TableName};
use portrait::observe::event::Dataset;
use portrait::observe::{Event, EventKind, Handle, NdjsonFile, Observer, RunRecord, RunStatus, memory};

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap()
}

fn finished() -> EventKind {
    let table = TableName::new("customer").unwrap();
    EventKind::StepFinished {
        step: StepId::new("customer").unwrap(),
        inputs: vec![TableName::new("identity_map").unwrap()],
        outputs: vec![Dataset { table, rows: 3, bytes: 4 }],
        seconds: 0.25,
    }
}

fn progress() -> EventKind {
    EventKind::StepProgress {
        step: StepId::new("customer").unwrap(),
        rows: 1,
        bytes_read: 2,
        bytes_total: None,
    }
}

#[test]
fn an_event_is_a_flat_line_that_reads_back() {
    let event = Event { at: noon(), run: RunId::new(noon(), 7), kind: finished() };
    let line = serde_json::to_string(&event).unwrap();
    assert_eq!(
        line,
        r#"{"at":"2026-01-31T12:00:00Z","run":"20260131T120000Z-000007","event":"step_finished","step":"customer","#
            .to_owned()
            + r#""inputs":["identity_map"],"outputs":[{"table":"customer","rows":3,"bytes":4}],"seconds":0.25}"#
    );
    assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), event);
}

#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Observer for Heard {
    fn observe(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

#[test]
fn everyone_hears_and_the_log_keeps_all_but_progress() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    let heard = Arc::new(Heard::default());
    let log = Arc::new(NdjsonFile::append(&path).unwrap());
    let handle = Handle::new(RunId::new(noon(), 7), noon, vec![heard.clone(), log.clone()]);
    handle.tell(progress());
    handle.tell(finished());
    assert_eq!(heard.0.lock().unwrap().len(), 2);
    assert!(log.failure().is_none());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Event>(text.trim_end()).unwrap().kind, finished());
}

#[test]
fn a_line_that_a_killed_process_left_unfinished_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, "{\"at\":\"2026").unwrap();
    let handle = Handle::new(RunId::new(noon(), 7), noon, vec![Arc::new(NdjsonFile::append(&path).unwrap())]);
    handle.tell(finished());
    let text = std::fs::read_to_string(&path).unwrap();
    let whole: Vec<_> = text.lines().filter(|line| serde_json::from_str::<Event>(line).is_ok()).collect();
    assert_eq!((text.lines().count(), whole.len()), (2, 1));
}

#[test]
fn a_record_reads_back() {
    let as_of: AsOf = "2026-01-31".parse().unwrap();
    let mut record = RunRecord::start(RunId::new(noon(), 7), as_of, "default", None, noon());
    record.status = RunStatus::Unchanged;
    record.peak_memory_bytes = memory::peak_bytes();
    let text = serde_json::to_string(&record).unwrap();
    assert!(
        text.starts_with(r#"{"run":"20260131T120000Z-000007","as_of":"2026-01-31","status":"unchanged""#),
        "{text}"
    );
    assert_eq!(serde_json::from_str::<RunRecord>(&text).unwrap(), record);
}

#[test]
fn peak_memory_is_read_in_bytes() {
    assert_eq!(memory::peak_of_status("Name:\tx\nVmHWM:\t   2048 kB\nThreads:\t1\n"), Some(2 << 20));
    assert_eq!(memory::peak_of_status("Name:\tx\n"), None);
    assert_eq!(memory::peak_of_status("VmHWM: many kB\n"), None);
}
