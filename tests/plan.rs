//! Tests of `plan`: what SQL refers to, the graph, selection, fingerprints, lineage.

mod graph;
mod lineage;
pub mod project;
mod references;
mod select;
