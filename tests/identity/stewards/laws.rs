//! Measures against counting pair by pair; ladders; in general.

use std::collections::BTreeSet;

use portrait::identity::ladder::{THRESHOLDS, climb};
use portrait::identity::matching::score::Edge;
use portrait::identity::measure::{Label, Truth, costliest, measure};
use portrait::identity::prepare::tied_by_keys;
use portrait::identity::review::{Candidate, Doubt, choose};
use proptest::prelude::*;

fn partitions() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
    proptest::collection::vec((0_u32..6, 0_u32..6), 0..14).prop_map(|cells| cells.into_iter().unzip())
}

fn pairs(records: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..records).flat_map(move |a| (a + 1..records).map(move |b| (a, b)))
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

proptest! {
    #[test]
    fn measures_are_what_counting_gives((truth, found) in partitions()) {
        let records = truth.len();
        let both = pairs(records).filter(|(a, b)| truth[*a] == truth[*b] && found[*a] == found[*b]).count();
        let true_pairs = pairs(records).filter(|(a, b)| truth[*a] == truth[*b]).count();
        let found_pairs = pairs(records).filter(|(a, b)| found[*a] == found[*b]).count();
        let quality = measure(&Truth::Persons(truth.clone()), &found);
        prop_assert!((quality.pairwise.precision - share(both, found_pairs)).abs() < 1e-12);
        prop_assert!((quality.pairwise.recall - share(both, true_pairs)).abs() < 1e-12);
        prop_assert_eq!(quality.wrongly_joined_pairs as usize, found_pairs - both);
        prop_assert_eq!(quality.wrongly_apart_pairs as usize, true_pairs - both);
        let of_record = |a: usize, whole: &[u32]| {
            let in_both = (0..records).filter(|b| truth[*b] == truth[a] && found[*b] == found[a]).count();
            share(in_both, (0..records).filter(|b| whole[*b] == whole[a]).count())
        };
        let mean = |whole: &[u32]| {
            let sum: f64 = (0..records).map(|a| of_record(a, whole)).sum();
            if records == 0 { 1.0 } else { sum / records as f64 }
        };
        prop_assert!((quality.b_cubed.precision - mean(&found)).abs() < 1e-12);
        prop_assert!((quality.b_cubed.recall - mean(&truth)).abs() < 1e-12);
        // All mistakes together are all wrong pairs.
        let wrong: u64 = costliest(&truth, &found, usize::MAX).iter().map(|mistake| mistake.pairs).sum();
        let apart: u64 = costliest(&found, &truth, usize::MAX).iter().map(|mistake| mistake.pairs).sum();
        prop_assert_eq!((wrong, apart), (quality.wrongly_joined_pairs, quality.wrongly_apart_pairs));
        // Labels of every pair measure pairs as the whole truth does, and B³ too.
        let label = |(a, b): (usize, usize)| Label { left: a as u32, right: b as u32, same: truth[a] == truth[b] };
        let labelled = measure(&Truth::Labels(pairs(records).map(label).collect()), &found);
        prop_assert_eq!(labelled.pairwise, quality.pairwise);
        if records > 1 {
            prop_assert!((labelled.b_cubed.f1 - quality.b_cubed.f1).abs() < 1e-12);
        }
    }

    #[test]
    fn a_choice_takes_each_pair_once_and_new_customers_first(
        lists in proptest::array::uniform3(proptest::collection::vec((0_u32..8, 0_u32..8), 0..12)),
        most in 0_usize..30,
    ) {
        let candidate = |(a, b): &(u32, u32)| Candidate {
            pair: (*a.min(b), *a.max(b)),
            customers: (a.min(b) / 3, a.max(b) / 3),
            weight: 0.0,
            pattern: 0,
            doubt: Doubt::Even,
        };
        let lists = lists.map(|list| list.iter().map(candidate).collect::<Vec<_>>());
        let all: BTreeSet<(u32, u32)> = lists.iter().flatten().map(|of| of.pair).collect();
        let customers: BTreeSet<(u32, u32)> = lists.iter().flatten().map(|of| of.customers).collect();
        let first_of_lists: Vec<(u32, u32)> = lists.iter().find_map(|list| list.first()).map(|of| of.pair).into_iter().collect();
        let chosen = choose(lists, most);
        let pairs: BTreeSet<(u32, u32)> = chosen.iter().map(|of| of.pair).collect();
        prop_assert_eq!(pairs.len(), chosen.len(), "no pair twice");
        prop_assert_eq!(chosen.len(), most.min(all.len()));
        let before_repeats = chosen.iter().take(customers.len());
        let met: BTreeSet<(u32, u32)> = before_repeats.map(|of| of.customers).collect();
        prop_assert_eq!(met.len(), customers.len().min(chosen.len()), "customers first");
        if most > 0 {
            prop_assert_eq!(chosen.iter().take(1).map(|of| of.pair).collect::<Vec<_>>(), first_of_lists);
        }
    }

    #[test]
    fn a_higher_threshold_only_cuts(
        weights in proptest::collection::vec((0_u32..12, 0_u32..12, -8.0_f32..28.0), 0..30),
        keys in proptest::collection::vec(0_u32..5, 12),
    ) {
        let edge = |(a, b, weight): &(u32, u32, f32)| Edge { a: *a, b: *b, weight: *weight, pattern: 0 };
        let edges: Vec<Edge> = weights.iter().map(edge).collect();
        let joined = tied_by_keys(std::slice::from_ref(&keys));
        let mut rungs = Vec::new();
        climb(12, &joined, edges.clone(), &THRESHOLDS, |rung| rungs.push(rung));
        prop_assert_eq!(rungs.len(), THRESHOLDS.len());
        for rung in &rungs {
            for edge in edges.iter().filter(|edge| f64::from(edge.weight) >= rung.bits) {
                prop_assert_eq!(rung.roots[edge.a as usize], rung.roots[edge.b as usize]);
            }
            for (a, b) in pairs(12).filter(|(a, b)| keys[*a] != 0 && keys[*a] == keys[*b]) {
                prop_assert_eq!(rung.roots[a], rung.roots[b], "keys hold at every threshold");
            }
        }
        for higher in rungs.windows(2) {
            for (a, b) in pairs(12).filter(|(a, b)| higher[0].roots[*a] == higher[0].roots[*b]) {
                prop_assert!(higher[0].bits > higher[1].bits && higher[1].roots[a] == higher[1].roots[b]);
            }
        }
    }
}
