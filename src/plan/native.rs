//! The tables that no SQL makes: what the identity step yields, column by column.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::name::TableName;

/// The columns that the identity step needs of its `records` model, all text, beside the keys.
pub const RECORD_COLUMNS: [&str; 3] = ["record_key", "source", "source_key"];

/// The schema of a table that the identity step makes.
pub fn schema(table: &TableName) -> Option<SchemaRef> {
    let text = || DataType::Utf8View;
    let fields: Vec<(&str, DataType, bool)> = match table.as_str() {
        "identity_map" => vec![
            ("source", text(), false),
            ("source_key", text(), false),
            ("customer_id", text(), false),
            ("valid_from", DataType::Date32, false),
            ("valid_to", DataType::Date32, true),
            ("method", text(), true),
            ("confidence", DataType::Float64, true),
        ],
        "identity_event" => vec![
            ("as_of", DataType::Date32, false),
            ("customer_id", text(), false),
            ("event", text(), false),
            ("other_customer_id", text(), true),
            ("reason", text(), true),
        ],
        "identity_suspect_key" => vec![
            ("key", text(), false),
            ("value_hash", text(), false),
            ("records", DataType::Int64, false),
            ("names", DataType::Int64, false),
            ("reason", text(), false),
        ],
        _ => return None,
    };
    let fields: Vec<Field> =
        fields.into_iter().map(|(name, kind, nullable)| Field::new(name, kind, nullable)).collect();
    Some(Arc::new(Schema::new(fields)))
}
