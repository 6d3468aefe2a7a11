//! A process killed at every failpoint: the last release is readable and whole, and the next run goes on.

use std::path::Path;
use std::process::Command;

use portrait::name::ReleaseId;
use portrait::observe::{RunRecord, RunStatus};
use portrait::warehouse::failpoint::NAMES;
use portrait::warehouse::{Content, Draft, DraftTable, StagedTable};

use super::journal::step_done;
use super::kit::{as_of, current, instant, numbers_of, open, publish, published, run_id, stage, table};

/// A run in small: go on from what is staged, stage the rest, publish, link, collect.
fn run(folder: &Path) {
    let warehouse = open(folder);
    let (run, date) = (run_id(2), as_of("2026-01-02"));
    let _lock = warehouse.lock(&run).unwrap();
    warehouse.refresh_current().unwrap();
    let latest = warehouse.latest().unwrap();
    if latest.as_ref().is_some_and(|release| release.run == run) {
        warehouse
            .collect_garbage(chrono::Utc::now() + chrono::Duration::days(30), chrono::Duration::zero(), 1)
            .unwrap();
        return;
    }
    let base = latest.map(|release| release.id);
    let mut record = RunRecord::start(run.clone(), date, "default", base, instant(2));
    warehouse.record_run(&record).unwrap();
    let done = warehouse.steps_done(&run).unwrap();
    let mut tables = Vec::new();
    for (name, numbers) in [("customer", [21_i64, 22]), ("clv", [23, 24])] {
        let spec = published(name);
        let staged: StagedTable = match done.get(name) {
            Some(record) => record.tables[&table(name)].clone(),
            None => {
                let staged = stage(&warehouse, &run, date, &spec, &numbers).unwrap();
                warehouse.record_step(&run, &step_done(name, staged.clone())).unwrap();
                staged
            }
        };
        tables.push(DraftTable {
            spec,
            content: Content::Staged { table: staged, fingerprint: "f".to_owned() },
        });
    }
    let release = warehouse
        .publish(&Draft {
            run: run.clone(),
            as_of: date,
            created_at: instant(2),
            pipelines: Vec::new(),
            base,
            tables,
            retired: Default::default(),
            state: Default::default(),
        })
        .unwrap();
    warehouse.refresh_current().unwrap();
    record.status = RunStatus::Published;
    record.release = Some(release.id);
    warehouse.record_run(&record).unwrap();
    warehouse
        .collect_garbage(chrono::Utc::now() + chrono::Duration::days(30), chrono::Duration::zero(), 1)
        .unwrap();
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn child_runs() {
    if let Some(folder) = std::env::var_os("WAREHOUSE_TEST_FOLDER") {
        run(Path::new(&folder));
    }
}

/// Runs in a child that dies at the nth passing of a failpoint; whether it did.
fn dies_at(folder: &Path, failpoint: &str) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "warehouse::crash::child_runs", "--ignored"])
        .env("WAREHOUSE_TEST_FOLDER", folder)
        .env("PORTRAIT_FAILPOINT", failpoint)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    !status.success()
}

#[test]
fn a_process_that_dies_anywhere_leaves_the_last_release_whole() {
    for name in NAMES {
        for nth in 1..=3 {
            let failpoint = format!("{name}:{nth}");
            let folder = tempfile::tempdir().unwrap();
            let (root, warehouse) = (folder.path(), open(folder.path()));
            publish(
                &warehouse,
                1,
                "2026-01-01",
                &[(published("customer"), &[11]), (published("clv"), &[13])],
            );
            warehouse.refresh_current().unwrap();
            let died = dies_at(root, &failpoint);
            assert!(died || nth > 1, "{failpoint} was not passed");

            let latest = warehouse.latest().unwrap().unwrap();
            let numbers: Vec<i64> = ["customer", "clv"]
                .iter()
                .flat_map(|name| numbers_of(&warehouse, latest.tables[*name].files()))
                .collect();
            match latest.id {
                ReleaseId(1) => assert_eq!(numbers, [11, 13], "{failpoint}"),
                _ => assert_eq!(numbers, [21, 22, 23, 24], "{failpoint}"),
            }
            // Readers of the link see one release or the other, whole.
            let seen = [current(root, "customer"), current(root, "clv")].concat();
            assert!(seen == [11, 13] || seen == [21, 22, 23, 24], "{failpoint}: {seen:?}");

            run(root);
            run(root);
            assert_eq!(warehouse.latest().unwrap().unwrap().id, ReleaseId(2), "{failpoint}");
            let seen = [current(root, "customer"), current(root, "clv")].concat();
            assert_eq!(seen, [21, 22, 23, 24], "{failpoint}");
            assert_eq!(leftovers(root), Vec::<String>::new(), "{failpoint}");
        }
    }
}

/// Unfinished files, and folders that `current` does not point to.
fn leftovers(root: &Path) -> Vec<String> {
    let current = std::fs::canonicalize(root.join("current")).unwrap();
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root).follow_links(false) {
        let path = entry.unwrap().into_path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let dead_folder = path.parent().is_some_and(|parent| parent.ends_with(".current"))
            && std::fs::canonicalize(&path).unwrap() != current;
        if name.ends_with(".tmp") || dead_folder {
            found.push(name);
        }
    }
    found
}
