//! What the data themselves say of m, u and λ. Never scores.
//!
//! u: agreement of equal values exactly, from their counts; the other levels on pairs drawn at random. m: expectation
//! maximisation on the level patterns of the pairs of each blocking rule, over the comparisons that the rule does not
//! imply (Winkler 1988, "Using the EM algorithm for weight computation"). λ: from the pairs that some rule lets meet.

use std::collections::HashMap;

use rayon::prelude::*;

use super::attribute::Attribute;
use super::block::{self, Meetings, Pairs, pairs_of};
use super::compare::{Comparer, Comparison, MISSING, Test};
use super::model::{ComparisonModel, Model, value_hash};
use super::score::{level_in, placed};
use crate::identity::similarity::Scratch;

/// What estimation starts from.
pub struct Training<'a> {
    pub comparisons: &'a [Comparison],
    pub attributes: &'a [Attribute],
    pub comparers: &'a [Comparer<'a>],
    pub meetings: &'a Meetings,
    /// By rule: the comparisons that say nothing about its pairs, because the rule itself asks for what they test.
    pub implied: &'a [Vec<usize>],
    /// By rule: the comparison whose equal values are all that the rule asks for.
    pub alone: &'a [Option<usize>],
    pub records: usize,
    /// The share of matches among all pairs as exact keys have it; the estimate starts there.
    pub prior: f64,
}

/// So many pairs of each rule m is learnt from.
const RULE_SAMPLE: u64 = 200_000;
/// So many pairs drawn at random u is learnt from, for each record; no fewer and no more than these.
const RANDOM_PER_RECORD: u64 = 20;
const LEAST_RANDOM: u64 = 100_000;
const MOST_RANDOM: u64 = 500_000;
/// The belief in the expected levels, in matches.
const BELIEF: f64 = 20.0;

/// Patterns of levels, four bits for each comparison, with how often each occurs; sorted, so that sums over them come out
/// the same every time.
type Patterns = Vec<(u64, f64)>;

fn sorted(counts: HashMap<u64, f64>) -> Patterns {
    let mut patterns: Patterns = counts.into_iter().collect();
    patterns.sort_unstable_by_key(|(pattern, _)| *pattern);
    patterns
}

/// Estimates a model.
pub fn estimate(training: &Training) -> Model {
    let random = levels_at_random(training);
    let mut samples: Vec<(Patterns, f64)> = Vec::with_capacity(training.meetings.rules.len());
    // λ wants each pair once: under the first rule that makes it.
    let mut once: HashMap<u64, f64> = HashMap::new();
    for (rule, blocks) in training.meetings.rules.iter().enumerate() {
        let (pairs, share) = block::sample(blocks, RULE_SAMPLE);
        let (all, first) = patterns(training, &pairs, |a, b| !training.meetings.meet_before(rule, a, b));
        for (pattern, count) in first {
            *once.entry(pattern).or_default() += count / share.max(f64::MIN_POSITIVE);
        }
        samples.push((all, share));
    }
    let union = sorted(once);
    let mut state = State {
        m: training.comparisons.iter().map(|comparison| comparison.expected.clone()).collect(),
        u: random.clone(),
        prior: training.prior,
    };
    for _ in 0..ROUNDS {
        let learnt = matches(training, &state, &samples);
        state.m = learnt.m;
        state.prior = prior(training, &state, &union);
        state.u = others(training, &state, &random, &learnt.matched_share);
    }
    finish(training, state, &random)
}

/// m, u and λ lean on each other; they settle within few rounds.
const ROUNDS: usize = 5;

#[derive(Debug, Clone)]
struct State {
    /// By comparison, by level from the strictest.
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    prior: f64,
}

fn levels(pattern: u64, comparisons: usize) -> impl Iterator<Item = (usize, u8)> {
    (0..comparisons).map(move |at| (at, level_in(pattern, at)))
}

/// A number that looks random, and is the same every time.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x1234_5678_9ABC_DEF1);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// How often each level occurs among pairs drawn at random, by comparison, from the strictest.
fn levels_at_random(training: &Training) -> Vec<Vec<f64>> {
    let records = training.records as u64;
    let wanted = (records * RANDOM_PER_RECORD).clamp(LEAST_RANDOM, MOST_RANDOM).min(pairs_of(records));
    let mut pairs = Pairs::default();
    for draw in 0..wanted {
        let (a, b) = (mix(2 * draw) % records.max(1), mix(2 * draw + 1) % records.max(1));
        if a != b {
            pairs.push(a as u32, b as u32);
        }
    }
    let counts = level_counts(training, &pairs);
    training
        .comparisons
        .iter()
        .zip(counts)
        .map(|(comparison, counts)| {
            let attribute = &training.attributes[comparison.attribute];
            let equal = comparison.tests.iter().position(|test| *test == Test::Equal);
            let all = pairs_of(attribute.present()).max(1) as f64;
            let same: f64 =
                attribute.counts.iter().skip(1).map(|count| pairs_of(u64::from(*count)) as f64).sum();
            let same = if equal.is_some() { same / all } else { 0.0 };
            let compared: f64 = counts
                .iter()
                .enumerate()
                .skip(1)
                .filter(|(level, _)| Some(level - 1) != equal)
                .map(|(_, count)| *count as f64)
                .sum();
            (1..comparison.levels())
                .map(|level| {
                    if Some(level - 1) == equal {
                        return same.max(0.5 / all);
                    }
                    // Half a pair more than seen: nothing is impossible.
                    let share = (counts[level] as f64 + 0.5)
                        / (compared + 0.5 * comparison.tests.len() as f64).max(1.0);
                    share * (1.0 - same)
                })
                .collect()
        })
        .collect()
}

/// So many pairs are looked at together: their levels stay in the cache of a core.
const CHUNK: usize = 1 << 15;

/// How often each level occurs, by comparison.
fn level_counts(training: &Training, pairs: &Pairs) -> Vec<Vec<u64>> {
    let none = || -> Vec<Vec<u64>> {
        training.comparisons.iter().map(|comparison| vec![0; comparison.levels()]).collect()
    };
    let count = |mut counts: Vec<Vec<u64>>, chunk: usize| {
        let part = pairs.part(chunk, CHUNK);
        let (mut scratch, mut levels) = (Scratch::default(), Vec::new());
        for (comparer, counts) in training.comparers.iter().zip(&mut counts) {
            comparer.levels(&part, &mut scratch, &mut levels);
            levels.iter().for_each(|level| counts[usize::from(*level)] += 1);
        }
        counts
    };
    let add = |mut counts: Vec<Vec<u64>>, others: Vec<Vec<u64>>| {
        let both = counts.iter_mut().flatten().zip(others.iter().flatten());
        both.for_each(|(count, other)| *count += other);
        counts
    };
    (0..pairs.len().div_ceil(CHUNK)).into_par_iter().fold(none, count).reduce(none, add)
}

/// The patterns of all pairs, and of those that are wanted.
fn patterns(
    training: &Training,
    pairs: &Pairs,
    wanted: impl Sync + Fn(u32, u32) -> bool,
) -> (Patterns, Patterns) {
    let chunks: Vec<(HashMap<u64, f64>, HashMap<u64, f64>)> = (0..pairs.len().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let part = pairs.part(chunk, CHUNK);
            let mut packed = vec![0_u64; part.len()];
            let (mut scratch, mut levels) = (Scratch::default(), Vec::new());
            for (at, comparer) in training.comparers.iter().enumerate() {
                comparer.levels(&part, &mut scratch, &mut levels);
                for (packed, level) in packed.iter_mut().zip(&levels) {
                    *packed |= placed(*level, at);
                }
            }
            let (mut all, mut first): (HashMap<u64, f64>, HashMap<u64, f64>) = Default::default();
            for (row, pattern) in packed.iter().enumerate() {
                *all.entry(*pattern).or_default() += 1.0;
                if wanted(part.a[row], part.b[row]) {
                    *first.entry(*pattern).or_default() += 1.0;
                }
            }
            (all, first)
        })
        .collect();
    let (all, first): (Vec<_>, Vec<_>) = chunks.into_iter().unzip();
    let sum = |parts: Vec<HashMap<u64, f64>>| {
        sorted(parts.into_iter().fold(HashMap::new(), |mut all, part| {
            part.into_iter().for_each(|(pattern, count)| *all.entry(pattern).or_default() += count);
            all
        }))
    };
    (sum(all), sum(first))
}

/// The probability that pairs of a pattern are matches, of those comparisons that count.
fn match_probability(state: &State, pattern: u64, prior: f64, counts: impl Fn(usize) -> bool) -> f64 {
    let mut odds = prior / (1.0 - prior);
    for (at, level) in levels(pattern, state.m.len()) {
        if level != MISSING && counts(at) {
            let level = usize::from(level - 1);
            odds *= state.m[at][level] / state.u[at][level];
        }
    }
    odds / (1.0 + odds)
}

/// What the pairs of the rules say.
struct Learnt {
    m: Vec<Vec<f64>>,
    /// By rule: the share of matches among its pairs.
    matched_share: Vec<f64>,
}

/// m by expectation maximisation in each rule's pairs, then the mean over rules by the matches that each one saw.
fn matches(training: &Training, state: &State, samples: &[(Patterns, f64)]) -> Learnt {
    let comparisons = training.comparisons;
    let mut seen: Vec<Vec<f64>> = comparisons
        .iter()
        .map(|comparison| comparison.expected.iter().map(|m| m * BELIEF).collect())
        .collect();
    let mut matched_share = vec![0.0; samples.len()];
    for (rule, (patterns, share)) in samples.iter().enumerate() {
        let implied = &training.implied[rule];
        let counts = |at: usize| !implied.contains(&at);
        let total: f64 = patterns.iter().map(|(_, count)| count).sum();
        if total == 0.0 {
            continue;
        }
        let mut local = state.clone();
        let mut prior = 0.3_f64;
        let mut found = Vec::new();
        for _ in 0..EM_STEPS {
            found =
                comparisons.iter().map(|comparison| vec![0.0; comparison.expected.len()]).collect::<Vec<_>>();
            let mut matched = 0.0;
            for (pattern, count) in patterns {
                let expected = count * match_probability(&local, *pattern, prior, counts);
                matched += expected;
                for (at, level) in levels(*pattern, comparisons.len()) {
                    if level != MISSING {
                        found[at][usize::from(level - 1)] += expected;
                    }
                }
            }
            let before = prior;
            prior = (matched / total).clamp(1e-6, 1.0 - 1e-6);
            for (at, comparison) in comparisons.iter().enumerate() {
                let all: f64 = found[at].iter().sum::<f64>() + BELIEF;
                for (level, expected) in comparison.expected.iter().enumerate() {
                    local.m[at][level] = (found[at][level] + expected * BELIEF) / all;
                }
            }
            if (prior - before).abs() < 1e-7 {
                break;
            }
        }
        matched_share[rule] = prior;
        // A sampled rule saw fewer matches than there are, not other ones.
        let scale = 1.0 / share.max(f64::MIN_POSITIVE);
        for at in (0..comparisons.len()).filter(|at| counts(*at)) {
            for (level, found) in found[at].iter().enumerate() {
                seen[at][level] += found * scale;
            }
        }
    }
    let share = |levels: Vec<f64>| {
        let all: f64 = levels.iter().sum();
        levels.into_iter().map(|count| count / all).collect()
    };
    Learnt { m: seen.into_iter().map(share).collect(), matched_share }
}

const EM_STEPS: usize = 50;

/// λ: the matches among pairs that meet, as if there were none among the others.
fn prior(training: &Training, state: &State, union: &Patterns) -> f64 {
    let all = pairs_of(training.records as u64).max(1) as f64;
    let mut prior = state.prior;
    for _ in 0..20 {
        let expected: f64 = union
            .iter()
            .map(|(pattern, count)| count * match_probability(state, *pattern, prior, |_| true))
            .sum();
        let next = (expected / all).clamp(0.5 / all, 0.5);
        if (next / prior - 1.0).abs() < 1e-4 {
            return next;
        }
        prior = next;
    }
    prior
}

/// u without the matches that are among pairs drawn at random: p = λ m + (1 − λ) u. Where a rule makes all pairs that are
/// equal in a comparison, the other comparisons have told which share of them are matches; the rest is u.
fn others(training: &Training, state: &State, random: &[Vec<f64>], matched_share: &[f64]) -> Vec<Vec<f64>> {
    let lambda = state.prior;
    let mut all: Vec<Vec<f64>> = random
        .iter()
        .zip(&state.m)
        .map(|(random, m)| {
            let corrected =
                |(p, m): (&f64, &f64)| ((p - lambda * m) / (1.0 - lambda)).max(p * LEAST_BY_CHANCE);
            random.iter().zip(m).map(corrected).collect()
        })
        .collect();
    for (rule, comparison) in training.alone.iter().enumerate() {
        let Some(at) = *comparison else { continue };
        let equal = training.comparisons[at].tests.iter().position(|test| *test == Test::Equal);
        if let Some(equal) = equal {
            all[at][equal] = random[at][equal] * (1.0 - matched_share[rule]).max(LEAST_BY_CHANCE);
        }
    }
    for u in &mut all {
        let sum: f64 = u.iter().sum();
        u.iter_mut().for_each(|u| *u /= sum);
    }
    all
}

/// At least this share of the agreements of a level is taken to be by chance.
const LEAST_BY_CHANCE: f64 = 0.02;

fn finish(training: &Training, state: State, random: &[Vec<f64>]) -> Model {
    let comparisons = training
        .comparisons
        .iter()
        .zip(state.m.into_iter().zip(state.u).zip(random))
        .map(|(comparison, ((m, u), random))| {
            let attribute = &training.attributes[comparison.attribute];
            let present = attribute.present().max(1) as f64;
            let frequencies = if comparison.weighs_rarity() {
                (1..attribute.counts.len() as u32)
                    .filter(|number| attribute.counts[*number as usize] > 1)
                    .map(|number| {
                        (
                            value_hash(attribute.text(number)),
                            f64::from(attribute.counts[number as usize]) / present,
                        )
                    })
                    .collect()
            } else {
                Default::default()
            };
            let agreement = rounded(random.first().copied().unwrap_or(1.0));
            let rounded = |shares: Vec<f64>| shares.into_iter().map(rounded).collect();
            ComparisonModel {
                name: comparison.name.clone(),
                m: rounded(m),
                u: rounded(u),
                agreement,
                frequencies,
            }
        })
        .collect();
    Model { prior: rounded(state.prior), records: training.records as u64, comparisons }
}

/// Nine digits: more would claim too much, and might not come back from text as they went.
fn rounded(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}
