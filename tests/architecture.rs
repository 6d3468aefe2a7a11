//! The architecture as a test: imports point one way, pure rooms stay pure, every file says what it is for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Each room, and the rooms it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("name", &[]),
    ("observe", &["name"]),
    ("config", &["name"]),
    ("identity", &["config", "name"]),
    ("functions", &["config", "identity", "name"]),
    ("plan", &["compile", "config", "functions", "identity", "name"]),
    ("quality", &["config", "identity", "name"]),
    ("compile", &["config", "identity", "name"]),
    ("source", &["config", "functions", "identity", "name", "plan", "quality", "compile", "observe"]),
    ("engine", &["compile", "config", "functions", "identity", "name", "observe", "plan", "quality"]),
    ("warehouse", &["compile", "config", "functions", "identity", "name", "observe", "plan", "quality"]),
    (
        "run",
        &[
            "compile",
            "config",
            "engine",
            "functions",
            "identity",
            "name",
            "observe",
            "plan",
            "quality",
            "source",
            "warehouse",
        ],
    ),
    ("report", &["identity", "config", "name"]),
    ("demo", &["name"]),
    (
        "cli",
        &[
            "compile",
            "config",
            "demo",
            "engine",
            "functions",
            "identity",
            "name",
            "observe",
            "plan",
            "quality",
            "report",
            "run",
            "source",
            "warehouse",
        ],
    ),
];

/// Rooms that run nothing, wait for nothing and ask no clock.
const PURE: &[&str] = &["config", "plan", "quality", "compile", "identity", "name"];
const IMPURE_WORDS: &[&str] = &["tokio::", "object_store::", "Utc::now", "SystemTime::now", "Instant::now"];

struct SourceFile {
    path: PathBuf,
    room: String,
    text: String,
}

fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<SourceFile> = WalkDir::new(&root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "rs"))
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap().to_path_buf();
            let first = path.components().next().unwrap().as_os_str().to_string_lossy();
            let room = first.trim_end_matches(".rs").to_owned();
            SourceFile { room, text: fs::read_to_string(entry.path()).unwrap(), path }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 20, "found only {} source files", files.len());
    files
}

/// Lines of code: without comments, so that a room may speak of another.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The rooms that a file names in `crate::room`, also inside `use crate::{a::…, b::…}`.
fn imported_rooms(text: &str) -> BTreeSet<String> {
    let known: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let code: String = code_lines(text).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let end = group.find(';').unwrap_or(group.len());
            for word in group[..end].split(|c: char| !c.is_alphanumeric() && c != '_') {
                if known.contains(word) {
                    rooms.insert(word.to_owned());
                }
            }
        } else {
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if known.contains(word.as_str()) {
                rooms.insert(word);
            }
        }
    }
    rooms
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for file in source_files() {
        if file.room == "lib" || file.room == "main" {
            continue;
        }
        let (_, allowed) = ROOMS
            .iter()
            .find(|(room, _)| *room == file.room)
            .unwrap_or_else(|| panic!("`{}` is in no room of ROOMS", file.path.display()));
        for import in imported_rooms(&file.text) {
            if import != file.room && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{} imports crate::{import}", file.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the direction of DESIGN §4:\n{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_stay_pure() {
    let mut wrong = Vec::new();
    for file in source_files().iter().filter(|file| PURE.contains(&file.room.as_str())) {
        for (number, line) in file.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for word in IMPURE_WORDS.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("{}:{}: {word}", file.path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "impure words in pure rooms:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = source_files()
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "files without a head comment:\n{}", silent.join("\n"));
}

#[test]
fn only_the_edge_prints_and_exits() {
    let mut wrong = Vec::new();
    for file in source_files() {
        for (number, line) in file.text.lines().enumerate() {
            if line.contains("process::exit") {
                wrong.push(format!("{}:{}: process::exit", file.path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "exits below main:\n{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_groups_too() {
    let found = imported_rooms(
        "use crate::{engine::Session, name::TableName};\n// crate::run is only spoken of\nfn f() { crate::plan::x() }",
    );
    assert_eq!(found, BTreeSet::from(["engine".to_owned(), "name".to_owned(), "plan".to_owned()]));
}
