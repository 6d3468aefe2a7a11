//! How a column is best encoded, judged by the first rows of a file: a dictionary only where values repeat. Changes no
//! value; what is chosen wrongly costs time or space, nothing else.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Decimal128Type, Int64Type, TimestampMicrosecondType};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// Rows that are looked at.
const SAMPLE: usize = 2048;
/// Fewer rows say nothing.
const FEWEST: usize = 256;

/// The properties for a file that begins with these rows. A dictionary of values that hardly repeat is built, found too
/// large and thrown away in every row group; it is not begun.
pub(super) fn suited(properties: &WriterProperties, first: &RecordBatch) -> WriterProperties {
    let mut builder = properties.clone().into_builder();
    for (field, column) in first.schema_ref().fields().iter().zip(first.columns()) {
        if hardly_repeats(column) {
            builder = builder.set_column_dictionary_enabled(ColumnPath::from(field.name().as_str()), false);
        }
    }
    builder.build()
}

/// Whether nine of ten values of the first rows differ.
fn hardly_repeats(column: &ArrayRef) -> bool {
    let rows = column.len().min(SAMPLE);
    let column = column.slice(0, rows);
    let values = rows - column.logical_null_count();
    if values < FEWEST {
        return false;
    }
    let distinct = match column.data_type() {
        DataType::Utf8View => distinct(column.as_string_view().iter()),
        DataType::Utf8 => distinct(column.as_string::<i32>().iter()),
        DataType::FixedSizeBinary(_) => distinct(column.as_fixed_size_binary().iter()),
        DataType::Int64 => distinct_numbers::<Int64Type>(&column),
        DataType::Timestamp(..) if column.as_primitive_opt::<TimestampMicrosecondType>().is_some() => {
            distinct_numbers::<TimestampMicrosecondType>(&column)
        }
        DataType::Decimal128(..) => distinct_numbers::<Decimal128Type>(&column),
        _ => return false,
    };
    distinct * 10 > values * 9
}

fn distinct<T: std::hash::Hash + Eq>(values: impl Iterator<Item = Option<T>>) -> usize {
    values.flatten().collect::<HashSet<T>>().len()
}

fn distinct_numbers<T: ArrowPrimitiveType>(column: &ArrayRef) -> usize
where
    T::Native: std::hash::Hash + Eq,
{
    column.as_primitive_opt::<T>().map_or(0, |numbers| distinct(numbers.iter()))
}
