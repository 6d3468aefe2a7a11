//! A model that was written down is used, whatever the data becomes.

use serde_json::Value;

use crate::support::{Shop, checkout};

const FILE: &str = "config/identity_model.json";

fn model(shop: &Shop) -> Value {
    shop.portrait(&["identity", "model"]).expect_code(0).json()
}

fn comparisons(model: &Value) -> Vec<(&Value, &Value, &Value)> {
    let comparisons = model["model"]["comparisons"].as_array().unwrap();
    comparisons.iter().map(|of| (&of["name"], &of["m"], &of["u"])).collect()
}

/// The project with a model that was trained on all its records, and declared.
fn pinned() -> (Shop, Value) {
    let shop = Shop::copy_of(&checkout("tests/identity/stewards/project"), None);
    shop.run("2026-01-01");
    shop.portrait(&["identity", "model", "--output", shop.path(FILE).to_str().unwrap()]).expect_code(0);
    let written: Value = serde_json::from_slice(&std::fs::read(shop.path(FILE)).unwrap()).unwrap();
    declare(&shop, "  overrides:", &format!("  model: {FILE}\n  limits: {{ changed_ids: 1 }}\n  overrides:"));
    (shop, written)
}

fn declare(shop: &Shop, this: &str, instead: &str) {
    let pipeline = std::fs::read_to_string(shop.path("pipelines/people.yaml")).unwrap();
    assert!(pipeline.contains(this));
    shop.write("pipelines/people.yaml", pipeline.replacen(this, instead, 1));
}

#[test]
fn a_pinned_model_outlives_data_and_retraining() {
    let (shop, written) = pinned();
    let people = std::fs::read_to_string(shop.path("data/person.csv")).unwrap();
    let half: Vec<&str> = people.lines().take(people.lines().count() / 2).collect();
    shop.write("data/person.csv", half.join("\n") + "\n");
    shop.run("2026-01-02");
    shop.portrait(&["run", "--as-of", "2026-01-03", "--retrain"]).expect_code(0);
    let used = model(&shop);
    assert_eq!(comparisons(&used), comparisons(&written));
    assert_eq!(used["model"]["prior"], written["model"]["prior"]);
    assert_eq!((&used["trained_on"], &used["rules"]), (&"2026-01-01".into(), &written["rules"]));

    // Without the pin, half of the people teach something else.
    declare(&shop, &format!("  model: {FILE}\n"), "");
    shop.run("2026-01-04");
    let trained = model(&shop);
    assert_ne!(comparisons(&trained), comparisons(&written));
    assert_eq!(trained["trained_on"], "2026-01-04");
}

#[test]
fn another_pin_counts_at_once() {
    let (shop, mut written) = pinned();
    shop.run("2026-01-02");
    let customers = || {
        let sql = "SELECT count(DISTINCT customer_id) AS n FROM identity_map WHERE valid_to IS NULL";
        shop.query_row(sql)["n"].as_i64().unwrap()
    };
    let before = customers();
    // Nothing but keys joins where a match is next to impossible.
    written["model"]["prior"] = 1e-30.into();
    shop.write(FILE, written.to_string());
    shop.run("2026-01-03");
    assert!(customers() > before, "{} customers, {before} before", customers());
}

#[test]
fn a_model_that_does_not_fit_is_a_problem_before_the_run() {
    let (shop, written) = pinned();
    declare(&shop, "birth_date: date", "birth_date: text");
    let said = shop.portrait(&["check"]).expect_code(78);
    assert!(said.err.contains("was trained for other attributes, levels or rules"), "{}", said.err);
    assert!(said.err.contains("pipelines/people.yaml:"), "{}", said.err);

    declare(&shop, "birth_date: text", "birth_date: date");
    let mut broken = written.clone();
    broken["model"]["comparisons"][0]["m"][0] = 1.5.into();
    shop.write(FILE, broken.to_string());
    shop.portrait(&["check"]).expect_code(78);

    shop.write(FILE, "{\n  \"declaration\": 7\n}\n");
    let said = shop.portrait(&["check"]).expect_code(78);
    assert!(said.err.contains(&format!("{FILE}:2:")), "{}", said.err);
    assert!(said.err.contains("this is no matching model: invalid type"), "{}", said.err);

    shop.write(FILE, written.to_string());
    shop.portrait(&["check"]).expect_code(0);
    declare(&shop, FILE, "config/identity_modle.json");
    let said = shop.portrait(&["check"]).expect_code(78);
    assert!(said.err.contains(&format!("did you mean `{FILE}`")), "{}", said.err);
}
