//! Records → people and organisations: keys, guards, clusters, ids that last. Pure: arrays in, arrays out; the same rows
//! give the same ids whatever their order.

mod carry;
mod cluster;
mod columns;
pub mod fold;
mod history;
mod join;
pub mod similarity;

use std::sync::Arc;

use arrow::array::builder::StringViewBuilder;
use arrow::array::{Array, Date32Array, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use thiserror::Error;

use crate::config::project::IdentityKey;
use crate::name::AsOf;
use columns::Fingerprint;
use history::{History, Today, strings};

/// Why records could not be resolved. No message holds a value of a record.
#[derive(Debug, Error)]
pub enum IdentityError {
    #[error("the records have no column `{0}`")]
    MissingColumn(String),
    #[error("row {row} of the records has no `{column}`")]
    MissingKey { row: usize, column: &'static str },
    #[error("{0} records are more than one run can resolve")]
    TooManyRecords(usize),
    #[error("failed to read the records")]
    Arrow(#[from] ArrowError),
}

/// Who is who on one as-of date.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// [`map_schema`]: the whole history, this date's rows open.
    pub map: RecordBatch,
    /// [`event_schema`]: what happened to ids on this date.
    pub events: RecordBatch,
    /// [`suspect_schema`]: key values that joined nobody because too many share them.
    pub suspects: RecordBatch,
}

/// Joins records (`source`, `source_key` and one column for each key and its `names`) that share a key value into
/// customers. `previous` is the `identity_map` as an earlier as-of date left it, empty on the first; a map that this very
/// date left gives the same answer again.
pub fn resolve(
    records: &[RecordBatch],
    keys: &[IdentityKey],
    previous: &[RecordBatch],
    as_of: AsOf,
) -> Result<Resolution, IdentityError> {
    let source = columns::text(records, "source")?;
    let source_key = columns::text(records, "source_key")?;
    let Numbered { fingerprints, row_of, record_of } = number(&source, &source_key)?;
    let joined = join::join(records, keys, &record_of, fingerprints.len())?;
    drop(record_of);
    let empty = [RecordBatch::new_empty(map_schema())];
    let history = History::read(if previous.is_empty() { &empty } else { previous }, as_of)?;
    let carried = carry::carry(&carry::Start {
        roots: &joined.roots,
        fingerprints: &fingerprints,
        before: &history.before(&fingerprints),
        previous_ids: &history.ids(),
        held: history.held(),
        as_of,
    });
    let today = Today {
        source: &source,
        source_key: &source_key,
        fingerprints: &fingerprints,
        row_of: &row_of,
        strongest: &joined.strongest,
        keys,
    };
    Ok(Resolution {
        map: history.rewrite(&today, &carried, as_of)?,
        events: events_batch(&carried.events, as_of)?,
        suspects: suspects_batch(joined.suspects)?,
    })
}

/// Records numbered in the order of their fingerprints; rows that repeat a record have its number.
struct Numbered {
    fingerprints: Vec<Fingerprint>,
    /// By record: its first row.
    row_of: Vec<u32>,
    /// By row: its record.
    record_of: Vec<u32>,
}

fn number(source: &StringViewArray, source_key: &StringViewArray) -> Result<Numbered, IdentityError> {
    let rows = source.len();
    if u32::try_from(rows).is_err() {
        return Err(IdentityError::TooManyRecords(rows));
    }
    let mut order = Vec::with_capacity(rows);
    for row in 0..rows {
        let Some(of_source) = columns::value(source, row) else {
            return Err(IdentityError::MissingKey { row, column: "source" });
        };
        let Some(key) = columns::value(source_key, row) else {
            return Err(IdentityError::MissingKey { row, column: "source_key" });
        };
        order.push((Fingerprint::of(&[of_source, key]), row as u32));
    }
    order.sort_unstable();
    let mut numbered =
        Numbered { fingerprints: Vec::with_capacity(rows), row_of: Vec::new(), record_of: vec![0; rows] };
    for (fingerprint, row) in order {
        if numbered.fingerprints.last() != Some(&fingerprint) {
            numbered.fingerprints.push(fingerprint);
            numbered.row_of.push(row);
        }
        if let Some(record) = numbered.record_of.get_mut(row as usize) {
            *record = (numbered.fingerprints.len() - 1) as u32;
        }
    }
    Ok(numbered)
}

/// A key value that joins nobody.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Suspect {
    key: String,
    value_hash: String,
    records: usize,
    names: Option<usize>,
    reason: SuspectReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SuspectReason {
    TooManyRecords,
    TooManyNames,
}

/// Something that happened to a customer id.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    customer_id: String,
    kind: EventKind,
    other: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EventKind {
    Minted,
    Returned,
    Merged,
    Split,
    Retired,
}

impl EventKind {
    fn event(self) -> &'static str {
        match self {
            Self::Minted | Self::Returned => "minted",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Retired => "retired",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Minted => "new records",
            Self::Returned => "records that came back",
            Self::Merged => "its records now share a key with those of the other",
            Self::Split => "its records no longer share a key with those of the other",
            Self::Retired => "no records left",
        }
    }
}

/// `identity_map`: `source, source_key, customer_id, valid_from, valid_to, method, confidence`. `valid_to` is the last day,
/// NULL while it lasts; `method` is the strongest key that joins the record to another, or `alone`.
pub fn map_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("source", DataType::Utf8View, false),
        Field::new("source_key", DataType::Utf8View, false),
        Field::new("customer_id", DataType::Utf8View, false),
        Field::new("valid_from", DataType::Date32, false),
        Field::new("valid_to", DataType::Date32, true),
        Field::new("method", DataType::Utf8View, false),
        Field::new("confidence", DataType::Float64, false),
    ]))
}

/// `identity_event`: `as_of, customer_id, event, other_customer_id, reason`; `event` is minted, merged (into the other),
/// split (from the other) or retired.
pub fn event_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("as_of", DataType::Date32, false),
        Field::new("customer_id", DataType::Utf8View, false),
        Field::new("event", DataType::Utf8View, false),
        Field::new("other_customer_id", DataType::Utf8View, true),
        Field::new("reason", DataType::Utf8View, false),
    ]))
}

/// `identity_suspect_key`: `key, value_hash, records, names, reason`; the value itself is never kept.
pub fn suspect_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Utf8View, false),
        Field::new("value_hash", DataType::Utf8View, false),
        Field::new("records", DataType::Int64, false),
        Field::new("names", DataType::Int64, true),
        Field::new("reason", DataType::Utf8View, false),
    ]))
}

fn events_batch(events: &[Event], as_of: AsOf) -> Result<RecordBatch, IdentityError> {
    let mut others = StringViewBuilder::new();
    events.iter().for_each(|event| others.append_option(event.other.as_deref()));
    Ok(RecordBatch::try_new(
        event_schema(),
        vec![
            Arc::new(Date32Array::from(vec![as_of.days(); events.len()])),
            Arc::new(strings(events.iter().map(|event| event.customer_id.as_str()))),
            Arc::new(strings(events.iter().map(|event| event.kind.event()))),
            Arc::new(others.finish()),
            Arc::new(strings(events.iter().map(|event| event.kind.reason()))),
        ],
    )?)
}

fn suspects_batch(mut suspects: Vec<Suspect>) -> Result<RecordBatch, IdentityError> {
    suspects.sort_unstable();
    let reasons = suspects.iter().map(|suspect| match suspect.reason {
        SuspectReason::TooManyRecords => "on too many records",
        SuspectReason::TooManyNames => "under too many names",
    });
    Ok(RecordBatch::try_new(
        suspect_schema(),
        vec![
            Arc::new(strings(suspects.iter().map(|suspect| suspect.key.as_str()))),
            Arc::new(strings(suspects.iter().map(|suspect| suspect.value_hash.as_str()))),
            Arc::new(suspects.iter().map(|suspect| Some(suspect.records as i64)).collect::<Int64Array>()),
            Arc::new(
                suspects
                    .iter()
                    .map(|suspect| suspect.names.map(|names| names as i64))
                    .collect::<Int64Array>(),
            ),
            Arc::new(strings(reasons)),
        ],
    )?)
}
