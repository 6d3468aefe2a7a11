//! The tables that no SQL makes: what the identity step yields, column by column.

use arrow::datatypes::SchemaRef;

use crate::identity::{self, state};
use crate::name::TableName;

/// The columns that the identity step needs of its `records` model, all text, beside keys and attributes.
pub const RECORD_COLUMNS: [&str; 3] = ["record_key", "source", "source_key"];

/// The schema of a table that the identity step makes.
pub fn schema(table: &TableName) -> Option<SchemaRef> {
    Some(match table.as_str() {
        "identity_map" => identity::map_schema(),
        "identity_event" => identity::event_schema(),
        "identity_suspect_key" => identity::suspect_schema(),
        "identity_alias" => identity::alias_schema(),
        "identity_edge" => state::edge_schema(),
        "identity_state" => state::state_schema(),
        "identity_model" => state::model_schema(),
        "identity_frequency" => state::frequency_schema(),
        _ => return None,
    })
}
