//! `identity:` → the SQL that reads its records: keys, names, normalised attributes, what derives from them, and blocking
//! expressions, each under a name of its own.

use crate::config::identity::Identity;
use crate::identity::columns::{block_column, derived_column, value_column};
use crate::identity::kind::graded;

/// One statement over the records model.
pub fn records_sql(declared: &Identity) -> String {
    let mut columns: Vec<String> = vec!["\"source\"".to_owned(), "\"source_key\"".to_owned()];
    let keys = declared.keys.iter().map(|key| &key.column);
    let named = keys.chain(declared.guards().filter_map(|guard| guard.names.as_ref()));
    for column in named {
        let column = format!("\"{column}\"");
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    for (at, graded) in graded(declared).iter().enumerate() {
        columns.push(format!("CAST({} AS VARCHAR) AS {}", graded.value, value_column(at)));
        for (number, derived) in graded.derived.iter().enumerate() {
            columns.push(format!("CAST({derived} AS VARCHAR) AS {}", derived_column(at, number)));
        }
    }
    for (at, rule) in declared.blocking.iter().enumerate() {
        columns.push(format!("CAST(({}) AS VARCHAR) AS {}", rule.sql, block_column(at)));
    }
    format!("SELECT\n    {}\nFROM {}", columns.join(",\n    "), declared.records)
}
