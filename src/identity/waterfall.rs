//! What a pair of records weighs, step by step: the prior, then each comparison, up to the total. Never decides.

use serde::Serialize;

use super::inquiry::Inquiry;
use super::kind::graded;
use super::level::level_names;
use super::matching::compare::MISSING;
use super::matching::model::probability_of;
use super::matching::score::Edge;
use crate::config::identity::Kind;

/// A pair's weight and what it is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waterfall {
    pub prior_bits: f64,
    pub steps: Vec<Step>,
    /// The prior and all steps together.
    pub total_bits: f64,
    pub probability: f64,
}

/// What one comparison adds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub comparison: String,
    pub level: String,
    /// What the level weighs as such.
    pub level_bits: f64,
    /// What agreement on this very value weighs beyond that: more for a rare one, less for a common one.
    pub rarity_bits: f64,
    #[serde(skip)]
    pub kind: Option<Kind>,
    /// Personal; to be masked before they are shown. Empty where there is none.
    #[serde(skip)]
    pub values: (String, String),
}

impl Step {
    pub fn bits(&self) -> f64 {
        self.level_bits + self.rarity_bits
    }
}

/// Takes a scored pair apart.
pub fn waterfall(inquiry: &Inquiry<'_>, edge: &Edge) -> Waterfall {
    let (prepared, weights) = (inquiry.prepared, inquiry.scorer.weights);
    let graded = graded(inquiry.declared);
    let comparisons = weights.comparisons.iter().zip(&graded).enumerate();
    let steps: Vec<Step> = comparisons
        .map(|(at, (of, graded))| {
            let comparison = &graded.comparison;
            let attribute = &prepared.attributes[comparison.attribute];
            let level = edge.level(at);
            let value = |record: u32| prepared.values.get(record, comparison.attribute);
            let agrees = level != MISSING && level == comparison.equal();
            let rarity = of.rarity.get(value(edge.a) as usize).filter(|_| agrees).copied().unwrap_or(0.0);
            let name = level_names(graded, &inquiry.declared.attributes).into_iter().nth(usize::from(level));
            Step {
                comparison: comparison.name.clone(),
                level: name.unwrap_or_default(),
                level_bits: f64::from(of.levels.get(usize::from(level)).copied().unwrap_or(0.0)),
                rarity_bits: f64::from(rarity),
                kind: inquiry.declared.attributes.get(comparison.attribute).map(|of| of.kind),
                values: (attribute.text(value(edge.a)).to_owned(), attribute.text(value(edge.b)).to_owned()),
            }
        })
        .collect();
    let prior_bits = f64::from(weights.prior);
    let total_bits = prior_bits + steps.iter().map(Step::bits).sum::<f64>();
    Waterfall { prior_bits, steps, total_bits, probability: probability_of(total_bits) }
}
