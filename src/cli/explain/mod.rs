//! `portrait explain`: why a customer is one, or why two records are or are not the same.

mod customer;
mod pair;

use std::path::Path;

use super::args::{Explain, Global};
use super::failure::Failure;
use super::identity::{desk, shown};
use super::output;
use crate::identity::evaluation::Name;
use crate::identity::waterfall::Waterfall;
use crate::report::waterfall::Titled;
use crate::report::{self, Bar, terminal};

/// Explains what was named.
pub fn run(global: &Global, arguments: &Explain) -> Result<(), Failure> {
    let desk = desk::open(global, &arguments.resources)?;
    match arguments.what.as_slice() {
        [left, right] => pair::explain(&desk, arguments, &record(left)?, &record(right)?),
        [one] => customer::explain(&desk, arguments, one),
        _ => Err(Failure::usage("name a customer, or two records as SOURCE:KEY")),
    }
}

/// A record as it is named on the command line.
fn record(named: &str) -> Result<Name, Failure> {
    match named.split_once(':') {
        Some((source, key)) if !source.is_empty() && !key.is_empty() => {
            Ok((source.to_owned(), key.to_owned()))
        }
        _ => Err(Failure::usage(format!("`{named}` is no record; write it as SOURCE:KEY"))),
    }
}

fn unknown(named: &str) -> Failure {
    Failure::usage(format!("the last release has no record `{named}`"))
}

fn bars(of: &Waterfall, arguments: &Explain) -> Vec<Bar> {
    report::bars(of, |step| shown::values(step, arguments.reveal))
}

/// Prints a waterfall, indented.
fn print_waterfall(of: &Waterfall, arguments: &Explain) -> Result<(), Failure> {
    for line in terminal::lines(&bars(of, arguments)) {
        output::print_line(format!("    {line}"))?;
    }
    output::print_line(format!("    probability {:.6}", of.probability))?;
    Ok(())
}

fn write_svg(path: &Path, waterfalls: &[Titled]) -> Result<(), Failure> {
    output::write(path, report::waterfall::svg(waterfalls)?)
}
