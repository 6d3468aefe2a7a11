//! What each step will do: compute, or stand on what the last release or a killed run already holds. Decided before
//! anything runs, from fingerprints alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::error::{RunError, StepError};
use super::request::Reuse;
use crate::compile;
use crate::config::project::{Identity, Model, Source};
use crate::identity::evidence::Train;
use crate::name::{StepId, TableName};
use crate::plan::fingerprint::{self, ModelInputs, SourceWindow};
use crate::plan::graph::{Step, StepKind};
use crate::plan::params::literal;
use crate::source::{self, FileReport, InputFile};
use crate::warehouse::{Release, StepRecord};

/// What a step will do.
#[derive(Debug)]
pub enum Decision {
    Compute {
        fingerprint: String,
        input: Input,
    },
    /// The last release holds its tables.
    Reuse {
        fingerprint: String,
    },
    /// The run that this one goes on from staged its tables.
    Resume(Box<StepRecord>),
    /// A view inside its reader: nothing to do but to plan it.
    Inline {
        fingerprint: String,
    },
    /// It cannot even begin: its files cannot be found.
    Fail(StepError),
}

/// What a computation starts from.
#[derive(Debug)]
pub enum Input {
    /// The tables that it reads.
    Tables,
    /// A source's files, and the fingerprint of its contract and of them.
    Files { files: Vec<InputFile>, contract_and_files: String },
}

/// What a source leaves for the next run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceState {
    /// The contract and the files.
    pub files: String,
    pub fingerprint: String,
    pub report: FileReport,
}

impl SourceState {
    /// Whether a run for the context's as-of date would load the same rows of the same files.
    fn holds(&self, context: &Context, source: &Source) -> bool {
        let report = &self.report;
        let dated = SourceWindow { max_loaded: report.max_loaded, min_later: report.min_later };
        let updated = SourceWindow { max_loaded: report.max_updated, min_later: report.min_updated_later };
        dated.holds_at(end_of_as_of(context, source, source.dated_by))
            && updated.holds_at(end_of_as_of(context, source, source.updated_at))
    }
}

/// The owner of a source's state in a release.
pub fn state_of(source: &TableName) -> String {
    format!("source/{source}")
}

/// Decides for every selected step, in the graph's order.
pub fn decide(
    context: &Context,
    selected: &BTreeSet<StepId>,
    base: Option<&Release>,
    resumed: &mut BTreeMap<StepId, StepRecord>,
    reuse: Reuse,
) -> Result<BTreeMap<StepId, Decision>, RunError> {
    let mut decisions = BTreeMap::new();
    let mut prints: BTreeMap<TableName, String> = BTreeMap::new();
    for step in &context.graph.steps {
        if !selected.contains(&step.id) {
            for table in &step.makes {
                if let Some(partition) = base.and_then(|base| base.table(table)?.newest()) {
                    prints.insert(table.clone(), partition.fingerprint.clone());
                }
            }
            continue;
        }
        let decision = match &step.kind {
            StepKind::Source(source) => of_source(context, source, base),
            StepKind::Model { model, .. } => {
                let fingerprint = of_model(context, step, model, &prints, base);
                if step.inline {
                    Decision::Inline { fingerprint }
                } else {
                    Decision::Compute { fingerprint, input: Input::Tables }
                }
            }
            StepKind::Identity(identity) => {
                let fingerprint = of_identity(context, identity, &prints, base);
                Decision::Compute { fingerprint, input: Input::Tables }
            }
        };
        let decision = settle(context, step, decision, base, resumed, reuse);
        if let Some(fingerprint) = decision.fingerprint() {
            prints.extend(step.makes.iter().map(|table| (table.clone(), fingerprint.to_owned())));
        }
        decisions.insert(step.id.clone(), decision);
    }
    Ok(decisions)
}

impl Decision {
    pub fn fingerprint(&self) -> Option<&str> {
        match self {
            Self::Compute { fingerprint, .. }
            | Self::Reuse { fingerprint }
            | Self::Inline { fingerprint } => Some(fingerprint),
            Self::Resume(record) => Some(&record.fingerprint),
            Self::Fail(_) => None,
        }
    }
}

/// Turns a computation into a reuse where the same result is already there.
fn settle(
    context: &Context,
    step: &Step,
    decision: Decision,
    base: Option<&Release>,
    resumed: &mut BTreeMap<StepId, StepRecord>,
    reuse: Reuse,
) -> Decision {
    let Decision::Compute { fingerprint, input } = decision else { return decision };
    if let Some(record) = resumed.remove(&step.id)
        && record.fingerprint == fingerprint
        && record.as_of == context.as_of
    {
        return Decision::Resume(Box::new(record));
    }
    let held = |table: &TableName| {
        // A file that somebody took away is computed again.
        base.and_then(|base| base.table(table)?.reusable(&fingerprint, context.as_of))
            .is_some_and(|partition| context.warehouse.is_whole(&partition.files).unwrap_or(false))
    };
    if reuse == Reuse::Same && step.makes.iter().all(held) {
        return Decision::Reuse { fingerprint };
    }
    Decision::Compute { fingerprint, input }
}

fn of_source(context: &Context, source: &Source, base: Option<&Release>) -> Decision {
    let environment = &context.project.environment;
    let files = match source::discover(source, &environment.data_root, context.as_of) {
        Ok(files) => files,
        Err(error) => return Decision::Fail(StepError::Source(error)),
    };
    let contract_and_files = source::fingerprint(source, &files);
    let known = base
        .and_then(|base| base.state.get(&state_of(&source.name)))
        .and_then(|state| serde_json::from_value::<SourceState>(state.clone()).ok())
        .filter(|state| state.files == contract_and_files && state.holds(context, source));
    let fingerprint = match known {
        Some(state) => state.fingerprint,
        None => {
            let zone = environment.business_timezone.name();
            fingerprint::source(&contract_and_files, context.as_of, zone)
        }
    };
    Decision::Compute { fingerprint, input: Input::Files { files, contract_and_files } }
}

/// The first date that is not covered, in the unit of a column of the source: days, or microseconds.
fn end_of_as_of(context: &Context, source: &Source, column: Option<usize>) -> i64 {
    match column.and_then(|index| source.columns.get(index)).map(|column| &column.kind) {
        Some(crate::config::column::ColumnType::Date { .. }) => i64::from(context.as_of.days()) + 1,
        _ => context.as_of.end(context.project.environment.business_timezone).timestamp_micros(),
    }
}

fn of_model(
    context: &Context,
    step: &Step,
    model: &Model,
    prints: &BTreeMap<TableName, String>,
    base: Option<&Release>,
) -> String {
    let params = context.params(&step.pipeline);
    let used = step.params.iter().filter_map(|name| Some((name.as_str(), literal(params.get(name)?))));
    let previous = |table: &TableName| {
        base.and_then(|base| base.table(table)?.before(context.as_of))
            .map(|partition| partition.fingerprint.as_str())
    };
    let spec = context.spec(&model.name);
    fingerprint::model(&ModelInputs {
        sql: &model.sql,
        params: used.collect(),
        reads: step.reads.iter().map(|table| (table, prints.get(table).map_or("", String::as_str))).collect(),
        reads_previous: step.reads_previous.iter().map(|table| (table, previous(table))).collect(),
        zone: context.project.environment.business_timezone.name(),
        layout: format!("{:?} {:?} {}", spec.key, spec.history, spec.published),
    })
}

fn of_identity(
    context: &Context,
    identity: &Identity,
    prints: &BTreeMap<TableName, String>,
    base: Option<&Release>,
) -> String {
    let mut declaration = vec![compile::identity::records_sql(identity)];
    declaration
        .extend(identity.keys.iter().map(|key| format!("{} {} {:?}", key.column, key.confidence, key.guard)));
    declaration.extend(identity.attributes.iter().map(|attribute| {
        format!(
            "{} {:?} {:?} {:?}",
            attribute.column, attribute.levels, attribute.term_frequency, attribute.guard
        )
    }));
    declaration.extend(identity.never.iter().map(|rule| format!("{:?} {:?}", rule.differ, rule.agree)));
    declaration.push(format!("{:?}", identity.settings));
    declaration.extend(identity.overrides.iter().flat_map(|overrides| {
        overrides.rows.iter().map(|row| format!("{:?} {:?} {:?}", row.left, row.right, row.decision))
    }));
    declaration.extend(identity.model.iter().map(|file| file.text.to_string()));
    if context.train == Train::Anew {
        declaration.push(context.run.to_string());
    }
    let previous = super::identity::previous(base, "identity_map", context.as_of)
        .map(|partition| partition.fingerprint.as_str());
    let records = prints.get(&identity.records).map_or("", String::as_str);
    fingerprint::identity(&declaration.join("\n"), records, previous, context.as_of)
}
