//! What the allocator does with memory that is no longer used. The only module with `unsafe`: the allocator is C.

use std::ffi::c_long;

use libmimalloc_sys::{mi_collect, mi_option_get, mi_option_set, mi_option_t};

/// `mi_option_purge_delay`, which the bindings do not name: for how many milliseconds freed memory is kept.
const PURGE_DELAY: mi_option_t = 15;
const USUAL_DELAY: c_long = 10;
const OUR_DELAY: c_long = 1000;

/// Keeps freed memory for a second: batch after batch wants the same, and a page that comes anew costs more than most of
/// what is done with it. Whoever sets `MIMALLOC_PURGE_DELAY` has decided otherwise.
#[expect(unsafe_code, reason = "the allocator is C")]
pub fn keep_for_a_while() {
    // SAFETY: options are numbers, set atomically, by any thread at any time.
    unsafe {
        if mi_option_get(PURGE_DELAY) == USUAL_DELAY {
            mi_option_set(PURGE_DELAY, OUR_DELAY);
        }
    }
}

/// Gives freed memory back to the machine: what comes after a large step is seldom of the same sizes.
#[expect(unsafe_code, reason = "the allocator is C")]
pub fn give_back() {
    // SAFETY: it takes no pointer, touches only what is free, and may be called by any thread at any time.
    unsafe { mi_collect(true) }
}
