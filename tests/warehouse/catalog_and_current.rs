//! What readers find: `current`, restricted tables, `catalog.sql`; and how both are mended.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use portrait::warehouse::TableSpec;

use super::kit::{current, dated, instant, names_in, open, publish, published, table};

#[test]
fn current_holds_the_published_tables_of_the_latest_release() {
    let folder = tempfile::tempdir().unwrap();
    let (root, warehouse) = (folder.path(), open(folder.path()));
    assert!(warehouse.refresh_current().unwrap().is_none());
    let restricted = TableSpec { restricted: true, ..published("customer_pii") };
    let tables: [(TableSpec, &[i64]); 4] = [
        (published("customer"), &[1, 2]),
        (restricted, &[3]),
        (dated("metric_value", None), &[4]),
        (TableSpec::internal(table("staged_only")), &[5]),
    ];
    publish(&warehouse, 1, "2026-01-01", &tables);
    let release = publish(&warehouse, 2, "2026-01-02", &tables[2..3]);
    warehouse.refresh_current().unwrap();
    assert_eq!(fs::read_link(root.join("current")).unwrap().to_str(), Some(".current/000002"));
    assert_eq!(current(root, "customer"), [1, 2]);
    assert_eq!(current(root, "restricted/customer_pii"), [3]);
    assert_eq!(
        names_in(&root.join("current/metric_value")),
        ["2026-01-01-000.parquet", "2026-01-02-000.parquet"]
    );
    assert!(!root.join("current/staged_only").exists());
    assert!(!root.join("current/customer_pii").exists());
    let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("current/restricted"), 0o700);
    assert_eq!(mode("current/restricted/customer_pii/part-000.parquet"), 0o600);
    let entry = &release.tables[&table("customer_pii")];
    let folder = portrait::warehouse::Warehouse::current_folder(&table("customer_pii"), entry);
    assert_eq!(folder.to_str(), Some("current/restricted/customer_pii"));
}

#[test]
fn a_table_that_becomes_open_or_restricted_takes_its_files_along() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("warehouse");
    fs::create_dir(&root).unwrap();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
    let warehouse = open(&root);
    let mode = |path: &str| fs::metadata(root.join(path)).unwrap().permissions().mode() & 0o777;
    let mut spec = TableSpec::internal(table("customer"));
    for (run, published, restricted) in
        [(1, false, false), (2, true, false), (3, true, true), (4, true, false)]
    {
        spec.published = published;
        spec.restricted = restricted;
        let mut draft = super::kit::draft(&warehouse, run, "2026-01-01", &[(spec.clone(), &[1])]);
        if run > 1 {
            draft.tables[0].content = portrait::warehouse::Content::Reused;
        }
        warehouse.publish(&draft).unwrap();
        warehouse.refresh_current().unwrap();
        let expected = if published && !restricted { 0o755 } else { 0o700 };
        assert_eq!(mode("data/customer"), expected, "run {run}");
        match (published, restricted) {
            (true, false) => assert_eq!(mode("current/customer/part-000.parquet"), 0o644),
            (true, true) => assert_eq!(mode("current/restricted/customer/part-000.parquet"), 0o600),
            (false, _) => assert!(!root.join("current/customer").exists()),
        }
    }
}

#[test]
fn whatever_is_missing_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (root, warehouse) = (folder.path(), open(folder.path()));
    publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1]), (published("clv"), &[2])]);
    warehouse.refresh_current().unwrap();
    let link = root.join("current");
    let target = || fs::read_link(&link).unwrap().to_str().unwrap().to_owned();

    fs::remove_file(&link).unwrap();
    fs::remove_file(root.join("catalog.sql")).unwrap();
    warehouse.refresh_current().unwrap();
    assert_eq!((target().as_str(), root.join("catalog.sql").is_file()), (".current/000001", true));

    fs::remove_file(root.join("current/clv/part-000.parquet")).unwrap();
    warehouse.refresh_current().unwrap();
    assert_eq!((target().as_str(), current(root, "clv")), (".current/000001-2", vec![2]));

    fs::remove_dir_all(root.join(".current")).unwrap();
    warehouse.refresh_current().unwrap();
    assert_eq!((target().as_str(), current(root, "customer")), (".current/000001", vec![1]));

    let first = warehouse.latest().unwrap().unwrap().id;
    publish(&warehouse, 2, "2026-01-02", &[(published("customer"), &[9])]);
    warehouse.rollback(first, instant(3)).unwrap();
    warehouse.refresh_current().unwrap();
    assert_eq!((target().as_str(), current(root, "customer")), (".current/000003", vec![1]));
}

/// A folder where links cannot be made stands for a file system that has none: `/proc` and the like refuse them too.
#[test]
fn files_are_copied_where_they_cannot_be_linked() {
    let folder = tempfile::tempdir().unwrap();
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else { return };
    let (root, warehouse) = (folder.path(), open(folder.path()));
    publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1, 2])]);
    std::os::unix::fs::symlink(elsewhere.path(), root.join(".current")).unwrap();
    warehouse.refresh_current().unwrap();
    assert_eq!(current(root, "customer"), [1, 2]);
    let linked = fs::metadata(elsewhere.path().join("000001/customer/part-000.parquet")).unwrap();
    assert!(linked.is_file());
}

#[test]
fn the_catalogue_is_a_script_of_views() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("it's [a] house");
    let warehouse = open(&root);
    let mut customer = published("customer");
    customer.columns.insert("word".to_owned(), "What they said; it's a word.".to_owned());
    let restricted = TableSpec { restricted: true, ..published("customer_pii") };
    let release = publish(&warehouse, 1, "2026-01-01", &[(customer, &[1]), (restricted, &[2])]);
    warehouse.refresh_current().unwrap();
    let script = fs::read_to_string(root.join("catalog.sql")).unwrap();
    let path = release.tables[&table("customer")].files().next().unwrap().path.to_string();
    let place = warehouse.location().replace('\'', "''").replace("[a]", "[[]a]");
    let expected = format!(
        "\nCREATE OR REPLACE VIEW \"customer\" AS\nSELECT * FROM read_parquet([\n    '{place}/{path}'\n], \
         union_by_name = true, hive_partitioning = false);\n\
         COMMENT ON VIEW \"customer\" IS 'It''s customer.';\n\
         COMMENT ON COLUMN \"customer\".\"word\" IS 'What they said; it''s a word.';\n"
    );
    assert!(script.ends_with(&expected), "{script}\n---\n{expected}");
    assert!(!script.contains("customer_pii"));
    let restricted = root.join("catalog_restricted.sql");
    assert!(fs::read_to_string(&restricted).unwrap().contains("\"customer_pii\""));
    assert_eq!(fs::metadata(&restricted).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A reader that resolves the link once sees one release, whole, however often it is swapped meanwhile.
#[test]
fn readers_never_see_half_a_release() {
    let folder = tempfile::tempdir().unwrap();
    let (root, warehouse) = (folder.path(), open(folder.path()));
    publish(&warehouse, 1, "2026-01-01", &[(published("customer"), &[1]), (published("clv"), &[1])]);
    warehouse.refresh_current().unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let release = fs::canonicalize(root.join("current")).unwrap();
                let numbers =
                    |name: &str| super::kit::numbers_in(&release.join(name).join("part-000.parquet"));
                assert_eq!(numbers("customer"), numbers("clv"));
                seen += 1;
            }
            seen
        });
        for run in 2..30_u32 {
            let numbers = [i64::from(run)];
            publish(
                &warehouse,
                run,
                "2026-01-01",
                &[(published("customer"), &numbers), (published("clv"), &numbers)],
            );
            warehouse.refresh_current().unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
    assert_eq!(current(root, "customer"), [29]);
}
