//! Kills the program at every stage of a run: the last release stays whole, and `retry` or the next run finishes.

use std::os::unix::fs::PermissionsExt;

use portrait::warehouse::failpoint::NAMES;
use serde_json::Value;

use crate::support::{Shop, checkout};

const AS_OF: &str = "2026-06-30";
const MORE: &str =
    "order_id,ordered_at,email,status,amount\nN1,2026-06-01 10:00:00,new@example.com,paid,9.99\n";

fn rows(shop: &Shop) -> Vec<Value> {
    shop.query("SELECT * FROM customer")
}

/// How many runs have left what they wrote aside: it may hold anything that a source does.
fn spilled(shop: &Shop) -> usize {
    let runs = std::fs::read_dir(shop.path("warehouse/runs")).unwrap();
    let spills = runs.map(|run| run.unwrap().path().join("spill")).filter(|spill| spill.exists());
    let own = |spill: &std::path::PathBuf| spill.metadata().unwrap().permissions().mode() & 0o777 == 0o700;
    spills.inspect(|spill| assert!(own(spill), "anybody may read it")).count()
}

#[test]
fn a_run_killed_anywhere_leaves_the_last_release_and_can_go_on() {
    for failpoint in NAMES {
        for nth in [1, 3] {
            let shop = Shop::copy_of(&checkout("templates/small"), None);
            shop.run(AS_OF);
            let before = rows(&shop);
            shop.write("data/orders/more.csv", MORE);

            let killed = shop
                .command(&["run", "--as-of", AS_OF])
                .env("PORTRAIT_FAILPOINT", format!("{failpoint}:{nth}"))
                .output()
                .unwrap();
            let place = format!("{failpoint}:{nth}");
            let between = rows(&shop);
            if killed.status.success() {
                // The run passes this point less often, and has simply published.
                assert_eq!(between.len(), before.len() + 1, "{place}");
                continue;
            }
            let committed = shop.path("warehouse/releases/000002.json").exists();
            let expected = before.len() + usize::from(committed);
            assert_eq!(between.len(), expected, "{place}: half a release is visible");

            let retried = shop.portrait(&["retry"]);
            assert!(retried.code == 0 || committed, "{place}: {retried:?}");
            let finished = shop.portrait(&["run", "--as-of", AS_OF, "--json"]).expect_code(0).json();
            assert_eq!(finished["status"], "unchanged", "{place}");
            assert_eq!(rows(&shop).len(), before.len() + 1, "{place}");
            assert_eq!(spilled(&shop), 0, "{place}");
            let current = shop.path("warehouse/current");
            let target = std::fs::read_link(&current).unwrap();
            assert!(target.to_string_lossy().contains("000002"), "{place}: current is {target:?}");
        }
    }
}

#[test]
fn retry_takes_over_what_was_staged() {
    let shop = Shop::copy_of(&checkout("templates/small"), None);
    shop.command(&["run", "--as-of", AS_OF]).env("PORTRAIT_FAILPOINT", "publish.before").output().unwrap();
    assert_eq!(spilled(&shop), 1);
    let retried = shop.portrait(&["retry", "--json"]).expect_code(0).json();
    assert_eq!(retried["status"], "published");
    assert_eq!(spilled(&shop), 0);
    let steps = retried["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["status"] == "reused"), "{retried:#}");
    shop.portrait(&["retry"]).expect_code(2);
}
