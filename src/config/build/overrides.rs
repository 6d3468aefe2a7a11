//! The stewards' file: which records are one, and which are not, whatever the evidence says.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::files::ProjectFiles;
use super::super::identity::{Decision, Override, Overrides};
use super::super::problem::{Location, Problem, did_you_mean};
use super::{Pass, Place};

/// The columns of the file. All but the last two must hold something in every row.
pub const COLUMNS: [&str; 7] =
    ["left_source", "left_source_key", "right_source", "right_source_key", "decision", "author", "reason"];

/// Reads the file at `path`, relative to the project's folder. Every row that says nothing clear is a problem.
pub fn read(path: String, place: Place<'_>, files: &ProjectFiles, pass: &mut Pass<'_>) -> Option<Overrides> {
    let text = pass.file(&path, ("config/", ".csv"), place, files)?;
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let at = |line: u64| Location { file: Arc::from(path.as_str()), line: line as u32, column: 1, length: 1 };
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            pass.error(at(1), format!("the header cannot be read: {error}"), "save the file as CSV in UTF-8");
            return None;
        }
    };
    let mut position = BTreeMap::new();
    for column in COLUMNS {
        match header.iter().position(|name| name == column) {
            Some(found) => {
                position.insert(column, found);
            }
            None if column == "author" || column == "reason" => {}
            None => {
                let help = did_you_mean(column, header.iter());
                pass.error(at(1), format!("the column `{column}` is missing"), help);
            }
        }
    }
    if position.len() < 5 {
        return None;
    }
    let mut rows: Vec<Override> = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                pass.error(at(line), "the row cannot be read", "save the file as CSV in UTF-8");
                continue;
            }
        };
        let line = record.position().map_or(1, csv::Position::line);
        let field =
            |column: &str| position.get(column).and_then(|at| record.get(*at)).unwrap_or_default().to_owned();
        // A pair that nobody has decided yet, as `identity review` writes it.
        if field("decision").is_empty() {
            continue;
        }
        let mut sound = true;
        for column in COLUMNS.iter().take(4).filter(|column| field(column).is_empty()) {
            pass.error(at(line), format!("`{column}` is empty"), "name both records of the pair");
            sound = false;
        }
        let Some(decision) = Decision::from_word(&field("decision")) else {
            let message = format!("`{}` is not a decision", field("decision"));
            pass.error(at(line), message, "write `same` or `different`");
            continue;
        };
        let left = (field("left_source"), field("left_source_key"));
        let right = (field("right_source"), field("right_source_key"));
        if sound && left == right {
            pass.error(at(line), "a record is compared with itself", "name two records");
            sound = false;
        }
        if sound {
            let (left, right) = if left <= right { (left, right) } else { (right, left) };
            let (author, reason) = (field("author"), field("reason"));
            rows.push(Override { left, right, decision, author, reason, line: line as u32 });
        }
    }
    contradictions(&rows, &at, pass);
    rows.sort();
    Some(Overrides { path, rows: rows.into() })
}

/// The same pair decided both ways.
fn contradictions(rows: &[Override], at: &dyn Fn(u64) -> Location, pass: &mut Pass<'_>) {
    let mut decided = BTreeMap::new();
    for row in rows {
        let earlier = decided.entry((&row.left, &row.right)).or_insert((row.decision, row.line));
        if earlier.0 != row.decision {
            let message = format!("line {} decides this pair otherwise", earlier.1);
            pass.problems
                .push(Problem::error(at(u64::from(row.line)), message).help("keep the decision that holds"));
        }
    }
}
