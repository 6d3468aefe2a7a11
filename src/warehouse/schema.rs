//! The schema of a table as files and manifests hold it: plain text types, a description for every column.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use arrow::ipc::convert::try_schema_from_ipc_buffer;
use parquet::arrow::encode_arrow_schema;
use serde::{Deserialize, Serialize};

use super::error::WarehouseError;

/// The key of a column's description in its field's metadata.
pub const DESCRIPTION: &str = "description";

/// A column as a manifest lists it, for people and for other languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEntry {
    pub name: String,
    /// As Arrow prints it: `Utf8`, `Decimal128(18, 2)`, `Timestamp(µs, "UTC")`.
    #[serde(rename = "type")]
    pub kind: String,
    pub nullable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The columns of a schema.
pub fn column_entries(schema: &Schema) -> Vec<ColumnEntry> {
    let entry = |field: &FieldRef| ColumnEntry {
        name: field.name().clone(),
        kind: field.data_type().to_string(),
        nullable: field.is_nullable(),
        description: field.metadata().get(DESCRIPTION).cloned(),
    };
    schema.fields().iter().map(entry).collect()
}

/// The schema that files are written with: views become plain text (older readers know no views), each column carries
/// its own description and nothing else, whatever it was computed from.
pub fn file_schema(schema: &Schema, descriptions: &BTreeMap<String, String>) -> Schema {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| {
            let described = descriptions.get(field.name());
            let metadata: HashMap<String, String> =
                described.map(|text| (DESCRIPTION.to_owned(), text.clone())).into_iter().collect();
            Field::new(field.name(), plain(field.data_type()), field.is_nullable()).with_metadata(metadata)
        })
        .collect();
    Schema::new(fields)
}

/// A type without views and dictionaries, nested ones included.
pub fn plain(kind: &DataType) -> DataType {
    let inner = |field: &FieldRef| -> FieldRef {
        Arc::new(Field::new(field.name(), plain(field.data_type()), field.is_nullable()))
    };
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::Dictionary(_, value) => plain(value),
        DataType::List(item) | DataType::LargeList(item) | DataType::ListView(item) => {
            DataType::List(inner(item))
        }
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(inner(item), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::Map(entries, sorted) => DataType::Map(inner(entries), *sorted),
        other => other.clone(),
    }
}

/// A schema as an IPC message in base64, as Parquet files keep it under `ARROW:schema`.
pub fn encode_schema(schema: &Schema) -> String {
    encode_arrow_schema(schema)
}

/// The schema in such a message.
pub fn decode_schema(text: &str) -> Result<Schema, WarehouseError> {
    let damaged =
        |reason: String| WarehouseError::Damaged { path: "schema of a manifest".to_owned(), reason };
    let bytes = decode_base64(text).ok_or_else(|| damaged("not base64".to_owned()))?;
    try_schema_from_ipc_buffer(&bytes).map_err(|error| damaged(error.to_string()))
}

/// Standard base64 with padding; `None` if it is not.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in body.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}
