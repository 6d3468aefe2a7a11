//! A project's files, read and checked. Tests are data: `config/valid/NAME` loads without a word; `config/invalid/NAME`
//! says exactly what `expected.txt` beside it does. `UPDATE_EXPECTED=1` writes these files anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portrait::cli::check;
use portrait::cli::diagnostic::{self, Colour};
use portrait::config::files::ProjectFiles;
use portrait::config::problem::{Level, Problem};
use portrait::config::project::Project;
use portrait::config::{self, Loaded, files};

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config").join(kind)
}

fn cases(kind: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// The variables that the cases' environments may read. The values must never be shown.
fn variable(name: &str) -> Option<String> {
    match name {
        "THREADS" => Some("3".to_owned()),
        "EMPTY" => Some(String::new()),
        "SECRET" => Some("hunter2".to_owned()),
        _ => None,
    }
}

/// A case runs in the environment `production` if it has one.
fn load(case: &Path, files: &ProjectFiles) -> Loaded {
    let environment = fs::read_to_string(case.join("environment.txt")).unwrap_or_default();
    let production = files.text("config/production.yaml").is_some();
    let environment = match environment.trim() {
        "" if production => "production",
        "" => "default",
        named => named,
    };
    config::load(files, Path::new("/project"), environment, &variable)
}

fn valid(name: &str) -> Project {
    let case = folder("valid").join(name);
    load(&case, &files::read(&case).unwrap()).into_valid().unwrap().0
}

#[test]
fn valid_projects_load_without_a_word() {
    for case in cases("valid") {
        let files = files::read(&case).unwrap();
        let loaded = load(&case, &files);
        let said = diagnostic::render(&loaded.problems, &files, Colour::Never, 120);
        assert_eq!(said, "no problems\n", "{}", case.display());
        assert!(loaded.project.unwrap().unsound.is_empty());
    }
}

#[test]
fn invalid_projects_say_what_is_wrong() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for case in cases("invalid") {
        let (files, problems) = match files::read(&case) {
            // Its SQL is checked too: what reads something unsound is passed over.
            Ok(_) if case.ends_with("sql_too") => {
                let checked = check::check(&case, "default", &variable);
                (checked.files, checked.problems)
            }
            Ok(files) => {
                let problems = load(&case, &files).problems;
                (files, problems)
            }
            Err(problems) => (ProjectFiles::default(), problems),
        };
        assert!(!problems.is_empty(), "{} has no problem", case.display());
        said_well(&problems);
        let said = diagnostic::render(&problems, &files, Colour::Never, 120);
        assert!(!said.contains("hunter2"), "{} shows a variable's value", case.display());
        let expected = case.join("expected.txt");
        if update {
            fs::write(&expected, &said).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{}\n{said}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// How messages read: lower-case, no full stop, a way to mend it.
fn said_well(problems: &[Problem]) {
    for problem in problems {
        let first = problem.message.chars().next().unwrap();
        assert!(first == '`' || first.is_lowercase() || first.is_numeric(), "{}", problem.message);
        assert!(!problem.message.ends_with('.'), "{}", problem.message);
        assert_eq!(problem.message.matches('`').count() % 2, 0, "{}", problem.message);
    }
}

#[test]
fn environments_are_laid_over_each_other_key_by_key() {
    let project = valid("small");
    assert_eq!(project.environment.threads, Some(3));
    assert_eq!(project.environment.data_root, Path::new("/project/data"));
    assert_eq!(project.environment.warehouse, "s3://shop/warehouse");
    assert_eq!(project.environment.spill_limit_bytes, 100_000_000_000);
}

#[test]
fn a_project_with_errors_is_planned_without_what_is_wrong() {
    let case = folder("invalid").join("column");
    let loaded = load(&case, &files::read(&case).unwrap());
    assert!(loaded.problems.iter().any(|problem| problem.level == Level::Error));
    let project = loaded.project.unwrap();
    let unsound: BTreeSet<&str> = project.unsound.iter().map(|table| table.as_str()).collect();
    assert!(unsound.contains("source__order"), "{unsound:?}");
    assert!(!project.pipelines.first().unwrap().sources.is_empty());
}

#[test]
fn the_reference_project_loads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = files::read(root).unwrap();
    let loaded = config::load(&files, root, "default", &variable);
    let said = diagnostic::render(&loaded.problems, &files, Colour::Never, 120);
    assert_eq!(said, "no problems\n");
}

#[test]
fn editors_get_a_schema_that_says_what_each_key_means() {
    for schema in [config::schema::pipeline(), config::schema::environment()] {
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        for (key, property) in schema["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{key}");
        }
    }
}

#[test]
fn shipped_yaml_names_its_schema_in_the_first_line() {
    let files = files::read(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (path, text) in files.texts.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let kind = if path.starts_with("config/") { "environment" } else { "pipeline" };
        let first = format!("# yaml-language-server: $schema=../target/schema/{kind}.json");
        assert_eq!(text.lines().next(), Some(first.as_str()), "{path}");
    }
}

#[test]
fn the_tree_reads_yaml_as_serde_yaml_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for folder in ["config", "pipelines", "templates", "tests/cases", "tests/real"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            let expected: serde_json::Value = serde_yaml::from_str(&text).unwrap();
            let mut problems = Vec::new();
            let file = entry.path().display().to_string().into();
            let tree = config::yaml::parse(&file, &text, &mut problems).unwrap();
            assert!(problems.is_empty(), "{file}: {problems:?}");
            assert_eq!(tree.to_json(), expected, "{file}");
            read += 1;
        }
    }
    assert!(read >= 10, "only {read} files");
}
