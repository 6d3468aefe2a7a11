//! Tests of `warehouse`: what a release holds, what a crash leaves, what readers see.

mod catalog_and_current;
mod crash;
mod garbage;
mod journal;
mod kit;
mod releases;
mod remote;
mod retention;
mod staging;
