//! What a run says of itself: events while it goes, a record when it ends. Imports nothing but names, reads no clock:
//! callers pass instants.

pub mod event;
pub mod memory;
pub mod observer;
pub mod record;

pub use event::{Event, EventKind};
pub use observer::{Handle, NdjsonFile, Observer};
pub use record::{CheckReport, RunRecord, RunStatus, SourceReport, StepReport, StepStatus, Verdict};
