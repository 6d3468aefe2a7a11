//! Patterns under the data root → files.

use std::path::Path;

use portrait::name::AsOf;
use portrait::source::{discover, fingerprint};

use super::*;

fn found(root: &Path, paths: &[&str], optional: bool) -> Result<Vec<String>, String> {
    let mut source = csv_source(vec![text("a")]);
    source.files.paths = paths.iter().map(|path| (*path).to_owned()).collect();
    source.optional = optional;
    let as_of: AsOf = "2026-01-31".parse().unwrap();
    let files = discover(&source, root, as_of).map_err(|error| error.to_string())?;
    Ok(files.into_iter().map(|file| file.relative).collect())
}

fn tree(files: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let path = root.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "a\n").unwrap();
    }
    root
}

#[test]
fn patterns_find_files() {
    let root =
        tree(&["x/b.csv", "x/a.csv", "x/c.txt", "x/y/d.csv", "x/e.csv.gz", "day/2026-01-31.csv", "one.csv"]);
    let found = |paths: &[&str]| found(root.path(), paths, false).unwrap();
    assert_eq!(found(&["x/*.csv"]), ["x/a.csv", "x/b.csv", "x/e.csv.gz"]);
    assert_eq!(found(&["x/**/*.csv", "x/a.*"]), ["x/a.csv", "x/b.csv", "x/e.csv.gz", "x/y/d.csv"]);
    assert_eq!(found(&["x/{a,b}.csv"]), ["x/a.csv", "x/b.csv"]);
    assert_eq!(found(&["day/{as_of}.csv", "one.csv"]), ["day/2026-01-31.csv", "one.csv"]);
    assert_eq!(found(&["x/e.csv"]), ["x/e.csv.gz"]);
}

#[test]
fn what_is_not_there_is_an_error_unless_optional() {
    let root = tree(&["x/a.csv", "x/two.csv", "x/two.csv.gz"]);
    std::fs::create_dir(root.path().join("x/folder.csv")).unwrap();
    let error = found(root.path(), &["x/a.csv", "z/*.csv"], false).unwrap_err();
    assert!(error.contains("no file matches `z/*.csv` of source `sample`"), "{error}");
    assert_eq!(found(root.path(), &["x/a.csv", "z/*.csv", "q.csv"], true).unwrap(), ["x/a.csv"]);
    assert!(found(root.path(), &["x/[.csv"], false).unwrap_err().contains("not a file pattern"));
    assert!(
        found(root.path(), &["x/folder.csv"], false).unwrap_err().contains("`x/folder.csv` is not a file")
    );
    assert!(found(root.path(), &["x/f*.csv"], false).unwrap_err().contains("`x/folder.csv` is not a file"));
    assert!(found(root.path(), &["x/t*.csv"], false).unwrap_err().contains("beside its packed copy"));
}

#[test]
fn a_fingerprint_follows_files_and_contract() {
    let root = tree(&["x/a.csv"]);
    let mut source = csv_source(vec![text("a")]);
    source.files.paths = vec!["x/*.csv".to_owned()];
    let as_of: AsOf = "2026-01-31".parse().unwrap();
    let files = discover(&source, root.path(), as_of).unwrap();
    let before = fingerprint(&source, &files);
    assert_eq!(before, fingerprint(&source, &files));
    let mut touched = files.clone();
    touched[0].modified_micros += 1;
    assert_ne!(before, fingerprint(&source, &touched));
    source.columns[0].trim = false;
    assert_ne!(before, fingerprint(&source, &files));
}
