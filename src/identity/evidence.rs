//! Which pairs may be one, and how strongly: trains the model where there is none that fits, scores pairs that are new,
//! keeps the edges of the others. Never decides what a customer is.

use std::hash::{BuildHasher, Hasher};

use arrow::array::{Array, StringViewArray};
use foldhash::quality::FixedState;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::blocking::{self, Counted, Rule, Sources};
use super::columns::{Fingerprint, hash_of};
use super::kind::graded;
use super::matching::block::{Blocks, Meetings, pairs_of};
use super::matching::compare::Comparer;
use super::matching::estimate::{Training, estimate};
use super::matching::model::{Weights, bits_of};
use super::matching::score::Edge;
use super::prepare::Prepared;
use super::state::{State, Trained, pin};
use super::{IdentityError, prior_without_model};
use crate::config::identity::{Identity, MatchSettings};
use crate::name::AsOf;

/// What speaks for records being one.
pub struct Evidence {
    pub trained: Option<Trained>,
    pub weights: Weights,
    /// Sorted by records.
    pub edges: Vec<Edge>,
    /// By record: everything that it is compared by.
    pub hashes: Vec<u64>,
    /// By record: whether it must be looked at again.
    pub changed: Vec<bool>,
    /// Pairs scored this night.
    pub pairs: u64,
}

/// When a model is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Train {
    /// Only where there is no model that fits what is declared.
    #[default]
    IfNeeded,
    Anew,
}

/// Gathers the evidence of a night.
pub fn gather(
    prepared: &Prepared,
    comparers: &[Comparer<'_>],
    sources: &Sources<'_>,
    declared: &Identity,
    previous: &State,
    train_model: Train,
    as_of: AsOf,
) -> Result<Evidence, IdentityError> {
    if prepared.comparisons.is_empty() || prepared.is_empty() {
        let hashes = hashes(prepared, &[]);
        return Ok(Evidence {
            // Without records there is nothing to train with, and what was learnt still holds.
            trained: previous.trained.clone().filter(|_| prepared.is_empty()),
            weights: prior_without_model(),
            edges: Vec::new(),
            changed: changed(prepared, &hashes, previous),
            hashes,
            pairs: 0,
        });
    }
    let frozen = fitting(previous, declared).filter(|_| train_model == Train::IfNeeded);
    let pinned = pinned(declared)?;
    let rules = rules(sources, declared, frozen.or(pinned.as_ref()), prepared.len());
    let meetings = sources.meetings(&rules, declared)?;
    let hashes = hashes(prepared, &meetings.rules);
    let (trained, changed) = match frozen {
        Some(frozen) => (frozen.clone(), changed(prepared, &hashes, previous)),
        None => {
            let trained = train(prepared, comparers, &rules, &meetings, declared, as_of);
            let trained = match pinned {
                Some(pinned) => pinned_to(pinned, trained),
                None => trained,
            };
            (trained, vec![true; prepared.len()])
        }
    };
    let weights = Weights::new(&trained.model, &prepared.comparisons, &prepared.attributes);
    let least = least_bits(declared);
    let scorer = prepared.scorer(comparers, &weights);
    let (mut edges, pairs) =
        scorer.edges(&meetings, least, |a, b| changed[a as usize] || changed[b as usize]);
    edges.extend(kept(prepared, &changed, previous));
    edges.par_sort_unstable_by_key(|edge| (edge.a, edge.b));
    Ok(Evidence { trained: Some(trained), weights, edges, hashes, changed, pairs })
}

/// The model, if it was trained for what is declared now.
pub fn fitting<'a>(state: &'a State, declared: &Identity) -> Option<&'a Trained> {
    let fits =
        |trained: &&Trained| trained.declaration == declaration(declared) && trained.pinned == pin(declared);
    state.trained.as_ref().filter(fits)
}

/// Pairs of less weight hold nothing together.
pub fn least_bits(declared: &Identity) -> f32 {
    bits_of(declared.settings.probability.clamp(1e-6, 1.0 - 1e-6)) as f32
}

/// The rules that are followed: those that the model was trained with, or declared, or chosen.
pub fn rules(
    sources: &Sources<'_>,
    declared: &Identity,
    frozen: Option<&Trained>,
    records: usize,
) -> Vec<Rule> {
    let settings = &declared.settings;
    if !declared.blocking.is_empty() {
        return blocking::declared(declared);
    }
    let suggested = blocking::suggested(declared);
    if let Some(frozen) = frozen {
        return suggested.into_iter().filter(|rule| frozen.rules.contains(&rule.name)).collect();
    }
    let counted = sources.count(&suggested, settings.block_records);
    let followed = followed(&counted, None, settings, records);
    suggested.into_iter().filter(|rule| followed.contains(&rule.name)).collect()
}

/// Which of the suggested rules are followed, by name: those that the model was trained with, or those that the budget of
/// pairs allows.
pub fn followed(
    counted: &[Counted],
    frozen: Option<&Trained>,
    settings: &MatchSettings,
    records: usize,
) -> Vec<String> {
    match frozen {
        Some(frozen) => frozen.rules.clone(),
        None => {
            let chosen = blocking::choose(counted.to_vec(), records, settings.pairs_per_record);
            chosen.into_iter().map(|of| of.rule.name).collect()
        }
    }
}

fn train(
    prepared: &Prepared,
    comparers: &[Comparer<'_>],
    rules: &[Rule],
    meetings: &Meetings,
    declared: &Identity,
    as_of: AsOf,
) -> Trained {
    let implied: Vec<Vec<usize>> = rules.iter().map(|rule| rule.implied.clone()).collect();
    let alone: Vec<Option<usize>> = rules.iter().map(|rule| rule.alone).collect();
    let mut model = estimate(&Training {
        comparisons: &prepared.comparisons,
        attributes: &prepared.attributes,
        comparers,
        meetings,
        implied: &implied,
        alone: &alone,
        records: prepared.len(),
        prior: prior_of_keys(prepared),
    });
    if let Some(prior) = declared.settings.prior {
        model.prior = prior;
    }
    Trained {
        declaration: declaration(declared),
        pinned: None,
        trained_on: as_of.to_string(),
        rules: rules.iter().map(|rule| rule.name.clone()).collect(),
        model,
    }
}

/// What agreement is worth, as a file says it, with how rare values are in the data.
fn pinned_to(pinned: Trained, mut trained: Trained) -> Trained {
    trained.model.prior = pinned.model.prior;
    for (own, pinned) in trained.model.comparisons.iter_mut().zip(pinned.model.comparisons) {
        (own.m, own.u) = (pinned.m, pinned.u);
    }
    Trained { pinned: pinned.pinned, trained_on: pinned.trained_on, ..trained }
}

/// The model that is declared to be used, if it is one and fits.
fn pinned(declared: &Identity) -> Result<Option<Trained>, IdentityError> {
    let unfit =
        || IdentityError::UnfitModel(declared.model.as_ref().map_or("", |file| &file.path).to_owned());
    let Some(pinned) = Trained::declared(declared).map_err(|_| unfit())? else { return Ok(None) };
    if fits(&pinned, declared) { Ok(Some(pinned)) } else { Err(unfit()) }
}

/// Whether a model that was written down is one for what is declared: of the same attributes, levels and rules, with a
/// probability for every level.
pub fn fits(model: &Trained, declared: &Identity) -> bool {
    let comparisons: Vec<_> = graded(declared).into_iter().map(|graded| graded.comparison).collect();
    let sound = |share: &f64| *share > 0.0 && *share < 1.0;
    let whole = |shares: &[f64], levels: usize| shares.len() == levels && shares.iter().all(sound);
    model.declaration == declaration(declared)
        && sound(&model.model.prior)
        && model.model.comparisons.len() == comparisons.len()
        && model.model.comparisons.iter().zip(&comparisons).all(|(of, comparison)| {
            let levels = comparison.levels() - 1;
            of.name == comparison.name && whole(&of.m, levels) && whole(&of.u, levels)
        })
}

/// The share of pairs that share an exact key, where the estimate of λ starts.
fn prior_of_keys(prepared: &Prepared) -> f64 {
    let records = prepared.len() as f64;
    let pairs = pairs_of(prepared.len() as u64).max(1) as f64;
    let of_key = |key: &Vec<u32>| {
        let mut values: Vec<u32> = key.iter().copied().filter(|value| *value != 0).collect();
        values.sort_unstable();
        values.chunk_by(|a, b| a == b).map(|group| pairs_of(group.len() as u64) as f64).sum::<f64>()
    };
    let sharing = prepared.keys.iter().map(of_key).fold(0.0, f64::max);
    (sharing / pairs).clamp(1.0 / records.max(2.0) / 2.0, 0.1)
}

/// What the model depends on.
pub fn declaration(declared: &Identity) -> String {
    let attributes = declared.attributes.iter().map(|attribute| {
        format!(
            "{} {:?} {:?} {:?}",
            attribute.column, attribute.kind, attribute.levels, attribute.term_frequency
        )
    });
    let blocking = declared.blocking.iter().map(|rule| rule.sql.clone());
    let settings = &declared.settings;
    let limits = format!("{} {:?} {}", settings.block_records, settings.prior, settings.probability);
    let parts: Vec<String> = attributes.chain(blocking).chain([limits]).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Fingerprint::of(&parts).hex()
}

/// By record: a hash of its values, of what stewards said of it, and of the rules whose blocks have become too large. It only
/// tells what changed: a version that hashes otherwise looks at every record once.
fn hashes(prepared: &Prepared, blocks: &[Blocks]) -> Vec<u64> {
    let mut oversized = vec![0_u64; prepared.len()];
    for (rule, blocks) in blocks.iter().enumerate() {
        blocks.in_oversized.iter().for_each(|record| oversized[*record as usize] |= 1 << (rule % 64));
    }
    let mut decided: Vec<Vec<(u32, bool)>> = Vec::new();
    if !prepared.same.is_empty() || !prepared.different.is_empty() {
        decided.resize(prepared.len(), Vec::new());
        for (pairs, same) in [(&prepared.same, true), (&prepared.different, false)] {
            for (a, b) in pairs {
                decided[*a as usize].push((*b, same));
                decided[*b as usize].push((*a, same));
            }
        }
    }
    let hashes_of = |texts: &StringViewArray| -> Vec<u64> {
        (0..texts.len()).into_par_iter().map(|value| hash_of(texts.value(value))).collect()
    };
    let of_keys: Vec<Vec<u64>> = prepared.key_texts.iter().map(hashes_of).collect();
    (0..prepared.len())
        .into_par_iter()
        .map(|record| {
            let mut hasher = FixedState::default().build_hasher();
            for (attribute, of) in prepared.attributes.iter().enumerate() {
                hasher.write_u64(of.hashes[prepared.values.get(record as u32, attribute) as usize]);
            }
            for (value_of, hashes) in prepared.keys.iter().zip(&of_keys) {
                hasher.write_u64(hashes[value_of[record] as usize]);
            }
            hasher.write_u64(oversized[record]);
            for (other, same) in decided.get(record).into_iter().flatten() {
                hasher.write_u64(prepared.fingerprints[*other as usize].high());
                hasher.write_u8(u8::from(*same));
            }
            hasher.finish()
        })
        .collect()
}

/// Which records are new or are no longer what they were.
fn changed(prepared: &Prepared, hashes: &[u64], previous: &State) -> Vec<bool> {
    prepared
        .fingerprints
        .par_iter()
        .zip(hashes)
        .map(|(record, hash)| previous.seen(record).is_none_or(|seen| seen.hash != *hash))
        .collect()
}

/// The edges of the previous night between records that are what they were.
fn kept<'a>(
    prepared: &'a Prepared,
    changed: &'a [bool],
    previous: &'a State,
) -> impl Iterator<Item = Edge> + 'a {
    let unchanged = |record: &Fingerprint| {
        let at = prepared.fingerprints.binary_search(record).ok()?;
        (!changed[at]).then_some(at as u32)
    };
    previous.edges.iter().filter_map(move |edge| {
        let (a, b) = (unchanged(&edge.a)?, unchanged(&edge.b)?);
        Some(Edge { a, b, weight: edge.weight, pattern: edge.pattern })
    })
}
