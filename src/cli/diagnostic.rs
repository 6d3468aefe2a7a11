//! What a person reads when something is wrong: problems with the line they stand on, hints, exit codes. Nothing else in
//! the program knows any of these.

use std::fmt::Write;
use std::ops::Range;
use std::process::ExitCode;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle,
};

use super::failure::Failure;
use crate::config::files::ProjectFiles;
use crate::config::problem::{self, Location, Problem};
use crate::run::RunError;
use crate::warehouse::WarehouseError;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for is done; of a run: a release is published.
    Done = 0,
    /// A step or a blocking check failed; nothing is published.
    Failed = 1,
    /// The command was used wrongly, or the program has a fault of its own.
    Usage = 2,
    /// The project is invalid: sysexits' `EX_CONFIG`.
    Invalid = 78,
    /// Interrupted by Ctrl-C or a signal; nothing is published.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Never,
    Always,
}

/// Longer source lines are cut around the caret by the renderer; nobody reads beyond this without a terminal.
pub const WIDTH_WITHOUT_TERMINAL: usize = 140;

/// All problems, by file and line, each with its place as `file:line:column`, the line itself, a caret and a hint; then a
/// summary line.
pub fn render(problems: &[Problem], files: &ProjectFiles, colour: Colour, width: usize) -> String {
    let renderer = match colour {
        Colour::Never => Renderer::plain(),
        Colour::Always => Renderer::styled(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width);
    let mut sorted = problems.to_vec();
    problem::sort(&mut sorted);
    let mut out = String::new();
    for problem in &sorted {
        let rendered = renderer.render(&[group(problem, files)]);
        // The renderer pads lines that are empty.
        rendered.lines().for_each(|line| {
            out.push_str(line.trim_end());
            out.push('\n');
        });
        out.push('\n');
    }
    out.push_str(&summary(&sorted));
    out.push('\n');
    out
}

/// `3 errors, 1 warning`; `no problems` of none.
pub fn summary(problems: &[Problem]) -> String {
    let count = |level| problems.iter().filter(|problem| problem.level == level).count();
    let (errors, warnings) = (count(problem::Level::Error), count(problem::Level::Warning));
    let mut out = String::new();
    for (count, what) in [(errors, "error"), (warnings, "warning")] {
        if count > 0 {
            let separator = if out.is_empty() { "" } else { ", " };
            let plural = if count == 1 { "" } else { "s" };
            // Writing to a string cannot fail.
            let _ = write!(out, "{separator}{count} {what}{plural}");
        }
    }
    if out.is_empty() { "no problems".to_owned() } else { out }
}

/// How to mend what kept a command from its work, where that is not in the message already.
pub fn hint(failure: &Failure) -> Option<&'static str> {
    let warehouse = match failure {
        Failure::Warehouse(error) | Failure::Run(RunError::Warehouse(error)) => error,
        Failure::Run(RunError::NothingToRetry) => return Some("start a new one: `portrait run`"),
        _ => return None,
    };
    match warehouse {
        WarehouseError::Held { .. } => Some("wait for it with `--wait`, or try again later"),
        WarehouseError::NoSuchRelease(_) | WarehouseError::FilesGone { .. } => {
            Some("`portrait releases` lists those that there are")
        }
        WarehouseError::Damaged { .. } => Some("go back to a whole release: `portrait releases rollback N`"),
        _ => None,
    }
}

/// How a command over a project ends that has these problems.
pub fn exit(problems: &[Problem]) -> Exit {
    let invalid = problems.iter().any(|problem| problem.level == problem::Level::Error);
    if invalid { Exit::Invalid } else { Exit::Done }
}

fn group<'a>(problem: &'a Problem, files: &'a ProjectFiles) -> Group<'a> {
    let level = match problem.level {
        problem::Level::Error => Level::ERROR,
        problem::Level::Warning => Level::WARNING,
    };
    let place: Option<Element<'a>> = problem.at.as_ref().map(|at| match line(at, files) {
        Some((text, marked)) => Snippet::source(text)
            .line_start(at.line as usize)
            .path(&*at.file)
            .annotation(AnnotationKind::Primary.span(marked))
            .into(),
        None => Origin::path(&*at.file).line(at.line as usize).char_column(at.column as usize).into(),
    });
    let help = problem.help.as_deref().map(|help| Level::HELP.message(help));
    let title = level.primary_title(problem.message.as_str());
    match place {
        Some(place) => title.element(place).elements(help),
        None => title.elements(help),
    }
}

/// The line of a place, and which of its bytes are marked.
fn line<'a>(at: &Location, files: &'a ProjectFiles) -> Option<(&'a str, Range<usize>)> {
    let text = files.text(&at.file)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.lines().nth((at.line as usize).saturating_sub(1)).unwrap_or_default();
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte);
    let start = (at.column as usize).saturating_sub(1);
    Some((line, byte(start)..byte(start.saturating_add(at.length as usize))))
}
