//! `tests/cases/*.yaml` → cases, all problems at once.

use std::sync::Arc;

use super::{Case, Cell, Expect, Given, Order, Row};
use crate::config::problem::{Location, Problem, nearest};
use crate::config::yaml::{self, Entry, Node, Value};
use crate::name::{AsOf, TableName};

const CASE_KEYS: [&str; 6] = ["name", "model", "as_of", "params", "given", "expect"];
const EXPECT_KEYS: [&str; 2] = ["order", "rows"];

/// The cases of a file.
///
/// # Errors
/// Everything that is wrong with their form; whether tables and columns exist is known later.
pub fn parse(file: &Arc<str>, text: &str) -> Result<Vec<Case>, Vec<Problem>> {
    let mut problems = Vec::new();
    let Some(root) = yaml::parse(file, text, &mut problems) else { return Err(problems) };
    let nodes = match &root.value {
        Value::List(nodes) => nodes.as_slice(),
        Value::Map(_) | Value::Scalar(_) => std::slice::from_ref(&root),
    };
    let cases: Vec<_> = nodes
        .iter()
        .enumerate()
        .filter_map(|(index, node)| Reader { problems: &mut problems }.case(node, index + 1))
        .collect();
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn case(&mut self, node: &Node, number: usize) -> Option<Case> {
        let entries = self.map(node, "a case")?;
        self.known(entries, &CASE_KEYS);
        let model_node = self.needed(node, "model");
        let model = model_node.and_then(|node| self.table_name(node));
        let given = node.get("given").map(|given| self.given(given)).unwrap_or_default();
        let expect = self.needed(node, "expect").and_then(|expect| self.expect(expect));
        let as_of = node.get("as_of").filter(|node| !node.is_null()).and_then(|node| self.as_of(node));
        let params = node.get("params").map(|params| self.cells(params, "`params`")).unwrap_or_default();
        let name = node.get("name").and_then(|node| self.text(node, "a name"));
        let (model, model_at) = (model?, model_node?.at.clone());
        Some(Case {
            name: name.unwrap_or_else(|| format!("{model} {number}")),
            model,
            model_at,
            as_of,
            params,
            given,
            expect: expect?,
            at: node.at.clone(),
        })
    }

    fn expect(&mut self, node: &Node) -> Option<Expect> {
        let entries = self.map(node, "`expect`")?;
        self.known(entries, &EXPECT_KEYS);
        let order = match node.get("order") {
            None => Order::Any,
            Some(order) => match order.scalar().map(|scalar| scalar.text.as_str()) {
                Some("any") => Order::Any,
                Some("exact") => Order::Exact,
                _ => {
                    self.error(&order.at, "`order` is `any` or `exact`");
                    Order::Any
                }
            },
        };
        let rows = self.needed(node, "rows").map(|rows| self.rows(rows)).unwrap_or_default();
        Some(Expect { order, rows, at: node.at.clone() })
    }

    fn given(&mut self, node: &Node) -> Vec<Given> {
        let Some(entries) = self.map(node, "`given`") else { return Vec::new() };
        entries
            .iter()
            .map(|entry| Given {
                table: entry.key.clone(),
                at: entry.key_at.clone(),
                rows: self.rows(&entry.value),
            })
            .collect()
    }

    fn rows(&mut self, node: &Node) -> Vec<Row> {
        match &node.value {
            Value::List(rows) => {
                rows.iter().map(|row| Row { cells: self.cells(row, "a row"), at: row.at.clone() }).collect()
            }
            _ if node.is_null() => Vec::new(),
            _ => {
                self.error(&node.at, "a list of rows is expected").help =
                    Some("write `[]` for none".to_owned());
                Vec::new()
            }
        }
    }

    fn cells(&mut self, node: &Node, what: &str) -> Vec<Cell> {
        let entries = self.map(node, what).unwrap_or_default();
        entries
            .iter()
            .map(|entry| Cell {
                name: entry.key.clone(),
                name_at: entry.key_at.clone(),
                value: exact(&entry.value),
                value_at: entry.value.at.clone(),
            })
            .collect()
    }

    fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        match &node.value {
            Value::Map(entries) => Some(entries),
            _ => {
                self.error(&node.at, &format!("{what} is a mapping, `key: value`"));
                None
            }
        }
    }

    fn known(&mut self, entries: &[Entry], keys: &[&str]) {
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let near = nearest(&entry.key, keys.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys are {}", keys.join(", ")),
            };
            self.error(&entry.key_at, &format!("unknown key `{}`", entry.key)).help = Some(help);
        }
    }

    fn needed<'n>(&mut self, node: &'n Node, key: &str) -> Option<&'n Node> {
        let found = node.get(key);
        if found.is_none() {
            self.error(&node.at, &format!("`{key}` is missing"));
        }
        found
    }

    fn table_name(&mut self, node: &Node) -> Option<TableName> {
        let name = self.text(node, "a model's name")?;
        TableName::new(&name).map_err(|error| _ = self.error(&node.at, &error.to_string())).ok()
    }

    fn as_of(&mut self, node: &Node) -> Option<AsOf> {
        let date = self.text(node, "a date")?;
        date.parse()
            .map_err(|error: crate::name::NameError| _ = self.error(&node.at, &error.to_string()))
            .ok()
    }

    fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.scalar().map(|scalar| scalar.text.clone());
        if text.is_none() {
            self.error(&node.at, &format!("{what} is expected"));
        }
        text
    }

    fn error(&mut self, at: &Location, message: &str) -> &mut Problem {
        self.problems.push(Problem::error(at.clone(), message));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }
}

/// As JSON, but numbers keep their digits: `0.10` of a decimal column is not a float on its way there.
fn exact(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Scalar(scalar) if scalar.number().is_some() => scalar.text.clone().into(),
        _ => node.to_json(),
    }
}
