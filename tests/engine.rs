//! Tests of `engine`: planning, validation, memory limits.

mod memory;
mod validate;
