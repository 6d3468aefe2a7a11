//! How alike two records are in one attribute, as the first of a comparison's tests that holds. Every similarity is
//! computed once per distinct pair of values, as far as the memory for remembering it goes.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::NaiveDate;

use super::attribute::{Attribute, Values};
use super::block::Pairs;
use crate::identity::similarity::{DateLevel, Scratch, date_level};

/// A test of two values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Test {
    /// The same value.
    Equal,
    /// The same derived value: the same sound, the same full name behind two short forms, the same first part.
    Same { derived: usize },
    /// At least so alike by Jaro–Winkler.
    JaroWinkler { at_least: f64 },
    /// At most so many edits (Damerau–Levenshtein).
    Edits { at_most: usize },
    /// At least so alike as sets of words.
    Tokens { at_least: f64 },
    /// One begins with the other, which has at least so many characters.
    Begins { at_least: usize },
    /// Two dates that differ in this way.
    Date(DateLevel),
    /// Two dates at most so many days apart.
    Days { at_most: i32 },
    /// One's value is the other's value of another attribute: surname and given name swapped.
    Swapped { with: usize },
}

/// An attribute with the tests that grade it, the strictest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub name: String,
    /// Which attribute it grades.
    pub attribute: usize,
    pub tests: Vec<Test>,
    /// What is believed of the levels before the data speak: how often each test is the first that holds among matches,
    /// and last how often none does.
    pub expected: Vec<f64>,
    /// Whether an agreement on a rare value says more than one on a common value.
    pub term_frequency: bool,
}

/// The level of a pair where one value is missing. Level n is test n, from 1; after the last test comes `differs`.
pub const MISSING: u8 = 0;

impl Comparison {
    /// How many levels there are: missing, one per test, none of them.
    pub fn levels(&self) -> usize {
        self.tests.len() + 2
    }

    /// Whether agreement on a rare value weighs more: where no test is for equal values, there is no such agreement.
    pub fn weighs_rarity(&self) -> bool {
        self.term_frequency && self.tests.contains(&Test::Equal)
    }

    /// The level of equal values.
    pub fn equal(&self) -> u8 {
        self.tests.iter().position(|test| *test == Test::Equal).map_or(self.differs(), |at| (at + 1) as u8)
    }

    /// The level of pairs for which no test holds.
    pub fn differs(&self) -> u8 {
        (self.tests.len() + 1) as u8
    }
}

/// A comparison with what it has worked out so far.
pub struct Comparer<'a> {
    comparison: &'a Comparison,
    values: &'a Values,
    attribute: &'a Attribute,
    /// By value: the day since 1970, where it is a date.
    days: Vec<i32>,
    equal: u8,
    /// By test, for tests across two attributes: by value of this one, the number of the same text in the other.
    across: Vec<Vec<u32>>,
    known: Known,
}

impl<'a> Comparer<'a> {
    /// Made to remember about `memory_bytes` of pairs.
    pub fn new(
        comparison: &'a Comparison,
        attributes: &'a [Attribute],
        values: &'a Values,
        memory_bytes: usize,
    ) -> Self {
        let attribute = &attributes[comparison.attribute];
        let is_date = comparison.tests.iter().any(|test| matches!(test, Test::Date(_) | Test::Days { .. }));
        let dates = if is_date { attribute.counts.len() } else { 0 };
        Self {
            comparison,
            values,
            attribute,
            days: (0..dates as u32).map(|number| day(attribute.text(number)).unwrap_or(i32::MIN)).collect(),
            across: comparison.tests.iter().map(|test| across(*test, attribute, attributes)).collect(),
            equal: comparison.equal(),
            known: Known::new(memory_bytes, attribute.counts.len()),
        }
    }

    /// The levels of pairs of records.
    pub fn levels(&self, pairs: &Pairs, scratch: &mut Scratch, levels: &mut Vec<u8>) {
        levels.clear();
        let own = self.comparison.attribute;
        for (a, b) in pairs.a.iter().zip(&pairs.b) {
            let (of_a, of_b) = (self.values.get(*a, own), self.values.get(*b, own));
            levels.push(if of_a == 0 || of_b == 0 {
                MISSING
            } else if of_a == of_b {
                self.equal
            } else {
                let level = self.level_of_values(of_a.min(of_b), of_a.max(of_b), scratch);
                if level == self.comparison.differs() { self.level_of_records(*a, *b) } else { level }
            });
        }
    }

    /// The level of two different values.
    fn level_of_values(&self, a: u32, b: u32, scratch: &mut Scratch) -> u8 {
        if let Some(level) = self.known.get(a, b) {
            return level;
        }
        let first = self.comparison.tests.iter().position(|test| self.holds(*test, a, b, scratch));
        let level = first.map_or(self.comparison.differs(), |at| (at + 1) as u8);
        self.known.put(a, b, level);
        level
    }

    fn holds(&self, test: Test, a: u32, b: u32, scratch: &mut Scratch) -> bool {
        let texts = || (self.attribute.text(a), self.attribute.text(b));
        match test {
            Test::Equal | Test::Swapped { .. } => false,
            Test::Same { derived } => {
                let derived = &self.attribute.derived[derived];
                derived[a as usize] != 0 && derived[a as usize] == derived[b as usize]
            }
            Test::JaroWinkler { at_least } => {
                let (a, b) = texts();
                scratch.jaro_winkler(a, b) >= at_least
            }
            Test::Edits { at_most } => {
                let (a, b) = texts();
                scratch.damerau_levenshtein_within(a, b, at_most).is_some()
            }
            Test::Tokens { at_least } => {
                let (a, b) = texts();
                scratch.token_set(a, b).is_some_and(|alike| alike >= at_least)
            }
            Test::Begins { at_least } => {
                let (a, b) = texts();
                let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
                long.starts_with(short) && short.chars().count() >= at_least
            }
            Test::Date(level) => {
                let (a, b) = (self.days[a as usize], self.days[b as usize]);
                a != i32::MIN && b != i32::MIN && date_level(a, b) == level
            }
            Test::Days { at_most } => {
                let (a, b) = (self.days[a as usize], self.days[b as usize]);
                a != i32::MIN && b != i32::MIN && a.abs_diff(b) <= at_most.unsigned_abs()
            }
        }
    }

    /// The level of two records whose own values differ: whether they are each other's value of another attribute.
    fn level_of_records(&self, a: u32, b: u32) -> u8 {
        let own = |record: u32| self.values.get(record, self.comparison.attribute);
        let swapped = self.comparison.tests.iter().zip(&self.across).position(|(test, across)| match test {
            Test::Swapped { with } => {
                let other = |record: u32| self.values.get(record, *with);
                let meets = |own: u32, other: u32| other != 0 && across[own as usize] == other;
                meets(own(a), other(b)) || meets(own(b), other(a))
            }
            _ => false,
        });
        swapped.map_or(self.comparison.differs(), |at| (at + 1) as u8)
    }
}

fn across(test: Test, attribute: &Attribute, attributes: &[Attribute]) -> Vec<u32> {
    let Test::Swapped { with } = test else { return Vec::new() };
    let other = &attributes[with];
    let numbers: hashbrown::HashMap<&str, u32> =
        (1..other.counts.len() as u32).map(|number| (other.text(number), number)).collect();
    let number_of = |number: u32| numbers.get(attribute.text(number)).copied().unwrap_or(0);
    (0..attribute.counts.len() as u32).map(number_of).collect()
}

fn day(text: &str) -> Option<i32> {
    Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.to_epoch_days())
}

/// Levels of pairs of values in a table of fixed size that threads share without locks: what does not fit pushes out
/// what was there, and is computed anew when it is asked for again.
struct Known {
    slots: Vec<AtomicU64>,
    mask: usize,
}

/// A slot holds both values, in 28 bits each, and the level.
const VALUE_BITS: u32 = 28;

impl Known {
    fn new(memory_bytes: usize, values: usize) -> Self {
        let possible = (values as u64).saturating_mul(values as u64).clamp(1024, 1 << 40);
        let slots = ((memory_bytes / 8) as u64).min(possible).max(2);
        // The largest power of two that is not more.
        let slots = 1_usize << slots.ilog2();
        let usable = (values as u64) < 1 << VALUE_BITS;
        let slots = if usable { slots } else { 0 };
        Self { slots: (0..slots).map(|_| AtomicU64::new(0)).collect(), mask: slots.wrapping_sub(1) }
    }

    fn slot(&self, a: u32, b: u32) -> Option<&AtomicU64> {
        let mixed = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.slots.get((mixed >> 24) as usize & self.mask)
    }

    fn get(&self, a: u32, b: u32) -> Option<u8> {
        let held = self.slot(a, b)?.load(Ordering::Relaxed);
        (held >> 8 == u64::from(a) << VALUE_BITS | u64::from(b)).then_some(held as u8)
    }

    fn put(&self, a: u32, b: u32, level: u8) {
        if let Some(slot) = self.slot(a, b) {
            let values = u64::from(a) << VALUE_BITS | u64::from(b);
            slot.store(values << 8 | u64::from(level), Ordering::Relaxed);
        }
    }
}
