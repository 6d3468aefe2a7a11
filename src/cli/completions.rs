//! `portrait completions SHELL`.

use clap::CommandFactory;

use super::args::{Arguments, Completions};
use super::failure::Failure;
use super::output;

/// Prints the shell's completion script.
pub fn run(arguments: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "portrait", &mut script);
    output::print(String::from_utf8_lossy(&script))?;
    Ok(())
}
