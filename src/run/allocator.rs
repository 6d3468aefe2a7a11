//! What the allocator holds of memory that is no longer used.

/// Gives freed memory back to the machine: an allocator keeps it for a while, and what comes next is seldom of the same
/// sizes.
#[expect(unsafe_code, reason = "the allocator is C")]
pub fn give_back() {
    // SAFETY: it takes no pointer, touches only what is free, and may be called by any thread at any time.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
