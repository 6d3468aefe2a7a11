//! Portrait: a customer data warehouse in one binary.
//!
//! Data flows one way: files are read by [`source`], planned by [`plan`], computed by [`engine`], checked by
//! [`quality`], kept and published by [`warehouse`]; [`run`] composes them and [`cli`] is the door.
//!
//! In reading order:
//! - [`name`]: what things are called
//! - [`config`]: YAML and SQL files → a checked project
//! - [`compile`]: golden records, segments and metrics declared in YAML → SQL
//! - [`plan`]: table references → graph, order, fingerprints
//! - [`quality`]: contracts and checks → SQL and verdicts
//! - [`identity`]: records → people and organisations
//! - [`functions`]: what SQL can call beside DataFusion's own
//! - [`source`]: files → typed batches and rejects
//! - [`engine`]: an ordinary DataFusion session
//! - [`warehouse`]: stage, publish, releases, retention
//! - [`observe`]: events, run records, progress
//! - [`run`]: step → check → stage → publish
//! - [`report`]: pictures and bars of what was found
//! - [`demo`]: a sample retailer's sources
//! - [`cli`]: one file per command
//!
//! `config`, `compile`, `plan`, `quality` and `identity` are pure: no tokio, no object store, no clock.
//! Imports point one way; `tests/architecture.rs` holds them to it.

pub mod cli;
pub mod compile;
pub mod config;
pub mod demo;
pub mod engine;
pub mod functions;
pub mod identity;
pub mod name;
pub mod observe;
pub mod plan;
pub mod quality;
pub mod report;
pub mod run;
pub mod source;
pub mod warehouse;
