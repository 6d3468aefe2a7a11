//! Rows that come in several versions: which one a run for a date takes, and what the next nights make of it.

use serde_json::Value;

use crate::support::{Shop, checkout, source_report};

/// The small project with members that change, beside its orders.
fn shop(members: &str) -> Shop {
    let shop = Shop::copy_of(&checkout("templates/small"), None);
    shop.write(
        "pipelines/club.yaml",
        "pipeline: club
sources:
  member:
    channel: offline
    files: { path: members.csv, format: csv }
    columns:
      member_no: { type: string, required: true }
      joined_on: { type: date, required: true }
      level: { type: string }
      updated_at: { type: timestamp, timezone: Asia/Shanghai }
    unique: { columns: [member_no], keep: last }
    dated_by: joined_on
    updated_at: updated_at
models: [segment]
tables:
  member_level:
    publish: true
    key: [member_no]
    columns:
      member_no: { checks: [{ not_null: { severity: warn } }, unique] }
    checks:
      - sql: audit/nobody.sql
",
    );
    shop.write(
        "sql/segment/member_level.sql",
        "-- One row is a member.\nSELECT member_no, level FROM member\n",
    );
    shop.write(
        "sql/audit/nobody.sql",
        "-- One row is a member without a number.\nSELECT * FROM member_level WHERE member_no = ''\n",
    );
    shop.write("data/members.csv", members);
    shop
}

fn levels(shop: &Shop) -> Vec<String> {
    let rows = shop.query("SELECT member_no || ':' || level AS l FROM member_level ORDER BY 1");
    rows.iter().map(|row| row["l"].as_str().unwrap().to_owned()).collect()
}

fn run(shop: &Shop, as_of: &str) -> Value {
    shop.portrait(&["run", "club", "--as-of", as_of, "--json"]).expect_code(0).json()
}

fn status<'a>(record: &'a Value, step: &str) -> &'a Value {
    let steps = record["steps"].as_array().unwrap();
    &steps.iter().find(|found| found["step"] == step).unwrap()["status"]
}

const MEMBERS: &str = "member_no,joined_on,level,updated_at
m1,2026-01-01,bronze,2026-01-01 08:00:00
m1,2026-01-01,silver,2026-03-10 08:00:00
m1,2026-01-01,gold,2026-05-20 23:59:59
m2,2026-02-01,gold,2026-06-01 08:00:00
";

#[test]
fn every_date_has_the_version_of_its_day() {
    let shop = shop(MEMBERS);
    for (as_of, m1, later_updates) in [
        ("2026-02-28", "m1:bronze", 1),
        ("2026-03-10", "m1:silver", 1),
        ("2026-05-20", "m1:gold", 1),
        ("2026-06-01", "m1:gold", 0),
    ] {
        let record = run(&shop, as_of);
        assert_eq!(levels(&shop), [m1, "m2:gold"], "{as_of}");
        let report = source_report(&record, "member");
        assert_eq!((&report["read"], &report["duplicates"]), (&4.into(), &2.into()), "{as_of}");
        assert_eq!(report["later_updates"], later_updates, "{as_of}");
    }
}

/// A date that changes no version reuses the step; one that does computes it again, in either direction of time.
#[test]
fn a_step_is_reused_between_two_changes_and_not_across_one() {
    let shop = shop(MEMBERS);
    run(&shop, "2026-03-10");
    assert_eq!(status(&run(&shop, "2026-03-11"), "source__member"), "reused");
    assert_eq!(status(&run(&shop, "2026-05-19"), "source__member"), "reused");
    assert_eq!(status(&run(&shop, "2026-05-20"), "source__member"), "done");
    assert_eq!(levels(&shop), ["m1:gold", "m2:gold"]);
    assert_eq!(status(&run(&shop, "2026-03-09"), "source__member"), "done");
    assert_eq!(levels(&shop), ["m1:bronze", "m2:gold"]);
}

#[test]
fn a_later_export_of_an_order_is_the_one_that_counts() {
    let shop = Shop::copy_of(&checkout("templates/small"), None);
    let yaml = std::fs::read_to_string(shop.path("pipelines/shop.yaml")).unwrap();
    let yaml = yaml.replace("required: true, unique: true,", "required: true,").replace(
        "    dated_by: ordered_at",
        "    unique: { columns: [order_id], keep: last, by: status }\n    dated_by: ordered_at",
    );
    shop.write("pipelines/shop.yaml", yaml);
    let header = "order_id,ordered_at,email,status,amount\n";
    shop.write(
        "data/orders/2026.csv",
        format!("{header}A,2026-01-01 10:00:00,a@example.com,cancelled,5.00\n"),
    );
    shop.write("data/orders/again.csv", format!("{header}A,2026-01-01 10:00:00,a@example.com,paid,5.00\nB,2026-01-02 10:00:00,b@example.com,paid,7.00\n"));
    shop.run("2026-06-30");
    // `accepted: [paid, cancelled]`: an order is paid first and cancelled later, in whatever file that stands.
    assert_eq!(shop.query_row("SELECT SUM(revenue) AS r FROM customer")["r"], 7.0);
}
