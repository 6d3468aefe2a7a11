//! What a table's columns look like once staged: text as Utf8View, instants as microseconds in UTC.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use datafusion::common::{Column, DataFusionError};
use datafusion::logical_expr::{Cast, Expr, LogicalPlan, LogicalPlanBuilder};

/// The type that a column of this type has in a staged table.
fn staged(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Dictionary(_, value) => staged(value),
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
        DataType::Date64 => DataType::Date32,
        DataType::List(item) => DataType::List(staged_item(item)),
        DataType::LargeList(item) => DataType::LargeList(staged_item(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(staged_item).collect()),
        other => other.clone(),
    }
}

fn staged_item(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), staged(field.data_type()), field.is_nullable()))
}

/// The plan with its columns in the types that staged tables have.
///
/// # Errors
/// If two columns have one name.
pub(super) fn normal(plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let schema = plan.schema();
    if schema.fields().iter().all(|field| staged(field.data_type()) == *field.data_type()) {
        return Ok(plan);
    }
    let columns: Vec<Expr> = schema
        .iter()
        .map(|(qualifier, field)| {
            let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
            let kind = staged(field.data_type());
            if kind == *field.data_type() {
                column
            } else {
                Expr::Cast(Cast::new(Box::new(column), kind))
                    .alias_qualified(qualifier.cloned(), field.name())
            }
        })
        .collect();
    LogicalPlanBuilder::from(plan).project(columns)?.build()
}

/// The schema that a plan's rows have as a staged table.
pub fn table_schema(plan: &LogicalPlan) -> SchemaRef {
    let fields: Vec<Field> = plan
        .schema()
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), staged(field.data_type()), field.is_nullable()))
        .collect();
    Arc::new(Schema::new_with_metadata(fields, HashMap::new()))
}
