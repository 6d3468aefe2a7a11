//! `portrait init DIR`: a new project from a template that the binary carries.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::args::{Init, Template};
use super::failure::Failure;
use super::output;
use crate::config::schema;

static SMALL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/small");
static RETAIL_PIPELINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/pipelines");
static RETAIL_SQL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");
static RETAIL_CONFIG: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config");
static RETAIL_CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/cases");

/// Makes the folder and says what to do next.
pub fn run(arguments: &Init) -> Result<(), Failure> {
    write(arguments.template, &arguments.directory)?;
    let directory = arguments.directory.display();
    let next = match arguments.template {
        Template::Small => "portrait run --as-of 2026-06-30",
        Template::Retail => {
            "portrait check   # then put the sources where config/default.yaml says, and: portrait run"
        }
    };
    output::print_line(format!("made a project in {directory}\n\nnext:\n  cd {directory}\n  {next}"))?;
    Ok(())
}

/// Writes a template's files. Files that are there already are left alone, and are an error.
pub fn write(template: Template, directory: &Path) -> Result<(), Failure> {
    if directory.join("pipelines").exists() {
        return Err(Failure::usage(format!("`{}` holds a project already", directory.display())));
    }
    match template {
        Template::Small => copy(&SMALL, directory)?,
        Template::Retail => {
            copy(&RETAIL_PIPELINES, &directory.join("pipelines"))?;
            copy(&RETAIL_SQL, &directory.join("sql"))?;
            copy(&RETAIL_CONFIG, &directory.join("config"))?;
            copy(&RETAIL_CASES, &directory.join("tests/cases"))?;
        }
    }
    write_file(&directory.join(".gitignore"), b"/target\n/warehouse\n")?;
    write_schemas(&directory.join("target/schema"))
}

/// Writes the JSON Schemas that the first line of every YAML file names.
pub fn write_schemas(directory: &Path) -> Result<(), Failure> {
    for (name, schema) in [("pipeline", schema::pipeline()), ("environment", schema::environment())] {
        write_file(&directory.join(format!("{name}.json")), format!("{schema:#}\n").as_bytes())?;
    }
    Ok(())
}

fn copy(from: &Dir<'_>, to: &Path) -> Result<(), Failure> {
    for entry in from.entries() {
        if let Some(folder) = entry.as_dir() {
            copy(folder, &to.join(folder.path().file_name().unwrap_or_default()))?;
        } else if let Some(file) = entry.as_file() {
            write_file(&to.join(file.path().file_name().unwrap_or_default()), file.contents())?;
        }
    }
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error| Failure::io(format!("failed to write `{}`", PathBuf::from(path).display()), error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, bytes).map_err(failed)
}
