//! Places where a test can kill the process, as a power cut would. Unless `PORTRAIT_FAILPOINT` is set they cost one
//! load of a pointer.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Every failpoint of the run protocol, in the order that a run passes them.
pub const NAMES: [&str; 9] = [
    "stage.mid_file",
    "stage.after_file",
    "step.after_record",
    "publish.before",
    "publish.after_manifest",
    "current.mid_links",
    "current.before_swap",
    "current.after_swap",
    "gc.mid",
];

struct Armed {
    name: String,
    /// How many times the point is still passed before it kills.
    left: AtomicU32,
}

/// Aborts the process here if `PORTRAIT_FAILPOINT` is `name`, or at the nth passing if it is `name:nth`.
pub fn failpoint(name: &str) {
    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
    let Some(armed) = ARMED.get_or_init(read_environment) else { return };
    if armed.name == name && armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}

fn read_environment() -> Option<Armed> {
    let text = std::env::var("PORTRAIT_FAILPOINT").ok()?;
    let (name, nth) = text.split_once(':').unwrap_or((&text, "1"));
    let left = nth.parse().unwrap_or(1).max(1);
    Some(Armed { name: name.to_owned(), left: AtomicU32::new(left) })
}
