//! The tables of a resolution, column by column. Never decides.

use std::sync::Arc;

use arrow::array::builder::StringViewBuilder;
use arrow::array::{Date32Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::history::strings;
use super::{Alias, Event, IdentityError, Suspect, SuspectReason};
use crate::name::AsOf;

/// `identity_map`: `source, source_key, customer_id, valid_from, valid_to, method, confidence`. `valid_to` is the last day,
/// NULL while it lasts; `method` is what ties the record to others: `steward`, a key's name, `matched`, or `alone`.
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

/// `identity_alias`: `old_customer_id, customer_id, since`: by what id a customer goes whose id was merged away.
pub fn alias_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("old_customer_id", DataType::Utf8View, false),
        Field::new("customer_id", DataType::Utf8View, false),
        Field::new("since", DataType::Date32, false),
    ]))
}

pub fn events_batch(events: &[Event], as_of: AsOf) -> Result<RecordBatch, IdentityError> {
    let mut others = StringViewBuilder::new();
    events.iter().for_each(|event| others.append_option(event.other.as_deref()));
    Ok(RecordBatch::try_new(
        event_schema(),
        vec![
            Arc::new(Date32Array::from(vec![as_of.days(); events.len()])),
            Arc::new(strings(events.iter().map(|event| event.customer_id.as_str()))),
            Arc::new(strings(events.iter().map(|event| event.kind.event()))),
            Arc::new(others.finish()),
            Arc::new(strings(events.iter().map(Event::reason))),
        ],
    )?)
}

pub fn suspects_batch(mut suspects: Vec<Suspect>) -> Result<RecordBatch, IdentityError> {
    suspects.sort_unstable();
    suspects.dedup();
    let reasons = suspects.iter().map(|suspect| match suspect.reason {
        SuspectReason::TooManyRecords => "on too many records",
        SuspectReason::TooManyNames => "under too many names",
    });
    let names = suspects.iter().map(|suspect| suspect.names.map(|names| names as i64));
    Ok(RecordBatch::try_new(
        suspect_schema(),
        vec![
            Arc::new(strings(suspects.iter().map(|suspect| suspect.key.as_str()))),
            Arc::new(strings(suspects.iter().map(|suspect| suspect.value_hash.as_str()))),
            Arc::new(suspects.iter().map(|suspect| Some(suspect.records as i64)).collect::<Int64Array>()),
            Arc::new(names.collect::<Int64Array>()),
            Arc::new(strings(reasons)),
        ],
    )?)
}

pub fn aliases_batch(aliases: &[Alias]) -> Result<RecordBatch, IdentityError> {
    Ok(RecordBatch::try_new(
        alias_schema(),
        vec![
            Arc::new(strings(aliases.iter().map(|alias| alias.old.as_str()))),
            Arc::new(strings(aliases.iter().map(|alias| alias.current.as_str()))),
            Arc::new(Date32Array::from(aliases.iter().map(|alias| alias.since).collect::<Vec<_>>())),
        ],
    )?)
}
