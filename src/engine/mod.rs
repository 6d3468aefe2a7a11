//! An ordinary DataFusion session with our functions, a memory limit and a spill directory. Never reads sources, never
//! publishes.

pub mod session;

pub use session::Settings;
