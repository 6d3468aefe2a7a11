//! A postal address taken apart, Chinese or Western. Never knows columns or SQL.

mod chinese;
mod western;
mod western_data;

use super::mask::looks_masked;
use super::pinyin::simplify_into;
use crate::identity::fold::{fold, is_han};

/// The parts of an address, each empty where it is not evident.
#[derive(Debug, Default)]
pub struct Address {
    pub province: String,
    pub city: String,
    pub district: String,
    pub road: String,
    pub number: String,
    pub unit: String,
    pub postcode: String,
    pub rest: String,
}

impl Address {
    /// The parts in the order of [`PARTS`].
    pub fn parts(&self) -> [&str; 8] {
        let Self { province, city, district, road, number, unit, postcode, rest } = self;
        [province, city, district, road, number, unit, postcode, rest].map(String::as_str)
    }

    /// Appends the parts that say where a door is, a blank between two; false where neither road, number nor rest is known.
    pub fn write_key(&self, out: &mut String) -> bool {
        for part in
            [&self.province, &self.city, &self.district, &self.road, &self.number, &self.unit, &self.rest]
        {
            if !part.is_empty() {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(part);
            }
        }
        !(self.road.is_empty() && self.number.is_empty() && self.rest.is_empty())
    }
}

/// The names of an address's parts.
pub const PARTS: [&str; 8] = ["province", "city", "district", "road", "number", "unit", "postcode", "rest"];

/// The parts of an address; none if nothing is left of it or it is masked.
pub fn read(text: &str) -> Option<Address> {
    if looks_masked(text) {
        return None;
    }
    let mut simple = String::with_capacity(text.len());
    simplify_into(&fold(text.trim()), &mut simple);
    if !simple.chars().any(char::is_alphanumeric) {
        return None;
    }
    let han = simple.chars().filter(|c| is_han(*c)).count();
    Some(if han >= 3 { chinese::read(&simple) } else { western::read(&simple) })
}
