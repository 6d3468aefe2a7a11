//! Table references, the graph, its order, selection, fingerprints. Pure: given SQL texts, it runs nothing.

pub mod fingerprint;
pub mod graph;
pub mod lineage;
pub mod native;
pub mod params;
pub mod position;
pub mod references;
pub mod select;
pub mod sql;
