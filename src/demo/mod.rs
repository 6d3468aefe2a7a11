//! Writes a sample retailer's sources, with all their mess, and the truth beside them. Deterministic by seed.
