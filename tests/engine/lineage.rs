//! Columns and where they come from; SQL as people read it.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use chrono::NaiveDate;
use datafusion::common::{ScalarValue, TableReference};
use portrait::engine::{Settings, column_lineage, empty, plan, render, session, view};
use portrait::name::{AsOf, TableName};
use portrait::plan::params::Params;

/// Each column of a query with the columns that it comes from. Tables `a` and `source.b` have the columns x, y, z.
fn check(sql: &str, expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings {
        threads: 1,
        memory_bytes: 1 << 30,
        spill_directory: directory.path().to_owned(),
        spill_limit_bytes: 1 << 30,
        business_timezone: chrono_tz::UTC,
    };
    let context = session(&settings).unwrap();
    let fields: Vec<Field> = ["x", "y", "z"].map(|name| Field::new(name, DataType::Int64, true)).to_vec();
    let schema = Arc::new(Schema::new(fields));
    empty(&context, &TableReference::bare("a"), Arc::clone(&schema)).unwrap();
    empty(&context, &TableReference::partial("source", "b"), schema).unwrap();
    let inlined = plan(&context, "SELECT x + y AS s FROM a", &Params::new()).unwrap();
    view(&context, &TableName::new("v").unwrap(), inlined).unwrap();
    let plan = plan(&context, sql, &Params::new()).unwrap();
    let found: Vec<String> = column_lineage(&plan)
        .into_iter()
        .map(|(column, origins)| {
            let origins: Vec<_> =
                origins.iter().map(|from| format!("{}.{}", from.table, from.column)).collect();
            format!("{column}: {}", origins.join(" "))
        })
        .collect();
    assert_eq!(found.join("; "), expected, "{sql}");
}

#[test]
fn columns_are_traced_to_tables() {
    check("SELECT x, y + z AS s, 1 AS one FROM a", "x: a.x; s: a.y a.z; one: ");
    check("SELECT s FROM v", "s: a.x a.y");
    check("SELECT b.x, a.y FROM a JOIN source.b USING (x)", "x: source.b.x; y: a.y");
    check(
        "SELECT t.k, t.n FROM (SELECT x AS k, count(y) AS n FROM a WHERE z > 1 GROUP BY x) AS t",
        "k: a.x; n: a.y",
    );
    check("SELECT x FROM a UNION ALL SELECT y FROM source.b ORDER BY 1 LIMIT 3", "x: a.x source.b.y");
    check("SELECT sum(x) OVER (PARTITION BY y) AS w FROM a", "w: a.x a.y");
    check(
        "WITH c AS (SELECT DISTINCT z AS q FROM a) SELECT l.q, r.q AS p FROM c AS l, c AS r",
        "q: a.z; p: a.z",
    );
    check("SELECT (SELECT max(y) FROM source.b) AS m FROM a", "m: source.b.y");
    check("SELECT unnest(make_array(x, y)) AS u, z FROM a", "u: a.x a.y; z: a.z");
    check("SELECT x FROM a WHERE y IN (SELECT y FROM source.b)", "x: a.x");
    check(
        "WITH RECURSIVE t AS (SELECT x AS n FROM a UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT n FROM t",
        "n: a.x",
    );
}

#[test]
fn parameters_are_shown_typed() {
    let as_of = AsOf(NaiveDate::from_ymd_opt(2026, 1, 31).unwrap());
    let micros = as_of.end(chrono_tz::Asia::Shanghai).timestamp_micros();
    let params = Params::from([
        ("as_of".to_owned(), ScalarValue::Date32(Some(as_of.days()))),
        ("as_of_end".to_owned(), ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into()))),
        ("rate".to_owned(), ScalarValue::Decimal128(Some(50_000), 20, 6)),
        ("days".to_owned(), ScalarValue::Int64(Some(180))),
        ("city".to_owned(), ScalarValue::Utf8View(Some("北京's".to_owned()))),
    ]);
    let sql = "SELECT $rate, '$rate', $days -- $days\nFROM t WHERE d <= $as_of AND e < $as_of_end AND c = $city AND $x";
    assert_eq!(
        render(sql, &params),
        "SELECT CAST(0.050000 AS DECIMAL(20,6)), '$rate', 180 -- $days\nFROM t WHERE d <= DATE '2026-01-31' AND \
         e < TIMESTAMP '2026-01-31T16:00:00.000000Z' AND c = '北京''s' AND $x"
    );
}
