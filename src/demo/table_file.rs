//! Parquet files as the sample's upstream systems would write them.

use std::fs::File;
use std::path::Path;

use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::error::DemoError;
use super::writer::create_file;

/// Opens a Parquet file. `distinct` columns hardly repeat a value: a dictionary would only cost.
pub fn create(path: &Path, schema: &SchemaRef, distinct: &[&str]) -> Result<ArrowWriter<File>, DemoError> {
    let file = create_file(path)?;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("sample".to_owned());
    for column in distinct {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(*column), false);
    }
    ArrowWriter::try_new(file, schema.clone(), Some(properties.build()))
        .map_err(|source| DemoError::Parquet { path: path.to_owned(), source })
}
