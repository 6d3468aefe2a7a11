//! Tests of `engine`: planning, validation, memory limits.

mod grace;
mod lineage;
mod memory;
mod validate;
