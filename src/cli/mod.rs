//! The command line: one file per command. `diagnostic` alone knows hints and exit codes.

pub mod args;
pub mod check;
mod completions;
mod demo;
pub mod diagnostic;
mod explain;
mod failure;
mod identity;
mod init;
mod lineage;
mod output;
mod progress;
mod project;
mod query;
mod rejects;
mod releases;
mod render;
mod retry;
mod run;
mod runtime;
mod schema;
mod show;
mod summary;
mod test;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use failure::Failure;

/// Reads the arguments, runs the command, says what happened.
pub fn main() -> ExitCode {
    let Arguments { global, command } = Arguments::parse();
    let done: Result<(), Failure> = match &command {
        Command::Demo(arguments) => demo::run(&global, arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Check(arguments) => check::run(&global, arguments),
        Command::Run(arguments) => run::run(&global, arguments),
        Command::Retry(arguments) => retry::run(&global, arguments),
        Command::Test(arguments) => test::run(&global, arguments),
        Command::Render(arguments) => render::run(&global, arguments),
        Command::Show(arguments) => show::run(&global, arguments),
        Command::Query(arguments) => query::run(&global, arguments),
        Command::Lineage(arguments) => lineage::run(&global, arguments),
        Command::Explain(arguments) => explain::run(&global, arguments),
        Command::Identity(arguments) => identity::run(&global, arguments),
        Command::Rejects(arguments) => rejects::run(&global, arguments),
        Command::Releases(arguments) => releases::run(&global, arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
    };
    match done {
        Ok(()) => diagnostic::Exit::Done.into(),
        Err(failure) => failure.report(global.color).into(),
    }
}
