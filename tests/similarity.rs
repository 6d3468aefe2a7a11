//! The comparison kernels against other implementations and by their laws.

use portrait::identity::similarity::{DateLevel, Scratch, date_level};
use proptest::prelude::*;

/// Texts in which equal characters, swaps and both scripts are frequent.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[abc]{0,9}",
        "[a-f ]{0,14}",
        "[ab张伟é ]{0,9}",
        "[a-c]{60,70}",
        "[张伟王李A-C]{0,6}",
        any::<String>()
    ]
}

/// The ratio of RapidFuzz, written out from its definition with sets and strings.
fn token_set_by_definition(a: &str, b: &str) -> Option<f64> {
    use std::collections::BTreeSet;
    let words = |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_owned).collect() };
    let (a, b) = (words(a), words(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let joined = |words: Vec<&String>| words.into_iter().cloned().collect::<Vec<_>>().join(" ");
    let common = joined(a.intersection(&b).collect());
    let (only_a, only_b) = (joined(a.difference(&b).collect()), joined(b.difference(&a).collect()));
    if !common.is_empty() && (only_a.is_empty() || only_b.is_empty()) {
        return Some(1.0);
    }
    let whole_a = format!("{common} {only_a}").trim().to_owned();
    let whole_b = format!("{common} {only_b}").trim().to_owned();
    let ratio = |a: &str, b: &str| {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
        for i in 0..a.len() {
            for j in 0..b.len() {
                table[i + 1][j + 1] =
                    if a[i] == b[j] { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
            }
        }
        2.0 * table[a.len()][b.len()] as f64 / (a.len() + b.len()) as f64
    };
    let whole = ratio(&whole_a, &whole_b);
    Some(if common.is_empty() {
        whole
    } else {
        whole.max(ratio(&common, &whole_a)).max(ratio(&common, &whole_b))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn edits_are_those_of_strsim(a in text(), b in text(), most in 0_usize..6) {
        let mut scratch = Scratch::default();
        // A used scratch answers as a fresh one.
        scratch.damerau_levenshtein("preceding", "pairs of any kind");
        let expected = strsim::damerau_levenshtein(&a, &b);
        prop_assert_eq!(scratch.damerau_levenshtein(&a, &b), expected);
        prop_assert_eq!(scratch.damerau_levenshtein(&b, &a), expected);
        let within = (expected <= most).then_some(expected);
        prop_assert_eq!(scratch.damerau_levenshtein_within(&a, &b, most), within);
    }

    #[test]
    fn jaro_winkler_is_that_of_strsim(a in text(), b in text()) {
        let mut scratch = Scratch::default();
        scratch.jaro_winkler("preceding", "pairs");
        let jaro = strsim::jaro(&a, &b);
        let prefix = a.chars().zip(b.chars()).take(4).take_while(|(a, b)| a == b).count();
        let expected = jaro + 0.1 * prefix as f64 * (1.0 - jaro);
        prop_assert!((scratch.jaro_winkler(&a, &b) - expected).abs() < 1e-12);
    }

    #[test]
    fn token_sets_are_those_of_the_definition(a in "[a-d]{1,3}( [a-d]{1,3}){0,4}", b in "[a-d ]{0,12}") {
        let mut scratch = Scratch::default();
        scratch.token_set("preceding pairs", "of any kind");
        let (found, expected) = (scratch.token_set(&a, &b), token_set_by_definition(&a, &b));
        prop_assert_eq!(found.is_some(), expected.is_some());
        prop_assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12, "{:?} {:?}", found, expected);
        prop_assert_eq!(found, scratch.token_set(&b, &a));
    }

    #[test]
    fn any_text_has_a_likeness_from_0_to_1(a in any::<String>(), b in any::<String>()) {
        let mut scratch = Scratch::default();
        prop_assert!((0.0..=1.0).contains(&scratch.jaro_winkler(&a, &b)));
        prop_assert!(scratch.token_set(&a, &b).is_none_or(|ratio| (0.0..=1.0).contains(&ratio)));
    }

    #[test]
    fn levels_of_dates_ignore_the_order(a in any::<i32>(), b in -1_000_i32..40_000, c in -1_000_i32..40_000) {
        prop_assert_eq!(date_level(a, b), date_level(b, a));
        prop_assert_eq!(date_level(b, c), date_level(c, b));
        prop_assert_eq!(date_level(b, c) == DateLevel::Exact, b == c);
    }
}
