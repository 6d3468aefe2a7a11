//! The project's files → a checked [`project::Project`], all problems at once. Pure: given texts, it reads no clock,
//! no network and no data.

pub mod column;
pub mod files;
pub mod problem;
pub mod project;
pub mod raw;
