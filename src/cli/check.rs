//! `portrait check`: everything that is wrong with a project, YAML and SQL together. Needs no data and no network.

use std::path::Path;

use serde_json::json;

use super::args::{Check, Global};
use super::failure::Failure;
use super::{diagnostic, output, project};
use crate::compile;
use crate::config::files::{self, ProjectFiles};
use crate::config::golden::Golden;
use crate::config::problem::{self, Level, Problem};
use crate::config::project::{Metrics, Project, Segments};
use crate::config::{self, Loaded};
use crate::engine;
use crate::name::TableName;

/// Reports the problems of YAML and SQL together.
pub fn run(global: &Global, arguments: &Check) -> Result<(), Failure> {
    let root = project::root(global)?;
    let Checked { files, problems } = check(&root, &global.env, &|name| std::env::var(name).ok());
    let invalid = problems.iter().any(|problem| problem.level == Level::Error);
    if arguments.json {
        for problem in &problems {
            output::print_line(as_json(problem).to_string())?;
        }
        return if invalid { Err(Failure::InvalidAsSaid) } else { Ok(()) };
    }
    if invalid {
        return Err(Failure::Invalid { problems, files });
    }
    project::warn(&problems, &files, global);
    let models = files.under("sql/").count();
    output::print_line(format!("{models} SQL files: {}", diagnostic::summary(&problems)))?;
    Ok(())
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
}

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
            let tables = Golden::TABLES.iter().chain(&Segments::TABLES).chain(&Metrics::TABLES);
            project.unsound.extend(tables.filter_map(|table| TableName::new(table).ok()));
            (Vec::new(), problems)
        }
    };
    problems.extend(engine::check(&project, &generated).1);
    problems
}
