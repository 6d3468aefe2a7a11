//! The values that SQL reads as `$name`, typed: a pipeline's own and the built-in ones.

use std::collections::BTreeMap;

use arrow::array::timezone::Tz as ArrowTz;
use arrow::temporal_conversions::as_datetime_with_timezone;
use chrono_tz::Tz;
use datafusion::common::ScalarValue;
use datafusion::common::arrow::datatypes::{DataType, TimestampMicrosecondType};

use crate::config::project::{Param, ParamValue, Pipeline, Project};
use crate::name::{AsOf, PipelineName};

/// Typed values by name, without the `$`.
pub type Params = BTreeMap<String, ScalarValue>;

/// The parameters of the models of a project's pipeline; none if the project has no such pipeline.
pub fn of_project(project: &Project, pipeline: &PipelineName, as_of: AsOf) -> Params {
    let zone = project.environment.business_timezone;
    let pipeline = project.pipelines.iter().find(|candidate| candidate.name == *pipeline);
    pipeline.map(|pipeline| of_pipeline(pipeline, as_of, zone)).unwrap_or_default()
}

/// The parameters that every statement may use: see [`of_pipeline`].
pub fn of_date(as_of: AsOf, zone: Tz) -> Params {
    built_in(as_of, zone).into()
}

/// The parameters of a pipeline's models for one as-of date: its own, `as_of` (a date) and `as_of_end` (the first
/// instant that is not covered).
pub fn of_pipeline(pipeline: &Pipeline, as_of: AsOf, zone: Tz) -> Params {
    let own = pipeline.params.iter().map(|Param { name, value, .. }| (name.clone(), scalar(value)));
    own.chain(built_in(as_of, zone)).collect()
}

fn built_in(as_of: AsOf, zone: Tz) -> [(String, ScalarValue); 2] {
    let end = as_of.end(zone).timestamp_micros();
    [
        ("as_of".to_owned(), ScalarValue::Date32(Some(as_of.days()))),
        ("as_of_end".to_owned(), ScalarValue::TimestampMicrosecond(Some(end), Some("UTC".into()))),
    ]
}

/// A parameter's value as the engine binds it.
pub fn scalar(value: &ParamValue) -> ScalarValue {
    match value {
        ParamValue::String(text) => ScalarValue::Utf8View(Some(text.clone())),
        ParamValue::Boolean(truth) => ScalarValue::Boolean(Some(*truth)),
        ParamValue::Int(number) => ScalarValue::Int64(Some(*number)),
        ParamValue::Float(number) => ScalarValue::Float64(Some(*number)),
        ParamValue::Decimal(millionths) => ScalarValue::Decimal128(Some(*millionths), 20, 6),
        ParamValue::Date(date) => ScalarValue::Date32(Some(AsOf(*date).days())),
    }
}

/// A value as an SQL literal of its type, for people to read.
pub fn literal(value: &ScalarValue) -> String {
    match value {
        ScalarValue::Utf8View(Some(text)) | ScalarValue::Utf8(Some(text)) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        ScalarValue::Date32(Some(_)) => format!("DATE '{value}'"),
        ScalarValue::Decimal128(Some(_), precision, scale) => {
            format!("CAST({value} AS DECIMAL({precision},{scale}))")
        }
        ScalarValue::Float64(Some(_)) => format!("CAST({value} AS DOUBLE)"),
        ScalarValue::TimestampMicrosecond(Some(micros), Some(_)) => {
            let zone: Option<ArrowTz> = "+00:00".parse().ok();
            let instant =
                zone.and_then(|zone| as_datetime_with_timezone::<TimestampMicrosecondType>(*micros, zone));
            instant.map_or_else(
                || value.to_string(),
                |instant| format!("TIMESTAMP '{}'", instant.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
            )
        }
        other => other.to_string(),
    }
}

/// A value written in YAML as a parameter of a type; `None` if it is not of that type.
pub fn of_json(value: &serde_json::Value, kind: &DataType) -> Option<ScalarValue> {
    let text = match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => value.to_string(),
        _ => return None,
    };
    ScalarValue::try_from_string(text, kind).ok()
}
