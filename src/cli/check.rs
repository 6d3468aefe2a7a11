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
}
