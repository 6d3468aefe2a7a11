//! Runs the program as its users do, and reads what it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The folder of real data sets, where this machine has it.
pub fn real_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    folder.is_dir().then(|| folder.canonicalize().unwrap())
}

/// A folder of this checkout.
pub fn checkout(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).sort_by_file_name() {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// A project in a temporary folder, with a warehouse of its own.
pub struct Shop {
    pub folder: TempDir,
    pub data_root: Option<PathBuf>,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts the exit code, and shows everything otherwise.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n--- stdout\n{}\n--- stderr\n{}", self.out, self.err);
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.out, self.err))
    }
}

/// Runs `portrait` anywhere.
pub fn portrait(arguments: &[&str]) -> Said {
    Said::of(command(arguments).output().unwrap())
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portrait"));
    command.args(arguments).env_remove("PORTRAIT_ENV").env_remove("PORTRAIT_PROJECT").env("NO_COLOR", "1");
    command
}

impl Shop {
    /// A copy of a project of this checkout, over data that lies elsewhere.
    pub fn copy_of(folder: &Path, data_root: Option<PathBuf>) -> Self {
        let shop = Self { folder: TempDir::new().unwrap(), data_root };
        copy_folder(folder, shop.folder.path());
        shop
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub fn write(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A command on this project, not yet run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.args(["--project", self.folder.path().to_str().unwrap()]);
        let reads_data = matches!(arguments.first(), Some(&("run" | "retry" | "rejects" | "show")));
        if let (true, Some(data_root)) = (reads_data, &self.data_root) {
            command.args(["--data-root", data_root.to_str().unwrap()]);
        }
        command
    }

    pub fn portrait(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// Runs all pipelines and returns the record.
    #[track_caller]
    pub fn run(&self, as_of: &str) -> Value {
        self.portrait(&["run", "--as-of", as_of, "--json"]).expect_code(0).json()
    }

    /// Asks the published release.
    #[track_caller]
    pub fn query(&self, sql: &str) -> Vec<Value> {
        let said = self.portrait(&["query", "--format", "json", sql]).expect_code(0);
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Asks the published release for one row.
    #[track_caller]
    pub fn query_row(&self, sql: &str) -> Value {
        let mut rows = self.query(sql);
        assert_eq!(rows.len(), 1, "rows of {sql}: {rows:?}");
        rows.remove(0)
    }
}

/// What a run's record says of a source.
#[track_caller]
pub fn source_report<'a>(record: &'a Value, source: &str) -> &'a Value {
    record["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["source"])
        .find(|report| report["source"] == source)
        .unwrap_or_else(|| panic!("no source `{source}` in {record:#}"))
}

/// A number of a row, also where it is written as text to keep its digits.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// Asserts that two numbers agree to the given digits after the point.
#[track_caller]
pub fn assert_close(found: &Value, expected: f64, tolerance: f64) {
    let found = number(found);
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} (±{tolerance})");
}
