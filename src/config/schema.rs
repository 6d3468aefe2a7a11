//! The JSON Schema of the YAML files, made from the structs they are read into: what editors complete and `shape` checks
//! are the same text.
//!
//! A YAML file names its schema in the first line, for editors that run a YAML language server:
//!
//! ```yaml
//! # yaml-language-server: $schema=../target/schema/pipeline.json
//! pipeline: customer
//! ```

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::raw::environment::RawEnvironment;
use super::raw::pipeline::RawPipeline;

/// The schema of `pipelines/NAME.yaml`, draft 2020-12.
pub fn pipeline() -> Value {
    of::<RawPipeline>("A Portrait pipeline")
}

/// The schema of `config/NAME.yaml`, draft 2020-12.
pub fn environment() -> Value {
    of::<RawEnvironment>("A Portrait environment")
}

fn of<T: JsonSchema>(title: &str) -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), title.into());
    }
    schema
}
