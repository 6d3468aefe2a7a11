//! How many pieces a stage has, which every exchange and the top of the stage must see alike.

use std::sync::OnceLock;

/// The pieces of a stage. Rows whose keys have the hash `h` are in piece `h % count`; as the threads divide the pieces,
/// that is the part `h % threads` of an exchange among threads.
#[derive(Debug)]
pub struct Pieces {
    pub threads: usize,
    pub count: usize,
    /// Whether a thread takes all its pieces as one. Known when the first exchange has been read.
    together: OnceLock<bool>,
}

/// Enough for what is held at once to be a small part of all, few enough for their files and buffers.
const ENOUGH: usize = 64;
const LEAST_OF_A_THREAD: usize = 4;
const MOST_OF_A_THREAD: usize = 16;

impl Pieces {
    pub fn new(threads: usize) -> Self {
        let of_a_thread = (ENOUGH / threads.max(1)).clamp(LEAST_OF_A_THREAD, MOST_OF_A_THREAD);
        Self { threads, count: threads * of_a_thread, together: OnceLock::new() }
    }

    /// The pieces of a thread.
    pub fn of(&self, thread: usize) -> impl Iterator<Item = usize> + Send + use<> {
        (thread..self.count).step_by(self.threads.max(1))
    }

    /// Whether a thread takes its pieces together, if that is known.
    pub fn are_together(&self) -> Option<bool> {
        self.together.get().copied()
    }

    /// Settles it, unless another exchange has.
    pub fn settle(&self, together: bool) -> bool {
        *self.together.get_or_init(|| together)
    }
}
