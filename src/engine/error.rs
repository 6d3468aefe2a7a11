//! What can go wrong in the engine. Values of rows never enter a message: they may be personal.

use datafusion::common::DataFusionError;
use thiserror::Error;

use crate::plan::sql::SqlError;

/// Why the engine could not do what it was asked.
#[derive(Debug, Error)]
pub enum EngineError {
    #[error("failed to set up the engine: {0}")]
    Session(String),
    #[error("failed to register `{table}`: {reason}")]
    Register { table: String, reason: String },
    #[error(transparent)]
    Sql(#[from] SqlError),
    /// More memory was needed than the limit leaves, and what needed it cannot spill.
    #[error("out of memory: {0}")]
    OutOfMemory(String),
    /// The query ran into an error.
    #[error("{0}")]
    Execute(String),
}

impl EngineError {
    /// What an error of a running query says, without the values of rows.
    pub fn of_execution(error: &DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(reason) => Self::OutOfMemory(one_line(reason)),
            root => Self::Execute(without_values(&first_line(&root.strip_backtrace()))),
        }
    }

    /// Whether a retry that needs less memory may succeed.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, Self::OutOfMemory(_))
    }
}

/// A list in one line: who holds how much.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Puts `…` for whatever stands in quotes: engines quote the values they stumble over.
fn without_values(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => {
                plain.push('…');
                plain.push(c);
                quote = None;
            }
            Some(_) => {}
            None => {
                plain.push(c);
                quote = matches!(c, '\'' | '"').then_some(c);
            }
        }
    }
    if quote.is_some() {
        plain.push('…');
    }
    plain
}
