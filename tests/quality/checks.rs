//! Checks run on a small table: what they count, what they say, which rows they show.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use datafusion::prelude::SessionContext;
use insta::assert_snapshot;
use portrait::config::problem::Location;
use portrait::config::project::{Check, CheckKind};
use portrait::config::raw::table::Severity;
use portrait::name::TableName;
use portrait::quality::{
    Circumstances, Measured, Status, Subject, Verdict, compile, sample, shown, verdicts,
};
use serde_json::{Value, json};

const TABLES: [&str; 3] = [
    "CREATE TABLE customer AS SELECT column1 AS customer_id, column2 AS email, column3 AS city, \
         CAST(column4 AS DECIMAL(20, 2)) AS spent, CAST(column5 AS DATE) AS born, \
         arrow_cast(column6, 'Timestamp(Microsecond, Some(\"UTC\"))') AS seen_at, column7 AS score, column8 AS consent, \
         column4 * 1.5 AS \"Odd \"\"name\" \
         FROM (VALUES \
            (1, 'ann@example.com', 'Shanghai', 10.50, '1990-01-01', '2026-01-30T10:00:00', 9, true), \
            (2, 'bob@example.com', 'Beijing', -1, '1980-05-05', '2026-01-29T10:00:00', 11, false), \
            (2, 'bob.example.com', NULL, 20, NULL, NULL, NULL, NULL), \
            (3, NULL, 'O''Hare', 0.01, '2030-01-01', '2026-01-01T00:00:00', 0, true))",
    "CREATE TABLE city (name VARCHAR)",
    "INSERT INTO city VALUES ('Shanghai'), ('Beijing'), ('Beijing'), (NULL)",
];

pub fn check(kind: CheckKind) -> Check {
    let at = Location { file: Arc::from("pipelines/customer.yaml"), line: 9, column: 11, length: 6 };
    Check { kind, severity: Severity::Error, at }
}

pub async fn lab() -> SessionContext {
    let context = SessionContext::new();
    for statement in TABLES {
        context.sql(statement).await.unwrap().collect().await.unwrap();
    }
    context
}

pub async fn subject(context: &SessionContext, kinds: Vec<CheckKind>) -> Subject {
    let schema = context.table("customer").await.unwrap().schema().as_arrow().clone();
    Subject {
        name: "customer".to_owned(),
        relation: "customer".to_owned(),
        schema: Arc::new(schema),
        key: vec!["customer_id".to_owned()],
        personal: BTreeSet::from(["email".to_owned(), "born".to_owned()]),
        checks: kinds.into_iter().map(check).collect(),
    }
}

fn circumstances(previous_rows: Option<u64>) -> Circumstances {
    let as_of_end: DateTime<Utc> = "2026-01-31T16:00:00Z".parse().unwrap();
    Circumstances { previous_rows, as_of_end, zone: chrono_tz::Asia::Shanghai }
}

async fn judged(context: &SessionContext, subject: &Subject, previous: Option<u64>) -> Vec<Verdict> {
    let mut measured = Measured::default();
    for query in compile(subject) {
        let frame = context.sql(&query.sql).await.unwrap_or_else(|error| panic!("{error}\n{}", query.sql));
        measured.read(&query, &frame.collect().await.unwrap()).unwrap();
    }
    verdicts(subject, &measured, &circumstances(previous))
}

fn named(column: &str) -> String {
    column.to_owned()
}

fn range(column: &str, min: Value, max: Value) -> CheckKind {
    let limit = |value: Value| (!value.is_null()).then_some(value);
    CheckKind::AcceptedRange { column: named(column), min: limit(min), max: limit(max) }
}

fn values(column: &str, values: Value) -> CheckKind {
    CheckKind::AcceptedValues { column: named(column), values: values.as_array().unwrap().clone() }
}

fn pattern(regex: &str) -> CheckKind {
    CheckKind::Pattern { column: named("email"), regex: regex.to_owned() }
}

fn unique(columns: &[&str]) -> CheckKind {
    CheckKind::Unique { columns: columns.iter().map(|column| named(column)).collect() }
}

fn refers(column: &str) -> CheckKind {
    let to_table = TableName::new("city").unwrap();
    CheckKind::Relationships { column: named(column), to_table, to_column: named("name") }
}

fn expression(name: Option<&str>, sql: &str) -> CheckKind {
    CheckKind::Expression { name: name.map(named), sql: sql.to_owned() }
}

fn file(sql: &str) -> CheckKind {
    CheckKind::Sql { path: Arc::from("sql/audit/odd.sql"), sql: Arc::from(sql) }
}

fn rows(min: Option<u64>, max: Option<u64>, min_ratio: Option<f64>, max_ratio: Option<f64>) -> CheckKind {
    CheckKind::RowCount { min, max, min_ratio, max_ratio }
}

fn fresh(column: &str, warn_hours: i64, fail_hours: i64) -> CheckKind {
    let hours = |hours| Some(Duration::hours(hours));
    CheckKind::Freshness {
        column: named(column),
        warn_after: hours(warn_hours),
        fail_after: hours(fail_hours),
    }
}

#[tokio::test]
async fn every_kind_fails_in_words() {
    let context = lab().await;
    let kinds = vec![
        CheckKind::NotNull { column: named("email") },
        unique(&["customer_id"]),
        unique(&["customer_id", "consent"]),
        values("city", json!(["Shanghai", "Beijing"])),
        values("consent", json!([true])),
        values("spent", json!([10.5, "0.01"])),
        range("spent", json!(0), json!(15.005)),
        range("score", json!(0), json!(10)),
        range("born", Value::Null, json!("2026-01-31")),
        range("seen_at", json!("2026-01-29T18:00:00+08:00"), Value::Null),
        range("Odd \"name", json!(0), Value::Null),
        pattern("[^@]+@example.com"),
        refers("city"),
        expression(Some("adults spend"), "spent > 0 OR NOT consent IS NULL -- adults"),
        expression(None, "score\n  <= 10"),
        file("SELECT customer_id, email AS contact FROM customer WHERE score = 0 -- nothing\n;\n"),
        rows(Some(5), None, Some(0.5), None),
        rows(None, Some(3), None, Some(0.3)),
        fresh("seen_at", 12, 24),
        fresh("born", 1, 100),
    ];
    let subject = subject(&context, kinds).await;
    let judged = judged(&context, &subject, Some(10)).await;
    let text: Vec<_> = judged
        .iter()
        .map(|verdict| {
            format!(
                "{}: {:?} {}/{}: {}",
                verdict.name, verdict.status, verdict.failing, verdict.of, verdict.message
            )
        })
        .collect();
    assert_snapshot!(text.join("\n"), @r#"
    customer.email not_null: Failed 1/4: 1 of 4 rows have no `email`
    customer.customer_id unique: Failed 2/4: 2 of 4 rows share their `customer_id` with another row
    customer unique(customer_id, consent): Passed 0/4: passed
    customer.city accepted_values: Failed 1/3: 1 of 3 values of `city` are none of `Shanghai`, `Beijing`
    customer.consent accepted_values: Failed 1/3: 1 of 3 values of `consent` are none of `true`
    customer.spent accepted_values: Failed 2/4: 2 of 4 values of `spent` are none of `10.5`, `0.01`
    customer.spent accepted_range: Failed 2/4: 2 of 4 values of `spent` do not lie between 0 and 15.005
    customer.score accepted_range: Failed 1/3: 1 of 3 values of `score` do not lie between 0 and 10
    customer.born accepted_range: Failed 1/3: 1 of 3 values of `born` are greater than 2026-01-31
    customer.seen_at accepted_range: Failed 1/3: 1 of 3 values of `seen_at` are less than 2026-01-29T18:00:00+08:00
    customer.Odd "name accepted_range: Failed 1/4: 1 of 4 values of `Odd "name` are less than 0
    customer.email pattern: Failed 1/3: 1 of 3 values of `email` do not match `[^@]+@example.com`
    customer.city relationships(city.name): Failed 1/3: 1 of 3 values of `city` do not stand in `city.name`
    customer adults spend: Passed 0/4: passed
    customer expression(score <= 10): Failed 1/4: `score <= 10` is false for 1 of 4 rows
    customer sql(sql/audit/odd.sql): Failed 1/4: `sql/audit/odd.sql` finds 1 rows
    customer row_count: Failed 0/4: 4 rows, fewer than 5; 4 rows, 40 % of the last release's 10, less than 50 %
    customer row_count: Failed 0/4: 4 rows, more than 3; 4 rows, 40 % of the last release's 10, more than 30 %
    customer.seen_at freshness: Failed 0/4: the newest `seen_at` is 30 h old at the end of the as-of date; at most 24 h are expected
    customer.born freshness: Passed 0/4: passed
    "#);
}

#[tokio::test]
async fn every_kind_passes() {
    let context = lab().await;
    let kinds = vec![
        CheckKind::NotNull { column: named("customer_id") },
        unique(&["email"]),
        unique(&["customer_id", "email"]),
        values("city", json!(["Shanghai", "Beijing", "O'Hare", null])),
        range("spent", json!("-1.00"), json!(20)),
        pattern(".*example.*"),
        expression(None, "customer_id IN (1, 2, 3)"),
        file("SELECT 1 FROM customer WHERE FALSE"),
        rows(Some(4), Some(4), Some(1.0), Some(1.0)),
        fresh("seen_at", 48, 72),
    ];
    let subject = subject(&context, kinds).await;
    for verdict in judged(&context, &subject, Some(4)).await {
        assert_eq!(verdict.status, Status::Passed, "{}: {}", verdict.name, verdict.message);
    }
    let first_time = judged(&context, &subject, None).await;
    assert!(first_time.iter().all(|verdict| verdict.status == Status::Passed));
}

#[tokio::test]
async fn a_relationship_passes_where_every_value_is_there() {
    let context = lab().await;
    let mut subject = subject(&context, vec![refers("city")]).await;
    subject.relation = "(SELECT * FROM customer WHERE city <> 'O''Hare')".to_owned();
    let verdict = judged(&context, &subject, None).await.remove(0);
    assert_eq!((verdict.status, verdict.failing, verdict.of), (Status::Passed, 0, 2));
}

#[tokio::test]
async fn a_warning_is_no_failure_and_staleness_has_two_steps() {
    let context = lab().await;
    let mut subject = subject(&context, vec![unique(&["customer_id"]), fresh("seen_at", 12, 48)]).await;
    subject.checks[0].severity = Severity::Warn;
    let judged = judged(&context, &subject, None).await;
    assert_eq!(judged[0].status, Status::Warned);
    assert_eq!(judged[1].status, Status::Warned);
    assert_snapshot!(judged[1].message, @r#"
    the newest `seen_at` is 30 h old at the end of the as-of date; at most 12 h are expected
    "#);
}

#[tokio::test]
async fn an_empty_table_fails_only_what_asks_for_rows() {
    let context = lab().await;
    let kinds = vec![
        CheckKind::NotNull { column: named("email") },
        unique(&["customer_id"]),
        refers("city"),
        rows(Some(1), None, Some(0.5), None),
        fresh("seen_at", 12, 24),
    ];
    let mut subject = subject(&context, kinds).await;
    subject.relation = "(SELECT * FROM customer WHERE FALSE)".to_owned();
    let failed: Vec<_> = judged(&context, &subject, Some(100))
        .await
        .into_iter()
        .filter(|verdict| verdict.status == Status::Failed)
        .map(|verdict| format!("{}: {}", verdict.name, verdict.message))
        .collect();
    assert_snapshot!(failed.join("\n"), @r#"
    customer row_count: 0 rows, fewer than 1; 0 rows, 0 % of the last release's 100, less than 50 %
    customer.seen_at freshness: no row has a `seen_at`
    "#);
}

#[tokio::test]
async fn one_scan_answers_all_row_checks() {
    let context = lab().await;
    let kinds = vec![
        CheckKind::NotNull { column: named("email") },
        values("city", json!(["O'Hare"])),
        range("spent", json!(0), Value::Null),
        rows(Some(1), None, None, None),
        unique(&["customer_id"]),
        refers("city"),
    ];
    let queries = compile(&subject(&context, kinds).await);
    let text: Vec<_> = queries.iter().map(|query| query.sql.as_str()).collect();
    assert_snapshot!(text.join("\n\n"), @r#"
    SELECT
      count(*) AS rows,
      count(*) FILTER (WHERE "email" IS NULL) AS check_0_failing,
      count(*) AS check_0_of,
      count(*) FILTER (WHERE "city" NOT IN ('O''Hare')) AS check_1_failing,
      count("city") AS check_1_of,
      count(*) FILTER (WHERE "spent" < CAST('0' AS DECIMAL(38, 2))) AS check_2_failing,
      count("spent") AS check_2_of
    FROM customer

    SELECT
      coalesce(sum(stands) FILTER (WHERE stands > 1), 0) AS check_4_failing,
      coalesce(sum(stands), 0) AS check_4_of
    FROM (
      SELECT count(*) AS stands
      FROM customer
      WHERE "customer_id" IS NOT NULL
      GROUP BY "customer_id"
    ) AS combination

    SELECT
      count(*) FILTER (WHERE referred.value IS NULL) AS check_5_failing,
      count(*) AS check_5_of
    FROM customer AS referring
    LEFT JOIN (
      SELECT DISTINCT "name" AS value FROM city
    ) AS referred
      ON referred.value = referring."city"
    WHERE referring."city" IS NOT NULL
    "#);
}

#[tokio::test]
async fn samples_show_where_to_look_and_no_personal_value() {
    let context = lab().await;
    let kinds = vec![
        CheckKind::NotNull { column: named("email") },
        unique(&["customer_id"]),
        unique(&["email", "born"]),
        values("city", json!(["Shanghai"])),
        range("born", Value::Null, json!("2026-01-31")),
        pattern("[^@]+@example.com"),
        refers("city"),
        expression(None, "score <= 10"),
        file(
            "SELECT customer_id, email AS contact, upper(city) AS place, born FROM customer WHERE score >= 0",
        ),
        rows(Some(100), None, None, None),
    ];
    let mut subject = subject(&context, kinds).await;
    subject.checks.retain(|check| !matches!(&check.kind, CheckKind::Unique { columns } if columns.len() > 1));
    let mut text = Vec::new();
    for check in &subject.checks {
        let Some(sample) = sample(&subject, check) else {
            text.push(format!("{}: none", subject.check_name(check)));
            continue;
        };
        let frame = context.sql(&sample.sql).await.unwrap_or_else(|error| panic!("{error}\n{}", sample.sql));
        let rows = shown(&subject, &sample, &frame.collect().await.unwrap()).unwrap();
        text.push(format!("{}: {}", subject.check_name(check), serde_json::to_string(&rows).unwrap()));
    }
    let text = text.join("\n");
    assert!(!text.contains("example.com") && !text.contains("2030"), "{text}");
    assert_snapshot!(text, @r#"
    customer.email not_null: [{"customer_id":"3","email":null}]
    customer.customer_id unique: [{"customer_id":"2","rows":"2"}]
    customer.city accepted_values: [{"customer_id":"2","city":"Beijing"},{"customer_id":"3","city":"O'Hare"}]
    customer.born accepted_range: [{"customer_id":"3","born":"***"}]
    customer.email pattern: [{"customer_id":"2","email":"***"}]
    customer.city relationships(city.name): [{"customer_id":"3","city":"O'Hare"}]
    customer expression(score <= 10): [{"customer_id":"2","email":"***","city":"Beijing","spent":"-1.00","born":"***","seen_at":"2026-01-29T10:00:00Z","score":"11","consent":"false","Odd \"name":"-1.5"}]
    customer sql(sql/audit/odd.sql): [{"customer_id":"1","contact":"***","place":"***","born":"***"},{"customer_id":"2","contact":"***","place":"***","born":"***"},{"customer_id":"3","contact":null,"place":"***","born":"***"}]
    customer row_count: none
    "#);
}
