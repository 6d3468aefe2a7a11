//! English short forms of given names: what they stand for, and whether two given names may be one.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::nickname_data::NICKNAMES;

static FULL_NAMES: LazyLock<HashMap<&str, &[&str]>> = LazyLock::new(|| NICKNAMES.iter().copied().collect());

/// The full name of a folded given name that is a short form of one name only; otherwise the name itself.
pub fn full_name(given: &str) -> &str {
    match FULL_NAMES.get(given) {
        Some([only]) => only,
        _ => given,
    }
}

/// Whether two folded given names are the same, or one is a short form of the other, or both are of a third.
pub fn compatible(a: &str, b: &str) -> bool {
    let (of_a, of_b) = (full_names(a), full_names(b));
    a == b || of_a.contains(&b) || of_b.contains(&a) || of_a.iter().any(|name| of_b.contains(name))
}

fn full_names(given: &str) -> &'static [&'static str] {
    FULL_NAMES.get(given).copied().unwrap_or(&[])
}
