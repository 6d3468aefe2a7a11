//! `portrait identity evaluate`: how well the customers fit a truth or labels.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;

use super::desk;
use super::table::{self, Column};
use super::truth::{read_labels, read_truth};
use crate::cli::args::{Evaluate, Global};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::identity::columns::text;
use crate::identity::evaluation::{AtThreshold, Evaluation, Known, Name, NamedMistake, evaluate};
use crate::identity::inquiry::Open;
use crate::identity::measure::Quality;
use crate::report;

/// Measures the newest release.
pub fn run(global: &Global, arguments: &Evaluate) -> Result<(), Failure> {
    let known = match (&arguments.truth, &arguments.labels) {
        (Some(truth), _) => Known::Persons(read_truth(truth)?),
        (None, Some(labels)) => Known::Labels(read_labels(labels)?),
        (None, None) => return Err(Failure::usage("name a truth or labels: --truth FILE or --labels FILE")),
    };
    let desk = desk::open(global, &arguments.resources)?;
    let open = Open::read(&desk.map)?;
    if let Known::Persons(persons) = &known {
        strange_sources(persons, &desk.map)?;
    }
    let evaluation = desk.ask(|inquiry| Ok(evaluate(inquiry, &open, &known, arguments.mistakes)?))?;
    if let Some(path) = &arguments.svg {
        output::write(path, report::thresholds::svg(&evaluation)?)?;
    }
    if arguments.json {
        output::print_json(&evaluation)?;
    } else {
        print(&evaluation, &known)?;
    }
    Ok(())
}

/// Says which sources of the truth no record is of: else all their records would silently count as missing.
fn strange_sources(persons: &[(Name, String)], map: &[RecordBatch]) -> Result<(), Failure> {
    let there = text(map, "source")?;
    let there: BTreeSet<&str> = there.iter().flatten().collect();
    let named: BTreeSet<&str> = persons.iter().map(|((source, _), _)| source.as_str()).collect();
    let of: Vec<&str> = there.iter().copied().collect();
    for source in named.difference(&there) {
        output::say(format!(
            "warning: the truth's source `{source}` has no records; there are those of {}",
            of.join(", ")
        ));
    }
    Ok(())
}

fn print(evaluation: &Evaluation, known: &Known) -> Result<(), Failure> {
    let what = match known {
        Known::Persons(_) => "persons",
        Known::Labels(_) => "labelled pairs",
    };
    let count = |number: usize| output::count(number as u64);
    output::print_line(format!(
        "{} records of {} {what}; {} of them are in no customer and count as alone",
        count(evaluation.records),
        count(evaluation.known),
        count(evaluation.missing),
    ))?;
    qualities(evaluation)?;
    mistakes("Wrongly joined: customers that hold more than one person", &evaluation.wrongly_joined)?;
    mistakes("Wrongly apart: persons that are more than one customer", &evaluation.wrongly_apart)
}

fn qualities(evaluation: &Evaluation) -> Result<(), Failure> {
    let rows = || {
        let at = |of: &AtThreshold| (format!("{} bits", of.bits), probability(of.probability), of.quality);
        let published = ("published".to_owned(), String::new(), evaluation.published);
        let present = evaluation.published_of_present;
        let present = present.map(|of| ("of records in customers".to_owned(), String::new(), of));
        std::iter::once(published).chain(present).chain(evaluation.thresholds.iter().map(at))
    };
    let figures = |of: &dyn Fn(&Quality) -> f64| {
        Column::Figures(rows().map(|(.., quality)| format!("{:.4}", of(&quality))).collect())
    };
    let pairs = |of: &dyn Fn(&Quality) -> u64| {
        Column::Figures(rows().map(|(.., quality)| output::count(of(&quality))).collect())
    };
    table::print(
        "",
        vec![
            ("threshold", Column::Figures(rows().map(|(name, ..)| name).collect())),
            ("probability", Column::Figures(rows().map(|(_, probability, _)| probability).collect())),
            ("precision", figures(&|of| of.pairwise.precision)),
            ("recall", figures(&|of| of.pairwise.recall)),
            ("F1", figures(&|of| of.pairwise.f1)),
            ("B³ precision", figures(&|of| of.b_cubed.precision)),
            ("B³ recall", figures(&|of| of.b_cubed.recall)),
            ("B³ F1", figures(&|of| of.b_cubed.f1)),
            ("wrong pairs", pairs(&|of| of.wrongly_joined_pairs)),
            ("missed pairs", pairs(&|of| of.wrongly_apart_pairs)),
        ],
    )?;
    Ok(())
}

/// As many digits as tell it from 1.
fn probability(of: f64) -> String {
    if of < 0.999 { format!("{of:.3}") } else { format!("1 - {:.0e}", 1.0 - of) }
}

/// So many records of a part are named, and so many parts and customers of a mistake.
const NAMED: usize = 6;
const PARTS: usize = 8;

fn mistakes(title: &str, mistakes: &[NamedMistake]) -> Result<(), Failure> {
    if mistakes.is_empty() {
        return Ok(());
    }
    output::print_line(title)?;
    for mistake in mistakes {
        let pairs = output::count(mistake.wrong_pairs);
        let customers = listed(&mistake.customers, PARTS, ", ");
        output::print_line(format!("  {pairs} wrong pairs, customer {customers}"))?;
        for part in mistake.parts.iter().take(PARTS) {
            output::print_line(format!("    {}", listed(part, NAMED, " ")))?;
        }
        if let Some(more @ 1..) = mistake.parts.len().checked_sub(PARTS) {
            output::print_line(format!("    and {more} more such sets of records"))?;
        }
    }
    output::print_line("")?;
    Ok(())
}

/// The first few, and how many more there are.
fn listed(all: &[String], most: usize, between: &str) -> String {
    let first = all.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(between);
    match all.len().saturating_sub(most) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
