//! Metrics: figures by period and dimension, and what is null where a figure does not exist.

use insta::assert_snapshot;
use portrait::compile;
use portrait::config::project::{Figure, GrainKey, MetricRows};
use portrait::config::raw::metric::{Better, Interval};

use super::lab::{Lab, generated_sql, metric, metrics, project, segments, sql, table};

const ORDERS: &str = "CREATE TABLE customer_order AS SELECT CAST(column1 AS DATE) AS ordered_on, column2 AS customer_id, \
     column3 AS channel, CAST(column4 AS DECIMAL(20, 2)) AS net_amount, column5 AS repeated, \
     CAST(column1 || 'T18:00:00Z' AS TIMESTAMP) AS ordered_at \
     FROM (VALUES \
         ('2025-11-03', 1, 'online', 10.10, false), ('2025-11-20', 2, 'offline', 20.20, false), \
         ('2026-01-05', 1, 'online', 30.30, true), ('2026-01-30', 3, NULL, 40.40, false), \
         ('2026-01-31', 3, 'online', 50.50, true), ('2026-01-31', 1, 'online', 0.00, true), \
         ('2026-02-01', 9, 'online', 999, false))";

const CUSTOMERS: &str = "CREATE TABLE customer AS SELECT column1 AS customer_id, CAST(column2 AS DATE) AS first_order_on, \
     CAST(1 AS DECIMAL(20, 2)) AS net_revenue, column3 AS acquired_by \
     FROM (VALUES (1, '2025-11-03', 'ads'), (2, '2025-11-20', 'friends'), (3, '2026-01-30', 'ads'))";

const SHOWN: &str = "SELECT metric, grain, period_start, dimension, dimension_value, value, numerator, denominator, \
     previous, round(change, 3) AS change, status, complete FROM metric_value \
     ORDER BY metric, grain, dimension, dimension_value, period_start";

fn total(text: &str) -> Figure {
    Figure::Total(sql(text))
}

fn ratio(numerator: &str, denominator: &str) -> Figure {
    Figure::Ratio { numerator: sql(numerator), denominator: sql(denominator) }
}

#[test]
fn the_sql_reads_well() {
    let mut revenue = metric("revenue", total("sum(net_amount)"));
    revenue.grains = vec![GrainKey::Day, GrainKey::Week, GrainKey::Month];
    revenue.by = vec![sql("channel"), sql("segment")];
    revenue.rows.condition = Some(sql("net_amount > 0"));
    revenue.unit = Some("CNY".to_owned());
    let mut cost = metric("acquisition_cost", cost_per_customer());
    cost.better = Better::Lower;
    cost.target = Some(30.0);
    let project = project(None, Some(metrics(vec![revenue, cost])));
    for name in [
        "metric_definition",
        "metric_calendar",
        "metric_part_revenue",
        "metric_part_acquisition_cost",
        "metric_value",
    ] {
        assert_snapshot!(generated_sql(&project, name));
    }
}

fn cost_per_customer() -> Figure {
    Figure::Per {
        numerator: sql("sum(spend)"),
        denominator: sql("count(*)"),
        rows: MetricRows { from: table("customer"), date: sql("first_order_on"), condition: None },
    }
}

#[tokio::test]
async fn a_total_without_rows_is_zero_and_a_ratio_is_null() {
    let mut revenue = metric("revenue", total("sum(net_amount)"));
    revenue.target = Some(100.0);
    let average = metric("average_order_value", ratio("sum(net_amount)", "count(*)"));
    let mean = metric("mean_amount", total("avg(net_amount)"));
    let lab = Lab::with(&[ORDERS]).await;
    lab.compute(&project(None, Some(metrics(vec![revenue, average, mean]))), "2026-01-31").await;
    assert_snapshot!(lab.answer(SHOWN).await, @r#"
    +---------------------+-------+--------------+-----------+-----------------+-------+-----------+-------------+----------+--------+------------+----------+
    | metric              | grain | period_start | dimension | dimension_value | value | numerator | denominator | previous | change | status     | complete |
    +---------------------+-------+--------------+-----------+-----------------+-------+-----------+-------------+----------+--------+------------+----------+
    | average_order_value | month | 2025-11-01   | total     | total           | 15.15 | 30.3      | 2.0         |          |        |            | true     |
    | average_order_value | month | 2025-12-01   | total     | total           |       | 0.0       |             | 15.15    |        |            | true     |
    | average_order_value | month | 2026-01-01   | total     | total           | 30.3  | 121.2     | 4.0         |          |        |            | true     |
    | mean_amount         | month | 2025-11-01   | total     | total           | 15.15 |           |             |          |        |            | true     |
    | mean_amount         | month | 2025-12-01   | total     | total           |       |           |             | 15.15    |        |            | true     |
    | mean_amount         | month | 2026-01-01   | total     | total           | 30.3  |           |             |          |        |            | true     |
    | revenue             | month | 2025-11-01   | total     | total           | 30.3  |           |             |          |        | off_target | true     |
    | revenue             | month | 2025-12-01   | total     | total           | 0.0   |           |             | 30.3     | -1.0   | off_target | true     |
    | revenue             | month | 2026-01-01   | total     | total           | 121.2 |           |             | 0.0      |        | on_target  | true     |
    +---------------------+-------+--------------+-----------+-----------------+-------+-----------+-------------+----------+--------+------------+----------+
    "#);
}

#[tokio::test]
async fn days_weeks_and_months_hold_their_own_days_and_none_after_as_of() {
    let mut orders = metric("orders", total("count(*)"));
    orders.grains = vec![GrainKey::Day, GrainKey::Week, GrainKey::Month];
    let lab = Lab::with(&[ORDERS]).await;
    lab.compute(&project(None, Some(metrics(vec![orders]))), "2026-01-31").await;
    assert_snapshot!(lab.answer(SHOWN).await, @r#"
    +--------+-------+--------------+-----------+-----------------+-------+-----------+-------------+----------+--------+--------+----------+
    | metric | grain | period_start | dimension | dimension_value | value | numerator | denominator | previous | change | status | complete |
    +--------+-------+--------------+-----------+-----------------+-------+-----------+-------------+----------+--------+--------+----------+
    | orders | day   | 2026-01-29   | total     | total           | 0.0   |           |             | 0.0      |        |        | true     |
    | orders | day   | 2026-01-30   | total     | total           | 1.0   |           |             | 0.0      |        |        | true     |
    | orders | day   | 2026-01-31   | total     | total           | 2.0   |           |             | 1.0      | 1.0    |        | true     |
    | orders | month | 2025-11-01   | total     | total           | 2.0   |           |             |          |        |        | true     |
    | orders | month | 2025-12-01   | total     | total           | 0.0   |           |             | 2.0      | -1.0   |        | true     |
    | orders | month | 2026-01-01   | total     | total           | 4.0   |           |             | 0.0      |        |        | true     |
    | orders | week  | 2026-01-19   | total     | total           | 0.0   |           |             | 0.0      |        |        | true     |
    | orders | week  | 2026-01-26   | total     | total           | 3.0   |           |             | 0.0      |        |        | false    |
    +--------+-------+--------------+-----------+-----------------+-------+-----------+-------------+----------+--------+--------+----------+
    "#);
}

#[tokio::test]
async fn an_instant_falls_on_its_day_in_the_business_zone() {
    let mut orders = metric("orders", total("count(*)"));
    orders.grains = vec![GrainKey::Day];
    orders.rows.date = sql("ordered_at");
    let lab = Lab::with(&[ORDERS]).await;
    lab.compute(&project(None, Some(metrics(vec![orders]))), "2026-01-31").await;
    assert_snapshot!(lab.answer("SELECT period_start, value FROM metric_value ORDER BY 1").await, @r#"
    +--------------+-------+
    | period_start | value |
    +--------------+-------+
    | 2026-01-31   | 1.0   |
    +--------------+-------+
    "#);
}

#[tokio::test]
async fn dimensions_and_segments_break_a_figure_down() {
    let mut customers = metric("customers", total("count(DISTINCT customer_id)"));
    customers.by = vec![sql("channel"), sql("repeated"), sql("segment")];
    let lab = Lab::with(&[ORDERS, CUSTOMERS]).await;
    let segments = segments(&[("early", "customer_id < 3"), ("odd", "customer_id % 2 = 1")]);
    lab.compute(&project(Some(segments), Some(metrics(vec![customers]))), "2026-01-31").await;
    assert_snapshot!(
        lab.answer(
            "SELECT dimension, dimension_value, period_start, value FROM metric_value ORDER BY 1, 2, 3"
        ).await, @r#"
    +-----------+-----------------+--------------+-------+
    | dimension | dimension_value | period_start | value |
    +-----------+-----------------+--------------+-------+
    | channel   | offline         | 2025-11-01   | 1.0   |
    | channel   | offline         | 2025-12-01   | 0.0   |
    | channel   | offline         | 2026-01-01   | 0.0   |
    | channel   | online          | 2025-11-01   | 1.0   |
    | channel   | online          | 2025-12-01   | 0.0   |
    | channel   | online          | 2026-01-01   | 2.0   |
    | channel   | unknown         | 2026-01-01   | 1.0   |
    | repeated  | false           | 2025-11-01   | 2.0   |
    | repeated  | false           | 2025-12-01   | 0.0   |
    | repeated  | false           | 2026-01-01   | 1.0   |
    | repeated  | true            | 2026-01-01   | 2.0   |
    | segment   | early           | 2025-11-01   | 2.0   |
    | segment   | early           | 2025-12-01   | 0.0   |
    | segment   | early           | 2026-01-01   | 1.0   |
    | segment   | odd             | 2025-11-01   | 1.0   |
    | segment   | odd             | 2025-12-01   | 0.0   |
    | segment   | odd             | 2026-01-01   | 2.0   |
    | total     | total           | 2025-11-01   | 2.0   |
    | total     | total           | 2025-12-01   | 0.0   |
    | total     | total           | 2026-01-01   | 2.0   |
    +-----------+-----------------+--------------+-------+
    "#
    );
}

#[tokio::test]
async fn a_figure_is_unknown_until_it_can_be_observed() {
    let mut rate = metric("repurchase_rate", ratio("count(*) FILTER (WHERE repeated)", "count(*)"));
    rate.observable_after_days = 31;
    rate.interval = Some(Interval::Wilson);
    let lab = Lab::with(&[ORDERS]).await;
    let project = project(None, Some(metrics(vec![rate])));
    lab.compute(&project, "2026-01-31").await;
    assert_snapshot!(
        lab.answer("SELECT period_start, value, numerator, denominator, round(lower, 4) AS lower, round(upper, 4) AS upper FROM metric_value ORDER BY 1").await, @r#"
    +--------------+-------+-----------+-------------+-------+--------+
    | period_start | value | numerator | denominator | lower | upper  |
    +--------------+-------+-----------+-------------+-------+--------+
    | 2025-11-01   | 0.0   | 0.0       | 2.0         | 0.0   | 0.6576 |
    | 2025-12-01   |       | 0.0       |             |       |        |
    | 2026-01-01   |       |           |             |       |        |
    +--------------+-------+-----------+-------------+-------+--------+
    "#
    );
    let later = Lab::with(&[ORDERS]).await;
    later.compute(&project, "2026-03-03").await;
    assert_snapshot!(
        later.answer("SELECT period_start, value, numerator, denominator, round(lower, 4) AS lower, round(upper, 4) AS upper FROM metric_value ORDER BY 1").await, @r#"
    +--------------+-------+-----------+-------------+--------+--------+
    | period_start | value | numerator | denominator | lower  | upper  |
    +--------------+-------+-----------+-------------+--------+--------+
    | 2026-01-01   | 0.75  | 3.0       | 4.0         | 0.3006 | 0.9544 |
    | 2026-02-01   |       |           |             |        |        |
    | 2026-03-01   |       |           |             |        |        |
    +--------------+-------+-----------+-------------+--------+--------+
    "#
    );
}

#[tokio::test]
async fn two_tables_make_one_ratio() {
    let mut cost = metric("acquisition_cost", cost_per_customer());
    cost.rows =
        MetricRows { from: table("campaign_day"), date: sql("day"), condition: Some(sql("spend > 0")) };
    cost.by = vec![sql("acquired_by")];
    cost.better = Better::Lower;
    cost.target = Some(35.0);
    let lab = Lab::with(&[
        ORDERS,
        CUSTOMERS,
        "CREATE TABLE campaign_day AS SELECT CAST(column1 AS DATE) AS day, CAST(column2 AS DECIMAL(20, 2)) AS spend, \
             column3 AS acquired_by \
             FROM (VALUES ('2025-11-01', 60, 'ads'), ('2025-12-24', 70, 'ads'), ('2026-01-15', 45.5, 'ads'))",
    ])
    .await;
    lab.compute(&project(None, Some(metrics(vec![cost]))), "2026-01-31").await;
    assert_snapshot!(lab.answer(SHOWN).await, @r#"
    +------------------+-------+--------------+-------------+-----------------+-------+-----------+-------------+----------+--------+------------+----------+
    | metric           | grain | period_start | dimension   | dimension_value | value | numerator | denominator | previous | change | status     | complete |
    +------------------+-------+--------------+-------------+-----------------+-------+-----------+-------------+----------+--------+------------+----------+
    | acquisition_cost | month | 2025-11-01   | acquired_by | ads             | 60.0  | 60.0      | 1.0         |          |        | off_target | true     |
    | acquisition_cost | month | 2025-12-01   | acquired_by | ads             |       | 70.0      |             | 60.0     |        |            | true     |
    | acquisition_cost | month | 2026-01-01   | acquired_by | ads             | 45.5  | 45.5      | 1.0         |          |        | off_target | true     |
    | acquisition_cost | month | 2025-11-01   | acquired_by | friends         | 0.0   | 0.0       | 1.0         |          |        | on_target  | true     |
    | acquisition_cost | month | 2025-12-01   | acquired_by | friends         |       | 0.0       |             | 0.0      |        |            | true     |
    | acquisition_cost | month | 2026-01-01   | acquired_by | friends         |       | 0.0       |             |          |        |            | true     |
    | acquisition_cost | month | 2025-11-01   | total       | total           | 30.0  | 60.0      | 2.0         |          |        | on_target  | true     |
    | acquisition_cost | month | 2025-12-01   | total       | total           |       | 70.0      |             | 30.0     |        |            | true     |
    | acquisition_cost | month | 2026-01-01   | total       | total           | 45.5  | 45.5      | 1.0         |          |        | off_target | true     |
    +------------------+-------+--------------+-------------+-----------------+-------+-----------+-------------+----------+--------+------------+----------+
    "#);
}

#[tokio::test]
async fn no_data_makes_no_figures() {
    let lab = Lab::with(&["CREATE TABLE customer_order (ordered_on DATE, net_amount DECIMAL(20, 2))"]).await;
    lab.compute(
        &project(None, Some(metrics(vec![metric("revenue", total("sum(net_amount)"))]))),
        "2026-01-31",
    )
    .await;
    assert!(!lab.answer(SHOWN).await.contains("revenue"));
}

#[test]
fn what_is_wrong_is_said_for_every_metric() {
    let mut broken = metric("broken", ratio("sum(", "count(*) extra extra"));
    broken.by = vec![sql("upper(channel)")];
    broken.rows.condition = Some(sql("net_amount >"));
    broken.grains = Vec::new();
    let long = metric(&"long_".repeat(12), total("count(*)"));
    let problems = compile::models(&project(None, Some(metrics(vec![broken, long])))).unwrap_err();
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.clone()).collect();
    assert_snapshot!(messages.join("\n"), @r#"
    the condition of metric `broken` is not an SQL expression: expected: an expression, found: EOF
    the numerator of metric `broken` is not an SQL expression: expected: an expression, found: EOF
    the denominator of metric `broken` is not an SQL expression: `extra` is one thing too many
    metric `broken`: `by` `upper(channel)` is not a column's name
    metric `broken` is shown for no grain
    `metric_part_long_long_long_long_long_long_long_long_long_long_long_long_` is longer than 63 characters
    "#);
}
