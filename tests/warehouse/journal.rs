//! Records of runs and of the steps that they finished.

use std::collections::BTreeMap;

use portrait::name::{ReleaseId, StepId};
use portrait::observe::record::StepStatus;
use portrait::observe::{RunRecord, RunStatus, StepReport};
use portrait::warehouse::{StagedTable, StepRecord, WarehouseError};

use super::kit::{as_of, instant, open, publish, published, run_id, stage, table};

pub fn to_instant(day: i64) -> chrono::DateTime<chrono::Utc> {
    instant(day)
}

pub fn step_done(step: &str, staged: StagedTable) -> StepRecord {
    let step = StepId::new(step).unwrap();
    let report = StepReport {
        step: step.clone(),
        kind: "model".to_owned(),
        status: StepStatus::Done,
        outputs: Vec::new(),
        seconds: 0.5,
        source: None,
        checks: Vec::new(),
        message: None,
    };
    StepRecord {
        step,
        as_of: staged.as_of,
        fingerprint: "f00d".to_owned(),
        tables: BTreeMap::from([(staged.table.clone(), staged)]),
        started_at: instant(0),
        ended_at: instant(0),
        report,
        state: BTreeMap::new(),
    }
}

#[test]
fn a_run_goes_on_from_the_steps_that_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let (run, date) = (run_id(1), as_of("2026-01-01"));
    assert!(warehouse.steps_done(&run).unwrap().is_empty());
    let record = RunRecord::start(run.clone(), date, "default", None, instant(1));
    warehouse.record_run(&record).unwrap();
    let mut staged = Vec::new();
    for name in ["one", "two"] {
        staged.push(stage(&warehouse, &run, date, &published(name), &[1, 2]).unwrap());
        warehouse.record_step(&run, &step_done(name, staged.last().unwrap().clone())).unwrap();
    }
    let done = warehouse.steps_done(&run).unwrap();
    assert_eq!(done.len(), 2);
    assert_eq!(done[&StepId::new("two").unwrap()].tables[&table("two")], staged[1]);
    // A file that lost its tail is no file.
    let path = warehouse.path_of(&staged[0].files[0]);
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(staged[0].files[0].bytes - 1).unwrap();
    let done: Vec<_> = warehouse.steps_done(&run).unwrap().into_keys().collect();
    assert_eq!(done, [StepId::new("two").unwrap()]);
}

#[test]
fn unfinished_runs_are_those_that_can_still_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let date = as_of("2026-01-01");
    let record = |number: u32, status, base| {
        let mut record = RunRecord::start(run_id(number), date, "default", base, instant(i64::from(number)));
        record.status = status;
        warehouse.record_run(&record).unwrap();
        record
    };
    record(1, RunStatus::Published, None);
    let killed = record(2, RunStatus::Running, None);
    let failed = record(3, RunStatus::Failed, None);
    std::fs::create_dir_all(folder.path().join("runs").join(run_id(4).as_str())).unwrap();
    assert_eq!(warehouse.unfinished().unwrap(), [failed, killed]);
    assert_eq!(warehouse.runs().unwrap(), [run_id(4), run_id(3), run_id(2), run_id(1)]);
    publish(&warehouse, 5, "2026-01-01", &[]);
    assert!(warehouse.unfinished().unwrap().is_empty());
    let interrupted = record(6, RunStatus::Interrupted, Some(ReleaseId(1)));
    assert_eq!(warehouse.unfinished().unwrap(), [interrupted]);
    assert!(matches!(warehouse.run_record(&run_id(9)), Err(WarehouseError::NoSuchRun(_))));
}

#[test]
fn events_are_appended() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let path = warehouse.events_file(&run_id(1)).unwrap().unwrap();
    assert!(path.parent().unwrap().is_dir());
    assert!(path.ends_with("events.ndjson"));
}

/// A run that goes on may make a table again, from other SQL: what it had staged before is still what it was.
#[test]
fn no_file_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let (run, date) = (run_id(1), as_of("2026-01-01"));
    let first = stage(&warehouse, &run, date, &published("one"), &[1, 2]).unwrap();
    let second = stage(&warehouse, &run, date, &published("one"), &[3, 4]).unwrap();
    assert_eq!(super::kit::numbers_of(&warehouse, &first.files), [1, 2]);
    assert_eq!(super::kit::numbers_of(&warehouse, &second.files), [3, 4]);
    assert!(warehouse.is_whole(first.files.iter().chain(&second.files)).unwrap());
}

#[test]
fn who_only_looks_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("nowhere");
    assert!(portrait::warehouse::Warehouse::existing(place.to_str().unwrap()).unwrap().is_none());
    assert!(!place.exists());
    publish(&open(&place), 1, "2026-01-01", &[]);
    assert!(portrait::warehouse::Warehouse::existing(place.to_str().unwrap()).unwrap().is_some());
}

#[test]
fn rejects_are_kept_by_source_and_run_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let (run, date, source) = (run_id(1), as_of("2026-01-01"), table("online_order"));
    let schema = super::kit::batch(&[]).schema();
    let write = |stage: portrait::warehouse::Stage<'_>, numbers: &[i64]| {
        let mut writer = stage.writer(0);
        writer.write(&super::kit::batch(numbers)).unwrap();
        writer.finish().unwrap();
    };
    let rejects = |run| -> Vec<i64> {
        let files = warehouse.rejects_of(&source, &run).unwrap();
        files.iter().flat_map(|path| super::kit::numbers_in(path)).collect()
    };
    write(warehouse.quarantine_anew(&run_id(2), date, &source, &schema).unwrap(), &[9]);
    for _ in 0..2 {
        write(warehouse.quarantine_anew(&run, date, &source, &schema).unwrap(), &[1, 2]);
        write(warehouse.quarantine_further(&run, date, &source, &schema).unwrap(), &[3]);
        assert_eq!(rejects(run.clone()), [1, 2, 3]);
    }
    assert_eq!(rejects(run_id(2)), [9]);
    assert!(rejects(run_id(3)).is_empty());
    assert_eq!(warehouse.runs_with_rejects(&source).unwrap(), [run_id(2), run]);
    assert_eq!(warehouse.sources_with_rejects().unwrap(), std::slice::from_ref(&source));
    assert!(warehouse.runs_with_rejects(&table("other")).unwrap().is_empty());

    let internal = portrait::warehouse::TableSpec::internal(portrait::name::TableName::of_source(&source));
    let release = publish(&warehouse, 2, "2026-01-01", &[(internal, &[1])]);
    assert_eq!(portrait::warehouse::quarantine::run_that_read(&release, &source), Some(run_id(2)));
}
