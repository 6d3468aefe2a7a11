//! Does a file have the shape of its JSON Schema? Reports every misspelt key, wrong type, missing key and unknown word at
//! once, and yields the sound part of the tree, which then deserialises. Judges no meaning.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use super::problem::{Location, Problem, did_you_mean, nearest};
use super::yaml::{Entry, Node, Scalar, Value};

/// Checks a tree and keeps what is sound: a bad optional value is left out, a bad required one takes its parent along.
/// `None`: nothing is left.
pub fn check(root: &Node, schema: &Json, problems: &mut Vec<Problem>) -> Option<Node> {
    let empty = Map::new();
    let definitions = schema.get("$defs").and_then(Json::as_object).unwrap_or(&empty);
    let mut walker = Walker { definitions, problems, path: Vec::new(), expected: HashMap::new() };
    walker.node(root, schema, &root.at)
}

/// What may stand at a place: the alternatives of a schema, side by side.
#[derive(Clone, Default)]
struct Expected<'s> {
    anything: bool,
    boolean: bool,
    /// The least and the greatest whole number.
    integer: Option<(i128, i128)>,
    number: bool,
    text: bool,
    words: Vec<&'s str>,
    list: Option<&'s Json>,
    map: Option<ExpectedMap<'s>>,
}

#[derive(Clone, Default)]
struct ExpectedMap<'s> {
    properties: Vec<(&'s str, &'s Json)>,
    required: Vec<&'s str>,
    /// What stands under any other key; `None`: no other key.
    others: Option<&'s Json>,
    /// Exactly one of the properties: an enum's variant with its options.
    one_of: bool,
}

struct Walker<'s, 'p> {
    definitions: &'s Map<String, Json>,
    problems: &'p mut Vec<Problem>,
    /// Keys from the root to the node at hand.
    path: Vec<String>,
    /// By the address of the schema: the same definition is met at every column.
    expected: HashMap<*const Json, Expected<'s>>,
}

impl<'s> Walker<'s, '_> {
    /// `owner` is where a mapping's lack is reported: the key it stands under.
    fn node(&mut self, node: &Node, schema: &'s Json, owner: &Location) -> Option<Node> {
        let expected = self.expected(schema);
        if expected.anything {
            return Some(node.clone());
        }
        match &node.value {
            Value::Scalar(scalar) => self.scalar(node, scalar, &expected, owner),
            Value::List(items) => {
                let Some(items_schema) = expected.list else { return self.wrong(node, &expected, owner) };
                let mut sound = Vec::with_capacity(items.len());
                for item in items {
                    sound.extend(self.node(item, items_schema, &item.at));
                }
                Some(Node::new(node.at.clone(), Value::List(sound)))
            }
            Value::Map(entries) => match &expected.map {
                Some(map) if map.one_of => self.variant(node, entries, map, &expected, owner),
                Some(map) => self.map(node, entries, map, owner),
                None => self.wrong(node, &expected, owner),
            },
        }
    }

    fn scalar(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        expected: &Expected<'s>,
        owner: &Location,
    ) -> Option<Node> {
        let with = |plain: bool| {
            let scalar = Scalar { plain, ..scalar.clone() };
            Some(Node::new(node.at.clone(), Value::Scalar(scalar)))
        };
        // What a variable puts in is a number where a number is wanted, quoted or not.
        let read = Scalar { plain: scalar.plain || scalar.written.is_some(), ..scalar.clone() };
        if expected.words.contains(&scalar.text.as_str()) {
            return with(false);
        }
        if expected.boolean && read.boolean().is_some() || expected.number && read.number().is_some() {
            return with(true);
        }
        if let (Some((least, greatest)), Some(number)) = (expected.integer, read.integer()) {
            if (least..=greatest).contains(&number) {
                return with(true);
            }
            let name = self.name();
            let message = if number < least {
                format!("{name} cannot be less than {least}")
            } else {
                format!("{name} cannot be more than {greatest}")
            };
            self.problems.push(Problem::error(node.at.clone(), message));
            return None;
        }
        if expected.text && !(scalar.plain && scalar.text.is_empty()) {
            return with(false);
        }
        if let Some(map) = &expected.map {
            if map.one_of && !scalar.is_null() {
                return self.bare_variant(node, scalar, map, expected);
            }
            if scalar.is_null() && map.required.is_empty() {
                return Some(Node::new(node.at.clone(), Value::Map(Vec::new())));
            }
        }
        if !expected.words.is_empty()
            && expected.integer.is_none()
            && expected.list.is_none()
            && !scalar.is_null()
        {
            let message = format!("`{}` is not a value of {}", scalar.shown(), self.name());
            let help = did_you_mean(&scalar.text, expected.words.iter().copied());
            self.problems.push(Problem::error(node.at.clone(), message).help(help));
            return None;
        }
        self.wrong(node, expected, owner)
    }

    /// A mapping whose keys are a struct's fields, or free names.
    fn map(
        &mut self,
        node: &Node,
        entries: &[Entry],
        map: &ExpectedMap<'s>,
        owner: &Location,
    ) -> Option<Node> {
        let mut sound = Vec::with_capacity(entries.len());
        let mut whole = true;
        let mut lacking = false;
        let mut meant: Vec<&str> = Vec::new();
        for entry in entries {
            let field = map.properties.iter().find(|(name, _)| *name == entry.key);
            let required = map.required.contains(&entry.key.as_str());
            let Some(schema) = field.map(|(_, schema)| *schema).or(map.others) else {
                let known = || map.properties.iter().map(|(name, _)| *name);
                self.unknown_key(entry, known());
                meant.extend(nearest(&entry.key, known()));
                lacking = true;
                continue;
            };
            // `on_error: null` is a word of the schema; YAML alone would take it for nothing.
            let word = entry
                .value
                .scalar()
                .is_some_and(|scalar| self.expected(schema).words.contains(&scalar.text.as_str()));
            if field.is_some() && entry.value.is_null() && !word {
                // `key:` with nothing after it says nothing.
                if required {
                    let message = format!("`{}` {} has no value", entry.key, self.within());
                    let problem = Problem::error(entry.key_at.clone(), message);
                    self.problems.push(match meaning(schema) {
                        Some(meaning) => problem.help(format!("`{}`: {meaning}", entry.key)),
                        None => problem,
                    });
                    whole = false;
                }
                continue;
            }
            self.path.push(entry.key.clone());
            let value = self.node(&entry.value, schema, &entry.key_at);
            self.path.pop();
            match value {
                Some(value) => {
                    sound.push(Entry { key: entry.key.clone(), key_at: entry.key_at.clone(), value });
                }
                None => {
                    whole &= !required;
                    lacking = true;
                }
            }
        }
        for name in map.required.iter().filter(|name| !entries.iter().any(|entry| entry.key == **name)) {
            whole = false;
            // A misspelt key has been reported as what it is.
            if !meant.contains(name) {
                let problem = Problem::error(owner.clone(), format!("`{name}` is missing {}", self.within()));
                let meaning = map
                    .properties
                    .iter()
                    .find(|(key, _)| key == name)
                    .and_then(|(_, schema)| meaning(schema));
                self.problems.push(match meaning {
                    Some(meaning) => problem.help(format!("`{name}`: {meaning}")),
                    None => problem,
                });
            }
        }
        whole.then(|| Node { at: node.at.clone(), value: Value::Map(sound), lacking })
    }

    /// One variant with its options: `accepted_range: { min: 0 }`.
    fn variant(
        &mut self,
        node: &Node,
        entries: &[Entry],
        map: &ExpectedMap<'s>,
        expected: &Expected<'s>,
        owner: &Location,
    ) -> Option<Node> {
        let [entry] = entries else {
            let what = self.singular();
            let keys = entries.iter().map(|entry| format!("`{}`", entry.key)).collect::<Vec<_>>().join(", ");
            let problem = if entries.is_empty() {
                Problem::error(owner.clone(), format!("a {what} is missing here"))
            } else {
                Problem::error(node.at.clone(), format!("one {what} is expected here, found {keys}"))
                    .help("indent its options under it, or start another list item")
            };
            self.problems.push(problem);
            return None;
        };
        let Some((_, schema)) = map.properties.iter().find(|(name, _)| *name == entry.key) else {
            let what = self.singular();
            let problem = if expected.words.contains(&entry.key.as_str()) {
                Problem::error(entry.key_at.clone(), format!("`{}` takes no options here", entry.key))
                    .help(format!("write it as a bare word: `{}`", entry.key))
            } else {
                let known =
                    map.properties.iter().map(|(name, _)| *name).chain(expected.words.iter().copied());
                Problem::error(entry.key_at.clone(), format!("`{}` is not a {what}", entry.key))
                    .help(did_you_mean(&entry.key, known))
            };
            self.problems.push(problem);
            return None;
        };
        self.path.push(entry.key.clone());
        let value = self.node(&entry.value, schema, &entry.key_at);
        self.path.pop();
        let value = value?;
        let sound = vec![Entry { key: entry.key.clone(), key_at: entry.key_at.clone(), value }];
        Some(Node::new(node.at.clone(), Value::Map(sound)))
    }

    /// A bare word where variants are expected, and the word is none of those that stand alone.
    fn bare_variant(
        &mut self,
        node: &Node,
        scalar: &Scalar,
        map: &ExpectedMap<'s>,
        expected: &Expected<'s>,
    ) -> Option<Node> {
        let word = scalar.shown();
        let options = map.properties.iter().find(|(name, _)| *name == scalar.text);
        let problem = match options {
            Some((name, schema)) => {
                let required = self.expected(schema).map.map(|map| map.required).unwrap_or_default();
                let keys = required.iter().map(|key| format!("{key}: …")).collect::<Vec<_>>().join(", ");
                let keys = if keys.is_empty() { "…".to_owned() } else { keys };
                Problem::error(node.at.clone(), format!("`{name}` needs its options"))
                    .help(format!("write `{name}: {{ {keys} }}`"))
            }
            None => {
                let known =
                    expected.words.iter().copied().chain(map.properties.iter().map(|(name, _)| *name));
                Problem::error(node.at.clone(), format!("`{word}` is not a {}", self.singular()))
                    .help(did_you_mean(&scalar.text, known))
            }
        };
        self.problems.push(problem);
        None
    }

    fn unknown_key<'n>(&mut self, entry: &Entry, known: impl Iterator<Item = &'n str>) {
        let message = format!("unknown key `{}` {}", entry.key, self.within());
        let help = did_you_mean(&entry.key, known);
        self.problems.push(Problem::error(entry.key_at.clone(), message).help(help));
    }

    fn wrong(&mut self, node: &Node, expected: &Expected<'_>, owner: &Location) -> Option<Node> {
        let at = match node.value {
            Value::Scalar(_) if !node.is_null() => node.at.clone(),
            _ => owner.clone(),
        };
        let message = format!("{} must be {}, not {}", self.name(), expected.describe(), describe(node));
        let problem = Problem::error(at, message);
        let word = node.scalar().map(|scalar| scalar.text.to_ascii_lowercase());
        self.problems.push(match word.as_deref() {
            Some("yes" | "on" | "y") if expected.boolean => problem.help("write `true`"),
            Some("no" | "off" | "n") if expected.boolean => problem.help("write `false`"),
            Some(word) if expected.list.is_some() && !word.is_empty() => {
                let shown = node.scalar().map_or(word, |scalar| scalar.shown());
                problem.help(format!("write a list: `[{shown}]`"))
            }
            _ => problem,
        });
        None
    }

    /// The place at hand, in backticks.
    fn name(&self) -> String {
        match self.path.last() {
            Some(last) => format!("`{last}`"),
            None => "the file".to_owned(),
        }
    }

    /// Where a key stands: `in `sources.online_account``.
    fn within(&self) -> String {
        if self.path.is_empty() { "in this file".to_owned() } else { format!("in `{}`", self.path.join(".")) }
    }

    /// What the items of the list at hand are called.
    fn singular(&self) -> &'static str {
        if self.path.last().is_some_and(|last| last == "checks") { "check" } else { "choice" }
    }

    fn expected(&mut self, schema: &'s Json) -> Expected<'s> {
        if let Some(known) = self.expected.get(&std::ptr::from_ref(schema)) {
            return known.clone();
        }
        let mut expected = Expected::default();
        self.collect(schema, &mut expected);
        self.expected.insert(schema, expected.clone());
        expected
    }

    /// Adds the alternatives that a schema allows. Knows what `schemars` writes for our structs, and no more.
    fn collect(&self, schema: &'s Json, expected: &mut Expected<'s>) {
        let Some(object) = schema.as_object() else {
            expected.anything |= schema.as_bool() == Some(true);
            return;
        };
        if let Some(target) = object.get("$ref").and_then(Json::as_str) {
            let name = target.rsplit('/').next().unwrap_or_default();
            if let Some(definition) = self.definitions.get(name) {
                self.collect(definition, expected);
            }
            return;
        }
        for union in ["anyOf", "oneOf"] {
            if let Some(alternatives) = object.get(union).and_then(Json::as_array) {
                for alternative in alternatives {
                    self.collect(alternative, expected);
                }
                if union == "oneOf"
                    && let Some(map) = &mut expected.map
                {
                    map.one_of = true;
                    map.required.clear();
                }
                return;
            }
        }
        if let Some(word) = object.get("const").and_then(Json::as_str) {
            expected.words.push(word);
            return;
        }
        if let Some(words) = object.get("enum").and_then(Json::as_array) {
            expected.words.extend(words.iter().filter_map(Json::as_str));
            return;
        }
        match object.get("type") {
            Some(Json::String(kind)) => typed(kind, object, expected),
            Some(Json::Array(kinds)) => {
                for kind in kinds.iter().filter_map(Json::as_str) {
                    typed(kind, object, expected);
                }
            }
            _ => expected.anything = true,
        }
    }
}

fn typed<'s>(kind: &str, object: &'s Map<String, Json>, expected: &mut Expected<'s>) {
    match kind {
        "boolean" => expected.boolean = true,
        "integer" => {
            let (least, greatest) = match object.get("format").and_then(Json::as_str) {
                Some("uint8") => (0, u8::MAX.into()),
                Some("uint32") => (0, u32::MAX.into()),
                Some("uint64" | "uint") => (0, u64::MAX.into()),
                Some("int32") => (i32::MIN.into(), i32::MAX.into()),
                _ => (i64::MIN.into(), i64::MAX.into()),
            };
            expected.integer = Some((least, greatest));
        }
        "number" => expected.number = true,
        "string" => expected.text = true,
        "array" => expected.list = object.get("items"),
        "object" => {
            let map = expected.map.get_or_insert_default();
            if let Some(properties) = object.get("properties").and_then(Json::as_object) {
                map.properties.extend(properties.iter().map(|(name, schema)| (name.as_str(), schema)));
            }
            if let Some(required) = object.get("required").and_then(Json::as_array) {
                map.required.extend(required.iter().filter_map(Json::as_str));
            }
            map.others = object.get("additionalProperties").filter(|others| others.as_bool() != Some(false));
        }
        _ => {}
    }
}

impl Expected<'_> {
    /// In words, for `must be …`.
    fn describe(&self) -> String {
        let mut kinds: Vec<String> = Vec::new();
        if self.boolean {
            kinds.push("`true` or `false`".to_owned());
        }
        if self.integer.is_some() {
            kinds.push("a whole number".to_owned());
        }
        if self.number {
            kinds.push("a number".to_owned());
        }
        if self.text {
            kinds.push("text".to_owned());
        }
        if !self.words.is_empty() {
            let words = self.words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>();
            kinds.push(format!("one of {}", words.join(", ")));
        }
        if self.list.is_some() {
            kinds.push("a list".to_owned());
        }
        if self.map.is_some() {
            kinds.push("a mapping".to_owned());
        }
        kinds.join(" or ")
    }
}

fn describe(node: &Node) -> String {
    match &node.value {
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
        Value::Scalar(scalar) if scalar.is_null() => "empty".to_owned(),
        Value::Scalar(scalar) if scalar.boolean().is_some() => format!("`{}`", scalar.shown()),
        Value::Scalar(scalar) if scalar.number().is_some() => format!("the number `{}`", scalar.shown()),
        Value::Scalar(scalar) => format!("the text `{}`", scalar.shown()),
    }
}

/// The first sentence of a schema's description.
fn meaning(schema: &Json) -> Option<&str> {
    let description = schema.get("description")?.as_str()?;
    Some(description.split(". ").next().unwrap_or(description).trim_end_matches('.'))
}
