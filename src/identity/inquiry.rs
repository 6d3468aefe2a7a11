//! A night's matching looked at again: the records, the model and the rules as the last run had them, and whose each
//! record is. Decides nothing anew.

use std::collections::HashMap;

use arrow::array::{Array, RecordBatch};

use super::blocking::{Rule, Sources};
use super::columns::{Fingerprint, dates, text, value};
use super::evidence;
use super::matching::block::Pairs;
use super::matching::model::Weights;
use super::matching::score::{Edge, Scored, Scorer};
use super::prepare::{self, Prepared};
use super::records::Records;
use super::state::{State, Trained};
use super::{IdentityError, prior_without_model};
use crate::config::identity::Identity;

/// What questions about a night are asked of.
pub struct Inquiry<'a> {
    pub declared: &'a Identity,
    pub records: &'a Records,
    pub prepared: &'a Prepared,
    pub sources: Sources<'a>,
    pub scorer: Scorer<'a>,
    /// None where records are joined by keys alone.
    pub trained: Option<&'a Trained>,
    /// The blocking rules that were followed.
    pub rules: Vec<Rule>,
}

/// Makes a night's records ready to be asked about; `memory_bytes` bounds what is remembered of similarities.
///
/// # Errors
/// If the state holds no model for what is declared now, and whatever keeps records from being read.
pub fn inquire<T, E: From<IdentityError>>(
    records: &Records,
    declared: &Identity,
    state: &State,
    memory_bytes: usize,
    work: impl FnOnce(&Inquiry<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let prepared = prepare::prepare(records, declared)?;
    let comparers = prepared.comparers(memory_bytes);
    let trained = evidence::fitting(state, declared);
    let weights = match trained {
        Some(trained) => Weights::new(&trained.model, &prepared.comparisons, &prepared.attributes),
        None if prepared.comparisons.is_empty() || prepared.is_empty() => prior_without_model(),
        None => return Err(IdentityError::NoModel.into()),
    };
    let sources = Sources {
        blocks: &records.blocks,
        row_of: &prepared.row_of,
        values: &prepared.values,
        attributes: &prepared.attributes,
    };
    let rules = match trained {
        Some(_) => evidence::rules(&sources, declared, trained, prepared.len()),
        None => Vec::new(),
    };
    let scorer = prepared.scorer(&comparers, &weights);
    work(&Inquiry { declared, records, prepared: &prepared, sources, scorer, trained, rules })
}

impl Inquiry<'_> {
    /// Every pair that the rules bring together, of at least so many bits; sorted by records.
    pub fn edges(&self, least: f32) -> Result<Vec<Edge>, IdentityError> {
        let meetings = self.sources.meetings(&self.rules, self.declared)?;
        Ok(self.scorer.edges(&meetings, least, |_, _| true).0)
    }

    /// Pairs scored one by one, whether or not a rule brings them together, in their order.
    pub fn score(&self, pairs: &[(u32, u32)]) -> Vec<Edge> {
        let mut of = Pairs::default();
        pairs.iter().for_each(|(a, b)| of.push(*a, *b));
        let mut scored = Scored::default();
        self.scorer.score(&of, f32::NEG_INFINITY, &mut scored);
        scored.edges
    }

    /// A record as `source:key`.
    pub fn label(&self, record: u32) -> String {
        let (source, key) = self.name(record);
        format!("{source}:{key}")
    }

    /// A record's source and key.
    pub fn name(&self, record: u32) -> (&str, &str) {
        let row = self.prepared.row_of[record as usize] as usize;
        (self.records.source.value(row), self.records.source_key.value(row))
    }
}

/// Whose each record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Sorted.
    pub ids: Vec<String>,
    /// By record: its customer's place among the ids; none for a record that the map does not have.
    pub of_record: Vec<Option<u32>>,
}

impl Held {
    /// Reads the open rows of `identity_map`.
    pub fn read(map: &[RecordBatch], prepared: &Prepared) -> Result<Self, IdentityError> {
        let open = Open::read(map)?;
        let mut ids: Vec<String> = open.of.values().cloned().collect();
        ids.sort_unstable();
        ids.dedup();
        let place = |record: &Fingerprint| ids.binary_search(open.of.get(record)?).ok().map(|at| at as u32);
        let of_record = prepared.fingerprints.iter().map(place).collect();
        Ok(Self { ids, of_record })
    }

    /// The id of a record's customer.
    pub fn id(&self, record: u32) -> Option<&str> {
        let at = self.of_record.get(record as usize).copied().flatten()?;
        self.ids.get(at as usize).map(String::as_str)
    }

    /// The records of a customer, ascending.
    pub fn records(&self, id: &str) -> Vec<u32> {
        let Ok(at) = self.ids.binary_search_by(|held| held.as_str().cmp(id)) else { return Vec::new() };
        let of_it = |(record, of): (usize, &Option<u32>)| (*of == Some(at as u32)).then_some(record as u32);
        self.of_record.iter().enumerate().filter_map(of_it).collect()
    }
}

/// The open rows of `identity_map`, without the records.
pub struct Open {
    /// By record: its customer's id.
    pub of: HashMap<Fingerprint, String>,
}

impl Open {
    pub fn read(map: &[RecordBatch]) -> Result<Self, IdentityError> {
        let mut of = HashMap::new();
        if !map.is_empty() {
            let (source, key) = (text(map, "source")?, text(map, "source_key")?);
            let (customer, until) = (text(map, "customer_id")?, dates(map, "valid_to")?);
            for row in (0..source.len()).filter(|row| until.is_null(*row)) {
                if let (Some(source), Some(key), Some(customer)) =
                    (value(&source, row), value(&key, row), value(&customer, row))
                {
                    of.insert(Fingerprint::of(&[source, key]), customer.to_owned());
                }
            }
        }
        Ok(Self { of })
    }
}
