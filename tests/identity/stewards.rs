//! What stewards ask of who is who: how good it is, what to look at, why. On a tiny project, and as laws.

mod ask;
mod laws;
mod look;
mod pin;
