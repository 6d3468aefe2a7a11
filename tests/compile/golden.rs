//! Golden records: which value survives, whatever the order of the records, and that every value has a source.

use std::sync::Arc;

use insta::assert_snapshot;
use portrait::config::golden::{Attribute, Golden};
use portrait::config::project::{Layer, Model, Project};
use portrait::config::raw::golden::SurvivorRule;
use portrait::name::PipelineName;
use proptest::prelude::*;

use super::lab::{Lab, at, generated_sql, project, sql, table};

const COLUMNS: &str =
    "customer_id, source, source_key, seen_at, updated_at, name, email, city, road, consent, said_at, level";

fn attribute(name: &str, rule: SurvivorRule) -> Attribute {
    Attribute {
        name: name.to_owned(),
        rule,
        by: None,
        values: Vec::new(),
        channel: None,
        columns: vec![sql(name)],
        shown_as: vec![name.to_owned()],
        at: at(9, 5, 4),
    }
}

fn golden() -> Project {
    let mut project = project(None, None);
    project.pipelines[0].golden = Some(Golden {
        records: table("customer_record"),
        records_at: at(3, 12, 15),
        trust: vec!["web".to_owned(), "shop".to_owned()],
        default: SurvivorRule::MostTrusted,
        attributes: vec![
            attribute("name", SurvivorRule::Longest),
            attribute("email", SurvivorRule::MostFrequent),
            Attribute {
                columns: vec![sql("city"), sql("road")],
                shown_as: vec!["city".to_owned(), "road".to_owned()],
                ..attribute("place", SurvivorRule::MostComplete)
            },
            Attribute { by: Some(sql("said_at")), ..attribute("consent", SurvivorRule::Consent) },
            Attribute {
                values: vec!["gold".to_owned(), "silver".to_owned()],
                shown_as: vec!["level".to_owned(), "tier".to_owned()],
                ..attribute("level", SurvivorRule::Preferred)
            },
        ],
        at: at(2, 1, 6),
    });
    project.models.push(Model {
        name: table("customer_record"),
        pipeline: PipelineName::new("operations").unwrap(),
        layer: Layer::Customer,
        path: Arc::from("sql/customer/customer_record.sql"),
        sql: Arc::from(format!("SELECT {COLUMNS}, 1 AS points FROM record")),
    });
    project
}

fn records(rows: &[String]) -> String {
    format!(
        "CREATE TABLE customer_record AS SELECT column1 AS customer_id, column2 AS source, column3 AS source_key, \
         CAST(column4 AS TIMESTAMP) AS seen_at, CAST(column5 AS TIMESTAMP) AS updated_at, CAST(column6 AS VARCHAR) AS name, \
         CAST(column7 AS VARCHAR) AS email, CAST(column8 AS VARCHAR) AS city, CAST(column9 AS VARCHAR) AS road, \
         CAST(column10 AS BOOLEAN) AS consent, CAST(column11 AS TIMESTAMP) AS said_at, CAST(column12 AS VARCHAR) AS level, \
         CAST(column13 AS INT) AS points FROM (VALUES {})",
        rows.join(", ")
    )
}

const ROWS: [&str; 6] = [
    "(1, 'web', 'W1', '2026-01-01', '2026-01-05', 'Li', 'a@x.cn', 'Shanghai', NULL, true, '2026-01-05', 'silver', 3)",
    "(1, 'web', 'W2', '2026-01-02', '2026-01-06', 'Li Na', 'b@x.cn', NULL, NULL, false, '2026-01-04', NULL, NULL)",
    "(1, 'shop', 'S1', '2025-12-30', '2026-01-09', 'Li N.', 'b@x.cn', 'Suzhou', 'Long Road 1', true, '2026-01-09', 'gold', 8)",
    "(2, 'shop', 'S2', '2026-01-02', '2026-01-02', 'Wu', NULL, NULL, NULL, true, '2026-01-02', NULL, NULL)",
    "(2, 'fair', 'F1', '2026-01-02', '2026-01-02', 'Wu', NULL, NULL, NULL, false, '2026-01-01', 'none', 1)",
    "(3, 'fair', 'F2', '2026-01-02', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
];

const VALUES: &str = "SELECT customer_id, record_count, name, email, city, road, consent, level, points FROM customer_golden \
     ORDER BY customer_id";
const CELLS: &str = "SELECT * FROM golden_source ORDER BY customer_id, column_name";

async fn answers(rows: &[String]) -> (String, String) {
    let lab = Lab::with(&[&records(rows)]).await;
    lab.compute(&golden(), "2026-01-31").await;
    (lab.answer(VALUES).await, lab.answer(CELLS).await)
}

#[test]
fn the_sql_reads_well() {
    assert_snapshot!(generated_sql(&golden(), "customer_golden"));
    assert_snapshot!(generated_sql(&golden(), "golden_source"));
}

#[tokio::test]
async fn every_rule_chooses_a_record_and_says_why() {
    let (values, cells) = answers(&ROWS.map(str::to_owned)).await;
    assert_snapshot!(values);
    assert_snapshot!(cells);
}

#[tokio::test]
async fn a_column_may_be_called_like_a_word_of_sql() {
    for word in ["order", "case", "select", "from", "group", "end", "value"] {
        let mut project = golden();
        let golden = project.pipelines[0].golden.as_mut().unwrap();
        golden.attributes = vec![attribute(word, SurvivorRule::Longest)];
        let columns = format!("customer_id, source, source_key, seen_at, updated_at, \"{word}\"");
        project.models[0].sql = Arc::from(format!("SELECT {columns} FROM record"));
        let table = format!(
            "CREATE TABLE customer_record AS SELECT 1 AS customer_id, 'web' AS source, 'W1' AS source_key, \
             CAST('2026-01-01' AS TIMESTAMP) AS seen_at, CAST('2026-01-01' AS TIMESTAMP) AS updated_at, 'x' AS \"{word}\""
        );
        let lab = Lab::with(&[&table]).await;
        lab.compute(&project, "2026-01-31").await;
        let found = lab.answer("SELECT column_name FROM golden_source").await;
        assert!(found.contains(word), "{found}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Neither the order of the records nor what other customers say changes what survives.
    #[test]
    fn the_order_of_records_changes_nothing(order in Just((0..ROWS.len()).collect::<Vec<_>>()).prop_shuffle()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let given = ROWS.map(str::to_owned);
        let shuffled: Vec<String> = order.iter().map(|index| given[*index].clone()).collect();
        let (first, second) = runtime.block_on(async { (answers(&given).await, answers(&shuffled).await) });
        prop_assert_eq!(first, second);
    }
}
