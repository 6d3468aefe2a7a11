//! The laws of probabilistic matching: row order, cores and what a night already knew change nothing; stewards win; ids
//! come back; aliases end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Date32Type, Field, Schema};
use portrait::config::identity::{
    Attribute, Decision, Guard, Identity, Kind, MatchSettings, NeverRule, Override, Overrides,
};
use portrait::config::problem::Location;
use portrait::identity::evidence::Train;
use portrait::identity::state::StateTables;
use portrait::identity::{self, IdentityError, Previous, Records, Resolution};
use portrait::name::TableName;
use proptest::prelude::*;

/// A record: key, name, birth date, mail address, mobile; empty where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    key: String,
    name: String,
    born: String,
    email: String,
    mobile: String,
}

fn record(key: &str, name: &str, born: &str, email: &str, mobile: &str) -> Record {
    let [key, name, born, email, mobile] = [key, name, born, email, mobile].map(str::to_owned);
    Record { key, name, born, email, mobile }
}

/// As `compile::identity::records_sql` reads them, for attributes of the kinds below.
fn batch(records: &[Record]) -> RecordBatch {
    let column = |of: &dyn Fn(&Record) -> String| -> ArrayRef {
        let texts = records.iter().map(of).map(|text| (!text.is_empty()).then_some(text));
        Arc::new(texts.collect::<StringViewArray>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("source", column(&|_| "shop".to_owned())),
        ("source_key", column(&|record| record.key.clone())),
        ("name", column(&|record| record.name.clone())),
        ("a0", column(&|record| record.name.clone())),
        ("a1", column(&|record| record.born.clone())),
        ("a1_0", column(&|record| record.born.chars().take(4).collect())),
        ("a2", column(&|record| record.email.clone())),
        ("a2_0", column(&|record| record.email.split('@').next().unwrap_or_default().to_owned())),
        ("a3", column(&|record| record.mobile.clone())),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, _)| Field::new(*name, DataType::Utf8View, true)).collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

fn place() -> Location {
    Location { file: "pipelines/customer.yaml".into(), line: 1, column: 1, length: 1 }
}

fn attribute(column: &str, kind: Kind, guard: Guard) -> Attribute {
    Attribute {
        column: column.to_owned(),
        kind,
        levels: Vec::new(),
        term_frequency: None,
        guard,
        at: place(),
    }
}

fn declared() -> Identity {
    let shared = Guard { max_records: Some(6), ..Guard::default() };
    Identity {
        records: TableName::new("identity_record").unwrap(),
        keys: Vec::new(),
        attributes: vec![
            attribute("name", Kind::Text, Guard::default()),
            attribute("birth_date", Kind::Date, Guard::default()),
            attribute("email", Kind::Email, shared.clone()),
            attribute("mobile", Kind::Mobile, shared),
        ],
        blocking: Vec::new(),
        never: vec![NeverRule {
            differ: vec!["name".to_owned()],
            agree: vec!["mobile".to_owned()],
            at: place(),
        }],
        // Laws hold for every night, also for one in which much changes.
        settings: MatchSettings { changed_ids: 1.0, ..MatchSettings::default() },
        overrides: None,
        model: None,
        at: place(),
    }
}

fn decided(left: &str, right: &str, decision: Decision) -> Override {
    let record = |key: &str| ("shop".to_owned(), key.to_owned());
    let (author, reason) = ("li".to_owned(), "a call".to_owned());
    Override { left: record(left), right: record(right), decision, author, reason, line: 2 }
}

fn with(rows: Vec<Override>) -> Identity {
    let overrides = Overrides { path: "config/identity_overrides.csv".to_owned(), rows: rows.into() };
    Identity { overrides: Some(overrides), ..declared() }
}

/// What of the night before is known to the next one.
#[derive(Clone, Copy)]
enum Known {
    Everything,
    /// The ids and the model, but no edge and no record.
    ModelOnly,
}

fn night(
    records: &[Record],
    declared: &Identity,
    before: Option<(&Resolution, Known)>,
    threads: usize,
    as_of: &str,
) -> Result<Resolution, IdentityError> {
    let one = |batch: &RecordBatch| vec![batch.clone()];
    let tables: Option<[Vec<RecordBatch>; 6]> = before.map(|(before, _)| {
        [
            one(&before.map),
            one(&before.aliases),
            one(&before.state),
            one(&before.edges),
            one(&before.model),
            one(&before.frequencies),
        ]
    });
    let mut previous = Previous::default();
    if let (Some([map, aliases, state, edges, model, frequencies]), Some((_, known))) = (&tables, before) {
        let all = StateTables { state, edges, model, frequencies };
        let state = match known {
            Known::Everything => all,
            Known::ModelOnly => StateTables { state: &[], edges: &[], ..all },
        };
        previous = Previous { map, aliases, state };
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let day = as_of.parse().unwrap();
    pool.install(|| {
        let records = Records::read(&[batch(records)], declared)?;
        identity::resolve(records, declared, previous, Train::IfNeeded, 1 << 20, day)
    })
}

fn first(records: &[Record], declared: &Identity) -> Resolution {
    night(records, declared, None, 2, "2026-01-01").unwrap()
}

/// The open rows: record → customer.
fn current(resolution: &Resolution) -> BTreeMap<String, String> {
    let map = &resolution.map;
    let text = |name: &str| map.column_by_name(name).unwrap().as_string_view().clone();
    let (keys, customers) = (text("source_key"), text("customer_id"));
    let ends = map.column_by_name("valid_to").unwrap().as_primitive::<Date32Type>().clone();
    (0..keys.len())
        .filter(|row| ends.is_null(*row))
        .map(|row| (keys.value(row).to_owned(), customers.value(row).to_owned()))
        .collect()
}

const NAMES: [&str; 12] = [
    "anna berg",
    "anna bergh",
    "ben cole",
    "bea cole",
    "carl dietz",
    "karl dietz",
    "dora evans",
    "dora evan",
    "emil frank",
    "emma frank",
    "fritz gross",
    "frida groß",
];

/// A population of people with one to four records each, which differ as records do.
fn population() -> impl Strategy<Value = Vec<Record>> {
    let person = (0..NAMES.len(), 0..28_u32, 0..40_u32, proptest::collection::vec(0..16_u32, 1..4));
    proptest::collection::vec(person, 8..24).prop_map(|people| {
        let mut records = Vec::new();
        for (at, (name, day, number, slips)) in people.into_iter().enumerate() {
            for (copy, slip) in slips.into_iter().enumerate() {
                let name = if slip & 1 == 1 { NAMES[(name + 1) % NAMES.len()] } else { NAMES[name] };
                let born =
                    if slip & 2 == 2 { String::new() } else { format!("19{:02}-03-{:02}", 40 + at, day + 1) };
                let email = if slip & 4 == 4 { String::new() } else { format!("person{at}@example.org") };
                let mobile = if slip & 8 == 8 { String::new() } else { format!("+49170{:06}", number / 2) };
                records.push(record(&format!("{at}-{copy}"), name, &born, &email, &mobile));
            }
        }
        records
    })
}

/// What happens to records overnight: some go, some change, some come.
fn tomorrow(records: &[Record], seeds: &[u32]) -> Vec<Record> {
    let mut next = Vec::new();
    for (record, seed) in records.iter().zip(seeds.iter().cycle()) {
        match seed % 8 {
            0 => {}
            1 => next.push(Record { mobile: format!("+49171{:06}", seed % 5), ..record.clone() }),
            2 => {
                next.push(record.clone());
                next.push(Record { key: format!("{}-new", record.key), ..record.clone() });
            }
            _ => next.push(record.clone()),
        }
    }
    next
}

/// What derives from a value may come of more than the value; whichever row is read first, the same counts.
#[test]
fn what_derives_from_equal_values_does_not_depend_on_who_comes_first() {
    let both = ["1", "2"].map(|key| record(key, "Wei Zhang", "1990-01-02", "", ""));
    let derived = |texts: [&str; 2]| {
        let rows = batch(&both);
        let at = rows.schema().index_of("a1_0").unwrap();
        let mut columns = rows.columns().to_vec();
        columns[at] = Arc::new(StringViewArray::from_iter_values(texts));
        let rows = RecordBatch::try_new(rows.schema(), columns).unwrap();
        Records::read(&[rows], &declared()).unwrap().attributes[1].derived[0].clone()
    };
    assert_eq!(derived(["one", "other"]), derived(["other", "one"]));
    assert_ne!(derived(["one", "one"]), derived(["other", "other"]));
}

fn batches_equal(left: &RecordBatch, right: &RecordBatch) -> bool {
    left == right
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_and_the_number_of_cores_change_nothing(
        records in population(),
        seed in any::<u64>(),
    ) {
        let declared = declared();
        let mut shuffled = records.clone();
        let mut state = seed | 1;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        let one = night(&records, &declared, None, 1, "2026-01-01").unwrap();
        let other = night(&shuffled, &declared, None, 2, "2026-01-01").unwrap();
        prop_assert!(batches_equal(&one.map, &other.map));
        prop_assert!(batches_equal(&one.edges, &other.edges));
        prop_assert!(batches_equal(&one.model, &other.model));
        prop_assert!(batches_equal(&one.events, &other.events));
    }

    #[test]
    fn a_night_that_looks_at_what_changed_ends_as_one_that_looks_at_all(
        records in population(),
        seeds in proptest::collection::vec(any::<u32>(), 4..12),
    ) {
        let declared = declared();
        let before = first(&records, &declared);
        let next = tomorrow(&records, &seeds);
        let incremental = night(&next, &declared, Some((&before, Known::Everything)), 2, "2026-01-02").unwrap();
        let full = night(&next, &declared, Some((&before, Known::ModelOnly)), 2, "2026-01-02").unwrap();
        prop_assert!(incremental.pairs <= full.pairs);
        prop_assert!(batches_equal(&incremental.map, &full.map));
        prop_assert!(batches_equal(&incremental.edges, &full.edges));
        prop_assert!(batches_equal(&incremental.state, &full.state));
        prop_assert!(batches_equal(&incremental.events, &full.events));
    }

    #[test]
    fn stewards_win_and_are_heard_again(records in population(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (a, b) = (a.get(&records).key.clone(), b.get(&records).key.clone());
        prop_assume!(a != b);
        let same = first(&records, &with(vec![decided(&a, &b, Decision::Same)]));
        let of = current(&same);
        prop_assert_eq!(&of[&a], &of[&b]);
        let apart = with(vec![decided(&a, &b, Decision::Different)]);
        let different = night(&records, &apart, Some((&same, Known::Everything)), 2, "2026-01-02").unwrap();
        let of = current(&different);
        prop_assert_ne!(&of[&a], &of[&b]);
        let again = night(&records, &apart, Some((&different, Known::Everything)), 1, "2026-01-03").unwrap();
        prop_assert_eq!(current(&again), of);
        prop_assert_eq!(again.pairs, 0, "nothing changed, so nothing is scored");
    }

    #[test]
    fn every_alias_ends_at_an_id_that_is_none(records in population(), seeds in proptest::collection::vec(any::<u32>(), 4..12)) {
        let declared = declared();
        let mut resolution = first(&records, &declared);
        let mut today = records;
        for day in 2..6 {
            today = tomorrow(&today, &seeds[day % seeds.len()..]);
            resolution = night(&today, &declared, Some((&resolution, Known::Everything)), 2, &format!("2026-01-0{day}")).unwrap();
            let text = |name: &str| resolution.aliases.column_by_name(name).unwrap().as_string_view().clone();
            let (old, to) = (text("old_customer_id"), text("customer_id"));
            let olds: BTreeSet<&str> = old.iter().flatten().collect();
            prop_assert!(to.iter().flatten().all(|to| !olds.contains(to)));
            let held: BTreeSet<String> = current(&resolution).into_values().collect();
            prop_assert!(olds.iter().all(|old| !held.contains(*old)), "an id that is held is no alias");
        }
    }
}

fn town() -> Vec<Record> {
    let mut records = Vec::new();
    for at in 0..40 {
        let (name, born) = (
            format!("person {}", (b'a' + at % 26) as char),
            format!("19{:02}-05-{:02}", 40 + at, at % 27 + 1),
        );
        let (email, mobile) = (format!("p{at}@example.org"), format!("+4917200{at:04}"));
        for copy in 0..2 {
            records.push(record(&format!("{at}-{copy}"), &name, &born, &email, &mobile));
        }
    }
    records
}

#[test]
fn a_record_that_was_deleted_gets_its_old_id_back() {
    let (records, declared) = (town(), declared());
    let before = first(&records, &declared);
    let without: Vec<Record> =
        records.iter().filter(|record| !record.key.starts_with("7-")).cloned().collect();
    let gone = night(&without, &declared, Some((&before, Known::Everything)), 2, "2026-01-02").unwrap();
    assert!(!current(&gone).contains_key("7-0"));
    let back = night(&records, &declared, Some((&gone, Known::Everything)), 2, "2026-01-03").unwrap();
    assert_eq!(current(&back), current(&before));
}

#[test]
fn a_mobile_that_passed_to_a_new_owner_joins_nobody() {
    let mut records = town();
    records.push(record("new", "quentin zimmer", "1999-12-24", "quentin@example.org", "+49172000007"));
    let of = current(&first(&records, &declared()));
    assert_eq!(of["7-0"], of["7-1"]);
    assert_ne!(of["new"], of["7-0"]);
}

#[test]
fn a_value_that_becomes_too_common_opens_what_it_held_together() {
    let declared = declared();
    let mut records = town();
    // A desk's mailbox: it joins two records that say nothing else, until too many use it.
    let desk = |at: usize| record(&format!("desk-{at}"), "", "", "desk@example.org", "");
    records.extend([desk(0), desk(1)]);
    let before = first(&records, &declared);
    let of = current(&before);
    assert_eq!(of["desk-0"], of["desk-1"]);
    records.extend((2..9).map(desk));
    let after = night(&records, &declared, Some((&before, Known::Everything)), 2, "2026-01-02").unwrap();
    let of = current(&after);
    let apart: BTreeSet<&String> = (0..9).map(|at| &of[&format!("desk-{at}")]).collect();
    assert_eq!(apart.len(), 9);
    assert_eq!(after.suspects.num_rows(), 1);
    let full = night(&records, &declared, Some((&before, Known::ModelOnly)), 2, "2026-01-02").unwrap();
    assert!(batches_equal(&after.map, &full.map));
}

#[test]
fn a_night_that_would_move_too_many_ids_stops() {
    let declared =
        Identity { settings: MatchSettings { changed_ids: 0.1, ..MatchSettings::default() }, ..declared() };
    let records = town();
    let before = first(&records, &declared);
    let half: Vec<Record> = records.iter().skip(50).cloned().collect();
    let error = night(&half, &declared, Some((&before, Known::Everything)), 2, "2026-01-02").unwrap_err();
    assert!(matches!(error, IdentityError::TooManyChanges { .. }), "{error}");
}
