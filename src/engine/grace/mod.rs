//! What needs more memory than it should take is done piece by piece: GRACE hash partitioning, for aggregations, joins and
//! windows alike.
//!
//! DataFusion gives every thread one partition of an exchange by hash, and what is above the exchange holds all groups,
//! or one whole side of a join, at once. Here such a stage has many more partitions than threads, and every thread goes
//! through its own in turn. [`exchange::SpoolExec`] stands where the exchange was and writes its rows aside, piece by piece, as soon
//! as they are more than a little; [`turn::InTurnExec`] stands on top. Where the first of a stage's exchanges turns out to be
//! small there are no more pieces than threads, and the other exchanges of the stage stream as ever.
//!
//! After D. J. DeWitt et al., Implementation techniques for main memory database systems, SIGMOD 1984.

mod exchange;
mod pieces;
mod rule;
mod scatter;
mod spool;
mod turn;

pub use rule::GracePartitions;
pub use spool::PIECES;
pub use turn::InTurnExec;
