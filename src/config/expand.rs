//! `${NAME}` in `config/`: variables put into the scalars of a tree. Their values appear in no message.

use super::problem::{Location, Problem};
use super::yaml::{Node, Scalar, Value};

/// Puts variables into every scalar below `node`. `${NAME}` must be set; `${NAME:-default}` may be unset or empty;
/// `$${NAME}` stays as `${NAME}`. A value that cannot be put together is left out.
pub fn expand(node: &mut Node, variables: &dyn Fn(&str) -> Option<String>, problems: &mut Vec<Problem>) {
    match &mut node.value {
        Value::List(items) => items.retain_mut(|item| sound(item, variables, problems)),
        Value::Map(entries) => entries.retain_mut(|entry| sound(&mut entry.value, variables, problems)),
        Value::Scalar(_) => {
            sound(node, variables, problems);
        }
    }
}

/// Puts variables into a node; `false`: one of them is not there.
fn sound(node: &mut Node, variables: &dyn Fn(&str) -> Option<String>, problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    match &mut node.value {
        Value::Scalar(scalar) if scalar.text.contains("${") => {
            let expanded = expanded(scalar, &node.at, variables, problems);
            scalar.written = Some(std::mem::replace(&mut scalar.text, expanded));
            problems.len() == before
        }
        Value::Scalar(_) => true,
        Value::List(_) | Value::Map(_) => {
            expand(node, variables, problems);
            true
        }
    }
}

/// The first `${NAME}` or `${NAME:-default}` of a text: where it begins and its name.
pub fn first_variable(text: &str) -> Option<&str> {
    let begin = text.find("${")?;
    let inside = text.get(begin + 2..)?;
    let inside = inside.get(..inside.find('}')?)?;
    let name = inside.split_once(":-").map_or(inside, |(name, _)| name);
    is_name(name).then_some(name)
}

fn expanded(
    scalar: &Scalar,
    at: &Location,
    variables: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> String {
    let mut out = String::with_capacity(scalar.text.len());
    let mut rest = scalar.text.as_str();
    while let Some(begin) = rest.find("${") {
        let (before, from) = rest.split_at(begin);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str("${");
            rest = from.get(2..).unwrap_or_default();
            continue;
        }
        out.push_str(before);
        let inside = from.get(2..).unwrap_or_default();
        let Some(end) = inside.find('}') else {
            problems.push(
                Problem::error(at.clone(), "`${` without `}`")
                    .help("write `${NAME}`, or `$${` for the characters themselves"),
            );
            return out;
        };
        let (variable, after) = inside.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        let (name, default) = match variable.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (variable, None),
        };
        if !is_name(name) {
            problems.push(
                Problem::error(at.clone(), format!("`{name}` is not the name of a variable"))
                    .help("write `${NAME}` or `${NAME:-default}`"),
            );
            continue;
        }
        match (variables(name), default) {
            (Some(value), Some(default)) if value.is_empty() => out.push_str(default),
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => problems.push(
                Problem::error(at.clone(), format!("the environment variable `{name}` is not set"))
                    .help(format!("set it, or give a default: `${{{name}:-…}}`")),
            ),
        }
    }
    out.push_str(rest);
    out
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}
