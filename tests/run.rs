//! Whole runs of a small project, through the program: reuse, reproducible values, failing checks, damaged input, retry.

use std::fs;

use serde_json::Value;

use crate::support::{Shop, checkout, portrait, source_report};

const AS_OF: &str = "2026-06-30";

fn shop() -> Shop {
    Shop::copy_of(&checkout("templates/small"), None)
}

fn statuses(record: &Value) -> Vec<(String, String)> {
    let steps = record["steps"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    steps.iter().map(|step| (text(&step["step"]), text(&step["status"]))).collect()
}

fn step<'a>(record: &'a Value, id: &str) -> &'a Value {
    let steps = record["steps"].as_array().unwrap();
    steps.iter().find(|step| step["step"] == id).unwrap_or_else(|| panic!("no step `{id}` in {record:#}"))
}

#[test]
fn a_first_run_publishes_what_the_files_say() {
    let shop = shop();
    let record = shop.run(AS_OF);
    assert_eq!(record["status"], "published");
    assert_eq!(record["exit_code"], 0);

    let report = source_report(&record, "shop_order");
    assert_eq!((&report["read"], &report["loaded"]), (&41.into(), &39.into()));
    assert_eq!((&report["quarantined"], &report["duplicates"]), (&1.into(), &1.into()));
    assert_eq!(report["row_rejects"]["not_decimal"], 1);

    assert!(shop.path("warehouse/current/customer/part-000.parquet").is_file());
    assert!(shop.path("warehouse/catalog.sql").is_file());
    assert!(shop.path("warehouse/releases/000001.json").is_file());
    assert_eq!(shop.query_row("SELECT COUNT(*) AS n FROM customer")["n"], 8);
}

#[test]
fn unchanged_inputs_compute_nothing_and_an_edit_reruns_what_depends_on_it() {
    let shop = shop();
    shop.run(AS_OF);

    let again = shop.run(AS_OF);
    assert_eq!(again["status"], "unchanged");
    assert!(statuses(&again).iter().all(|(_, status)| status == "reused"), "{again:#}");

    let path = shop.path("sql/customer/customer.sql");
    let edited =
        fs::read_to_string(&path).unwrap().replace("COUNT(*) AS order_count", "COUNT(*) + 0 AS order_count");
    fs::write(&path, edited).unwrap();
    let third = shop.run(AS_OF);
    assert_eq!(third["status"], "published");
    assert_eq!(step(&third, "customer")["status"], "done");
    assert_eq!(step(&third, "monthly_revenue")["status"], "reused");
    assert_eq!(step(&third, "source__shop_order")["status"], "reused");

    let commented = format!("{}\n-- a comment changes nothing\n", fs::read_to_string(&path).unwrap());
    fs::write(&path, commented).unwrap();
    assert_eq!(shop.run(AS_OF)["status"], "unchanged");
}

#[test]
fn published_values_do_not_depend_on_the_order_of_input_or_on_threads() {
    let plain = shop();
    let shuffled = shop();
    let text = fs::read_to_string(plain.path("data/orders/2026.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.reverse();
    rows.swap(3, 17);
    let (first, second) = rows.split_at(rows.len() / 3);
    shuffled.write("data/orders/2026.csv", format!("{header}\n{}\n", second.join("\n")));
    shuffled.write("data/orders/another.csv", format!("{header}\n{}\n", first.join("\n")));

    plain.portrait(&["run", "--as-of", AS_OF, "--threads", "1"]).expect_code(0);
    shuffled.portrait(&["run", "--as-of", AS_OF, "--threads", "2"]).expect_code(0);
    for table in ["customer", "monthly_revenue"] {
        let sql = format!("SELECT * FROM {table}");
        assert_eq!(plain.query(&sql), shuffled.query(&sql), "{table}");
    }
}

#[test]
fn a_failing_check_publishes_nothing_and_keeps_the_last_release() {
    let shop = shop();
    shop.run(AS_OF);
    let path = shop.path("pipelines/shop.yaml");
    let stricter = fs::read_to_string(&path).unwrap().replace("min: 1 }", "min: 5 }");
    fs::write(&path, stricter).unwrap();

    let said = shop.portrait(&["run", "--as-of", AS_OF, "--json"]).expect_code(1);
    let record = said.json();
    assert_eq!(record["status"], "failed");
    assert_eq!(record["release"], Value::Null);
    let failing = step(&record, "customer")["checks"].as_array().unwrap().iter();
    let failing: Vec<_> = failing.filter(|check| check["verdict"] == "failed").collect();
    assert_eq!(failing.len(), 1);
    assert!(!failing[0]["samples"].as_array().unwrap().is_empty());
    assert!(!shop.path("warehouse/releases/000002.json").exists());
    assert_eq!(shop.query_row("SELECT COUNT(*) AS n FROM customer")["n"], 8);
}

#[test]
fn rows_after_as_of_are_not_there_yet() {
    let shop = shop();
    let record = shop.run("2026-03-31");
    let report = source_report(&record, "shop_order");
    assert!(report["later"].as_u64().unwrap() > 0);
    let latest = shop.query_row("SELECT CAST(MAX(last_order_at) AS VARCHAR) AS latest FROM customer");
    assert!(latest["latest"].as_str().unwrap() < "2026-03-31T16:00:00", "{latest}");
    assert_eq!(shop.query("SELECT * FROM monthly_revenue").len(), 3);
}

#[test]
fn too_many_rejects_fail_the_run() {
    let shop = shop();
    let mut text = fs::read_to_string(shop.path("data/orders/2026.csv")).unwrap();
    for i in 0..20 {
        text.push_str(&format!("B{i},2026-02-01 10:00:00,x@example.com,paid,much\n"));
    }
    shop.write("data/orders/2026.csv", text);
    let said = shop.portrait(&["run", "--as-of", AS_OF]).expect_code(1);
    assert!(said.err.contains("`rejects.max_ratio`"), "{}", said.err);
    assert!(!shop.path("warehouse/releases/000001.json").exists());
    let rejects = shop.portrait(&["rejects", "shop_order", "--reveal", "--format", "json"]).expect_code(0);
    assert!(rejects.out.contains("much"), "{}", rejects.out);
    let hidden = shop.portrait(&["rejects", "shop_order", "--format", "json"]).expect_code(0);
    assert!(!hidden.out.contains("much"), "{}", hidden.out);
}

#[test]
fn damaged_files_are_clear_errors_and_the_last_release_stays() {
    let cases: [(&str, Vec<u8>); 3] = [
        ("data/orders/cut.csv.gz", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x4c]),
        (
            "data/orders/noise.csv",
            (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect(),
        ),
        ("data/orders/folder.csv/inside", b"x".to_vec()),
    ];
    let shop = shop();
    shop.run(AS_OF);
    for (path, bytes) in cases {
        shop.write(path, bytes);
        let said = shop.portrait(&["run", "--as-of", AS_OF]).expect_code(1);
        let file = path.strip_prefix("data/").unwrap().trim_end_matches("/inside");
        assert!(said.err.contains(file), "{path}: {}", said.err);
        assert!(!said.err.contains("panicked"), "{path}: {}", said.err);
        assert_eq!(shop.query_row("SELECT COUNT(*) AS n FROM customer")["n"], 8, "{path}");
        let broken = shop.path(path.trim_end_matches("/inside"));
        if broken.is_dir() { fs::remove_dir_all(broken).unwrap() } else { fs::remove_file(broken).unwrap() }
    }
    assert_eq!(shop.run(AS_OF)["status"], "unchanged");
}

#[test]
fn rollback_makes_an_older_release_current() {
    let shop = shop();
    shop.run(AS_OF);
    let before = shop.query("SELECT * FROM customer");
    shop.write(
        "data/orders/more.csv",
        "order_id,ordered_at,email,status,amount\nN1,2026-06-01 10:00:00,new@example.com,paid,9.99\n",
    );
    shop.run(AS_OF);
    assert_eq!(shop.query("SELECT * FROM customer").len(), before.len() + 1);
    shop.portrait(&["releases", "rollback", "1"]).expect_code(0);
    assert_eq!(shop.query("SELECT * FROM customer"), before);
    let listed = shop.portrait(&["releases", "--json"]).expect_code(0);
    assert_eq!(listed.out.lines().count(), 3);
    shop.portrait(&["releases", "rollback", "9"]).expect_code(2);
}

#[test]
fn selection_runs_a_part_and_misspelt_names_are_errors() {
    let shop = shop();
    let said = shop.portrait(&["run", "--as-of", AS_OF, "--select", "customer"]).expect_code(2);
    assert!(said.err.contains("clean_order"), "{}", said.err);
    let said = shop.portrait(&["run", "--as-of", AS_OF, "--select", "+custmer"]).expect_code(2);
    assert!(said.err.contains("did you mean"), "{}", said.err);
    let part =
        shop.portrait(&["run", "--as-of", AS_OF, "--select", "+customer", "--json"]).expect_code(0).json();
    let ids: Vec<String> = statuses(&part).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["source__shop_order", "clean_order", "customer"]);
}

#[test]
fn an_invalid_project_exits_with_78_and_shows_every_problem() {
    let shop = shop();
    let yaml = fs::read_to_string(shop.path("pipelines/shop.yaml")).unwrap();
    shop.write("pipelines/shop.yaml", yaml.replace("rejects:", "rejcts:"));
    let sql = fs::read_to_string(shop.path("sql/customer/customer.sql")).unwrap();
    shop.write("sql/customer/customer.sql", sql.replace("SUM(amount)", "SUM(amont)"));
    let said = shop.portrait(&["check"]).expect_code(78);
    assert!(said.err.contains("pipelines/shop.yaml:17:5"), "{}", said.err);
    assert!(said.err.contains("`rejects`"), "{}", said.err);
    assert!(said.err.contains("sql/customer/customer.sql:7:9"), "{}", said.err);
    assert!(said.err.contains("amount"), "{}", said.err);
    shop.portrait(&["run", "--as-of", AS_OF]).expect_code(78);
}

#[test]
fn unit_cases_pass_and_fail() {
    let shop = shop();
    let said = shop.portrait(&["test"]).expect_code(0);
    assert_eq!(said.out.trim(), "1 passed, 0 failed");
    let case = fs::read_to_string(shop.path("tests/cases/customer.yaml")).unwrap();
    shop.write("tests/cases/customer.yaml", case.replace("order_count: 2", "order_count: 3"));
    let said = shop.portrait(&["test"]).expect_code(1);
    assert!(said.out.contains("FAILED"), "{}", said.out);
}

#[test]
fn commands_that_only_look_work() {
    let shop = shop();
    shop.run(AS_OF);
    let rendered = shop.portrait(&["render", "customer"]).expect_code(0);
    assert!(rendered.out.contains("FROM clean_order"), "{}", rendered.out);
    let shown = shop.portrait(&["show", "customer", "--format", "csv", "--limit", "2"]).expect_code(0);
    assert_eq!(shown.out.lines().count(), 3, "{}", shown.out);
    let lineage = shop.portrait(&["lineage", "customer", "--columns"]).expect_code(0);
    assert!(lineage.out.contains("customer.revenue <- clean_order.amount"), "{}", lineage.out);
    let chart = shop.portrait(&["lineage", "--format", "mermaid"]).expect_code(0);
    assert!(chart.out.contains("clean_order"), "{}", chart.out);
    assert!(portrait(&["schema"]).expect_code(0).out.contains("\"properties\""));
    assert!(portrait(&["completions", "bash"]).expect_code(0).out.contains("portrait"));
    assert!(portrait(&["--help"]).expect_code(0).out.contains("Examples"));
    portrait(&["nonsense"]).expect_code(2);
}

#[test]
fn a_second_run_on_one_warehouse_is_told_who_has_it() {
    let shop = shop();
    shop.run(AS_OF);
    let lock = shop.path("warehouse/runs/.lock");
    let held = fs::OpenOptions::new().read(true).write(true).open(&lock).unwrap();
    held.lock().unwrap();
    let holder = fs::read_to_string(&lock).unwrap();
    let said = shop.portrait(&["run", "--as-of", AS_OF]).expect_code(2);
    assert!(said.err.contains(holder.trim()), "{}", said.err);
    assert!(said.err.contains("--wait"), "{}", said.err);
    drop(held);
    shop.run(AS_OF);
}

#[test]
fn a_data_file_that_is_gone_is_computed_again() {
    let shop = shop();
    shop.run(AS_OF);
    for entry in fs::read_dir(shop.path("warehouse/data/clean_order")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let record = shop.run(AS_OF);
    assert_eq!(step(&record, "clean_order")["status"], "done");
    assert_eq!(step(&record, "source__shop_order")["status"], "reused");
}

#[test]
fn looking_at_a_warehouse_makes_none() {
    let shop = shop();
    shop.portrait(&["query", "SELECT 1"]).expect_code(2);
    shop.portrait(&["releases"]).expect_code(2);
    assert!(!shop.path("warehouse").exists());
}

/// A key that is mistyped is one problem: what hangs on the source is not blamed, also where a model has a source's name.
#[test]
fn a_mistyped_key_is_one_problem() {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("retail");
    portrait(&["init", shop.to_str().unwrap(), "--template", "retail"]).expect_code(0);
    let pipeline = shop.join("pipelines/customer.yaml");
    let text = fs::read_to_string(&pipeline).unwrap();
    fs::write(&pipeline, text.replacen("    channel: online", "    chanel: online", 1)).unwrap();
    let said = portrait(&["check", "-C", shop.to_str().unwrap()]).expect_code(78);
    assert!(said.err.contains("unknown key `chanel`"), "{}", said.err);
    assert!(said.err.contains("did you mean `channel`"), "{}", said.err);
    assert_eq!(said.err.matches("error:").count(), 1, "{}", said.err);
}

#[test]
fn a_retail_project_checks_without_a_problem_and_refuses_to_run_without_sources() {
    let folder = tempfile::tempdir().unwrap();
    let shop = folder.path().join("retail");
    portrait(&["init", shop.to_str().unwrap(), "--template", "retail"]).expect_code(0);
    let said = portrait(&["check", "-C", shop.to_str().unwrap()]).expect_code(0);
    assert!(said.out.contains("no problems"), "{}{}", said.out, said.err);
    let said = portrait(&["run", "-C", shop.to_str().unwrap(), "--as-of", AS_OF]).expect_code(1);
    assert!(said.err.contains("no file matches"), "{}", said.err);
    portrait(&["init", shop.to_str().unwrap()]).expect_code(2);
}
