//! What records are like before anybody joins them: how full and how distinct each column is, which values are shared most,
//! what each blocking rule would make, what the model says a level weighs. Never makes a pair.

use serde::Serialize;

use super::IdentityError;
use super::blocking::{self, Counted, Sources};
use super::columns::told;
use super::evidence;
use super::kind::graded;
use super::level::level_names;
use super::matching::attribute::Attribute;
use super::matching::model::bits_of;
use super::prepare::{self, Prepared};
use super::records::{Column, Records};
use super::state::{State, Trained};
use crate::config::identity::{Identity, Kind};

/// What records are like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    pub records: usize,
    pub columns: Vec<ColumnProfile>,
    pub rules: Vec<RuleProfile>,
    /// None where nothing is compared, or no model fits what is declared now.
    pub model: Option<ModelProfile>,
}

/// A key or an attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnProfile {
    pub column: String,
    pub role: Role,
    #[serde(skip)]
    pub kind: Option<Kind>,
    /// Records that have a value.
    pub present: u64,
    /// Of them, those whose value means nobody: a placeholder, or shared by too many.
    pub set_aside: u64,
    pub distinct: u64,
    /// The values that most records have, the commonest first; only those that more than one has.
    pub shared: Vec<SharedValue>,
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Key,
    Attribute,
}

/// A value that several records have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedValue {
    /// As in `identity_suspect_key`.
    pub value_hash: String,
    pub records: u64,
    /// Personal; to be masked before it is shown.
    #[serde(skip)]
    pub value: String,
}

/// What a blocking rule comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleProfile {
    pub rule: String,
    pub pairs: u64,
    /// Records in blocks of more than `limits.block_records`, which make no pairs.
    pub in_large_blocks: u64,
    pub followed: bool,
    /// Of a declared rule: it makes more pairs than `limits.rule_pairs`.
    pub too_wide: bool,
}

/// The trained model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelProfile {
    pub trained_on: String,
    pub records: u64,
    /// The share of matches among all pairs, and its weight.
    pub prior: f64,
    pub prior_bits: f64,
    pub levels: Vec<LevelProfile>,
}

/// A level of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LevelProfile {
    pub comparison: String,
    pub level: String,
    /// How often matches are at this level, and how often other pairs are.
    pub m: f64,
    pub u: f64,
    pub weight_bits: f64,
}

/// Looks at records; `shared` values of each column are named.
pub fn profile(
    records: &Records,
    declared: &Identity,
    state: &State,
    shared: usize,
) -> Result<Profile, IdentityError> {
    let prepared = prepare::prepare(records, declared)?;
    let trained = evidence::fitting(state, declared);
    let mut columns = Vec::new();
    for ((key, guarded), read) in declared.keys.iter().zip(&prepared.keys).zip(&records.keys) {
        let left = guarded.iter().filter(|value| **value != 0).count() as u64;
        let at = Place { column: &key.column, role: Role::Key, kind: None };
        columns.push(column(read, &prepared, &at, left, shared)?);
    }
    for (number, attribute) in declared.attributes.iter().enumerate() {
        let left = prepared.attributes[number].present();
        let at = Place { column: &attribute.column, role: Role::Attribute, kind: Some(attribute.kind) };
        columns.push(column(&records.attributes[number], &prepared, &at, left, shared)?);
    }
    Ok(Profile {
        records: prepared.len(),
        columns,
        rules: rules(records, &prepared, declared, trained),
        model: trained.map(|trained| model(declared, trained)),
    })
}

struct Place<'a> {
    column: &'a str,
    role: Role,
    kind: Option<Kind>,
}

fn column(
    read: &Column,
    prepared: &Prepared,
    at: &Place<'_>,
    left: u64,
    shared: usize,
) -> Result<ColumnProfile, IdentityError> {
    let (whole, _) = Attribute::new(read, &[], &prepared.row_of)?;
    let present = whole.present();
    let counts = whole.counts.iter().enumerate().skip(1);
    let mut common: Vec<(u32, &str)> = counts
        .filter(|(_, count)| **count > 1)
        .map(|(number, count)| (*count, whole.text(number as u32)))
        .collect();
    common.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    common.truncate(shared);
    let shared = common.into_iter().map(|(count, text)| SharedValue {
        value_hash: told(at.column, text),
        records: u64::from(count),
        value: text.to_owned(),
    });
    Ok(ColumnProfile {
        column: at.column.to_owned(),
        role: at.role,
        kind: at.kind,
        present,
        set_aside: present.saturating_sub(left),
        distinct: whole.values() as u64 - 1,
        shared: shared.collect(),
    })
}

/// Every rule with what it comes to: the declared ones, or all that the kinds suggest.
fn rules(
    records: &Records,
    prepared: &Prepared,
    declared: &Identity,
    trained: Option<&Trained>,
) -> Vec<RuleProfile> {
    let sources = Sources {
        blocks: &records.blocks,
        row_of: &prepared.row_of,
        values: &prepared.values,
        attributes: &prepared.attributes,
    };
    let settings = &declared.settings;
    let profile = |of: &Counted, followed: bool, too_wide: bool| RuleProfile {
        rule: of.rule.name.clone(),
        pairs: of.pairs,
        in_large_blocks: of.in_oversized,
        followed,
        too_wide,
    };
    if !declared.blocking.is_empty() {
        let counted = sources.count(&blocking::declared(declared), settings.block_records);
        let wide = |of: &Counted| of.pairs > settings.rule_pairs;
        return counted.iter().map(|of| profile(of, !wide(of), wide(of))).collect();
    }
    let mut counted = sources.count(&blocking::suggested(declared), settings.block_records);
    let followed = evidence::followed(&counted, trained, settings, prepared.len());
    counted.sort_by(|a, b| (a.pairs, &a.rule.name).cmp(&(b.pairs, &b.rule.name)));
    counted.iter().map(|of| profile(of, followed.contains(&of.rule.name), false)).collect()
}

fn model(declared: &Identity, trained: &Trained) -> ModelProfile {
    let graded = graded(declared);
    let levels = graded.iter().zip(&trained.model.comparisons).flat_map(|(graded, of)| {
        let names = level_names(graded, &declared.attributes);
        let probabilities = of.m.iter().zip(&of.u);
        names.into_iter().skip(1).zip(probabilities).map(|(level, (m, u))| LevelProfile {
            comparison: graded.comparison.name.clone(),
            level,
            m: *m,
            u: *u,
            weight_bits: (m / u).log2(),
        })
    });
    ModelProfile {
        trained_on: trained.trained_on.clone(),
        records: trained.model.records,
        prior: trained.model.prior,
        prior_bits: bits_of(trained.model.prior),
        levels: levels.collect(),
    }
}
