//! Segments: who is in them, since when, and that no condition reaches another's members.

use insta::assert_snapshot;
use portrait::compile;
use proptest::prelude::*;

use super::lab::{Lab, generated_sql, project, segments, sql};

const CUSTOMERS: &str = "CREATE TABLE customer AS SELECT column1 AS customer_id, column2 AS city, \
     CAST(column3 AS DECIMAL(20, 2)) AS net_revenue \
     FROM (VALUES (1, 'Shanghai', 900.50), (2, 'Beijing', 100), (3, NULL, 0), (4, 'Shanghai', NULL))";

#[test]
fn the_sql_reads_well() {
    let project = project(
        Some(segments(&[
            ("big_spender", "net_revenue >= 500"),
            ("local", "city = 'Shanghai' OR city = 'Suzhou'"),
        ])),
        None,
    );
    assert_snapshot!(generated_sql(&project, "segment_definition"));
    assert_snapshot!(generated_sql(&project, "segment_membership"));
    assert_snapshot!(generated_sql(&project, "segment_change"));
    assert_snapshot!(generated_sql(&project, "segment_summary"));
}

#[tokio::test]
async fn members_stay_since_the_day_they_entered() {
    let lab = Lab::with(&[
        CUSTOMERS,
        "INSERT INTO previous.segment_membership VALUES \
             (DATE '2026-01-30', 'local', 1, DATE '2026-01-02'), (DATE '2026-01-30', 'local', 2, DATE '2026-01-05')",
        "INSERT INTO previous.segment_summary VALUES (DATE '2026-01-30', 'local', 2)",
    ])
    .await;
    let project = project(
        Some(segments(&[
            ("big_spender", "net_revenue >= 500 -- in base currency"),
            ("local", "city = 'Shanghai'"),
            ("nobody", "city = 'Atlantis'"),
        ])),
        None,
    );
    lab.compute(&project, "2026-01-31").await;
    assert_snapshot!(lab.answer("SELECT * FROM segment_membership ORDER BY segment, customer_id").await, @r#"
    +------------+-------------+-------------+------------+
    | as_of      | segment     | customer_id | entered_on |
    +------------+-------------+-------------+------------+
    | 2026-01-31 | big_spender | 1           | 2026-01-31 |
    | 2026-01-31 | local       | 1           | 2026-01-02 |
    | 2026-01-31 | local       | 4           | 2026-01-31 |
    +------------+-------------+-------------+------------+
    "#);
    assert_snapshot!(lab.answer("SELECT * FROM segment_change ORDER BY segment, customer_id").await, @r#"
    +------------+-------------+-------------+---------+
    | as_of      | segment     | customer_id | change  |
    +------------+-------------+-------------+---------+
    | 2026-01-31 | big_spender | 1           | entered |
    | 2026-01-31 | local       | 2           | left    |
    | 2026-01-31 | local       | 4           | entered |
    +------------+-------------+-------------+---------+
    "#);
    assert_snapshot!(lab.answer("SELECT * FROM segment_summary ORDER BY segment").await, @r#"
    +------------+-------------+-----------+-------------+-------+--------------------+--------------------+
    | as_of      | segment     | customers | net_revenue | share | revenue_share      | previous_customers |
    +------------+-------------+-----------+-------------+-------+--------------------+--------------------+
    | 2026-01-31 | big_spender | 1         | 900.50      | 0.25  | 0.9000499750124937 |                    |
    | 2026-01-31 | local       | 2         | 900.50      | 0.5   | 0.9000499750124937 | 2                  |
    | 2026-01-31 | nobody      | 0         | 0.00        | 0.0   | 0.0                |                    |
    +------------+-------------+-----------+-------------+-------+--------------------+--------------------+
    "#);
}

#[test]
fn what_is_not_one_expression_is_refused_where_it_is_written() {
    let bad = [
        ("a", "1 = 1) OR (1 = 1"),
        ("b", "city = 'Shanghai"),
        ("c", ""),
        ("d", "city =, 1"),
        ("e", "city; DROP TABLE customer"),
        ("f", "/* city"),
    ];
    let problems = compile::models(&project(Some(segments(&bad)), None)).unwrap_err();
    assert_eq!(problems.len(), bad.len());
    let messages: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.at.as_ref().unwrap(), problem.message))
        .collect();
    assert_snapshot!(messages.join("\n"), @r#"
    pipelines/operations.yaml:7:14: the condition of segment `a` is not an SQL expression: `)` is one thing too many
    pipelines/operations.yaml:7:14: the condition of segment `b` is not an SQL expression: unterminated string literal
    pipelines/operations.yaml:7:14: the condition of segment `c` is not an SQL expression: expected: an expression, found: EOF
    pipelines/operations.yaml:7:14: the condition of segment `d` is not an SQL expression: expected: an expression, found: ,
    pipelines/operations.yaml:7:14: the condition of segment `e` is not an SQL expression: `;` is one thing too many
    pipelines/operations.yaml:7:14: the condition of segment `f` is not an SQL expression: unexpected EOF while in a multi-line comment
    "#);
}

#[test]
fn every_word_of_a_condition_leads_to_its_place_in_yaml() {
    let project = project(Some(segments(&[("local", "city = 'Shanghai' AND nett > 1")])), None);
    let models = compile::models(&project).unwrap();
    let membership = models.iter().find(|made| made.model.name.as_str() == "segment_membership").unwrap();
    let byte = membership.model.sql.find("nett").unwrap();
    let (range, location) = membership
        .origins
        .iter()
        .filter(|(range, _)| range.contains(&byte))
        .min_by_key(|(range, _)| range.len())
        .unwrap();
    assert_eq!(&membership.model.sql[range.clone()], "nett");
    assert_eq!((location.line, location.column, location.length), (7, 14 + 22, 4));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever stands beside it, a segment has the members it has alone.
    #[test]
    fn a_condition_never_changes_another_segments_members(
        others in prop::collection::vec(prop::sample::select(vec![
            "TRUE", "FALSE OR TRUE", "NULL", "city IS NULL -- nowhere", "city LIKE '%)%' OR city = '''('",
            "CASE WHEN city = 'Beijing' THEN TRUE END", "net_revenue > 50 AND NOT city = 'x' /* ) */",
            "(net_revenue) IN (100, 900.5)", "TRUE END) THEN 'local' END", "1 = 1) OR (TRUE", "TRUE THEN 'local' END, CASE WHEN TRUE",
        ]), 0..4),
        place in 0_usize..4,
    ) {
        let mut named: Vec<(String, &str)> =
            others.iter().enumerate().map(|(index, condition)| (format!("other_{index}"), *condition)).collect();
        named.insert(place.min(named.len()), ("local".to_owned(), "city = 'Shanghai'"));
        let named: Vec<(&str, &str)> = named.iter().map(|(name, condition)| (name.as_str(), *condition)).collect();
        let project = project(Some(segments(&named)), None);
        let is_whole = !others.iter().any(|other| other.contains("END)") || other.contains("OR (TRUE") || other.contains("END,"));
        prop_assert_eq!(compile::models(&project).is_ok(), is_whole);
        if is_whole {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let members = runtime.block_on(async {
                let lab = Lab::with(&[CUSTOMERS]).await;
                lab.compute(&project, "2026-01-31").await;
                lab.answer("SELECT customer_id FROM segment_membership WHERE segment = 'local' ORDER BY 1").await
            });
            prop_assert!(members.contains("| 1 ") && members.contains("| 4 ") && members.lines().count() == 6, "{}", members);
        }
    }
}

#[test]
fn a_text_in_quotes_cannot_leave_them() {
    let mut declared = segments(&[("local", "city = 'O''Brien'")]);
    declared.members[0].description = "It's '); DROP TABLE customer; --".to_owned();
    declared.members[0].condition = sql("city = 'O''Brien'");
    let text = generated_sql(&project(Some(declared), None), "segment_definition");
    assert!(text.contains("'It''s ''); DROP TABLE customer; --'"), "{text}");
    assert!(text.contains("'city = ''O''''Brien'''"), "{text}");
}
