//! What is wrong with checks themselves is said before anything runs.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use portrait::config::project::CheckKind;
use portrait::name::TableName;
use portrait::quality::validate;
use serde_json::json;

use super::checks::{lab, subject};

#[tokio::test]
async fn every_mistake_is_named() {
    let context = lab().await;
    let column = |name: &str| name.to_owned();
    let values = |name: &str, values: serde_json::Value| CheckKind::AcceptedValues {
        column: column(name),
        values: values.as_array().unwrap().clone(),
    };
    let refers = |table: &str, to: &str| CheckKind::Relationships {
        column: column("city"),
        to_table: TableName::new(table).unwrap(),
        to_column: column(to),
    };
    let kinds = vec![
        CheckKind::NotNull { column: column("emial") },
        CheckKind::Unique { columns: vec![column("customer_id"), column("shoe_size")] },
        CheckKind::Unique { columns: Vec::new() },
        values("score", json!(["ten", 9.5, 9])),
        values("consent", json!(["yes"])),
        values("city", json!([])),
        values("born", json!(["31.01.2026"])),
        values("city", json!([["Shanghai"]])),
        CheckKind::AcceptedRange { column: column("spent"), min: Some(json!(5)), max: Some(json!(4)) },
        CheckKind::AcceptedRange { column: column("spent"), min: Some(json!("1) OR (TRUE")), max: None },
        CheckKind::AcceptedRange { column: column("seen_at"), min: Some(json!("yesterday")), max: None },
        CheckKind::AcceptedRange { column: column("spent"), min: None, max: None },
        CheckKind::Pattern { column: column("email"), regex: "[a-".to_owned() },
        refers("citys", "name"),
        refers("city", "nmae"),
        CheckKind::RowCount { min: Some(5), max: Some(4), min_ratio: None, max_ratio: None },
        CheckKind::Expression { name: None, sql: "score <= 10) OR (TRUE".to_owned() },
        CheckKind::Freshness { column: column("city"), warn_after: None, fail_after: None },
    ];
    let subject = subject(&context, kinds).await;
    let mut schemas = BTreeMap::new();
    for name in ["customer", "city"] {
        let schema = context.table(name).await.unwrap().schema().as_arrow().clone();
        schemas.insert(TableName::new(name).unwrap(), std::sync::Arc::new(schema));
    }
    let text: Vec<_> = validate(&subject, &schemas)
        .into_iter()
        .map(|problem| {
            format!(
                "{}{}",
                problem.message,
                problem.help.map(|help| format!(" ({help})")).unwrap_or_default()
            )
        })
        .collect();
    assert_snapshot!(text.join("\n"), @r#"
    `customer` has no column `emial` (did you mean `email`?)
    `customer` has no column `shoe_size`
    a combination of no columns cannot be unique
    `ten` cannot be compared with `score`: a whole number is expected
    `9.5` cannot be compared with `score`: a whole number is expected
    `yes` cannot be compared with `consent`: `true` or `false` is expected
    no value of `city` is accepted: name at least one
    `31.01.2026` cannot be compared with `born`: a date, YYYY-MM-DD is expected
    `["Shanghai"]` cannot be compared with `city`: a text is expected
    `min` is greater than `max`: no value passes
    `1) OR (TRUE` cannot be compared with `spent`: a number is expected
    `yesterday` cannot be compared with `seen_at`: an instant, such as 2026-01-31T00:00:00Z is expected
    a range needs a `min`, a `max` or both
    `[a-` is not a regular expression: invalid character class range, the start must be <= the end
    there is no table `citys` (did you mean `city`?)
    `city` has no column `nmae` (did you mean `name`?)
    the least is greater than the greatest: no table passes
    not an SQL expression: `)` is one thing too many
    `city` is neither a date nor a timestamp, so that it has no age
    "#);
}
