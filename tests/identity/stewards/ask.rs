//! The commands on a tiny project: what they say, and that it is so.

use std::sync::OnceLock;

use crate::support::{Shop, assert_close, checkout};

/// The project, run once for all tests, none of which changes it.
pub fn shop() -> &'static Shop {
    static SHOP: OnceLock<Shop> = OnceLock::new();
    SHOP.get_or_init(|| {
        let shop = Shop::copy_of(&checkout("tests/identity/stewards/project"), None);
        shop.run("2026-01-01");
        shop
    })
}

fn truth() -> String {
    checkout("tests/identity/stewards/truth.csv").to_string_lossy().into_owned()
}

#[test]
fn evaluation_agrees_with_sql_over_the_published_map() {
    let shop = shop();
    let evaluation =
        shop.portrait(&["identity", "evaluate", "--truth", &truth(), "--json"]).expect_code(0).json();
    assert_eq!((&evaluation["records"], &evaluation["missing"]), (&171.into(), &1.into()));
    assert_eq!(evaluation["known"], 104);
    let customers = shop.query("SELECT source_key, customer_id FROM identity_map WHERE valid_to IS NULL");
    let text = std::fs::read_to_string(truth()).unwrap();
    let person: std::collections::BTreeMap<&str, &str> = text
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[1], cells[2])
        })
        .collect();
    let (mut both, mut found, mut wanted) = (0, 0, 1);
    for (at, a) in customers.iter().enumerate() {
        for b in &customers[at + 1..] {
            let together = a["customer_id"] == b["customer_id"];
            let same = person[a["source_key"].as_str().unwrap()] == person[b["source_key"].as_str().unwrap()];
            found += i32::from(together);
            wanted += i32::from(same);
            both += i32::from(together && same);
        }
    }
    // The record that is gone would have a partner.
    assert_close(
        &evaluation["published"]["pairwise"]["precision"],
        f64::from(both) / f64::from(found),
        1e-12,
    );
    assert_close(&evaluation["published"]["pairwise"]["recall"], f64::from(both) / f64::from(wanted), 1e-12);
    assert!(both > 50, "something is found");
    let present = &evaluation["published_of_present"]["pairwise"]["recall"];
    assert_close(present, f64::from(both) / f64::from(wanted - 1), 1e-12);
    let thresholds = evaluation["thresholds"].as_array().unwrap();
    let recall = |at: usize| thresholds[at]["quality"]["pairwise"]["recall"].as_f64().unwrap();
    assert!((1..thresholds.len()).all(|at| recall(at) <= recall(at - 1)), "a higher threshold finds no more");
    let listed = shop.portrait(&["identity", "evaluate", "--truth", &truth()]).expect_code(0).out;
    assert!(
        listed.contains(" published |") && listed.contains("Wrongly apart") && listed.contains("shop:gone")
    );
}

#[test]
fn labels_are_measured_pair_by_pair() {
    let shop = shop();
    let labels = "left_source,left_source_key,right_source,right_source_key,decision,author,reason\n\
        shop,twin-1,shop,twin-2,same,,\nshop,sib-1,shop,sib-2,different,,\nshop,r001,shop,r002,,,\n";
    shop.write("labels.csv", labels);
    let path = shop.path("labels.csv");
    let path = path.to_str().unwrap();
    let evaluation =
        shop.portrait(&["identity", "evaluate", "--labels", path, "--json"]).expect_code(0).json();
    assert_eq!((&evaluation["known"], &evaluation["records"]), (&2.into(), &4.into()));
    assert_eq!(evaluation["published"]["wrongly_apart_pairs"], 1);
    assert_eq!(evaluation["published"]["wrongly_joined_pairs"], 0);
    assert_eq!(
        evaluation["wrongly_apart"][0]["parts"],
        serde_json::json!([["shop:twin-1"], ["shop:twin-2"]])
    );

    shop.write("unclear.csv", labels.replace("different", "perhaps"));
    let path = shop.path("unclear.csv");
    let said = shop.portrait(&["identity", "evaluate", "--labels", path.to_str().unwrap()]).expect_code(2);
    assert!(said.err.contains("line 3: the decision is neither `same` nor `different`"), "{}", said.err);
}

#[test]
fn a_truth_that_is_no_truth_is_refused_without_its_values() {
    let shop = shop();
    for (text, expected) in [
        ("source,source_key\nshop,r001\n", "the column `person_id` is missing"),
        ("source,source_key,person_id\nshop,r001,\n", "line 2: source, source_key or person_id is empty"),
        (
            "source,source_key,person_id\nshop,r001,a\nshop,r001,b\n",
            "row 2 of the truth gives a record to another person",
        ),
    ] {
        shop.write("truth.csv", text);
        let path = shop.path("truth.csv");
        let said = shop.portrait(&["identity", "evaluate", "--truth", path.to_str().unwrap()]).expect_code(2);
        assert!(said.err.contains(expected) && !said.err.contains("r001"), "{}", said.err);
    }
}

#[test]
fn a_truth_of_other_sources_is_noticed() {
    let shop = shop();
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("truth.csv");
    let text = std::fs::read_to_string(truth()).unwrap();
    std::fs::write(&elsewhere, text.replace("shop,", "shops,")).unwrap();
    let said =
        shop.portrait(&["identity", "evaluate", "--truth", elsewhere.to_str().unwrap()]).expect_code(0);
    let warning = "warning: the truth's source `shops` has no records; there are those of shop";
    assert!(said.err.contains(warning), "{}", said.err);
    let said = shop.portrait(&["identity", "evaluate", "--truth", &truth()]).expect_code(0);
    assert!(!said.err.contains("warning"), "{}", said.err);
}
