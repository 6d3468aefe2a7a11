//! What garbage collection removes, what it never does, and readers that are at it meanwhile.

use std::fs::File;
use std::io::Read;

use chrono::Duration;
use portrait::name::ReleaseId;
use portrait::observe::{RunRecord, RunStatus};
use portrait::warehouse::TableSpec;

use super::journal::{step_done, to_instant};
use super::kit::{
    as_of, batch, current, dated, files_in, instant, names_in, numbers_of, open, publish, published, run_id,
    stage, table,
};

/// Far enough in the future that every file on the test's disk is older than any grace.
fn long_after() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now() + Duration::days(30)
}

#[test]
fn old_releases_go_with_the_files_that_only_they_need() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    for run in 1..=5_u32 {
        let numbers = [i64::from(run)];
        let date = format!("2026-01-0{run}");
        publish(&warehouse, run, &date, &[(published("customer"), &numbers), (dated("clv", None), &numbers)]);
        warehouse.refresh_current().unwrap();
    }
    let garbage = warehouse.collect_garbage(long_after(), Duration::hours(24), 2).unwrap();
    assert_eq!(garbage.releases, [ReleaseId(1), ReleaseId(2), ReleaseId(3)]);
    assert_eq!(warehouse.releases().unwrap(), [ReleaseId(4), ReleaseId(5)]);
    // Releases 4 and 5, and what `previous.customer` of release 4 reads; dates of `clv` are all needed.
    assert_eq!(files_in(&folder.path().join("data/customer")).len(), 3);
    assert_eq!(files_in(&folder.path().join("data/clv")).len(), 5);
    assert_eq!(
        (current(folder.path(), "customer"), current(folder.path(), "clv")),
        (vec![5], vec![1, 2, 3, 4, 5])
    );
    let folders: Vec<_> = std::fs::read_dir(folder.path().join(".current")).unwrap().collect();
    assert_eq!(folders.len(), 1);
    let again = warehouse.collect_garbage(long_after(), Duration::hours(24), 2).unwrap();
    assert_eq!((again.releases.len(), again.files), (0, 0));
    assert!(warehouse.rollback(ReleaseId(4), instant(9)).is_ok());
}

#[test]
fn readers_have_their_grace() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    for run in 1..=3_u32 {
        publish(&warehouse, run, "2026-01-01", &[(published("customer"), &[i64::from(run)])]);
        warehouse.refresh_current().unwrap();
    }
    // Release 2 gave way to 3 at noon of day 3; release 1 a day earlier.
    let noon = to_instant(3);
    let garbage = warehouse.collect_garbage(noon + Duration::hours(23), Duration::hours(24), 1).unwrap();
    assert_eq!(garbage.releases, [ReleaseId(1)]);
    assert_eq!(garbage.files, 0, "files of the test are younger than the grace");
    let garbage = warehouse.collect_garbage(noon + Duration::hours(25), Duration::hours(24), 1).unwrap();
    assert_eq!(garbage.releases, [ReleaseId(2)]);
}

#[test]
fn a_reader_keeps_the_file_that_it_has_open() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    warehouse.refresh_current().unwrap();
    let path = folder.path().join("current/customer/part-000.parquet");
    let before = std::fs::read(&path).unwrap();
    let mut reader = File::open(&path).unwrap();
    let mut start = [0_u8; 4];
    reader.read_exact(&mut start).unwrap();
    for run in 2..=4_u32 {
        publish(&warehouse, run, "2026-01-01", &[(published("customer"), &[i64::from(run)])]);
        warehouse.refresh_current().unwrap();
    }
    warehouse.collect_garbage(long_after(), Duration::zero(), 1).unwrap();
    assert_eq!(files_in(&folder.path().join("data/customer")).len(), 1);
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert_eq!([&start[..], &rest].concat(), before);
    assert_eq!(current(folder.path(), "customer"), [4]);
}

#[test]
fn what_a_run_may_still_go_on_from_stays() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let first = publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    let failed = run_id(2);
    let mut record =
        RunRecord::start(failed.clone(), as_of("2026-01-02"), "default", Some(first.id), instant(2));
    record.status = RunStatus::Failed;
    warehouse.record_run(&record).unwrap();
    let staged = stage(&warehouse, &failed, as_of("2026-01-02"), &published("customer"), &[2]).unwrap();
    warehouse.record_step(&failed, &step_done("customer", staged.clone())).unwrap();
    // Staged by the same run in a step that it did not finish: nobody can use it.
    stage(&warehouse, &failed, as_of("2026-01-02"), &published("half"), &[3]).unwrap();
    let rejects =
        warehouse.quarantine_anew(&failed, as_of("2026-01-02"), &table("online_order"), &batch(&[]).schema());
    let rejects = rejects.unwrap();
    let mut writer = rejects.writer(0);
    writer.write(&batch(&[1])).unwrap();
    writer.finish().unwrap();

    let garbage = warehouse.collect_garbage(long_after(), Duration::hours(24), 1).unwrap();
    assert_eq!(garbage.files, 1, "the unfinished step's file");
    assert_eq!(numbers_of(&warehouse, &staged.files), [2]);
    assert_eq!(warehouse.rejects_of(&table("online_order"), &failed).unwrap().len(), 1);

    // Once another run has published, the failed one has nothing to go on from.
    publish(&warehouse, 3, "2026-01-02", &[(published("customer"), &[4])]);
    warehouse.collect_garbage(long_after(), Duration::hours(24), 1).unwrap();
    assert!(!warehouse.path_of(&staged.files[0]).exists());
    assert!(warehouse.rejects_of(&table("online_order"), &failed).unwrap().is_empty());
    assert!(warehouse.steps_done(&failed).unwrap().is_empty());
    assert_eq!(warehouse.run_record(&failed).unwrap(), record, "the record of every run stays");
}

/// A pipeline that fails night after night publishes nothing, and keeps no more than its last night's work.
#[test]
fn of_runs_that_did_not_publish_only_the_last_keeps_what_it_staged() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let base = publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    let mut nights = Vec::new();
    for night in 2..=4_u32 {
        let (run, date) = (run_id(night), as_of("2026-01-02"));
        let mut record =
            RunRecord::start(run.clone(), date, "default", Some(base.id), instant(i64::from(night)));
        record.status = RunStatus::Failed;
        warehouse.record_run(&record).unwrap();
        let staged = stage(&warehouse, &run, date, &published("customer"), &[i64::from(night)]).unwrap();
        warehouse.record_step(&run, &step_done("customer", staged.clone())).unwrap();
        nights.push((run, staged));
    }
    let fresh = warehouse.collect_garbage(chrono::Utc::now(), Duration::hours(24), 1).unwrap();
    assert_eq!(fresh.files, 0, "a night's work stays for the grace");
    warehouse.collect_garbage(long_after(), Duration::hours(24), 1).unwrap();
    let left: Vec<bool> =
        nights.iter().map(|(_, staged)| warehouse.path_of(&staged.files[0]).exists()).collect();
    assert_eq!(left, [false, false, true]);
    assert_eq!(warehouse.steps_done(&nights[0].0).unwrap().len(), 0);
    assert_eq!(warehouse.steps_done(&nights[2].0).unwrap().len(), 1);
    assert_eq!(current_numbers(&warehouse, "customer"), [1]);
}

fn current_numbers(warehouse: &portrait::warehouse::Warehouse, name: &str) -> Vec<i64> {
    let release = warehouse.latest().unwrap().unwrap();
    numbers_of(warehouse, &release.table(&table(name)).unwrap().newest().unwrap().files)
}

#[test]
fn what_dead_processes_left_goes() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    publish(
        &warehouse,
        1,
        "2026-01-01",
        &[(published("customer"), &[1]), (TableSpec::internal(table("inner")), &[1])],
    );
    for path in ["data/customer/.x.parquet.77-1.tmp", "releases/.000002.json.77-0.tmp", "runs/.y.77-3.tmp"] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "half").unwrap();
    }
    std::fs::create_dir_all(folder.path().join(".current/.000002.77-5.tmp/customer")).unwrap();
    let fresh = warehouse.collect_garbage(chrono::Utc::now(), Duration::hours(24), 1).unwrap();
    assert_eq!(fresh.files, 0, "they may belong to someone alive");
    let old = warehouse.collect_garbage(long_after(), Duration::hours(24), 1).unwrap();
    assert_eq!(old.files, 3);
    assert!(!folder.path().join(".current/.000002.77-5.tmp").exists());
    assert_eq!(names_in(&folder.path().join("releases")), ["000001.json"]);
}
