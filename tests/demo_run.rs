//! The whole reference project on a small sample retailer: what is published, twice alike, and true to the sample.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::shuffle;
use crate::support::{number, portrait};

const AS_OF: &str = "2026-06-30";

fn demo(folder: &Path, threads: &str) {
    let said = portrait(&[
        "demo",
        "--people",
        "400",
        "--dir",
        folder.to_str().unwrap(),
        "--threads",
        threads,
        "--as-of",
        AS_OF,
    ]);
    let said = said.expect_code(0);
    assert!(said.out.contains("published tables"), "{}", said.out);
}

fn query(folder: &Path, sql: &str) -> Vec<Value> {
    let said = portrait(&["query", "-C", folder.to_str().unwrap(), "--format", "json", sql]).expect_code(0);
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn one(folder: &Path, sql: &str) -> Value {
    query(folder, sql).remove(0)
}

/// The same sample with its rows and files in another order.
fn shuffled_demo(folder: &Path) {
    let path = folder.to_str().unwrap();
    portrait(&["demo", "--people", "400", "--dir", path, "--as-of", AS_OF, "--no-run"]).expect_code(0);
    assert!(shuffle::folder(&folder.join("data")) > 17);
    let data = folder.join("data");
    let data = data.to_str().unwrap();
    let arguments = ["run", "-C", path, "--as-of", AS_OF, "--data-root", data, "--threads", "2"];
    portrait(&arguments).expect_code(0);
}

#[test]
fn the_reference_project_publishes_the_same_from_any_threads_files_and_order() {
    let (one_thread, two_threads) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let shuffled = TempDir::new().unwrap();
    demo(one_thread.path(), "1");
    demo(two_threads.path(), "2");
    shuffled_demo(shuffled.path());
    for table in [
        "customer",
        "customer_pii",
        "customer_order",
        "survey_response",
        "service_case",
        "identity_map",
        "golden_source",
        "segment_membership",
        "segment_summary",
        "rfm_score",
        "clv",
        "metric_value",
        "cohort_retention",
        "campaign_result",
    ] {
        let sql = format!("SELECT * FROM {table}");
        let (first, second) = (query(one_thread.path(), &sql), query(two_threads.path(), &sql));
        assert!(!first.is_empty(), "{table} is empty");
        assert!(first == second, "{table} differs between one thread and two");
        let other = query(shuffled.path(), &sql);
        let different = first.iter().zip(&other).find(|(one, other)| one != other);
        assert!(
            first == other,
            "{table} differs after a shuffle: {} and {} rows, {different:#?}",
            first.len(),
            other.len()
        );
    }
    holds_together(one_thread.path());
    starts_again_without_work(one_thread.path());
}

/// Totals of tables that say the same thing agree.
fn holds_together(folder: &Path) {
    let customers = one(folder, "SELECT COUNT(*) AS n, COUNT(DISTINCT customer_id) AS ids FROM customer");
    assert_eq!(customers["n"], customers["ids"]);
    let of_map =
        one(folder, "SELECT COUNT(DISTINCT customer_id) AS n FROM identity_map WHERE valid_to IS NULL");
    assert_eq!(customers["n"], of_map["n"]);
    let by_order =
        one(folder, "SELECT SUM(net_amount) AS net FROM customer_order WHERE customer_id IS NOT NULL");
    let by_customer = one(folder, "SELECT SUM(net_revenue) AS net FROM customer");
    assert!(
        (number(&by_order["net"]) - number(&by_customer["net"])).abs() < 0.005,
        "{by_order} {by_customer}"
    );
    let unobservable = one(
        folder,
        "SELECT COUNT(*) AS n FROM cohort_retention WHERE retention IS NOT NULL AND period > 12 * 10",
    );
    assert_eq!(unobservable["n"], 0);
}

/// The next night's run over the same files, for the same date, computes nothing.
fn starts_again_without_work(folder: &Path) {
    let data = folder.join("data");
    let said = portrait(&[
        "run",
        "-C",
        folder.to_str().unwrap(),
        "--as-of",
        AS_OF,
        "--data-root",
        data.to_str().unwrap(),
        "--json",
    ]);
    let record = said.expect_code(0).json();
    assert_eq!(record["status"], "unchanged", "{record:#}");
}
