//! Explanations, reviews and profiles on the tiny project: what they say is so, and nobody's values are in it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ask::shop;
use crate::support::Shop;

/// Figures that hang on the trained model, out of a text that is compared as a whole.
fn without_figures(text: &str) -> String {
    let figure = regex::Regex::new(r" *[+-]?\d+\.\d+").unwrap();
    let bar = regex::Regex::new(r"  +[░█│ ]*[░█│][░█│ ]*").unwrap();
    let text: Vec<String> = text
        .lines()
        .map(|line| bar.replace(&figure.replace_all(line, " #"), "  ▒").trim_end().to_owned())
        .collect();
    text.join("\n")
}

/// The waterfall's own law: prior and steps make the total, and the total the probability.
fn assert_sums(waterfall: &Value) {
    let number = |value: &Value| value.as_f64().unwrap();
    let steps = waterfall["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 4);
    let sum: f64 = steps.iter().map(|step| number(&step["level_bits"]) + number(&step["rarity_bits"])).sum();
    let total = number(&waterfall["total_bits"]);
    assert!((number(&waterfall["prior_bits"]) + sum - total).abs() < 1e-9);
    assert!((number(&waterfall["probability"]) - 1.0 / (1.0 + (-total).exp2())).abs() < 1e-12);
}

fn customer_of(shop: &Shop, key: &str) -> String {
    let row = shop.query_row(&format!("SELECT customer_id FROM identity_map WHERE source_key = '{key}'"));
    row["customer_id"].as_str().unwrap().to_owned()
}

#[test]
fn twins_are_kept_apart_by_a_steward_and_siblings_by_a_rule() {
    let shop = shop();
    let twins = shop.portrait(&["explain", "shop:twin-1", "shop:twin-2"]).expect_code(0).out;
    let (one, other) = (customer_of(shop, "twin-1"), customer_of(shop, "twin-2"));
    assert_ne!(one, other);
    let twins = twins.replace(&one, "ONE").replace(&other, "OTHER");
    insta::assert_snapshot!(without_figures(&twins));
    let why = shop.portrait(&["explain", "shop:twin-1", "shop:twin-2", "--json"]).expect_code(0).json();
    assert_sums(&why["waterfall"]);
    assert!(why["waterfall"]["total_bits"].as_f64().unwrap() > 5.0, "they would match");
    assert_eq!((&why["between"]["pairs"], &why["between"]["forbidden"]), (&1.into(), &1.into()));

    let siblings = shop.portrait(&["explain", "shop:sib-2", "shop:sib-1", "--json"]).expect_code(0).json();
    assert_eq!(siblings["left"], "shop:sib-2");
    assert_eq!(
        siblings["never"],
        serde_json::json!(["given_name differ while family_name, birth_date agree, which a key outweighs"])
    );
}

#[test]
fn every_edge_weighs_what_its_waterfall_adds_up_to() {
    let shop = shop();
    let evaluation_of_pairs = shop.portrait(&["identity", "review", "--pairs", "1000"]).expect_code(0).out;
    let mut reader = csv::Reader::from_reader(evaluation_of_pairs.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() > 20);
    for row in rows.iter().step_by(10) {
        let (left, right) = (format!("{}:{}", &row[0], &row[1]), format!("{}:{}", &row[2], &row[3]));
        let why = shop.portrait(&["explain", &left, &right, "--json"]).expect_code(0).json();
        assert_sums(&why["waterfall"]);
        // Scoring sums in 32 bits.
        let weight: f64 = row[8].parse().unwrap();
        assert!((why["waterfall"]["total_bits"].as_f64().unwrap() - weight).abs() < 0.006, "{left} {right}");
        assert_eq!(
            (&row[10], &row[11]),
            (why["left_customer"].as_str().unwrap(), why["right_customer"].as_str().unwrap())
        );
    }
}

#[test]
fn a_customer_is_told_with_its_ties_and_history() {
    let shop = shop();
    let row = shop.query_row(
        "SELECT customer_id, count(*) AS n FROM identity_map GROUP BY 1 HAVING count(*) = 3 ORDER BY 1 LIMIT 1",
    );
    let id = row["customer_id"].as_str().unwrap();
    let told = shop.portrait(&["explain", id, "--json"]).expect_code(0).json();
    assert_eq!(told["records"].as_array().unwrap().len(), 3);
    let links = told["links"].as_array().unwrap();
    assert_eq!(links.len(), 2, "one tie fewer than records");
    links.iter().for_each(|link| assert_sums(&link["waterfall"]));
    assert_eq!(told["events"][0]["event"], "minted");
    let svg = shop.path("why.svg");
    let said = shop.portrait(&["explain", id, "--svg", svg.to_str().unwrap()]).expect_code(0).out;
    assert!(said.contains("What holds its records together") && said.contains("Its history"));
    let svg = std::fs::read_to_string(svg).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert_eq!(svg.matches("prior").count(), 2);
    assert!(svg.contains("given_name") && svg.contains(" bits"));
    // Any of its records tells the same.
    let record = told["records"][2]["source_key"].as_str().unwrap();
    assert_eq!(shop.portrait(&["explain", &format!("shop:{record}")]).expect_code(0).out, said);
}

#[test]
fn an_old_id_leads_to_todays() {
    let shop = Shop::copy_of(&crate::support::checkout("tests/identity/stewards/project"), None);
    shop.run("2026-01-01");
    let (one, other) = (customer_of(&shop, "twin-1"), customer_of(&shop, "twin-2"));
    let overrides = std::fs::read_to_string(shop.path("config/identity_overrides.csv")).unwrap();
    shop.write("config/identity_overrides.csv", overrides.replace("different,ada,twins", "same,ada,"));
    shop.run("2026-01-02");
    let told = [&one, &other].map(|id| shop.portrait(&["explain", id, "--json"]).expect_code(0).json());
    let old = told.iter().find(|told| !told["formerly"].is_null()).unwrap();
    let new = told.iter().find(|told| told["formerly"].is_null()).unwrap();
    assert_eq!(old["customer_id"], new["customer_id"]);
    assert_eq!(old["links"][0]["by"], "steward");
    let events: Vec<&str> =
        old["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["minted", "minted", "merged"]);
    assert_eq!(old["events"][2]["reason"], "a steward says that records of both are the same");
    let said = shop.portrait(&["explain", old["formerly"].as_str().unwrap()]).expect_code(0).out;
    assert!(said.contains("today") && said.contains("a steward says that they are the same"), "{said}");
}

#[test]
fn what_is_unknown_is_said() {
    let shop = shop();
    for (what, expected) in [
        (vec!["0000000000000000"], "there is no customer `0000000000000000`"),
        (vec!["shop:r001", "shop:nobody"], "the last release has no record `shop:nobody`"),
        (vec!["shop:r001", "r002"], "`r002` is no record; write it as SOURCE:KEY"),
        (vec!["shop:r001", "shop:r001"], "a record is the same as itself"),
    ] {
        let said = shop.portrait(&[vec!["explain"], what].concat()).expect_code(2);
        assert!(said.err.contains(expected), "{}", said.err);
    }
}

#[test]
fn values_are_masked_unless_they_are_to_be_seen() {
    let shop = shop();
    let secret = ["quandt", "mara", "1999-09-09", "491719999999"];
    let about_twins = ["explain", "shop:twin-1", "shop:twin-2"];
    let about_one = ["explain", "shop:twin-1"];
    let profile = ["identity", "profile", "--values", "500"];
    let review = ["identity", "review", "--pairs", "500"];
    for command in [&about_twins[..], &about_one[..], &profile[..], &review[..]] {
        for extra in [&[][..], &["--json"][..]] {
            let said = shop.portrait(&[command, extra].concat());
            for value in secret {
                assert!(!said.out.to_lowercase().contains(value), "{value} in {command:?}:\n{}", said.out);
            }
        }
        let said = shop.portrait(&[command, &["--reveal"][..]].concat()).expect_code(0);
        assert!(said.out.contains("quandt"), "{command:?} reveals nothing:\n{}", said.out);
    }
}

#[test]
fn a_review_filled_in_becomes_overrides_and_labels() {
    let shop = Shop::copy_of(&crate::support::checkout("tests/identity/stewards/project"), None);
    shop.run("2026-01-01");
    let path = shop.path("review.csv");
    let path = path.to_str().unwrap();
    shop.portrait(&["identity", "review", "--pairs", "12", "--output", path]).expect_code(0);
    let written = std::fs::read_to_string(path).unwrap();
    let mut reader = csv::Reader::from_reader(written.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 12);
    let pairs: BTreeSet<_> = rows.iter().map(|row| (row[1].to_owned(), row[3].to_owned())).collect();
    assert_eq!(pairs.len(), 12, "no pair twice");
    assert!(!written.contains("twin-1"), "what a steward decided is not asked again");
    // A steward turns the first answer about.
    let first = &rows[0];
    let decision = if first[10] == first[11] { "different" } else { "same" };
    let labels = written.replacen(
        &format!("{},{},,,", &first[2], &first[3]),
        &format!("{},{},{decision},ada,seen", &first[2], &first[3]),
        1,
    );
    shop.write("labels.csv", &labels);
    let labelled = shop.path("labels.csv");
    let evaluate = ["identity", "evaluate", "--json", "--labels", labelled.to_str().unwrap()];
    let before = shop.portrait(&evaluate).expect_code(0).json();
    assert_eq!(before["known"], 1);
    let wrong = |of: &Value| {
        of["published"]["wrongly_joined_pairs"].as_u64().unwrap()
            + of["published"]["wrongly_apart_pairs"].as_u64().unwrap()
    };
    assert_eq!(wrong(&before), 1);
    let rest: Vec<&str> = labels.lines().skip(1).collect();
    let overrides = std::fs::read_to_string(shop.path("config/identity_overrides.csv")).unwrap();
    shop.write("config/identity_overrides.csv", format!("{overrides}{}\n", rest.join("\n")));
    shop.run("2026-01-02");
    assert_eq!(wrong(&shop.portrait(&evaluate).expect_code(0).json()), 0, "an override wins");
}

#[test]
fn a_profile_counts_what_sql_counts_and_refuses_a_wide_rule() {
    let shop = Shop::copy_of(&crate::support::checkout("tests/identity/stewards/project"), None);
    shop.run("2026-01-01");
    let profile = shop.portrait(&["identity", "profile", "--json"]).expect_code(0).json();
    assert_eq!(profile["records"], 170);
    let birth_date = &profile["columns"][4];
    let counted = shop.portrait(&[
        "query",
        "--all",
        "--format",
        "json",
        "SELECT count(birth_date) AS present, count(DISTINCT birth_date) AS n FROM identity_record",
    ]);
    let counted: Value = serde_json::from_str(counted.expect_code(0).out.trim()).unwrap();
    assert_eq!((&birth_date["present"], &birth_date["distinct"]), (&counted["present"], &counted["n"]));
    assert_eq!(profile["columns"][1]["set_aside"], 6, "the counter's telephone means nobody");
    let pairs = shop.portrait(&[
        "query", "--all", "--format", "json",
        "SELECT sum(n * (n - 1) / 2) AS pairs FROM (SELECT count(*) AS n FROM identity_record WHERE birth_date IS NOT NULL GROUP BY birth_date)",
    ]);
    let pairs: Value = serde_json::from_str(pairs.expect_code(0).out.trim()).unwrap();
    let rule = profile["rules"].as_array().unwrap().iter().find(|rule| rule["rule"] == "birth_date").unwrap();
    assert_eq!(rule["pairs"], pairs["pairs"]);
    let levels = profile["model"]["levels"].as_array().unwrap();
    let sum = |what: &str| -> f64 {
        let of = levels.iter().filter(|level| level["comparison"] == "city");
        of.map(|level| level[what].as_f64().unwrap()).sum()
    };
    assert!((sum("m") - 1.0).abs() < 1e-6 && (sum("u") - 1.0).abs() < 1e-6, "levels share out all pairs");

    let yaml = std::fs::read_to_string(shop.path("pipelines/people.yaml")).unwrap();
    let wide = "  blocking: [city, birth_date]\n  limits: { rule_pairs: 500 }\n  overrides:";
    shop.write("pipelines/people.yaml", yaml.replace("  overrides:", wide));
    let said = shop.portrait(&["identity", "profile"]).expect_code(1);
    assert!(
        said.err.contains("the blocking rule `city` makes 1,687 pairs; `limits.rule_pairs` allows 500"),
        "{}",
        said.err
    );
    assert!(said.out.contains("refused"), "{}", said.out);
}
