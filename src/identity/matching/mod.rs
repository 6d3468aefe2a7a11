//! Probabilistic matching: which records may be one, and how strongly the evidence speaks. Pure; the same records give
//! the same answer whatever their order and the number of cores.

pub mod attribute;
pub mod block;
pub mod compare;
pub mod estimate;
pub mod judge;
pub mod model;
pub mod score;
