//! What one night leaves to the next beside the map: the trained model, edges, and of each record what it was compared
//! by. With them a night decides anew only about what changed.

use std::sync::Arc;

use arrow::array::builder::FixedSizeBinaryBuilder;
use arrow::array::{
    Array, AsArray, Date32Array, FixedSizeBinaryArray, Float32Array, Float64Array, Int64Array, RecordBatch,
    UInt64Array,
};
use arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Int64Type, Schema, SchemaRef, UInt64Type};
use serde::{Deserialize, Serialize};

use super::IdentityError;
use super::columns::{Fingerprint, text};
use super::history::strings;
use super::matching::model::Model;
use crate::config::identity::Identity;
use crate::name::AsOf;

/// A trained model, and what it was trained for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// Of what was declared; another declaration needs another model.
    pub declaration: String,
    /// Of the file that it was taken from, where it was not estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<String>,
    pub trained_on: String,
    /// The blocking rules that are followed.
    pub rules: Vec<String>,
    pub model: Model,
}

impl Trained {
    /// The model that is declared to be used instead of a trained one, if any. Values' frequencies are not in its file.
    pub fn declared(declared: &Identity) -> Result<Option<Self>, serde_json::Error> {
        let Some(file) = &declared.model else { return Ok(None) };
        let trained: Self = serde_json::from_str(&file.text)?;
        Ok(Some(Self { pinned: pin(declared), ..trained }))
    }
}

/// By what a model is known to come from the file that is declared.
pub fn pin(declared: &Identity) -> Option<String> {
    declared.model.as_ref().map(|file| Fingerprint::of(&[&file.text]).hex())
}

/// What a record was, when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub record: Fingerprint,
    /// Of everything that it is compared by.
    pub hash: u64,
    /// The smallest record of those that it hung together with.
    pub component: Fingerprint,
    /// The smallest record of its customer.
    pub group: Fingerprint,
}

/// An edge between records by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeptEdge {
    pub a: Fingerprint,
    pub b: Fingerprint,
    pub weight: f32,
    pub pattern: u64,
}

/// All that the previous night left.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub trained: Option<Trained>,
    /// Sorted by record.
    pub seen: Vec<Seen>,
    pub edges: Vec<KeptEdge>,
}

/// The tables that a state is read from, each maybe empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct StateTables<'a> {
    pub state: &'a [RecordBatch],
    pub edges: &'a [RecordBatch],
    pub model: &'a [RecordBatch],
    pub frequencies: &'a [RecordBatch],
}

const FINGERPRINT: DataType = DataType::FixedSizeBinary(12);

/// `identity_state`: `record, hash, component, cluster`: what each record was compared by and where it ended.
pub fn state_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("record", FINGERPRINT, false),
        Field::new("hash", DataType::UInt64, false),
        Field::new("component", FINGERPRINT, false),
        Field::new("cluster", FINGERPRINT, false),
    ]))
}

/// `identity_edge`: `record, other_record, weight_bits, pattern`: pairs that may be one.
pub fn edge_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("record", FINGERPRINT, false),
        Field::new("other_record", FINGERPRINT, false),
        Field::new("weight_bits", DataType::Float32, false),
        Field::new("pattern", DataType::UInt64, false),
    ]))
}

/// `identity_model`: `trained_on, records, prior, parameters`: one row, or none without attributes; `parameters` is JSON.
pub fn model_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("trained_on", DataType::Date32, false),
        Field::new("records", DataType::Int64, false),
        Field::new("prior", DataType::Float64, false),
        Field::new("parameters", DataType::Utf8View, false),
    ]))
}

/// `identity_frequency`: `comparison, value, frequency`: how common values are; `value` is a hash.
pub fn frequency_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("comparison", DataType::Int64, false),
        Field::new("value", DataType::UInt64, false),
        Field::new("frequency", DataType::Float64, false),
    ]))
}

impl State {
    /// What a record was the night before.
    pub fn seen(&self, record: &Fingerprint) -> Option<&Seen> {
        let at = self.seen.binary_search_by(|seen| seen.record.cmp(record)).ok()?;
        self.seen.get(at)
    }

    /// Reads what the previous night left.
    pub fn read(tables: StateTables) -> Result<Self, IdentityError> {
        let mut seen = Vec::new();
        for batch in tables.state {
            let (records, components, groups) = (
                fingerprints(batch, "record")?,
                fingerprints(batch, "component")?,
                fingerprints(batch, "cluster")?,
            );
            let hashes = primitive(batch, "hash")?.as_primitive::<UInt64Type>();
            for (row, hash) in hashes.values().iter().enumerate() {
                let (Some(record), Some(component), Some(group)) =
                    (at(records, row), at(components, row), at(groups, row))
                else {
                    continue;
                };
                seen.push(Seen { record, hash: *hash, component, group });
            }
        }
        seen.sort_unstable();
        let mut edges = Vec::new();
        for batch in tables.edges {
            let (left, right) = (fingerprints(batch, "record")?, fingerprints(batch, "other_record")?);
            let weights = primitive(batch, "weight_bits")?.as_primitive::<Float32Type>();
            let patterns = primitive(batch, "pattern")?.as_primitive::<UInt64Type>();
            for (row, (weight, pattern)) in weights.values().iter().zip(patterns.values()).enumerate() {
                if let (Some(a), Some(b)) = (at(left, row), at(right, row)) {
                    edges.push(KeptEdge { a, b, weight: *weight, pattern: *pattern });
                }
            }
        }
        Ok(Self { trained: trained(&tables)?, seen, edges })
    }
}

fn trained(tables: &StateTables) -> Result<Option<Trained>, IdentityError> {
    let parameters = text_or_nothing(tables.model, "parameters")?;
    // What another version wrote is trained anew.
    let Some(mut trained) = parameters.and_then(|json| serde_json::from_str::<Trained>(&json).ok()) else {
        return Ok(None);
    };
    for batch in tables.frequencies {
        let comparisons = primitive(batch, "comparison")?.as_primitive::<Int64Type>();
        let values = primitive(batch, "value")?.as_primitive::<UInt64Type>();
        let frequencies = primitive(batch, "frequency")?.as_primitive::<Float64Type>();
        for ((comparison, value), frequency) in
            comparisons.values().iter().zip(values.values()).zip(frequencies.values())
        {
            if let Some(of) =
                usize::try_from(*comparison).ok().and_then(|at| trained.model.comparisons.get_mut(at))
            {
                of.frequencies.insert(*value, *frequency);
            }
        }
    }
    Ok(Some(trained))
}

fn text_or_nothing(batches: &[RecordBatch], column: &str) -> Result<Option<String>, IdentityError> {
    if batches.iter().all(|batch| batch.num_rows() == 0) {
        return Ok(None);
    }
    let column = text(batches, column)?;
    Ok((!column.is_empty()).then(|| column.value(0).to_owned()))
}

fn primitive<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, IdentityError> {
    let column = batch.column_by_name(name).ok_or_else(|| IdentityError::MissingColumn(name.to_owned()))?;
    Ok(column.as_ref())
}

fn fingerprints<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a FixedSizeBinaryArray, IdentityError> {
    primitive(batch, name)?
        .as_fixed_size_binary_opt()
        .ok_or_else(|| IdentityError::MissingColumn(name.to_owned()))
}

fn at(column: &FixedSizeBinaryArray, row: usize) -> Option<Fingerprint> {
    Fingerprint::from_bytes(column.value(row))
}

fn fingerprint_column(
    values: impl ExactSizeIterator<Item = Fingerprint>,
) -> Result<FixedSizeBinaryArray, IdentityError> {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), 12);
    for value in values {
        builder.append_value(value.bytes())?;
    }
    Ok(builder.finish())
}

/// [`state_schema`].
pub fn state_batch(seen: impl ExactSizeIterator<Item = Seen> + Clone) -> Result<RecordBatch, IdentityError> {
    Ok(RecordBatch::try_new(
        state_schema(),
        vec![
            Arc::new(fingerprint_column(seen.clone().map(|seen| seen.record))?),
            Arc::new(UInt64Array::from_iter_values(seen.clone().map(|seen| seen.hash))),
            Arc::new(fingerprint_column(seen.clone().map(|seen| seen.component))?),
            Arc::new(fingerprint_column(seen.map(|seen| seen.group))?),
        ],
    )?)
}

/// [`edge_schema`].
pub fn edge_batch(
    edges: impl ExactSizeIterator<Item = KeptEdge> + Clone,
) -> Result<RecordBatch, IdentityError> {
    Ok(RecordBatch::try_new(
        edge_schema(),
        vec![
            Arc::new(fingerprint_column(edges.clone().map(|edge| edge.a))?),
            Arc::new(fingerprint_column(edges.clone().map(|edge| edge.b))?),
            Arc::new(Float32Array::from_iter_values(edges.clone().map(|edge| edge.weight))),
            Arc::new(UInt64Array::from_iter_values(edges.map(|edge| edge.pattern))),
        ],
    )?)
}

/// [`model_schema`] and [`frequency_schema`].
pub fn model_batches(trained: Option<&Trained>) -> Result<(RecordBatch, RecordBatch), IdentityError> {
    let Some(trained) = trained else {
        return Ok((RecordBatch::new_empty(model_schema()), RecordBatch::new_empty(frequency_schema())));
    };
    let day = trained.trained_on.parse::<AsOf>().map_or(0, |as_of| as_of.days());
    let json = serde_json::to_string(trained).map_err(|_| IdentityError::Unwritable)?;
    let model = RecordBatch::try_new(
        model_schema(),
        vec![
            Arc::new(Date32Array::from(vec![day])),
            Arc::new(Int64Array::from(vec![trained.model.records as i64])),
            Arc::new(Float64Array::from(vec![trained.model.prior])),
            Arc::new(strings(std::iter::once(json.as_str()))),
        ],
    )?;
    let rows = || {
        let comparisons = trained.model.comparisons.iter().enumerate();
        comparisons.flat_map(|(at, of)| {
            of.frequencies.iter().map(move |(value, frequency)| (at, *value, *frequency))
        })
    };
    let frequencies = RecordBatch::try_new(
        frequency_schema(),
        vec![
            Arc::new(rows().map(|(at, ..)| Some(at as i64)).collect::<Int64Array>()),
            Arc::new(rows().map(|(_, value, _)| Some(value)).collect::<UInt64Array>()),
            Arc::new(rows().map(|(.., frequency)| Some(frequency)).collect::<Float64Array>()),
        ],
    )?;
    Ok((model, frequencies))
}
