//! SQL unit tests of a project: input rows → expected rows of one model. Reads texts, builds rows and compares them; runs
//! nothing.
//!
//! ```yaml
//! # tests/cases/customer_order.yaml: one case, or a list of them
//! - name: a cancelled order is no order
//!   model: customer_order
//!   as_of: 2026-01-31                       # optional, as are params
//!   params: { base_currency: CNY }
//!   given:                                  # what the model reads; a table that is left out is empty
//!     online_order:
//!       - { order_id: W1, status: paid, amount: 12.50 }      # a column that is left out is null
//!       - { order_id: W2, status: cancelled, amount: 3.00 }
//!     source.exchange_rate: []              # a source by its full name, `previous.TABLE` likewise
//!   expect:
//!     order: any                            # or exact: the rows as the model orders them
//!     rows:                                 # only the columns named here are compared
//!       - { order_key: "online:W1", gross_amount: 12.50 }
//! ```
//!
//! Instants without an offset are in UTC. Floats are equal to nine digits, everything else exactly.

mod build;
mod compare;
mod parse;

pub use build::batch;
pub use compare::{Difference, compare};
pub use parse::parse;

use crate::config::problem::Location;
use crate::name::{AsOf, TableName};

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The name that is written, or the model's with the case's number.
    pub name: String,
    pub model: TableName,
    /// Where the model's name stands.
    pub model_at: Location,
    pub as_of: Option<AsOf>,
    pub params: Vec<Cell>,
    pub given: Vec<Given>,
    pub expect: Expect,
    /// Where the case begins.
    pub at: Location,
}

/// The rows of a table that the model reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// As SQL names it: `online_order`, `source.online_order`, `previous.clv`.
    pub table: String,
    pub at: Location,
    pub rows: Vec<Row>,
}

/// A row as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub at: Location,
}

/// A named value as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub name: String,
    pub name_at: Location,
    pub value: serde_json::Value,
    pub value_at: Location,
}

/// The rows that the model should make of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    pub order: Order,
    pub rows: Vec<Row>,
    pub at: Location,
}

/// Whether the order of rows matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Any,
    Exact,
}
