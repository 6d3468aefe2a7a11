//! A project's files, read and checked: `tests/config/valid/*` load, `tests/config/invalid/*` say what is wrong.
use std::path::Path;

#[test]
fn small_project_loads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/valid/small");
    let files = portrait::config::files::read(&root).unwrap();
    let variables = |name: &str| (name == "THREADS").then(|| "3".to_owned());
    let (project, warnings) = portrait::config::load(&files, &root, "production", &variables).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(project.environment.threads, Some(3));
}
