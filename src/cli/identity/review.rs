//! `portrait identity review`: the pairs that a steward should look at, as a CSV to be filled in.

use std::io;

use super::desk;
use super::shown::evidence;
use crate::cli::args::{Global, Review};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::identity::inquiry::{Held, Inquiry};
use crate::identity::matching::model::probability_of;
use crate::identity::matching::score::Edge;
use crate::identity::review::{Candidate, review};
use crate::identity::waterfall::waterfall;

/// The stewards' columns, then what helps to decide.
const COLUMNS: [&str; 13] = [
    "left_source",
    "left_source_key",
    "right_source",
    "right_source_key",
    "decision",
    "author",
    "reason",
    "why",
    "weight_bits",
    "probability",
    "left_customer_id",
    "right_customer_id",
    "evidence",
];

/// Writes the pairs that are least certain.
pub fn run(global: &Global, arguments: &Review) -> Result<(), Failure> {
    let desk = desk::open(global, &arguments.resources)?;
    let rows = desk.ask(|inquiry| {
        let held = Held::read(&desk.map, inquiry.prepared)?;
        let chosen = review(inquiry, &held, arguments.pairs)?;
        Ok(chosen.iter().map(|of| row(inquiry, &held, of, arguments.reveal)).collect::<Vec<_>>())
    })?;
    let said = format!("{} pairs to review", rows.len());
    output::hand_over(csv_of(&rows)?, arguments.output.as_deref(), &said, global.quiet)
}

fn row(inquiry: &Inquiry<'_>, held: &Held, of: &Candidate, reveal: bool) -> [String; 13] {
    let ((left_source, left_key), (right_source, right_key)) =
        (inquiry.name(of.pair.0), inquiry.name(of.pair.1));
    let weight = f64::from(of.weight);
    let edge = Edge { a: of.pair.0, b: of.pair.1, weight: of.weight, pattern: of.pattern };
    let id = |record: u32| held.id(record).unwrap_or_default().to_owned();
    [
        left_source.to_owned(),
        left_key.to_owned(),
        right_source.to_owned(),
        right_key.to_owned(),
        String::new(),
        String::new(),
        String::new(),
        of.doubt.words().to_owned(),
        format!("{weight:.2}"),
        format!("{:.4}", probability_of(weight)),
        id(of.pair.0),
        id(of.pair.1),
        evidence(&waterfall(inquiry, &edge), reveal),
    ]
}

fn csv_of(rows: &[[String; 13]]) -> Result<String, Failure> {
    let failed = |error: csv::Error| Failure::Output(io::Error::other(error));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::Output(io::Error::other(error.to_string())))?;
    String::from_utf8(bytes).map_err(|error| Failure::Output(io::Error::other(error)))
}
