//! `portrait schema`: the JSON Schema of the project's files, for editors.

use super::args::{Schema, SchemaKind};
use super::failure::Failure;
use super::{init, output};
use crate::config::schema;

/// Prints one schema, or writes all of them into a folder.
pub fn run(arguments: &Schema) -> Result<(), Failure> {
    if let Some(directory) = &arguments.write {
        return init::write_schemas(directory);
    }
    let schema = match arguments.kind {
        SchemaKind::Pipeline => schema::pipeline(),
        SchemaKind::Environment => schema::environment(),
    };
    output::print_line(format!("{schema:#}"))?;
    Ok(())
}
