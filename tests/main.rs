//! The only integration-test binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod architecture;
mod check;
mod compile;
mod config;
mod crash;
mod demo;
mod demo_run;
mod engine;
mod functions;
mod identity;
mod matching;
mod observe;
mod plan;
mod quality;
mod real_data;
mod reference;
mod run;
mod run_trouble;
mod run_versions;
mod shuffle;
mod similarity;
mod source;
mod support;
mod warehouse;
