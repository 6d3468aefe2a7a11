//! `portrait identity model`: the matching model of the newest release, written down.

use super::desk;
use crate::cli::args::{Global, Model};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::identity::state::Trained;
use crate::identity::{IdentityError, evidence};

/// Writes the model as JSON; it holds no value of a record.
pub fn run(global: &Global, arguments: &Model) -> Result<(), Failure> {
    let desk = desk::open(global, &arguments.resources)?;
    let trained = evidence::fitting(&desk.state, &desk.declared).ok_or(IdentityError::NoModel)?;
    let trained = Trained { pinned: None, ..trained.clone() };
    let said = format!("the model of {}", trained.trained_on);
    output::hand_over(output::json(&trained)?, arguments.output.as_deref(), &said, global.quiet)
}
