//! Tests of `compile`: the generated SQL itself, and what it answers on small tables.

#[path = "compile/golden.rs"]
mod golden;
#[path = "compile/lab.rs"]
mod lab;
#[path = "compile/metrics.rs"]
mod metrics;
#[path = "compile/reference.rs"]
mod reference;
#[path = "compile/segments.rs"]
mod segments;
