<<<<<<< HEAD
//! `portrait check`: everything that is wrong with a project, YAML and SQL together. Needs no data and no network.

use std::path::Path;

use crate::compile;
use crate::config::files::{self, ProjectFiles};
use crate::config::problem::{self, Problem};
use crate::config::project::{Metrics, Project, Segments};
use crate::config::{self, Loaded};
use crate::engine;
use crate::name::TableName;

/// A project's files and all that is wrong with them.
#[derive(Debug)]
pub struct Checked {
    pub files: ProjectFiles,
    /// By file and line.
    pub problems: Vec<Problem>,
}

/// Reads and checks the project in a folder: shapes, names, references, SQL, columns and types. What depends on something
/// that is wrong is passed over, so that one mistake is one problem.
pub fn check(root: &Path, environment: &str, variables: &dyn Fn(&str) -> Option<String>) -> Checked {
    let files = match files::read(root) {
        Ok(files) => files,
        Err(problems) => return Checked { files: ProjectFiles::default(), problems },
    };
    let Loaded { project, mut problems } = config::load(&files, root, environment, variables);
    if let Some(project) = project {
        problems.extend(sql(project));
    }
    problem::sort(&mut problems);
    Checked { files, problems }
}

/// The problems of a project's SQL, be it in files or in YAML.
fn sql(mut project: Project) -> Vec<Problem> {
    let (generated, mut problems) = match compile::models(&project) {
        Ok(generated) => (generated, Vec::new()),
        Err(problems) => {
            let tables = Segments::TABLES.iter().chain(&Metrics::TABLES);
            project.unsound.extend(tables.filter_map(|table| TableName::new(table).ok()));
            (Vec::new(), problems)
        }
    };
    problems.extend(engine::check(&project, &generated).1);
    problems
=======
//! `portrait check`: every problem of the project at once, without data.

use serde_json::json;

use super::args::{Check, Global};
use super::failure::Failure;
use super::{diagnostic, output, project};
use crate::config::problem::{self, Level, Problem};
use crate::config::{self};
use crate::run;

/// Reports the problems of YAML and SQL together.
pub fn run(global: &Global, arguments: &Check) -> Result<(), Failure> {
    let (root, files) = project::files(global)?;
    let loaded = config::load(&files, &root, &global.env, &|name| std::env::var(name).ok());
    let mut problems = loaded.problems;
    let mut models = 0;
    if let Some(project) = &loaded.project {
        models = project.models.len();
        problems.extend(run::problems(project));
    }
    problem::sort(&mut problems);
    problems.dedup();
    if arguments.json {
        for problem in &problems {
            output::print_line(as_json(problem).to_string())?;
        }
    }
    let invalid = problems.iter().any(|problem| problem.level == Level::Error);
    match (invalid, arguments.json) {
        (true, true) => Err(Failure::InvalidAsSaid),
        (true, false) => Err(Failure::Invalid { problems, files }),
        (false, true) => Ok(()),
        (false, false) => {
            project::warn(&problems, &files, global);
            if problems.is_empty() {
                output::print_line(format!("{models} models: {}", diagnostic::summary(&problems)))?;
            }
            Ok(())
        }
    }
}

fn as_json(problem: &Problem) -> serde_json::Value {
    let at = problem.at.as_ref();
    json!({
        "level": problem.level,
        "file": at.map(|at| at.file.as_ref()),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "message": problem.message,
        "help": problem.help,
    })
>>>>>>> 7fe7d26 (Compose source, engine and warehouse into runs, with a command for each thing to do)
}
