//! What agreement and disagreement are worth: the Fellegi–Sunter model with term frequencies. Never estimates.
//!
//! With m the probability of a level among matches and u among other pairs, a level weighs log2(m / u) bits, a pair the
//! sum of its levels and of log2(λ / (1 − λ)), where λ is the share of matches among all pairs (Fellegi & Sunter 1969,
//! "A theory for record linkage", JASA 64). A missing value weighs nothing. An agreement on a value of relative frequency
//! f weighs log2(a / f) more than an agreement as such, where a is how often values agree at all (Winkler 2000,
//! "Frequency-based matching"): common values less, rare ones more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attribute::Attribute;
use super::compare::Comparison;
use crate::identity::columns::Fingerprint;

/// A trained model: what the next nights score with until it is trained anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The share of matches among all pairs of records.
    pub prior: f64,
    /// How many records it was trained on.
    pub records: u64,
    pub comparisons: Vec<ComparisonModel>,
}

/// The probabilities of one comparison's levels, beginning with the strictest and ending with `differs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonModel {
    pub name: String,
    pub m: Vec<f64>,
    pub u: Vec<f64>,
    /// How often two records agree exactly, matches or not: the mean of what `frequencies` has value by value.
    pub agreement: f64,
    /// Relative frequencies of values that more than one record has, by [`value_hash`]; empty without term frequencies.
    #[serde(skip)]
    pub frequencies: BTreeMap<u64, f64>,
}

/// By what a model knows a value: it holds nobody's name.
pub fn value_hash(text: &str) -> u64 {
    Fingerprint::of(&[text]).short()
}

/// log2(p / (1 − p)).
pub fn bits_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

/// The probability behind a weight in bits.
pub fn probability_of(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

/// A model made ready for records whose values have numbers.
#[derive(Debug)]
pub struct Weights {
    /// In bits.
    pub prior: f32,
    pub comparisons: Vec<ComparisonWeights>,
}

/// The weights of one comparison.
#[derive(Debug)]
pub struct ComparisonWeights {
    /// By level, 0 for missing.
    pub levels: Vec<f32>,
    /// By value: what agreement on it weighs beyond agreement as such; empty without term frequencies.
    pub rarity: Vec<f32>,
}

impl Weights {
    /// Looks every value's frequency up once.
    pub fn new(model: &Model, comparisons: &[Comparison], attributes: &[Attribute]) -> Self {
        let comparisons = comparisons
            .iter()
            .zip(&model.comparisons)
            .map(|(comparison, trained)| {
                let weight = |(m, u): (&f64, &f64)| (m / u).log2() as f32;
                let mut levels = vec![0.0];
                levels.extend(trained.m.iter().zip(&trained.u).map(weight));
                let rarity = if comparison.weighs_rarity() {
                    rarity(trained, &attributes[comparison.attribute], model.records)
                } else {
                    Vec::new()
                };
                ComparisonWeights { levels, rarity }
            })
            .collect();
        Self { prior: bits_of(model.prior) as f32, comparisons }
    }
}

fn rarity(trained: &ComparisonModel, attribute: &Attribute, records: u64) -> Vec<f32> {
    // A value that the model has not seen is as rare as one that it saw once.
    let unseen = 1.0 / (records.max(1) as f64);
    (0..attribute.counts.len() as u32)
        .map(|number| {
            let frequency =
                trained.frequencies.get(&value_hash(attribute.text(number))).copied().unwrap_or(unseen);
            (trained.agreement / frequency.max(unseen)).log2() as f32
        })
        .collect()
}
