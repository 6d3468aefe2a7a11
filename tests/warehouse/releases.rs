//! What a release holds: carried tables, dates, what stood before; races; going back; damaged manifests.

use std::process::Command;
use std::sync::Barrier;

use portrait::name::ReleaseId;
use portrait::warehouse::{Content, DraftTable, TableSpec, WarehouseError};

use super::kit::{
    as_of, dated, draft, instant, numbers_of, open, publish, published, release_number, run_id, stage, table,
};

#[test]
fn a_release_carries_forward_what_its_run_did_not_make() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    assert!(warehouse.latest().unwrap().is_none());
    publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1]), (published("clv"), &[7])]);
    let second = publish(&warehouse, 2, "2026-01-02", &[(published("customer"), &[1, 2])]);
    assert_eq!((release_number(&second), second.previous), (2, Some(ReleaseId(1))));
    assert_eq!(warehouse.latest().unwrap().as_ref(), Some(&second));
    let customer = &second.tables[&table("customer")];
    assert_eq!(numbers_of(&warehouse, customer.files()), [1, 2]);
    let clv = &second.tables[&table("clv")];
    assert_eq!((clv.as_of(), numbers_of(&warehouse, clv.files())), (Some(as_of("2026-01-01")), vec![7]));

    let mut third = draft(&warehouse, 3, "2026-01-03", &[]);
    third.retired.insert(table("clv"));
    third.state.insert("source__online_account".to_owned(), serde_json::json!({"files": ["a.csv"]}));
    let third = warehouse.publish(&third).unwrap();
    assert!(third.table(&table("clv")).is_none());
    let fourth = publish(&warehouse, 4, "2026-01-04", &[]);
    assert_eq!(fourth.state, third.state);
}

#[test]
fn previous_is_the_latest_date_before() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let name = table("customer");
    let rows_before = |release: &portrait::warehouse::Release, date: &str| {
        let entry = release.table(&name)?;
        Some(numbers_of(&warehouse, &entry.before(as_of(date))?.files))
    };
    let first = publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    assert_eq!(rows_before(&first, "2026-01-01"), None);
    assert_eq!(rows_before(&first, "2026-01-05"), Some(vec![1]));
    let second = publish(&warehouse, 2, "2026-01-02", &[(published("customer"), &[2])]);
    assert_eq!(rows_before(&second, "2026-01-02"), Some(vec![1]));
    // Running a date again reads the same past, and leaves it to the next date.
    for run in 3..6 {
        let again = publish(&warehouse, run, "2026-01-02", &[(published("customer"), &[i64::from(run)])]);
        assert_eq!(rows_before(&again, "2026-01-02"), Some(vec![1]));
        assert_eq!(rows_before(&again, "2026-01-03"), Some(vec![i64::from(run)]));
    }
}

#[test]
fn a_reused_table_stands_for_the_new_date() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let spec = published("customer");
    publish(&warehouse, 1, "2026-01-01", &[(spec.clone(), &[1])]);
    let latest = warehouse.latest().unwrap().unwrap();
    let entry = latest.table(&spec.name).unwrap();
    assert!(entry.reusable("[1]", as_of("2026-01-02")).is_some());
    assert!(entry.reusable("[2]", as_of("2026-01-02")).is_none());
    let mut next = draft(&warehouse, 2, "2026-01-02", &[]);
    let mut described = TableSpec { description: Some("Said better.".to_owned()), ..spec.clone() };
    described.columns.insert("word".to_owned(), "A word.".to_owned());
    next.tables.push(DraftTable { spec: described, content: Content::Reused });
    let release = warehouse.publish(&next).unwrap();
    let reused = release.table(&spec.name).unwrap();
    assert_eq!(reused.description.as_deref(), Some("Said better."));
    assert_eq!(reused.columns[1].description.as_deref(), Some("A word."));
    assert_eq!(reused.arrow_schema().unwrap().field(1).metadata()["description"], "A word.");
    assert_eq!(reused.as_of(), Some(as_of("2026-01-02")));
    assert_eq!(reused.newest().unwrap().run, run_id(1));
    assert_eq!(reused.before(as_of("2026-01-02")).unwrap().as_of, as_of("2026-01-01"));
    next.run = run_id(3);
    next.base = Some(release.id);
    next.tables[0].spec.name = table("nowhere");
    let refused = warehouse.publish(&next).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`nowhere` is reused, but the last release does not hold it for 2026-01-02"
    );
}

#[test]
fn a_dated_table_replaces_its_own_date_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let spec = dated("metric_value", None);
    for (run, date, number) in
        [(1, "2026-01-01", 1), (2, "2026-01-03", 3), (3, "2026-01-02", 2), (4, "2026-01-01", 10)]
    {
        publish(&warehouse, run, date, &[(spec.clone(), &[number])]);
    }
    let release = warehouse.latest().unwrap().unwrap();
    let entry = release.table(&spec.name).unwrap();
    assert_eq!(numbers_of(&warehouse, entry.files()), [10, 2, 3]);
    assert_eq!(numbers_of(&warehouse, entry.files_for(as_of("2026-01-02"))), [2]);
    assert!(entry.files_for(as_of("2026-01-09")).is_empty());
    assert_eq!(numbers_of(&warehouse, &entry.before(as_of("2026-01-03")).unwrap().files), [2]);
    assert!(entry.reusable("[2]", as_of("2026-01-02")).is_some());
    assert!(entry.reusable("[3]", as_of("2026-01-02")).is_none(), "another date's rows");
    // A table that is no longer dated begins anew.
    let whole = publish(&warehouse, 5, "2026-01-04", &[(published("metric_value"), &[4])]);
    assert_eq!(numbers_of(&warehouse, whole.table(&spec.name).unwrap().files()), [4]);
}

#[test]
fn publishing_again_gives_the_same_release() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let draft = draft(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    let first = warehouse.publish(&draft).unwrap();
    assert_eq!(warehouse.publish(&draft).unwrap(), first);
    assert_eq!(warehouse.releases().unwrap(), [ReleaseId(1)]);
}

#[test]
fn of_racing_threads_exactly_one_publishes() {
    for round in 0..10_u32 {
        let folder = tempfile::tempdir().unwrap();
        let warehouse = open(folder.path());
        let drafts: Vec<_> = (1..=8).map(|run| draft(&warehouse, run, "2026-01-01", &[])).collect();
        let start = Barrier::new(drafts.len());
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = drafts
                .iter()
                .map(|draft| {
                    scope.spawn(|| {
                        start.wait();
                        warehouse.publish(draft)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let latest = warehouse.latest().unwrap().unwrap();
        let won: Vec<_> = outcomes.iter().flatten().collect();
        assert_eq!(won, [&latest], "round {round}");
        for lost in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert!(
                matches!(lost, WarehouseError::Raced { by, .. } if *by == latest.run.to_string()),
                "{lost}"
            );
        }
    }
}

#[test]
fn of_racing_processes_exactly_one_publishes() {
    let folder = tempfile::tempdir().unwrap();
    let children: Vec<_> = (1..=6)
        .map(|run| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "warehouse::releases::child_publishes", "--ignored"])
                .env("WAREHOUSE_TEST_FOLDER", folder.path())
                .env("WAREHOUSE_TEST_RUN", run.to_string())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    std::fs::write(folder.path().join("go"), "").unwrap();
    let won =
        children.into_iter().map(|mut child| child.wait().unwrap()).filter(|status| status.success()).count();
    assert_eq!(won, 1);
    assert_eq!(open(folder.path()).releases().unwrap(), [ReleaseId(1)]);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn child_publishes() {
    let Some(folder) = std::env::var_os("WAREHOUSE_TEST_FOLDER") else { return };
    let run = std::env::var("WAREHOUSE_TEST_RUN").unwrap().parse().unwrap();
    let folder = std::path::PathBuf::from(folder);
    let warehouse = open(&folder);
    let mut draft = draft(&warehouse, run, "2026-01-01", &[(published("customer"), &[i64::from(run)])]);
    draft.base = None;
    while !folder.join("go").exists() {
        std::thread::yield_now();
    }
    warehouse.publish(&draft).unwrap();
}

#[test]
fn a_run_that_planned_against_an_older_release_publishes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let late = draft(&warehouse, 2, "2026-01-02", &[(published("customer"), &[2])]);
    publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    let refused = warehouse.publish(&late).unwrap_err();
    let expected = format!(
        "release 000001 was published by run `{}` meanwhile; run `{}` publishes nothing",
        run_id(1),
        run_id(2)
    );
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn going_back_publishes_a_release_equal_to_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let first = publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    publish(&warehouse, 2, "2026-01-02", &[(published("customer"), &[2])]);
    let back = warehouse.rollback(first.id, instant(3)).unwrap();
    assert_eq!((release_number(&back), back.rolled_back_to), (3, Some(first.id)));
    assert_eq!((&back.tables, &back.state, back.as_of), (&first.tables, &first.state, first.as_of));
    // The run of the release gone back to may not be taken for published again.
    let again = draft(&warehouse, 1, "2026-01-01", &[(published("customer"), &[5])]);
    assert_eq!(release_number(&warehouse.publish(&again).unwrap()), 4);
    assert!(matches!(warehouse.rollback(ReleaseId(9), instant(4)), Err(WarehouseError::NoSuchRelease(_))));

    let file = warehouse.path_of(first.tables[&table("customer")].files().next().unwrap());
    std::fs::remove_file(&file).unwrap();
    let refused = warehouse.rollback(first.id, instant(5)).unwrap_err().to_string();
    assert!(refused.starts_with("cannot go back to release 000001: `data/customer/"), "{refused}");
    assert!(refused.ends_with("of `customer` is gone"), "{refused}");
}

#[test]
fn a_damaged_manifest_is_named_and_can_be_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let first = publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1])]);
    publish(&warehouse, 2, "2026-01-02", &[]);
    let manifest = folder.path().join("releases/000002.json");
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, &whole[..whole.len() / 2]).unwrap();
    let refused = warehouse.latest().unwrap_err().to_string();
    assert!(refused.starts_with("`releases/000002.json` is damaged: EOF while parsing"), "{refused}");
    assert!(warehouse.collect_garbage(instant(90), chrono::Duration::zero(), 1).is_err());
    assert_eq!(release_number(&warehouse.rollback(first.id, instant(3)).unwrap()), 3);
    assert!(warehouse.latest().unwrap().is_some());
    std::fs::write(folder.path().join("releases/000004.json"), r#"{"format": 2, "shape": "unknown"}"#)
        .unwrap();
    let refused = warehouse.latest().unwrap_err().to_string();
    assert_eq!(
        refused,
        "`releases/000004.json` was written by a newer Portrait (format 2, this one knows 1)"
    );
    std::fs::write(folder.path().join("releases/000004.json"), [0xff, 0x00, 0x80]).unwrap();
    assert!(matches!(warehouse.latest(), Err(WarehouseError::Damaged { .. })));
}

/// The catalogue's name of a source may be longer than any name that a person gives.
#[test]
fn the_longest_source_name_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = open(folder.path());
    let source = portrait::name::TableName::of_source(&table(&"s".repeat(63)));
    let release = publish(&warehouse, 1, "2026-01-01", &[(TableSpec::internal(source), &[1])]);
    assert_eq!(warehouse.latest().unwrap(), Some(release));
}

#[test]
fn one_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()), open(folder.path()));
    let held = one.lock(&run_id(1)).unwrap();
    let refused = other.lock(&run_id(2)).unwrap_err();
    assert_eq!(refused.to_string(), format!("run `{}` is under way on this warehouse", run_id(1)));
    assert_eq!(other.holder(), Some(run_id(1).to_string()));
    let waited = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| other.lock_within(&run_id(3), std::time::Duration::from_secs(30)));
        std::thread::sleep(std::time::Duration::from_millis(50));
        drop(held);
        waiting.join().unwrap()
    });
    drop(waited.unwrap());
    assert_eq!(one.holder(), None);
    let staged = stage(&one, &run_id(1), as_of("2026-01-01"), &published("customer"), &[1]).unwrap();
    assert_eq!(staged.rows(), 1);
}
