//! The command line: one file per command. `diagnostic` alone knows hints and exit codes.

pub mod check;
pub mod diagnostic;

use std::process::ExitCode;

/// Reads the arguments, runs the command, says what happened.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
