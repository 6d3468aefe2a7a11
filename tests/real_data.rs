//! Published numbers on real data sets, each through a small project of its own under `tests/real`. A machine without
//! the data passes these by saying so.

use std::io::Write;

use crate::support::{Shop, assert_close, checkout, number, real_data, source_report};

/// The project over the real data, if this machine has it.
fn shop(name: &str) -> Option<Shop> {
    let Some(data) = real_data() else {
        let _ = writeln!(std::io::stderr(), "skipped: no real data beside this checkout");
        return None;
    };
    Some(Shop::copy_of(&checkout("tests/real").join(name), Some(data)))
}

#[test]
fn airport_survey_gives_the_published_net_promoter_score() {
    let Some(shop) = shop("sfo_survey") else { return };
    let record = shop.run("2018-01-01");

    let report = source_report(&record, "answer");
    assert_eq!(report["read"], 2831);
    assert_eq!(report["loaded"], 2831, "a bad cell costs no row");
    assert_eq!(report["cell_rejects"]["out_of_range"], 84);

    let score = shop.query_row("SELECT * FROM net_promoter_score");
    assert_eq!(score["answers"], 2746);
    assert_eq!(score["promoters"], 1436);
    assert_eq!(score["passives"], 968);
    assert_eq!(score["detractors"], 342);
    assert_close(&score["score"], 39.83977, 5e-6);
    assert_close(&score["standard_error"], 1.33414, 5e-6);
    assert_close(&score["lower"], 37.2249, 5e-5);
    assert_close(&score["upper"], 42.4546, 5e-5);
    assert_close(&score["weighted_score"], 40.39844, 5e-6);
}

#[test]
fn online_retail_lines_are_loaded_quarantined_or_set_aside_by_a_named_rule() {
    let Some(shop) = shop("online_retail") else { return };
    let record = shop.run("2010-12-31");

    let loaded = source_report(&record, "invoice_line");
    assert_eq!(loaded["read"], 525_461);
    assert_eq!(loaded["loaded"], 525_461);

    let priced = source_report(&record, "priced_line");
    assert_eq!(priced["quarantined"], 3_690);
    assert_eq!(priced["row_rejects"]["out_of_range"], 3_690);
    assert_eq!(priced["loaded"], 525_461 - 3_690);

    let named = source_report(&record, "customer_line");
    assert_eq!(named["quarantined"], 107_927);
    assert_eq!(named["row_rejects"]["missing_value"], 107_927);

    let rules = shop.query("SELECT rule, lines FROM line_rule");
    let found: Vec<(String, f64)> =
        rules.iter().map(|row| (row["rule"].as_str().unwrap().to_owned(), number(&row["lines"]))).collect();
    let expected = [
        ("all", 525_461.0),
        ("cancellation", 10_206.0),
        ("negative_quantity", 12_326.0),
        ("no_customer", 107_927.0),
        ("no_price", 3_690.0),
        ("repeated", 6_865.0),
    ];
    assert_eq!(found, expected.map(|(rule, lines)| (rule.to_owned(), lines)), "sorted by rule, as published");
}

#[test]
fn complete_journey_counts_come_out() {
    let Some(shop) = shop("complete_journey") else { return };
    let record = shop.run("2018-01-31");

    assert_eq!(source_report(&record, "till_line")["loaded"], 1_469_307);
    assert_eq!(source_report(&record, "campaign")["loaded"], 27);
    assert_eq!(source_report(&record, "campaign_household")["loaded"], 6_589);
    assert_eq!(source_report(&record, "redemption")["loaded"], 2_102);

    let till = shop.query_row("SELECT lines, baskets, households FROM till_total");
    assert_eq!(
        (&till["lines"], &till["baskets"], &till["households"]),
        (&1_469_307.into(), &155_848.into(), &2_469.into())
    );

    let response = shop
        .query_row("SELECT SUM(targeted) AS targeted, SUM(responded) AS responded FROM campaign_response");
    assert_eq!((&response["targeted"], &response["responded"]), (&6_589.into(), &792.into()));
}

#[test]
fn cdnow_cohorts_and_values_come_out_to_the_digits() {
    let Some(shop) = shop("cdnow") else { return };
    let record = shop.run("1998-06-30");
    assert_eq!(source_report(&record, "purchase")["loaded"], 69_659);

    let total = shop.query_row("SELECT * FROM purchase_total");
    assert_eq!(total["customers"], 23_570);
    assert_eq!(total["purchases"], 69_659);
    assert_close(&total["amount"], 2_500_315.63, 0.0);
    assert_eq!(total["free_purchases"], 80);
    assert_eq!(number(&total["purchases"]) - number(&total["customer_days"]), 2_068.0);
    assert_eq!(total["returning_customers"], 11_516);

    let cohorts = [
        ("1997-01-01", [7846, 1157, 964, 810, 720, 528]),
        ("1997-02-01", [8476, 1312, 980, 783, 626, 568]),
        ("1997-03-01", [7248, 1032, 752, 756, 561, 678]),
    ];
    for (cohort, expected) in cohorts {
        let rows = shop.query(&format!(
            "SELECT active FROM cohort_retention WHERE cohort = DATE '{cohort}' AND period IN (0, 1, 2, 3, 6, 12) ORDER BY period"
        ));
        let active: Vec<i64> = rows.iter().map(|row| row["active"].as_i64().unwrap()).collect();
        assert_eq!(active, expected, "cohort of {cohort}");
    }

    let sample = shop.query_row("SELECT * FROM sample_concentration");
    assert_eq!(sample["customers"], 2_357);
    assert_close(&sample["historical_value"], 244_091.94, 0.0);
    assert_close(&sample["present_value"], 235_657.286_2, 5e-5);
    assert_close(&sample["top_share"], 0.67455, 5e-6);
}

/// Nothing is declared but what each column holds; the keys of the records are hashed, because they hold the answer.
#[test]
fn people_are_told_apart_better_than_by_splink() {
    // The least F1 that is asked for, and the best that Splink 5 reached with a threshold chosen on the truth
    // (`benches/identity/splink_quality.py`).
    let sets = [
        ("historical_figures", 0.90, 0.8463),
        ("fake_1000", 0.94, 0.9260),
        ("febrl_1", 0.995, 1.0),
        ("febrl_2", 0.995, 0.9992),
    ];
    for (name, least, splink) in sets {
        let Some(shop) = shop(&format!("people/{name}")) else { return };
        shop.run("2026-01-01");
        let quality = shop.query_row("SELECT * FROM quality");
        let f1 = number(&quality["f1"]);
        assert!(f1 >= least && f1 >= splink, "{name}: {quality:?}");
    }
}
