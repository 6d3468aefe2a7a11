//! The texts of a project's files, by path.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Every `config/*.yaml`, `pipelines/*.yaml`, `sql/**/*.sql` of a project: path relative to the project's folder, with
/// `/` between folders → text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFiles {
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
}
