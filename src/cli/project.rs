//! Finds and loads the project that a command is about.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::args::{Colour, Global, Resources};
use super::failure::Failure;
use super::{diagnostic, output};
use crate::config::files::{self, ProjectFiles};
use crate::config::problem::Problem;
use crate::config::project::Project;
use crate::config::{self, units};
use crate::run::{self, Prepared};

/// A project, and the warnings that its files gave rise to.
pub struct Loaded {
    pub project: Project,
    pub warnings: Vec<Problem>,
}

/// Loads the project that the options name; every problem of its files is in the failure.
pub fn load(global: &Global) -> Result<Loaded, Failure> {
    let root = root(global)?;
    load_from(&root, &global.env)
}

/// Loads the project in a folder.
pub fn load_from(root: &Path, environment: &str) -> Result<Loaded, Failure> {
    let files = files::read(root).map_err(|problems| invalid(problems, ProjectFiles::default()))?;
    let loaded = config::load(&files, root, environment, &|name| std::env::var(name).ok());
    match loaded.into_valid() {
        Ok((project, warnings)) => Ok(Loaded { project, warnings }),
        Err(problems) => Err(invalid(problems, files)),
    }
}

/// A project's graph and schemas, or everything that is wrong with it.
pub fn prepare(project: &Project) -> Result<Prepared, Failure> {
    run::prepare(project).map_err(|problems| invalid(problems, project.files.clone()))
}

/// Problems as a person reads them, as wide as the terminal.
pub fn rendered(problems: &[Problem], files: &ProjectFiles, colour: Colour) -> String {
    let (colour, terminal) = match output::colours_on_stderr(colour) {
        true => (diagnostic::Colour::Always, true),
        false => (diagnostic::Colour::Never, std::io::stderr().is_terminal()),
    };
    let width = if terminal { output::terminal_width() } else { diagnostic::WIDTH_WITHOUT_TERMINAL };
    diagnostic::render(problems, files, colour, width)
}

/// Says warnings; they stop nothing.
pub fn warn(problems: &[Problem], files: &ProjectFiles, global: &Global) {
    if !problems.is_empty() && !global.quiet {
        output::say(rendered(problems, files, global.color).trim_end());
    }
}

fn invalid(problems: Vec<Problem>, files: ProjectFiles) -> Failure {
    Failure::Invalid { problems, files }
}

/// The folder named by `--project`; else the nearest one from here upwards that has `pipelines/`.
pub fn root(global: &Global) -> Result<PathBuf, Failure> {
    if let Some(named) = &global.project {
        return if named.join("pipelines").is_dir() {
            std::path::absolute(named).map_err(|error| Failure::io("failed to find the project", error))
        } else {
            Err(Failure::usage(format!("`{}` is no project: it has no folder `pipelines`", named.display())))
        };
    }
    let here =
        std::env::current_dir().map_err(|error| Failure::io("failed to find the current folder", error))?;
    here.ancestors().find(|folder| folder.join("pipelines").is_dir()).map(Path::to_path_buf).ok_or_else(
        || {
            Failure::usage(
                "there is no project here: no folder `pipelines` in this folder or above it; \
             name one with --project DIR, or make one with `portrait init DIR`",
            )
        },
    )
}

/// Lays the options over the environment.
pub fn apply(project: &mut Project, resources: &Resources) -> Result<(), Failure> {
    let environment = &mut project.environment;
    if let Some(data_root) = &resources.data_root {
        environment.data_root = absolute(data_root)?;
    }
    if let Some(warehouse) = &resources.warehouse {
        environment.warehouse = absolute_warehouse(warehouse)?;
    }
    if let Some(threads) = resources.threads {
        environment.threads = Some(threads as usize);
    }
    if let Some(memory) = &resources.memory {
        let bytes = units::bytes(memory).ok_or_else(|| {
            Failure::usage(format!("--memory: `{memory}` is no size; {}", units::BYTES_HELP))
        })?;
        environment.memory_bytes = Some(bytes);
    }
    Ok(())
}

/// A warehouse named on the command line: a URL, or a path from the current folder.
pub fn absolute_warehouse(named: &str) -> Result<String, Failure> {
    if named.contains("://") {
        return Ok(named.to_owned());
    }
    Ok(absolute(Path::new(named))?.to_string_lossy().into_owned())
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::io("failed to find the current folder", error))
}
