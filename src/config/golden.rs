//! Which record's value each attribute of a customer takes, checked. Says nothing about how it is computed.

use super::problem::Location;
use super::project::SqlText;
use super::raw::golden::SurvivorRule;
use crate::name::TableName;

/// Which record's value each attribute of a customer takes.
#[derive(Debug, Clone)]
pub struct Golden {
    pub records: TableName,
    /// Where the records' name stands.
    pub records_at: Location,
    /// Sources, most trusted first.
    pub trust: Vec<String>,
    /// The rule of the records' columns that no attribute names.
    pub default: SurvivorRule,
    pub attributes: Vec<Attribute>,
    pub at: Location,
}

impl Golden {
    /// The tables that it is compiled to.
    pub const TABLES: [&str; 2] = ["customer_golden", "golden_source"];
}

/// How one attribute is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub rule: SurvivorRule,
    /// `None`: what the rule compares by default.
    pub by: Option<SqlText>,
    /// Of `preferred`, best first.
    pub values: Vec<String>,
    /// Of `consent`; `None`: the source.
    pub channel: Option<SqlText>,
    /// One column, or several that are taken from one record.
    pub columns: Vec<SqlText>,
    /// The published columns that show it; of several columns one each.
    pub shown_as: Vec<String>,
    /// Where the attribute's name stands.
    pub at: Location,
}
