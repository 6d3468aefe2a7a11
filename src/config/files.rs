//! The texts of a project's files, by path. The only place of the room that touches a disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::problem::{Level, Location, Problem};

/// Every `config/*.yaml`, `pipelines/*.yaml`, `sql/**/*.sql` of a project: path relative to the project's folder, with
/// `/` between folders → text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFiles {
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
}

impl ProjectFiles {
    /// The files of a project that is carried in memory; what is no project file is left out.
    pub fn from_texts<P, T>(texts: impl IntoIterator<Item = (P, T)>) -> Self
    where
        P: Into<Arc<str>>,
        T: Into<Arc<str>>,
    {
        let texts = texts.into_iter().map(|(path, text)| (path.into(), text.into()));
        Self { texts: texts.filter(|(path, _)| belongs(path)).collect() }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&Arc<str>> {
        self.texts.get(path)
    }

    /// The files of a folder (`pipelines/`), in order.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a Arc<str>, &'a Arc<str>)> {
        self.texts.range(Arc::from(folder)..).take_while(move |(path, _)| path.starts_with(folder))
    }
}

/// Is this one of a project's files? `.yml` counts, so that it can be told from nothing.
fn belongs(path: &str) -> bool {
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    let yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    match path.split_once('/') {
        Some(("config", file)) => {
            !hidden && (yaml || path.ends_with(".csv") || path.ends_with(".json")) && !file.contains('/')
        }
        Some(("pipelines", file)) => !hidden && yaml && !file.contains('/'),
        Some(("sql", _)) => !hidden && path.ends_with(".sql"),
        _ => false,
    }
}

/// Reads a project's files. Hidden files are left out; what cannot be read is a problem.
pub fn read(root: &Path) -> Result<ProjectFiles, Vec<Problem>> {
    let mut reader = Reader { files: ProjectFiles::default(), problems: Vec::new() };
    if !root.is_dir() {
        reader.fail(None, format!("there is no project in `{}`: it is not a folder", root.display()));
        return Err(reader.problems);
    }
    for folder in ["config", "pipelines", "sql"] {
        reader.folder(&root.join(folder), folder, 0);
    }
    if reader.problems.is_empty() { Ok(reader.files) } else { Err(reader.problems) }
}

struct Reader {
    files: ProjectFiles,
    problems: Vec<Problem>,
}

/// Deeper than any project: a link that leads to its own folder stops here.
const MOST_FOLDERS: usize = 32;

impl Reader {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) {
        if !folder.is_dir() {
            return;
        }
        if depth > MOST_FOLDERS {
            self.fail(
                Some(name),
                "folders are nested too deep; does a link lead to its own folder".to_owned(),
            );
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.fail(Some(name), format!("cannot be read: {error}")),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.fail(Some(name), format!("cannot be read: {error}"));
                    continue;
                }
            };
            let path = entry.path();
            let Some(file_name) = entry.file_name().to_str().map(str::to_owned) else {
                self.fail(Some(name), "a file's name is not UTF-8".to_owned());
                continue;
            };
            let relative = format!("{name}/{file_name}");
            if file_name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                if name.starts_with("sql") {
                    self.folder(&path, &relative, depth + 1);
                }
            } else if belongs(&relative) {
                self.file(&path, &relative);
            }
        }
    }

    fn file(&mut self, path: &Path, relative: &str) {
        match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => {
                self.files.texts.insert(relative.into(), text.into());
            }
            Ok(Err(error)) => {
                let valid = error.utf8_error().valid_up_to();
                let before = error.as_bytes().get(..valid).unwrap_or_default();
                let line = before.iter().filter(|b| **b == b'\n').count() + 1;
                let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
                let column =
                    String::from_utf8_lossy(before.get(line_start..).unwrap_or_default()).chars().count() + 1;
                let at = Location {
                    file: relative.into(),
                    line: u32::try_from(line).unwrap_or(u32::MAX),
                    column: u32::try_from(column).unwrap_or(u32::MAX),
                    length: 1,
                };
                self.problems.push(Problem::error(at, "the file is not UTF-8").help("save it as UTF-8"));
            }
            Err(error) => self.fail(Some(relative), format!("cannot be read: {error}")),
        }
    }

    fn fail(&mut self, file: Option<&str>, message: String) {
        let at = file.map(|file| Location { file: file.into(), line: 1, column: 1, length: 1 });
        self.problems.push(Problem { level: Level::Error, at, message, help: None });
    }
}
