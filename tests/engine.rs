//! Tests of `engine`: planning, validation, memory limits.

mod lineage;
mod memory;
mod validate;
