//! Cases of rows in, rows out: how they are read, typed and compared.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::util::pretty::pretty_format_batches;
use insta::assert_snapshot;
use portrait::config::problem::Problem;
use portrait::quality::case::{Case, Order, batch, compare, parse};

const CASES: &str = r#"
- name: a cancelled order is no order
  model: customer_order
  as_of: 2026-01-31
  params: { base_currency: CNY, least: 0.10 }
  given:
    online_order:
      - { order_id: 00012, amount: 12.50, ordered_at: 2026-01-30T10:00:00+08:00, paid: true, lines: 2, tags: [a, b] }
      - { order_id: W2, amount: 0.1, rate: 0.30000000000000004, day: 2026-01-30 }
    previous.clv: []
  expect:
    order: exact
    rows:
      - { order_id: "00012", amount: 12.5, rate: null }
      - { order_id: W2, amount: 0.10, rate: 0.3 }
"#;

fn schema() -> Schema {
    let instant = DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC")));
    Schema::new(vec![
        Field::new("order_id", DataType::Utf8View, false),
        Field::new("amount", DataType::Decimal128(20, 2), true),
        Field::new("ordered_at", instant, false),
        Field::new("day", DataType::Date32, true),
        Field::new("paid", DataType::Boolean, true),
        Field::new("lines", DataType::Int64, true),
        Field::new("rate", DataType::Float64, true),
        Field::new("tags", DataType::new_list(DataType::Utf8, true), true),
    ])
}

fn cases(text: &str) -> Result<Vec<Case>, Vec<Problem>> {
    parse(&Arc::from("tests/cases/customer_order.yaml"), text)
}

fn said(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}: {}{help}", problem.at.as_ref().unwrap(), problem.message)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn given() -> (Case, RecordBatch) {
    let case = cases(CASES).unwrap().remove(0);
    let rows = batch("online_order", &case.given[0].rows, &schema())
        .unwrap_or_else(|problems| panic!("{}", said(&problems)));
    (case, rows)
}

#[test]
fn a_case_is_read_and_its_rows_are_typed() {
    let (case, rows) = given();
    assert_eq!(
        (case.name.as_str(), case.model.as_str()),
        ("a cancelled order is no order", "customer_order")
    );
    assert_eq!(case.as_of.unwrap().to_string(), "2026-01-31");
    assert_eq!(
        case.params.iter().map(|cell| cell.value.to_string()).collect::<Vec<_>>(),
        ["\"CNY\"", "\"0.10\""]
    );
    assert_eq!(case.given[1].table, "previous.clv");
    assert_eq!(case.expect.order, Order::Exact);
    assert_snapshot!(pretty_format_batches(&[rows]).unwrap(), @r#"
    +----------+--------+----------------------+------------+------+-------+---------------------+--------+
    | order_id | amount | ordered_at           | day        | paid | lines | rate                | tags   |
    +----------+--------+----------------------+------------+------+-------+---------------------+--------+
    | 00012    | 12.50  | 2026-01-30T02:00:00Z |            | true | 2     |                     | [a, b] |
    | W2       | 0.10   |                      | 2026-01-30 |      |       | 0.30000000000000004 |        |
    +----------+--------+----------------------+------------+------+-------+---------------------+--------+
    "#);
    let none = batch("clv", &case.given[1].rows, &schema()).unwrap();
    assert_eq!((none.num_rows(), none.num_columns()), (0, 8));
}

#[test]
fn rows_as_expected_make_no_difference() {
    let (mut case, rows) = given();
    let difference = compare("customer_order", &case.expect, &schema(), std::slice::from_ref(&rows)).unwrap();
    assert!(difference.is_empty(), "{difference}");
    case.expect.rows.reverse();
    assert!(
        !compare("customer_order", &case.expect, &schema(), std::slice::from_ref(&rows)).unwrap().is_empty()
    );
    case.expect.order = Order::Any;
    let halves = [rows.slice(0, 1), rows.slice(1, 1)];
    assert!(compare("customer_order", &case.expect, &schema(), &halves).unwrap().is_empty());
}

#[test]
fn a_difference_shows_both_sides() {
    let (mut case, rows) = given();
    case.expect.order = Order::Any;
    let other = CASES.replace("W2, amount: 0.10", "W2, amount: 0.11");
    let expect = cases(&other).unwrap().remove(0).expect;
    let difference = compare("customer_order", &expect, &schema(), std::slice::from_ref(&rows)).unwrap();
    assert_snapshot!(difference, @r#"
      order_id | amount | rate
    - W2       | 0.11   | 0.3
    + W2       | 0.10   | 0.30000000000000004
    1 as expected, 1 missing, 1 not expected
    "#);
    case.expect.rows.clear();
    let unexpected = compare("customer_order", &case.expect, &schema(), &[rows.slice(0, 0)]).unwrap();
    assert!(unexpected.is_empty());
    assert_eq!(compare("customer_order", &case.expect, &schema(), &[rows]).unwrap().unexpected.len(), 2);
}

#[test]
fn a_row_that_stands_twice_must_be_expected_twice() {
    let (mut case, rows) = given();
    case.expect.order = Order::Any;
    let twice = [rows.clone(), rows.slice(0, 1)];
    let difference = compare("customer_order", &case.expect, &schema(), &twice).unwrap();
    assert_eq!((difference.equal, difference.missing.len(), difference.unexpected.len()), (2, 0, 1));
}

#[test]
fn values_that_are_none_of_their_column_are_refused_where_they_stand() {
    let text = "
model: customer_order
given:
  online_order:
    - { ordr_id: W1, amount: 1.005, ordered_at: soon, paid: perhaps }
    - { order_id: W2, amount: twelve, day: 2026-02-30, lines: 1.5, tags: { a: b } }
expect: { rows: [{ order_key: W1 }] }
";
    let case = cases(text).unwrap().remove(0);
    assert_eq!(case.name, "customer_order 1");
    let problems = batch("online_order", &case.given[0].rows, &schema()).unwrap_err();
    assert_snapshot!(said(&problems), @r#"
    tests/cases/customer_order.yaml:5:9: `online_order` has no column `ordr_id` (did you mean `order_id`?)
    tests/cases/customer_order.yaml:5:30: column `amount` is Decimal128(20, 2): `1.005` is no value of it
    tests/cases/customer_order.yaml:6:31: column `amount` is Decimal128(20, 2): `twelve` is no value of it
    tests/cases/customer_order.yaml:5:49: column `ordered_at` is Timestamp(µs, "UTC"): `soon` is no value of it
    tests/cases/customer_order.yaml:6:44: column `day` is Date32: `2026-02-30` is no value of it
    tests/cases/customer_order.yaml:5:61: column `paid` is Boolean: `perhaps` is no value of it
    tests/cases/customer_order.yaml:6:63: column `lines` is Int64: `1.5` is no value of it
    tests/cases/customer_order.yaml:6:74: column `tags` is List(Utf8): Json error: whilst decoding field 'tags': expected [ got {"a": "b"}
    "#);
    let problems = compare("customer_order", &case.expect, &schema(), &[]).unwrap_err();
    assert_snapshot!(said(&problems), @r#"
    tests/cases/customer_order.yaml:7:20: `customer_order` has no column `order_key` (did you mean `order_id`?)
    "#);
}

#[test]
fn mistakes_of_form_are_reported_together() {
    let text = "
- model: Customer
  as_of: yesterday
  givn: {}
  expect: { order: random, row: [] }
- name: nothing else
- just text
- model: customer
  given: [a]
  expect: { rows: { a: 1 } }
";
    assert_snapshot!(said(&cases(text).unwrap_err()), @r#"
    tests/cases/customer_order.yaml:4:3: unknown key `givn` (did you mean `given`?)
    tests/cases/customer_order.yaml:2:10: `Customer` is not snake_case: lower-case letters, digits and `_`, starting with a letter
    tests/cases/customer_order.yaml:5:28: unknown key `row` (did you mean `rows`?)
    tests/cases/customer_order.yaml:5:20: `order` is `any` or `exact`
    tests/cases/customer_order.yaml:5:11: `rows` is missing
    tests/cases/customer_order.yaml:3:10: `yesterday` is not a date; write it as YYYY-MM-DD
    tests/cases/customer_order.yaml:6:3: `model` is missing
    tests/cases/customer_order.yaml:6:3: `expect` is missing
    tests/cases/customer_order.yaml:7:3: a case is a mapping, `key: value`
    tests/cases/customer_order.yaml:9:10: `given` is a mapping, `key: value`
    tests/cases/customer_order.yaml:10:19: a list of rows is expected (write `[]` for none)
    "#);
    assert_snapshot!(said(&cases("- model: [unclosed").unwrap_err()), @r#"
    tests/cases/customer_order.yaml:1:10: not valid YAML: unclosed bracket '['
    "#);
}
