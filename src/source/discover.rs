//! A source's files: patterns under the data root → files, sorted, each once.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::WalkDir;

use super::SourceError;
use crate::config::project::Source;
use crate::name::AsOf;

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    pub path: PathBuf,
    /// Relative to the data root, `/` between folders.
    pub relative: String,
    pub bytes: u64,
    /// Microseconds since 1970; 0 where the file system does not say.
    pub modified_micros: i64,
}

/// The files that a source's patterns match, sorted by relative path, each once.
///
/// `{as_of}` is replaced by the date before the pattern is read, so that `{a,b}` keeps its meaning. A pattern also
/// matches files with `.gz` or `.zst` after it; a file that lies there both plain and packed is an error, for its rows
/// would count twice. A pattern that matches nothing is an error unless the source is optional. A folder where a file
/// should be (the pattern ends in a name with an extension) is an error; other folders are only walked through.
pub fn discover(source: &Source, data_root: &Path, as_of: AsOf) -> Result<Vec<InputFile>, SourceError> {
    let mut found = BTreeMap::new();
    for pattern in &source.files.paths {
        let pattern = pattern.replace("{as_of}", &as_of.to_string());
        let matched = if pattern.contains(['*', '?', '[', '{']) {
            walk(source, data_root, &pattern, &mut found)?
        } else {
            exact(data_root, &pattern, &mut found)?
        };
        if !matched && !source.optional {
            return Err(SourceError::NoFile {
                name: source.name.to_string(),
                pattern,
                root: data_root.display().to_string(),
            });
        }
    }
    for file in found.keys() {
        let plain = unpacked(file);
        if plain != file && found.contains_key(plain) {
            return Err(SourceError::PackedTwice { file: plain.to_owned(), packed: file.clone() });
        }
    }
    Ok(found.into_values().collect())
}

/// A path without the ending that says how the file is packed.
fn unpacked(path: &str) -> &str {
    PACKED.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path)
}

const PACKED: [&str; 2] = [".gz", ".zst"];

/// A text that changes whenever the source's contract or one of its files does: path, size and time of change.
pub fn fingerprint(source: &Source, files: &[InputFile]) -> String {
    let mut hasher = blake3::Hasher::new();
    let contract = (&source.files, &source.columns, &source.unique, source.dated_by, source.extra_columns);
    hasher.update(format!("{contract:?}").as_bytes());
    for file in files {
        hasher.update(file.relative.as_bytes());
        hasher.update(&[0]);
        hasher.update(&file.bytes.to_le_bytes());
        hasher.update(&file.modified_micros.to_le_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

fn exact(root: &Path, pattern: &str, found: &mut BTreeMap<String, InputFile>) -> Result<bool, SourceError> {
    let mut matched = false;
    for ending in [""].into_iter().chain(PACKED) {
        let relative = format!("{pattern}{ending}");
        let path = root.join(&relative);
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                insert(relative, path, &metadata, found);
                matched = true;
            }
            Ok(_) => return Err(SourceError::NotAFile { file: relative }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SourceError::Open { file: relative, source: error }),
        }
    }
    Ok(matched)
}

fn walk(
    source: &Source,
    root: &Path,
    pattern: &str,
    found: &mut BTreeMap<String, InputFile>,
) -> Result<bool, SourceError> {
    let matcher = matcher(source, pattern)?;
    let folder = fixed_folder(pattern);
    let start = root.join(folder);
    if !start.exists() {
        return Ok(false);
    }
    let names_files = pattern.rsplit('/').next().is_some_and(|last| last.contains('.'));
    let mut matched = false;
    for entry in WalkDir::new(&start).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| SourceError::List {
            folder: error.path().map_or_else(|| folder.to_owned(), |path| path.display().to_string()),
            source: error.into(),
        })?;
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let relative = relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        if !matcher.is_match(&relative) && !matcher.is_match(unpacked(&relative)) {
            continue;
        }
        if entry.file_type().is_dir() && !names_files {
            continue;
        }
        if !entry.file_type().is_file() {
            return Err(SourceError::NotAFile { file: relative });
        }
        matched = true;
        let metadata = entry
            .metadata()
            .map_err(|error| SourceError::Open { file: relative.clone(), source: error.into() })?;
        insert(relative, entry.path().to_owned(), &metadata, found);
    }
    Ok(matched)
}

fn matcher(source: &Source, pattern: &str) -> Result<GlobMatcher, SourceError> {
    let glob =
        GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| SourceError::Pattern {
            name: source.name.to_string(),
            pattern: pattern.to_owned(),
            reason: error.kind().to_string(),
        })?;
    Ok(glob.compile_matcher())
}

/// The folders of a pattern before its first wildcard: where the walk begins.
fn fixed_folder(pattern: &str) -> &str {
    let wildcard = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    pattern.get(..wildcard).and_then(|fixed| fixed.rfind('/').map(|slash| &fixed[..slash])).unwrap_or("")
}

fn insert(
    relative: String,
    path: PathBuf,
    metadata: &std::fs::Metadata,
    found: &mut BTreeMap<String, InputFile>,
) {
    let modified_micros = modified_micros(metadata);
    let file = InputFile { path, relative: relative.clone(), bytes: metadata.len(), modified_micros };
    found.insert(relative, file);
}

fn modified_micros(metadata: &std::fs::Metadata) -> i64 {
    metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

impl InputFile {
    /// An error if the file is not what it was when it was found. What was read of it is void then: fingerprints would
    /// speak of other bytes, and a repeat might have come in between.
    pub fn check_unchanged(&self) -> Result<(), SourceError> {
        let metadata = std::fs::metadata(&self.path)
            .map_err(|source| SourceError::Open { file: self.relative.clone(), source })?;
        if metadata.len() == self.bytes && modified_micros(&metadata) == self.modified_micros {
            return Ok(());
        }
        Err(SourceError::StillWritten { file: self.relative.clone() })
    }
}
