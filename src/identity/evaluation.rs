//! Customers held against who the records truly are: as published, and as they would be at other thresholds. Never
//! changes a customer.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::IdentityError;
use super::columns::Fingerprint;
use super::inquiry::{Inquiry, Open};
use super::ladder::{THRESHOLDS, climb};
use super::matching::model::probability_of;
use super::measure::{Label, Mistake, Quality, Truth, costliest, measure};

/// A record by its source and key.
pub type Name = (String, String);

/// What is known of who records truly are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Records and their persons.
    Persons(Vec<(Name, String)>),
    /// Pairs, and whether they are one.
    Labels(Vec<(Name, Name, bool)>),
}

/// How well customers fit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Records of the truth, or of the labels.
    pub records: usize,
    /// Of them, those that are no customer's: they count as alone.
    pub missing: usize,
    /// Persons of the truth, or pairs that are labelled.
    pub known: usize,
    pub published: Quality,
    /// The same of the records alone that are in a customer, where some are not.
    pub published_of_present: Option<Quality>,
    /// Connected components of all pairs of at least so many bits, without judgement; ascending.
    pub thresholds: Vec<AtThreshold>,
    /// Customers that hold more than one person.
    pub wrongly_joined: Vec<NamedMistake>,
    /// Persons that are more than one customer.
    pub wrongly_apart: Vec<NamedMistake>,
}

/// What a threshold would give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtThreshold {
    pub bits: f64,
    pub probability: f64,
    pub quality: Quality,
}

/// A mistake, its records by `source:key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedMistake {
    pub wrong_pairs: u64,
    pub customers: Vec<String>,
    /// Sets of records that ought to be customers of their own, or are and ought to be one.
    pub parts: Vec<Vec<String>>,
}

/// Measures the published customers and the ladder of thresholds, and lists at most `mistakes` of each kind.
pub fn evaluate(
    inquiry: &Inquiry<'_>,
    open: &Open,
    known: &Known,
    mistakes: usize,
) -> Result<Evaluation, IdentityError> {
    let universe = Universe::new(known);
    let truth = universe.truth(known)?;
    let published = universe.published(open);
    let records = &inquiry.prepared.fingerprints;
    let of_truth: Vec<Option<usize>> =
        universe.fingerprints.iter().map(|of| records.binary_search(of).ok()).collect();
    let edges = inquiry.edges(THRESHOLDS[0] as f32)?;
    let mut thresholds = Vec::with_capacity(THRESHOLDS.len());
    climb(records.len(), &inquiry.prepared.joined(), edges, &THRESHOLDS, |rung| {
        let alone = |at: usize| (records.len() + at) as u32;
        let found: Vec<u32> = of_truth
            .iter()
            .enumerate()
            .map(|(at, record)| record.map_or(alone(at), |record| rung.roots[record]))
            .collect();
        let quality = measure(&truth, &found);
        thresholds.push(AtThreshold { bits: rung.bits, probability: probability_of(rung.bits), quality });
    });
    thresholds.reverse();
    let (joined, apart) = match &truth {
        Truth::Persons(persons) => {
            (costliest(persons, &published, mistakes), costliest(&published, persons, mistakes))
        }
        Truth::Labels(labels) => {
            let wrong = |same: bool| -> Vec<Mistake> {
                let together = |of: &Label| published[of.left as usize] == published[of.right as usize];
                let wrong = labels.iter().filter(|of| of.same == same && together(of) != same);
                let mistake = |of: &Label| Mistake { pairs: 1, parts: vec![vec![of.left], vec![of.right]] };
                wrong.map(mistake).take(mistakes).collect()
            };
            (wrong(false), wrong(true))
        }
    };
    let named = |mistakes: Vec<Mistake>| mistakes.iter().map(|of| universe.named(of, open)).collect();
    Ok(Evaluation {
        records: universe.names.len(),
        missing: universe.fingerprints.iter().filter(|of| !open.of.contains_key(of)).count(),
        known: match &truth {
            Truth::Persons(persons) => persons.iter().collect::<BTreeSet<_>>().len(),
            Truth::Labels(labels) => labels.len(),
        },
        published: measure(&truth, &published),
        published_of_present: universe.of_present(&truth, &published, open),
        thresholds,
        wrongly_joined: named(joined),
        wrongly_apart: named(apart),
    })
}

/// The records that something is known of, numbered by their fingerprints.
struct Universe<'a> {
    fingerprints: Vec<Fingerprint>,
    names: Vec<&'a Name>,
}

impl<'a> Universe<'a> {
    fn new(known: &'a Known) -> Self {
        let mut named: Vec<(Fingerprint, &Name)> = match known {
            Known::Persons(rows) => rows.iter().map(|(name, _)| (of(name), name)).collect(),
            Known::Labels(rows) => {
                rows.iter().flat_map(|(left, right, _)| [(of(left), left), (of(right), right)]).collect()
            }
        };
        named.sort_unstable();
        named.dedup();
        let (fingerprints, names) = named.into_iter().unzip();
        Self { fingerprints, names }
    }

    fn number(&self, name: &Name) -> u32 {
        self.fingerprints.binary_search(&of(name)).unwrap_or(0) as u32
    }

    fn truth(&self, known: &Known) -> Result<Truth, IdentityError> {
        Ok(match known {
            Known::Labels(rows) => {
                let label = |(left, right, same): &(Name, Name, bool)| Label {
                    left: self.number(left),
                    right: self.number(right),
                    same: *same,
                };
                Truth::Labels(rows.iter().map(label).collect())
            }
            Known::Persons(rows) => {
                let mut numbers: HashMap<&str, u32> = HashMap::new();
                let mut persons = vec![u32::MAX; self.names.len()];
                for (at, (name, person)) in rows.iter().enumerate() {
                    let next = numbers.len() as u32;
                    let number = *numbers.entry(person).or_insert(next);
                    let slot = &mut persons[self.number(name) as usize];
                    if *slot != u32::MAX && *slot != number {
                        return Err(IdentityError::TwoPersons(at + 1));
                    }
                    *slot = number;
                }
                Truth::Persons(persons)
            }
        })
    }

    /// By record: its customer; a record that is no customer's is alone.
    fn published(&self, open: &Open) -> Vec<u32> {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            next - 1
        };
        self.fingerprints
            .iter()
            .map(|record| match open.of.get(record) {
                Some(customer) => *numbers.entry(customer).or_insert_with(&mut fresh),
                None => fresh(),
            })
            .collect()
    }

    /// Measures the records that are in a customer alone.
    fn of_present(&self, truth: &Truth, published: &[u32], open: &Open) -> Option<Quality> {
        let present = |at: usize| open.of.contains_key(&self.fingerprints[at]);
        let kept: Vec<usize> = (0..self.fingerprints.len()).filter(|at| present(*at)).collect();
        if kept.len() == self.fingerprints.len() {
            return None;
        }
        Some(match truth {
            Truth::Persons(persons) => {
                let of = |values: &[u32]| kept.iter().map(|at| values[*at]).collect::<Vec<u32>>();
                measure(&Truth::Persons(of(persons)), &of(published))
            }
            Truth::Labels(labels) => {
                let both = |of: &&Label| present(of.left as usize) && present(of.right as usize);
                measure(&Truth::Labels(labels.iter().filter(both).copied().collect()), published)
            }
        })
    }

    fn named(&self, mistake: &Mistake, open: &Open) -> NamedMistake {
        let records = || mistake.parts.iter().flatten().map(|record| *record as usize);
        let customers: BTreeSet<&String> =
            records().filter_map(|record| open.of.get(&self.fingerprints[record])).collect();
        let name = |record: &u32| {
            let (source, key) = self.names[*record as usize];
            format!("{source}:{key}")
        };
        NamedMistake {
            wrong_pairs: mistake.pairs,
            customers: customers.into_iter().cloned().collect(),
            parts: mistake.parts.iter().map(|part| part.iter().map(name).collect()).collect(),
        }
    }
}

fn of((source, key): &Name) -> Fingerprint {
    Fingerprint::of(&[source, key])
}
