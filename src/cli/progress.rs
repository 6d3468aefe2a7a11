//! Shows a run while it goes: bars on a terminal, a line a step elsewhere, JSON lines where asked.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{Global, LogFormat};
use super::output;
use crate::name::StepId;
use crate::observe::event::Dataset;
use crate::observe::{Event, EventKind, Observer, RunStatus, SourceReport, Verdict};

/// The observers that the global options ask for.
pub fn observers(global: &Global) -> Vec<Arc<dyn Observer>> {
    if global.log_format == LogFormat::Json {
        return vec![Arc::new(JsonLines)];
    }
    if global.quiet {
        return vec![Arc::new(Lines { detail: Detail::TroubleOnly })];
    }
    if io::stderr().is_terminal() && !global.verbose {
        return vec![Arc::new(Bars::new())];
    }
    let detail = if global.verbose { Detail::Everything } else { Detail::Steps };
    vec![Arc::new(Lines { detail })]
}

/// Events as they are, one JSON object a line.
struct JsonLines;

impl Observer for JsonLines {
    fn observe(&self, event: &Event) {
        if let (true, Ok(line)) = (event.kind.is_kept(), serde_json::to_string(event)) {
            output::say(line);
        }
    }
}

/// How much the lines tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    TroubleOnly,
    Steps,
    Everything,
}

/// A line a step.
struct Lines {
    detail: Detail,
}

impl Observer for Lines {
    fn observe(&self, event: &Event) {
        let line = match &event.kind {
            kind if is_trouble(kind) => trouble(kind),
            _ if self.detail == Detail::TroubleOnly => None,
            EventKind::StepStarted { step, .. } if self.detail == Detail::Everything => {
                Some(format!("{step}: begins"))
            }
            EventKind::StepReused { step, outputs } if self.detail == Detail::Everything => {
                Some(format!("{step}: unchanged, {} rows", output::count(rows(outputs))))
            }
            EventKind::Checked { table, check, .. } if self.detail == Detail::Everything => {
                Some(format!("{table}: passed {check}"))
            }
            kind => ordinary(kind),
        };
        if let Some(line) = line {
            output::say(line);
        }
    }
}

fn is_trouble(kind: &EventKind) -> bool {
    match kind {
        EventKind::StepFailed { .. } | EventKind::StepSkipped { .. } | EventKind::Warned { .. } => true,
        EventKind::Checked { verdict, .. } => *verdict != Verdict::Passed,
        _ => false,
    }
}

fn trouble(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::StepFailed { step, message } => Some(format!("error: {step}: {message}")),
        EventKind::StepSkipped { step, because } => {
            Some(format!("skipped: {step}, because {because} failed"))
        }
        EventKind::Warned { message } => Some(format!("warning: {message}")),
        EventKind::Checked { table, check, verdict, failures } => {
            let level = if *verdict == Verdict::Failed { "error" } else { "warning" };
            Some(format!("{level}: {table}: check failed: {check} ({} failing)", output::count(*failures)))
        }
        _ => None,
    }
}

fn ordinary(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::RunStarted { as_of, steps, resumed, .. } => {
            let verb = if *resumed { "going on" } else { "run" };
            Some(format!("{verb} as of {as_of}: {steps} steps"))
        }
        EventKind::SourceRead { report } => Some(format!("{}: {}", report.source, source_line(report))),
        EventKind::StepFinished { step, outputs, seconds, .. } if !step.as_str().starts_with("source__") => {
            Some(format!("{step}: {} rows in {}", output::count(rows(outputs)), output::seconds(*seconds)))
        }
        EventKind::Published { release, tables } => {
            Some(format!("published release {} ({} tables)", release.0, tables.len()))
        }
        _ => None,
    }
}

/// What became of a source's rows, in a few words.
pub fn source_line(report: &SourceReport) -> String {
    let mut line = format!("{} read, {} loaded", output::count(report.read), output::count(report.loaded));
    for (number, word) in [
        (report.quarantined, "quarantined"),
        (report.duplicates, "repeated"),
        (report.later, "later"),
        (report.later_updates, "as changed later"),
    ] {
        if number > 0 {
            line.push_str(&format!(", {} {word}", output::count(number)));
        }
    }
    line
}

fn rows(outputs: &[Dataset]) -> u64 {
    outputs.iter().map(|dataset| dataset.rows).sum()
}

/// One bar for the run, one for each step under way.
struct Bars {
    all: MultiProgress,
    state: Mutex<BarState>,
}

struct BarState {
    run: ProgressBar,
    steps: BTreeMap<StepId, ProgressBar>,
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        let run = all.add(ProgressBar::new(0));
        run.set_style(style("{bar:30} {pos}/{len} steps  {elapsed}  {eta} left  {msg}"));
        Self { all, state: Mutex::new(BarState { run, steps: BTreeMap::new() }) }
    }

    fn end(&self, state: &mut BarState, step: &StepId) {
        if let Some(bar) = state.steps.remove(step) {
            bar.finish_and_clear();
        }
        state.run.inc(1);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
}

impl Observer for Bars {
    fn observe(&self, event: &Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = is_trouble(&event.kind).then(|| trouble(&event.kind)).flatten() {
            // A terminal that cannot be written to is no reason to stop the run.
            let _ = self.all.println(line);
        }
        match &event.kind {
            EventKind::RunStarted { steps, .. } => {
                state.run.set_length(*steps as u64);
                state.run.enable_steady_tick(Duration::from_millis(250));
            }
            EventKind::StepStarted { step, .. } => {
                let bar = self.all.add(ProgressBar::new_spinner());
                bar.set_style(style("  {spinner} {prefix}  {msg}"));
                bar.set_prefix(step.to_string());
                bar.enable_steady_tick(Duration::from_millis(125));
                state.steps.insert(step.clone(), bar);
            }
            EventKind::StepProgress { step, rows, bytes_read, bytes_total } => {
                if let Some(bar) = state.steps.get(step) {
                    bar.set_message(progress_message(*rows, *bytes_read, *bytes_total));
                }
            }
            EventKind::StepFinished { step, .. }
            | EventKind::StepReused { step, .. }
            | EventKind::StepFailed { step, .. }
            | EventKind::StepSkipped { step, .. } => self.end(&mut state, step),
            EventKind::RunFinished { status, .. } => {
                for bar in std::mem::take(&mut state.steps).into_values() {
                    bar.finish_and_clear();
                }
                if *status == RunStatus::Running {
                    state.run.abandon();
                } else {
                    state.run.finish_and_clear();
                }
            }
            _ => {}
        }
    }
}

fn progress_message(rows: u64, bytes_read: u64, bytes_total: Option<u64>) -> String {
    let rows = output::count(rows);
    match bytes_total {
        Some(total) if total > 0 => {
            let percent = 100 * bytes_read.min(total) / total;
            format!("{rows} rows, {} of {} ({percent} %)", output::size(bytes_read), output::size(total))
        }
        _ => format!("{rows} rows"),
    }
}
