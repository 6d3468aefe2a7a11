//! `portrait render MODEL`: the SQL that will run, its parameters in place.

use super::args::{Global, Render};
use super::failure::Failure;
use super::{output, project, run};
use crate::config::problem::nearest;
use crate::config::project::Model;
use crate::engine;
use crate::plan::graph::{Graph, Step};
use crate::plan::params;

/// Prints a model's SQL; of golden records, segments and metrics what they are compiled to.
pub fn run(global: &Global, arguments: &Render) -> Result<(), Failure> {
    let project = project::load(global)?.project;
    let prepared = project::prepare(&project)?;
    let (step, model) = find(&prepared.graph, &arguments.model)?;
    let as_of = arguments.as_of.unwrap_or_else(|| run::yesterday(&project));
    let params = params::of_project(&project, &step.pipeline, as_of);
    output::print_line(engine::render(&model.sql, &params).trim_end())?;
    Ok(())
}

/// The model of a name, or the nearest name there is.
pub fn find<'a>(graph: &'a Graph, name: &str) -> Result<(&'a Step, &'a Model), Failure> {
    let models = || graph.steps.iter().filter_map(|step| Some((step, step.model()?)));
    models().find(|(_, model)| model.name.as_str() == name).ok_or_else(|| {
        let near = nearest(name, models().map(|(_, model)| model.name.as_str()));
        let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Failure::usage(format!("there is no model `{name}`{help}"))
    })
}
