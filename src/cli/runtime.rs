//! The asynchronous runtime that commands work on, and what interrupts it.

use std::future::Future;

use super::failure::Failure;
use crate::run::Stop;

/// Enough for every piece of every model that is computed at once on a large machine.
const OPEN_FILES: u64 = 1 << 16;

/// Runs asynchronous work to its end on `threads` threads.
pub fn block_on<T>(threads: usize, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // Pieces of stages and runs of sorts are files, more at once than many shells allow. Where this is refused, what needs
    // them says so.
    let _ = rlimit::increase_nofile_limit(OPEN_FILES);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.max(1))
        .enable_all()
        .build()
        .map_err(|error| Failure::io("failed to start the runtime", error))?;
    runtime.block_on(work)
}

/// Asks for the end at the first Ctrl-C or termination signal. The work ends at its next batch.
pub fn stop_on_signal(stop: Stop) {
    tokio::spawn(async move {
        let interrupt = tokio::signal::ctrl_c();
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            if let Ok(mut terminate) = signal(SignalKind::terminate()) {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            } else if interrupt.await.is_err() {
                return;
            }
        }
        #[cfg(not(unix))]
        if interrupt.await.is_err() {
            return;
        }
        stop.ask();
    });
}
