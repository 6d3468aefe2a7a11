//! Tests of `plan`: what SQL refers to, the graph, selection, fingerprints, lineage.

mod graph;
pub mod project;
mod references;
mod select;
