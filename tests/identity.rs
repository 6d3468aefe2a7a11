//! Who is who: keys and guards, ids that last, and the laws that hold whatever the order of rows.

mod stewards;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::datatypes::{DataType, Date32Type, Field, Schema};
use portrait::config::identity::{Guard, Identity, IdentityKey, MatchSettings};
use portrait::config::problem::Location;
use portrait::identity::evidence::Train;
use portrait::identity::{self, IdentityError, Previous, Records, Resolution};
use portrait::name::{AsOf, TableName};
use proptest::prelude::*;

/// source key, email, mobile, name
type Row = (String, Option<String>, Option<String>, Option<String>);

fn row(key: &str, email: &str, mobile: &str, name: &str) -> Row {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    (key.to_owned(), given(email), given(mobile), given(name))
}

fn batch(rows: &[Row]) -> RecordBatch {
    let text = |of: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringViewArray>())
    };
    let names = ["source", "source_key", "email", "mobile", "name"];
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8View, true)).collect();
    let columns = vec![
        text(&|_| Some("shop".to_owned())),
        text(&|row| Some(row.0.clone())),
        text(&|row| row.1.clone()),
        text(&|row| row.2.clone()),
        text(&|row| row.3.clone()),
    ];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

fn place() -> Location {
    Location { file: "pipelines/customer.yaml".into(), line: 1, column: 1, length: 1 }
}

fn key(column: &str, confidence: f64) -> IdentityKey {
    IdentityKey { column: column.to_owned(), confidence, guard: Guard::default(), at: place() }
}

/// Keys alone: an equal mail address or mobile joins, unless too many share it.
fn by_keys() -> Identity {
    let guard = Guard {
        max_records: Some(4),
        max_names: Some(2),
        names: Some("name".to_owned()),
        placeholders: vec!["000".to_owned()],
    };
    let mobile = IdentityKey { guard, ..key("mobile", 0.9) };
    Identity {
        records: TableName::new("identity_record").unwrap(),
        keys: vec![key("email", 0.95), mobile],
        attributes: Vec::new(),
        blocking: Vec::new(),
        never: Vec::new(),
        settings: MatchSettings::default(),
        overrides: None,
        model: None,
        at: place(),
    }
}

fn resolve_all(
    records: &[RecordBatch],
    previous: &[RecordBatch],
    as_of: &str,
) -> Result<Resolution, IdentityError> {
    let previous = Previous { map: previous, ..Previous::default() };
    let declared = by_keys();
    identity::resolve(
        Records::read(records, &declared)?,
        &declared,
        previous,
        Train::IfNeeded,
        1 << 20,
        day(as_of),
    )
}

fn day(text: &str) -> AsOf {
    text.parse().unwrap()
}

fn resolve(rows: &[Row], previous: &[RecordBatch], as_of: &str) -> Resolution {
    resolve_all(&[batch(rows)], previous, as_of).unwrap()
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(column).unwrap().as_string_view().clone();
    (0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect()
}

/// The open rows: source key → customer.
fn current(resolution: &Resolution) -> BTreeMap<String, String> {
    let map = &resolution.map;
    let ends = map.column_by_name("valid_to").unwrap().as_primitive::<Date32Type>().clone();
    let pairs = texts(map, "source_key").into_iter().zip(texts(map, "customer_id"));
    pairs
        .enumerate()
        .filter(|(row, _)| ends.is_null(*row))
        .map(|(_, (k, c))| (k.unwrap(), c.unwrap()))
        .collect()
}

fn events(resolution: &Resolution) -> Vec<(String, String, Option<String>)> {
    let events = &resolution.events;
    let (who, what) = (texts(events, "customer_id"), texts(events, "event"));
    let others = texts(events, "other_customer_id");
    who.into_iter()
        .zip(what)
        .zip(others)
        .map(|((who, what), other)| (what.unwrap(), who.unwrap(), other))
        .collect()
}

#[test]
fn keys_join_and_the_strongest_is_named() {
    let rows = [
        row("1", "a@x", "111", "wei"),
        row("2", "a@x", "", "wei"),
        row("3", "", "111", "wei"),
        row("4", "d@x", "", "li"),
    ];
    let resolution = resolve(&rows, &[], "2026-01-31");
    let of = current(&resolution);
    assert!(of["1"] == of["2"] && of["2"] == of["3"] && of["3"] != of["4"]);
    let methods: BTreeMap<_, _> =
        texts(&resolution.map, "source_key").into_iter().zip(texts(&resolution.map, "method")).collect();
    let method = |key: &str| methods[&Some(key.to_owned())].clone().unwrap();
    assert_eq!([method("1"), method("2"), method("3"), method("4")], ["email", "email", "mobile", "alone"]);
    assert!(
        of.values()
            .all(|id| id.len() == 16 && id.chars().all(|c| c.is_ascii_hexdigit() && !c.is_uppercase()))
    );
    assert_eq!(resolution.map.schema(), identity::map_schema());
}

#[test]
fn shared_and_placeholder_values_join_nobody() {
    let many: Vec<Row> = (0..5).map(|n| row(&n.to_string(), "", "555", "wei")).collect();
    let names = [row("a", "", "777", "wei"), row("b", "", "777", "li"), row("c", "", "777", "wang")];
    let none = [row("x", "", "000", "wei"), row("y", "", "000", "wei")];
    let rows = [many, names.to_vec(), none.to_vec()].concat();
    let resolution = resolve(&rows, &[], "2026-01-31");
    let distinct: BTreeSet<String> = current(&resolution).into_values().collect();
    assert_eq!(distinct.len(), rows.len());
    let mut reasons = texts(&resolution.suspects, "reason");
    reasons.sort();
    assert_eq!(reasons, [Some("on too many records".to_owned()), Some("under too many names".to_owned())]);
    let told = format!("{:?}", resolution.suspects);
    assert!(!told.contains("555") || !told.contains("777"), "a value was kept: {told}");
}

#[test]
fn an_id_lives_through_merge_split_absence_and_return() {
    let apart = [row("1", "a@x", "", ""), row("2", "a@x", "", ""), row("3", "b@x", "", "")];
    let first = resolve(&apart, &[], "2026-01-01");
    let (big, small) = (current(&first)["1"].clone(), current(&first)["3"].clone());
    assert_eq!(events(&first).iter().filter(|event| event.0 == "minted").count(), 2);

    let joined = [row("1", "a@x", "9", ""), row("2", "a@x", "", ""), row("3", "b@x", "9", "")];
    let second = resolve(&joined, std::slice::from_ref(&first.map), "2026-01-02");
    assert!(current(&second).values().all(|id| *id == big));
    assert_eq!(events(&second), [("merged".to_owned(), small.clone(), Some(big.clone()))]);

    let third = resolve(&apart, std::slice::from_ref(&second.map), "2026-01-03");
    assert_eq!(current(&third)["1"], big);
    let part = current(&third)["3"].clone();
    assert!(part != big && part != small);
    assert_eq!(events(&third), [("split".to_owned(), part.clone(), Some(big.clone()))]);

    let gone = resolve(&apart[..2], std::slice::from_ref(&third.map), "2026-01-04");
    assert_eq!(events(&gone), [("retired".to_owned(), part.clone(), None)]);
    let quiet = resolve(&apart[..2], std::slice::from_ref(&gone.map), "2026-01-05");
    assert!(events(&quiet).is_empty());
    let back = resolve(&apart, std::slice::from_ref(&quiet.map), "2026-01-06");
    assert_eq!(current(&back)["3"], part);

    // Periods of one record never overlap.
    let map = &back.map;
    let (from, to) = (map.column(3).as_primitive::<Date32Type>(), map.column(4).as_primitive::<Date32Type>());
    let keys = texts(map, "source_key");
    let mut periods: Vec<(Option<String>, i32, i32)> = (0..map.num_rows())
        .map(|row| {
            (keys[row].clone(), from.value(row), if to.is_null(row) { i32::MAX } else { to.value(row) })
        })
        .collect();
    periods.sort();
    assert!(periods.iter().all(|(_, from, to)| from <= to));
    assert!(periods.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 < pair[1].1));
}

#[test]
fn what_is_missing_is_named() {
    let batch = batch(&[row("1", "", "", "")]).project(&[0, 1, 2]).unwrap();
    let error = resolve_all(&[batch], &[], "2026-01-31").unwrap_err();
    assert_eq!(error.to_string(), "the records have no column `mobile`");
    assert!(resolve_all(&[], &[], "2026-01-31").is_ok_and(|none| none.map.num_rows() == 0));
}

fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let some = |letters: &'static str| proptest::option::weighted(0.6, letters);
    proptest::collection::vec(("[a-p]", some("[a-h]"), some("[0-9]"), some("[x-z]")), 0..24)
}

proptest! {
    #[test]
    fn order_and_repetition_of_rows_do_not_matter(rows in any_rows(), before in any_rows(), seed in any::<u64>()) {
        let previous = resolve(&before, &[], "2026-01-01").map;
        let once = resolve(&rows, std::slice::from_ref(&previous), "2026-01-02");
        let mut shuffled = [rows.clone(), rows.clone()].concat();
        let length = shuffled.len().max(1);
        for position in 0..shuffled.len() {
            let other = (seed as usize).wrapping_mul(position + 7) % length;
            shuffled.swap(position, other);
        }
        let (left, right) = shuffled.split_at(shuffled.len() / 3);
        let order: Vec<u32> = (0..previous.num_rows() as u32).rev().collect();
        let reversed = arrow::compute::take_record_batch(&previous, &UInt32Array::from(order)).unwrap();
        let again = resolve_all(&[batch(left), batch(right)], &[reversed], "2026-01-02").unwrap();
        prop_assert_eq!(&once.map, &again.map);
        prop_assert_eq!(&once.events, &again.events);
        prop_assert_eq!(&once.suspects, &again.suspects);
    }

    #[test]
    fn a_date_run_again_changes_nothing(rows in any_rows(), before in any_rows()) {
        let previous = resolve(&before, &[], "2026-01-01").map;
        let once = resolve(&rows, &[previous], "2026-01-02");
        let again = resolve(&rows, std::slice::from_ref(&once.map), "2026-01-02");
        prop_assert_eq!(&once.map, &again.map);
        let next = resolve(&rows, std::slice::from_ref(&once.map), "2026-01-03");
        prop_assert_eq!(&once.map, &next.map);
        prop_assert_eq!(next.events.num_rows(), 0);
    }

    #[test]
    fn equal_keys_mean_one_customer(rows in any_rows()) {
        let mut rows = rows;
        rows.sort();
        rows.dedup_by(|a, b| a.0 == b.0);
        let of = current(&resolve(&rows, &[], "2026-01-01"));
        for a in &rows {
            for b in &rows {
                if a.1.is_some() && a.1 == b.1 {
                    prop_assert_eq!(&of[&a.0], &of[&b.0]);
                }
            }
        }
    }
}

#[test]
fn a_key_joins_also_more_records_than_are_judged_whole() {
    let rows: Vec<Row> = (0..2_100).map(|at| row(&format!("r{at}"), "desk@x", "", "")).collect();
    let of = current(&resolve(&rows, &[], "2026-01-01"));
    assert_eq!(of.len(), 2_100);
    assert_eq!(of.values().collect::<BTreeSet<_>>().len(), 1);
}
