//! A YAML file as a tree in which every key and every value knows where it stands. Decides nothing about meaning.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::problem::{Location, Problem};

/// More nodes than any project has: aliases that multiply (a "billion laughs" file) stop here.
const MOST_NODES: usize = 1_000_000;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    pub at: Location,
    pub value: Value,
    /// Something that stood in this map has been left out, with a problem of its own: what it lacks is no news.
    pub lacking: bool,
}

/// What a value is, before a type is asked of it.
#[derive(Debug, Clone)]
pub enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its value. No two entries of a map have the same key.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub key_at: Location,
    pub value: Node,
}

/// Text that is not yet a number, a truth value or nothing.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The value, after variables have been put in.
    pub text: String,
    /// The text as the author wrote it, where variables have been put in: the only one that messages may show.
    pub written: Option<String>,
    /// Not in quotes and no block: `8` may be a number and `true` a truth value.
    pub plain: bool,
}

impl Scalar {
    /// The text that messages may show.
    pub fn shown(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.text)
    }

    /// Nothing at all: an empty value, `~` or `null`.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        match self.text.as_str() {
            "true" | "True" | "TRUE" if self.plain => Some(true),
            "false" | "False" | "FALSE" if self.plain => Some(false),
            _ => None,
        }
    }

    /// A whole number in decimal digits, or in `0x` or `0o` notation.
    pub fn integer(&self) -> Option<i128> {
        if !self.plain {
            return None;
        }
        if let Some(digits) = self.text.strip_prefix("0x") {
            return i128::from_str_radix(digits, 16).ok();
        }
        if let Some(digits) = self.text.strip_prefix("0o") {
            return i128::from_str_radix(digits, 8).ok();
        }
        self.text.parse().ok()
    }

    /// A finite number.
    pub fn number(&self) -> Option<f64> {
        if let Some(whole) = self.integer() {
            return Some(whole as f64);
        }
        let numeric = self.text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
            && self.text.bytes().any(|b| b.is_ascii_digit());
        if self.plain && numeric { self.text.parse::<f64>().ok().filter(|n| n.is_finite()) } else { None }
    }
}

impl Node {
    pub fn new(at: Location, value: Value) -> Self {
        Self { at, value, lacking: false }
    }

    /// The entry of a map.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(Scalar::is_null)
    }

    /// The same as JSON: plain scalars become what YAML 1.2's core schema says they are.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
            }
            Value::Scalar(scalar) => {
                if scalar.is_null() {
                    return serde_json::Value::Null;
                }
                if let Some(truth) = scalar.boolean() {
                    return truth.into();
                }
                let whole = scalar.integer().and_then(|n| {
                    i64::try_from(n).map(Into::into).or_else(|_| u64::try_from(n).map(Into::into)).ok()
                });
                whole
                    .or_else(|| scalar.number().map(Into::into))
                    .unwrap_or_else(|| scalar.text.clone().into())
            }
        }
    }
}

/// Reads one document. `None` where there is no tree to go on with; an empty file is an empty map.
pub fn parse(file: &Arc<str>, text: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options = granit_parser::options! { emit_comments: false };
    let mut builder = Builder {
        file,
        text,
        events: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        nodes: 0,
        problems,
    };
    builder.document()
}

struct Builder<'a, 'p> {
    file: &'a Arc<str>,
    text: &'a str,
    events: Parser<'a, StrInput<'a>>,
    /// Finished nodes by anchor.
    anchors: HashMap<usize, Node>,
    nodes: usize,
    problems: &'p mut Vec<Problem>,
}

/// The tree cannot be finished; the problem has been reported.
struct Stop;

impl<'a> Builder<'a, '_> {
    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            let (event, span) = self.next().ok()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    let at = self.location(&span);
                    self.problems.push(
                        Problem::error(at, "a file holds one YAML document").help("remove the second `---`"),
                    );
                    return None;
                }
                Event::DocumentStart(..) => {}
                event => root = Some(self.node(event, &span).ok()?),
            }
        }
        let beginning = Location { file: Arc::clone(self.file), line: 1, column: 1, length: 1 };
        Some(match root {
            Some(node) if !node.is_null() => node,
            _ => Node::new(beginning, Value::Map(Vec::new())),
        })
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stop> {
        match self.events.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let (line, column) = (error.marker().line(), error.marker().col());
                let at = self.at(line, column, 1);
                let problem = Problem::error(at, format!("not valid YAML: {}", error.info()));
                self.problems.push(match self.syntax_help(line) {
                    Some(help) => problem.help(help),
                    None => problem,
                });
                Err(Stop)
            }
            None => Err(Stop),
        }
    }

    /// What is usually behind a syntax error on this line.
    fn syntax_help(&self, line: usize) -> Option<&'static str> {
        let text = self.text.lines().nth(line.saturating_sub(1))?;
        let indent = text.len() - text.trim_start().len();
        if text.get(..indent).is_some_and(|blanks| blanks.contains('\t')) {
            return Some("indent with spaces, not with tabs");
        }
        if text.contains(": ") && text.matches(": ").count() > 1 && !text.contains('{') {
            return Some("put a value that contains `: ` in quotes");
        }
        None
    }

    fn node(&mut self, event: Event<'a>, span: &Span) -> Result<Node, Stop> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return self.stop(span, "the file says more than a project can");
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let mut plain = style == ScalarStyle::Plain;
                match tag.as_deref().map(|tag| (tag.core_suffix(), tag)) {
                    None => {}
                    Some((Some("str"), _)) => plain = false,
                    Some((Some("int" | "float" | "bool" | "null"), _)) => plain = true,
                    Some(_) => return self.stop(span, "tags (`!…`) are not understood here"),
                }
                let at = self.content(span, style, &text);
                let value = Value::Scalar(Scalar { text: text.into_owned(), written: None, plain });
                Ok(self.anchored(anchor, Node::new(at, value)))
            }
            Event::SequenceStart(_, anchor, tag) => {
                if tag.is_some() {
                    return self.stop(span, "tags (`!…`) are not understood here");
                }
                let at = self.location(span);
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, &span)?),
                    }
                }
                Ok(self.anchored(anchor, Node::new(at, Value::List(items))))
            }
            Event::MappingStart(_, anchor, tag) => {
                if tag.is_some() {
                    return self.stop(span, "tags (`!…`) are not understood here");
                }
                let at = self.location(span);
                let entries = self.entries()?;
                Ok(self.anchored(anchor, Node::new(at, Value::Map(entries))))
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    let node = node.clone();
                    self.nodes += count(&node);
                    Ok(node)
                }
                None => self.stop(span, "an alias cannot stand inside what it stands for"),
            },
            _ => self.stop(span, "not valid YAML: a value is expected here"),
        }
    }

    /// The entries of a map up to its end; `<<` puts in another map's, and what is written out wins.
    fn entries(&mut self) -> Result<Vec<Entry>, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let key = self.node(event, &span)?;
            let (event, span) = self.next()?;
            let value = self.node(event, &span)?;
            let Value::Scalar(Scalar { text, plain, .. }) = key.value else {
                self.problems.push(Problem::error(key.at, "a key must be a word"));
                continue;
            };
            if plain && text == "<<" {
                match value.value {
                    Value::Map(others) => merged.extend(others),
                    Value::List(maps) if maps.iter().all(|map| matches!(map.value, Value::Map(_))) => {
                        merged.extend(maps.into_iter().flat_map(|map| match map.value {
                            Value::Map(others) => others,
                            _ => Vec::new(),
                        }));
                    }
                    _ => self.problems.push(
                        Problem::error(key.at, "`<<` must be followed by a mapping")
                            .help("name an anchor: `<<: *common`"),
                    ),
                }
            } else if let Some(first) = entries.iter().find(|entry| entry.key == text) {
                let line = first.key_at.line;
                self.problems.push(
                    Problem::error(key.at, format!("`{text}` stands twice"))
                        .help(format!("it stands first on line {line}; keep one of them")),
                );
            } else {
                entries.push(Entry { key: text, key_at: key.at, value });
            }
        }
        for entry in merged {
            if !entries.iter().any(|own| own.key == entry.key) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn stop<T>(&mut self, span: &Span, message: &str) -> Result<T, Stop> {
        let at = self.location(span);
        self.problems.push(Problem::error(at, message));
        Err(Stop)
    }

    /// Where a scalar's text stands, without its quotes: an offset into the text is an offset into the line.
    fn content(&self, span: &Span, style: ScalarStyle, text: &str) -> Location {
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted
                if !text.is_empty() && span.start.line() == span.end.line() =>
            {
                self.at(span.start.line(), span.start.col() + 1, span.len().saturating_sub(2))
            }
            _ => self.location(span),
        }
    }

    /// The first line of a span.
    fn location(&self, span: &Span) -> Location {
        let length = if span.start.line() == span.end.line() {
            span.len()
        } else {
            let line = self.text.lines().nth(span.start.line().saturating_sub(1)).unwrap_or_default();
            line.trim_end().chars().count().saturating_sub(span.start.col())
        };
        self.at(span.start.line(), span.start.col(), length)
    }

    /// A location from a line counted from 1 and a column counted from 0.
    fn at(&self, line: usize, column: usize, length: usize) -> Location {
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Location {
            file: Arc::clone(self.file),
            line: narrow(line.max(1)),
            column: narrow(column.saturating_add(1)),
            length: narrow(length.max(1)),
        }
    }
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(_) => 1,
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| count(&entry.value)).sum::<usize>(),
    }
}
