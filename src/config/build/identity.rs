//! `identity:`: which exact keys join records, and which values are too common to.

use super::super::project::{Identity, IdentityKey};
use super::super::raw::identity::RawIdentity;
use super::{Pass, Place};

/// Checks how records become customers.
pub fn identity(raw: RawIdentity, place: Place<'_>, pass: &mut Pass<'_>) -> Option<Identity> {
    let records = pass.table(&raw.records, place.key("records"));
    if raw.keys.is_empty() {
        pass.error(
            place.key("keys").key_at(),
            "`keys` names no column",
            "add the columns of which an equal value joins records",
        );
    }
    let mut keys = Vec::with_capacity(raw.keys.len());
    for (column, key) in raw.keys {
        let place = place.key("keys").key(&column);
        pass.snake_case(&column, place.key_at());
        let confidence = key.confidence.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&confidence) {
            pass.bad(place.key("confidence"), "a confidence", "write a number from 0 to 1");
        }
        for (name, limit) in [("max_records", key.max_records), ("max_names", key.max_names)] {
            if limit == Some(0) {
                let help = "write 1 or more, or leave the key out";
                pass.error(place.key(name).at(), format!("`{name}: 0` lets no record join"), help);
            }
        }
        if key.max_names.is_some() && key.names.is_none() && !place.is_lacking() {
            let help = "add `names:` with the column whose distinct values are counted";
            pass.error(place.key("max_names").key_at(), "`max_names` needs `names`", help);
        }
        keys.push(IdentityKey {
            column,
            max_records: key.max_records,
            max_names: key.max_names,
            names: key.names,
            placeholders: key.placeholders,
            confidence,
            at: place.key_at(),
        });
    }
    Some(Identity { records: records?, keys, at: place.key_at() })
}
