//! Segments and metrics declared in YAML → SQL models. Pure: texts in, texts out.

use std::ops::Range;

use crate::config::problem::{Location, Problem};
use crate::config::project::{Model, Project, Table};

/// A model that nobody wrote as a file.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Its SQL as `render` prints it; the path names the pipeline's file and block it comes from.
    pub model: Model,
    /// What is said about its table: what a pipeline's `tables:` says, over what is true of every such table.
    pub table: Table,
    /// Which bytes of the SQL were written where in YAML, in order.
    pub origins: Vec<(Range<usize>, Location)>,
}

/// The models that a project's segments and metrics stand for, in the order that their data flows.
///
/// # Errors
/// All expressions that are not SQL, and all names that stand twice, each where it is written.
pub fn models(project: &Project) -> Result<Vec<Generated>, Vec<Problem>> {
    let _ = project;
    Ok(Vec::new())
}
