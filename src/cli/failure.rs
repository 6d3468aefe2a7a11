//! Why a command could not do its work, as far as the command line cares: which exit code, which words.

use std::fmt::Display;
use std::io;

use thiserror::Error;

use super::args::Colour;
use super::diagnostic::{self, Exit};
use super::{output, project};
use crate::config::files::ProjectFiles;
use crate::config::problem::Problem;
use crate::engine::EngineError;
use crate::identity::IdentityError;
use crate::report::ReportError;
use crate::run::{RunError, message};
use crate::source::SourceError;
use crate::warehouse::WarehouseError;

/// Why a command could not do its work.
#[derive(Debug, Error)]
pub enum Failure {
    /// The project's files are wrong; the files are kept to show the lines.
    #[error("the project is invalid")]
    Invalid { problems: Vec<Problem>, files: ProjectFiles },
    /// The project's files are wrong; all is said already.
    #[error("the project is invalid")]
    InvalidAsSaid,
    /// A step or a blocking check failed; all is said already.
    #[error("failed")]
    Failed,
    #[error("interrupted")]
    Interrupted,
    #[error("{message}")]
    Usage { message: String },
    #[error("{message}: {source}")]
    Io { message: String, source: io::Error },
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("failed to write the result")]
    Output(#[from] io::Error),
}

impl Failure {
    pub fn usage(message: impl Display) -> Self {
        Self::Usage { message: message.to_string() }
    }

    pub fn io(message: impl Display, source: io::Error) -> Self {
        Self::Io { message: message.to_string(), source }
    }
}

impl Failure {
    /// Says what is wrong on standard error, with a hint where there is one; returns how the program ends.
    pub fn report(&self, colour: Colour) -> Exit {
        match self {
            Self::Invalid { problems, files } => {
                output::say(project::rendered(problems, files, colour).trim_end());
                Exit::Invalid
            }
            Self::InvalidAsSaid => Exit::Invalid,
            Self::Failed => Exit::Failed,
            Self::Interrupted => Exit::Interrupted,
            other => {
                output::say(format!("error: {}", message(other)));
                if let Some(hint) = diagnostic::hint(other) {
                    output::say(format!("help: {hint}"));
                }
                Exit::Usage
            }
        }
    }
}
