//! What DataFusion says of a call whose arguments do not fit → one sentence.

use std::collections::BTreeSet;

use super::{quoted, tidy};

/// The function that a message is about, and what to say of the call.
pub(super) fn mistyped(message: &str) -> Option<(String, String)> {
    let lower = message.to_lowercase();
    let is_call = lower.contains("no function matches the given name and argument types")
        || lower.contains("failed to coerce arguments to satisfy a call to")
        || lower.contains("failed to match any signature")
        || lower.contains("user-defined coercion failed with")
        || (lower.contains("function '") && lower.contains("expects"));
    if !is_call {
        return None;
    }
    let name = function_name(message)?;
    let said = wrong_number(message, name)
        .or_else(|| wrong_type(message, name))
        .or_else(|| own_words(message))
        .or_else(|| wrong_coercion(message, name))
        .unwrap_or_else(|| tidy(message.split(" No function matches").next().unwrap_or(message)));
    Some((name.to_owned(), said))
}

/// `Function 'round' …` or `…a call to 'round' function…`
fn function_name(message: &str) -> Option<&str> {
    let after =
        ["unction '", "call to '"].iter().find_map(|start| message.split_once(start)).map(|(_, rest)| rest);
    let name =
        after.and_then(|rest| rest.split('\'').next()).or_else(|| quoted(message).into_iter().next())?;
    name.split('(').next()
}

/// `Function 'round' expects 2 arguments but received 3`, once for each signature
fn wrong_number(message: &str, name: &str) -> Option<String> {
    let parts: Vec<&str> = message.split(" expects ").skip(1).collect();
    let counts: BTreeSet<u32> =
        parts.iter().filter_map(|part| part.split(' ').next()?.parse().ok()).collect();
    let (_, received) = parts.first()?.split_once(" but received ")?;
    let received: String = received.chars().take_while(char::is_ascii_digit).collect();
    let counts: Vec<String> = counts.iter().map(u32::to_string).collect();
    (!counts.is_empty()).then(|| format!("`{name}` takes {} arguments, not {received}", counts.join(" or ")))
}

/// `Function 'sum' requires Decimal, but received String (DataType: Utf8View).`, once for each signature
fn wrong_type(message: &str, name: &str) -> Option<String> {
    let parts: Vec<&str> = message.split(" requires ").skip(1).collect();
    let mut wanted: Vec<&str> = Vec::new();
    for kind in parts.iter().filter_map(|part| part.split(", but received ").next()) {
        if !wanted.contains(&kind) {
            wanted.push(kind);
        }
    }
    let (_, received) = parts.first()?.split_once(", but received ")?;
    let received = received.split([' ', ',', '.']).next().unwrap_or(received);
    Some(format!("`{name}` takes {}, not {received}", wanted.join(" or ")))
}

/// `…user-defined coercion failed with: Error during planning: …. No function matches…`
fn own_words(message: &str) -> Option<String> {
    let (_, said) = message.split_once("user-defined coercion failed with: ")?;
    Some(tidy(said.split(". No function matches").next().unwrap_or(said)))
}

/// `…coercion from Utf8View, Int64 to the signature…`
fn wrong_coercion(message: &str, name: &str) -> Option<String> {
    let (_, from) = message.split_once("coercion from ")?;
    let types = from.split(" to the signature").next().unwrap_or(from).trim();
    Some(format!("`{name}` does not take {}", types.trim_start_matches('[').trim_end_matches(']')))
}
