//! The project's files → a checked [`project::Project`], all problems at once. Pure: given texts, it reads no clock,
//! no network and no data.

mod build;
pub mod column;
mod expand;
pub mod files;
pub mod golden;
pub mod identity;
mod load;
pub mod problem;
pub mod project;
pub mod raw;
pub mod schema;
mod shape;
pub mod sql;
pub mod units;
pub mod yaml;

pub use load::{Loaded, load};
