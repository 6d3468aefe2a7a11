//! By what id a customer goes today whose id was merged away. Chains are followed to their end.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, RecordBatch};

use super::columns::{dates, text, value};
use super::{Event, EventKind, IdentityError};
use crate::name::AsOf;

/// An id that was merged away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    pub old: String,
    /// The id that its customer goes by today; never itself an alias.
    pub current: String,
    /// The day it was merged away.
    pub since: i32,
}

/// The aliases of today: those of before, led on through today's merges; an id that came back is none any more.
pub fn aliases(previous: &[RecordBatch], events: &[Event], as_of: AsOf) -> Result<Vec<Alias>, IdentityError> {
    let mut target: BTreeMap<String, (String, i32)> = BTreeMap::new();
    if !previous.is_empty() {
        let (old, current) = (text(previous, "old_customer_id")?, text(previous, "customer_id")?);
        let since = dates(previous, "since")?;
        for row in 0..old.len() {
            if let (Some(old), Some(current)) = (value(&old, row), value(&current, row))
                && since.value(row) < as_of.days()
            {
                target.insert(old.to_owned(), (current.to_owned(), since.value(row)));
            }
        }
    }
    for event in events {
        match (&event.kind, &event.other) {
            (EventKind::Returned | EventKind::Minted | EventKind::Split, _) => {
                target.remove(&event.customer_id);
            }
            (EventKind::Merged, Some(other)) => {
                target.insert(event.customer_id.clone(), (other.clone(), as_of.days()));
            }
            _ => {}
        }
    }
    let end = |start: &str| {
        let mut met = BTreeSet::new();
        let mut at = start;
        while let Some((next, _)) = target.get(at).filter(|_| met.insert(at)) {
            at = next;
        }
        at.to_owned()
    };
    let resolved = target.iter().map(|(old, (current, since))| Alias {
        old: old.clone(),
        current: end(current),
        since: *since,
    });
    Ok(resolved.filter(|alias| alias.old != alias.current).collect())
}
