//! `portrait identity model`: the matching model of the newest release, written down.

use super::desk;
use crate::cli::args::{Global, Model};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::identity::evidence;
use crate::identity::state::Trained;

/// Writes the model as JSON; it holds no value of a record.
pub fn run(global: &Global, arguments: &Model) -> Result<(), Failure> {
    let desk = desk::open(global, &arguments.resources)?;
    let Some(trained) = evidence::fitting(&desk.state, &desk.declared) else {
        return Err(Failure::usage(
            "no model is trained for what `identity:` declares now; `portrait run` trains one",
        ));
    };
    let trained = Trained { pinned: None, ..trained.clone() };
    let json = serde_json::to_string_pretty(&trained)
        .map_err(|error| Failure::usage(format!("failed to write JSON: {error}")))?;
    match &arguments.output {
        None => output::print_line(json)?,
        Some(path) => {
            let failed = |error| Failure::io(format!("failed to write `{}`", path.display()), error);
            std::fs::write(path, json + "\n").map_err(failed)?;
            if !global.quiet {
                output::say(format!("the model of {} in `{}`", trained.trained_on, path.display()));
            }
        }
    }
    Ok(())
}
