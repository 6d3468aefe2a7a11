//! Tests of `quality`: every kind of check passing and failing on real rows, and cases of rows in, rows out.

#[path = "quality/cases.rs"]
mod cases;
#[path = "quality/checks.rs"]
mod checks;
#[path = "quality/contract.rs"]
mod contract;
#[path = "quality/validation.rs"]
mod validation;
