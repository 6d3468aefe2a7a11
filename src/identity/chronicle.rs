//! What happened to a customer id, day by day. Never changes it.

use arrow::array::{Array, RecordBatch};
use serde::Serialize;

use super::IdentityError;
use super::columns::{dates, text, value};

/// A customer id through time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chronicle {
    pub customer_id: String,
    /// The id that was asked for, where it goes by another today.
    pub formerly: Option<String>,
    /// Records that belong to it or did, the present ones first.
    pub records: Vec<Membership>,
    /// What is on record of it and of the id that was asked for, oldest first.
    pub events: Vec<Happening>,
}

/// A record's time with a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Membership {
    pub source: String,
    pub source_key: String,
    pub valid_from: String,
    /// The last day; none while it lasts.
    pub valid_to: Option<String>,
    pub method: String,
    pub confidence: String,
}

/// Something that happened to a customer id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Happening {
    pub as_of: String,
    pub customer_id: String,
    pub event: String,
    pub other_customer_id: Option<String>,
    pub reason: String,
}

/// Reads the tables about one id, old or current; none if it never was.
pub fn chronicle(
    map: &[RecordBatch],
    events: &[RecordBatch],
    aliases: &[RecordBatch],
    asked: &str,
) -> Result<Option<Chronicle>, IdentityError> {
    let current = current_id(aliases, asked)?;
    let records = memberships(map, &current)?;
    let events = happenings(events, &[asked, &current])?;
    if records.is_empty() && events.is_empty() {
        return Ok(None);
    }
    let formerly = (current != asked).then(|| asked.to_owned());
    Ok(Some(Chronicle { customer_id: current, formerly, records, events }))
}

fn current_id(aliases: &[RecordBatch], asked: &str) -> Result<String, IdentityError> {
    if aliases.is_empty() {
        return Ok(asked.to_owned());
    }
    let (old, current) = (text(aliases, "old_customer_id")?, text(aliases, "customer_id")?);
    let row = (0..old.len()).find(|row| value(&old, *row) == Some(asked));
    Ok(row.and_then(|row| value(&current, row)).unwrap_or(asked).to_owned())
}

fn day(days: i32) -> String {
    chrono::NaiveDate::from_epoch_days(days).map_or_else(String::new, |day| day.to_string())
}

fn memberships(map: &[RecordBatch], id: &str) -> Result<Vec<Membership>, IdentityError> {
    if map.is_empty() {
        return Ok(Vec::new());
    }
    let (source, key, customer) = (text(map, "source")?, text(map, "source_key")?, text(map, "customer_id")?);
    let (from, to) = (dates(map, "valid_from")?, dates(map, "valid_to")?);
    let (method, confidence) = (text(map, "method")?, super::columns::numbers(map, "confidence")?);
    let cell = |column, row| value(column, row).unwrap_or_default().to_owned();
    let mut rows: Vec<Membership> = (0..customer.len())
        .filter(|row| value(&customer, *row) == Some(id))
        .map(|row| Membership {
            source: cell(&source, row),
            source_key: cell(&key, row),
            valid_from: day(from.value(row)),
            valid_to: to.is_valid(row).then(|| day(to.value(row))),
            method: cell(&method, row),
            confidence: format!("{:.4}", confidence.value(row)),
        })
        .collect();
    rows.sort_by(|a, b| {
        let order = |of: &Membership| {
            (of.valid_to.is_some(), of.source.clone(), of.source_key.clone(), of.valid_from.clone())
        };
        order(a).cmp(&order(b))
    });
    Ok(rows)
}

fn happenings(events: &[RecordBatch], ids: &[&str]) -> Result<Vec<Happening>, IdentityError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let (customer, event) = (text(events, "customer_id")?, text(events, "event")?);
    let (other, reason) = (text(events, "other_customer_id")?, text(events, "reason")?);
    let as_of = dates(events, "as_of")?;
    let concerns = |row: &usize| {
        let of = |column| value(column, *row).is_some_and(|id| ids.contains(&id));
        of(&customer) || of(&other)
    };
    let mut rows: Vec<Happening> = (0..customer.len())
        .filter(concerns)
        .map(|row| Happening {
            as_of: day(as_of.value(row)),
            customer_id: value(&customer, row).unwrap_or_default().to_owned(),
            event: value(&event, row).unwrap_or_default().to_owned(),
            other_customer_id: value(&other, row).map(str::to_owned),
            reason: value(&reason, row).unwrap_or_default().to_owned(),
        })
        .collect();
    rows.sort();
    rows.dedup();
    Ok(rows)
}
