//! One word of a selection: what it names and how far it reaches.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use super::SelectError;
use crate::config::problem::nearest;
use crate::plan::graph::{Graph, Step, StepKind};

/// A method, a value, and how far along the graph.
pub(super) struct Criterion {
    text: String,
    method: Method,
    value: String,
    matcher: GlobMatcher,
    /// How many strides towards the sources.
    pub parents: Option<usize>,
    /// How many strides towards the reports.
    pub children: Option<usize>,
    /// `@`: the children, and all that they need.
    pub with_parents_of_children: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Name,
    Tag,
    Path,
    Source,
    Pipeline,
    Layer,
}

const METHODS: [(&str, Method); 6] = [
    ("name", Method::Name),
    ("tag", Method::Tag),
    ("path", Method::Path),
    ("source", Method::Source),
    ("pipeline", Method::Pipeline),
    ("layer", Method::Layer),
];

impl Criterion {
    pub fn parse(text: &str) -> Result<Self, SelectError> {
        let malformed =
            |reason: &str| SelectError::Malformed { text: text.to_owned(), reason: reason.to_owned() };
        let (with_parents_of_children, rest) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (parents, rest) = match rest.split_once('+') {
            Some((strides, rest)) if !rest.is_empty() && strides.chars().all(|c| c.is_ascii_digit()) => {
                (Some(strides_of(strides)), rest)
            }
            _ => (None, rest),
        };
        let (children, rest) = match rest.rsplit_once('+') {
            Some((rest, strides)) if strides.chars().all(|c| c.is_ascii_digit()) => {
                (Some(strides_of(strides)), rest)
            }
            _ => (None, rest),
        };
        if with_parents_of_children && (parents.is_some() || children.is_some()) {
            return Err(malformed("`@` stands alone, without `+`"));
        }
        let (method, value) = match rest.split_once(':') {
            Some((method, value)) => match METHODS.iter().find(|(name, _)| *name == method) {
                Some((_, found)) => (*found, value),
                None => {
                    let near = nearest(method, METHODS.iter().map(|(name, _)| *name));
                    let methods = METHODS.map(|(name, _)| name).join("`, `");
                    return Err(malformed(&match near {
                        Some(near) => format!("there is no method `{method}`; did you mean `{near}`?"),
                        None => format!("there is no method `{method}`; the methods are `{methods}`"),
                    }));
                }
            },
            None if rest.contains('/') || rest.ends_with(".sql") => (Method::Path, rest),
            None => (Method::Name, rest),
        };
        if value.is_empty() || value.contains(['+', '@']) {
            return Err(malformed("write a name, with `+` only before and after it"));
        }
        let pattern = if method == Method::Path { value.trim_end_matches('/') } else { value };
        let matcher =
            Glob::new(pattern).map_err(|error| malformed(&error.kind().to_string()))?.compile_matcher();
        Ok(Self {
            text: text.to_owned(),
            method,
            value: pattern.to_owned(),
            matcher,
            parents,
            children,
            with_parents_of_children,
        })
    }

    /// The steps that it names, never none.
    pub fn matches(&self, graph: &Graph) -> Result<BTreeSet<usize>, SelectError> {
        let named: BTreeSet<usize> = (0..graph.steps.len())
            .filter(|&index| graph.steps.get(index).is_some_and(|step| self.is_match(graph, step)))
            .collect();
        if named.is_empty() {
            return Err(SelectError::Nothing { text: self.text.clone(), near: self.nearest(graph) });
        }
        Ok(named)
    }

    fn is_match(&self, graph: &Graph, step: &Step) -> bool {
        match self.method {
            Method::Name => self.names(graph, step).iter().any(|name| self.matcher.is_match(name)),
            Method::Path => self.is_path(step),
            _ => self.values(graph, step).iter().any(|value| self.matcher.is_match(value)),
        }
    }

    /// A path names a file, or all files of a folder, from the project's folder or from `sql/`.
    fn is_path(&self, step: &Step) -> bool {
        let Some(model) = step.model() else { return false };
        let path = model.path.as_ref();
        let folders =
            std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(folder, _)| folder));
        folders
            .flat_map(|folder| [Some(folder), folder.strip_prefix("sql/")])
            .flatten()
            .any(|folder| self.matcher.is_match(folder))
    }

    /// The names a step goes by. A source has its plain name too, where no model has it.
    fn names(&self, graph: &Graph, step: &Step) -> Vec<String> {
        let mut names = vec![step.id.to_string()];
        names.extend(step.makes.iter().map(ToString::to_string));
        if let StepKind::Source(source) = &step.kind
            && graph.maker(&source.name).is_none()
        {
            names.push(source.name.to_string());
        }
        names
    }

    /// What a step has to offer to the method.
    fn values(&self, graph: &Graph, step: &Step) -> Vec<String> {
        match self.method {
            Method::Name => self.names(graph, step),
            Method::Tag => step
                .makes
                .iter()
                .filter_map(|table| graph.table(table))
                .flat_map(|table| table.tags.clone())
                .collect(),
            Method::Path => step.model().map(|model| model.path.to_string()).into_iter().collect(),
            Method::Source => match &step.kind {
                StepKind::Source(source) => vec![source.name.to_string()],
                StepKind::Model { .. } | StepKind::Identity(_) => Vec::new(),
            },
            Method::Pipeline => vec![step.pipeline.to_string()],
            Method::Layer => vec![step.layer.name().to_owned()],
        }
    }

    fn nearest(&self, graph: &Graph) -> Option<String> {
        let known: BTreeSet<String> = graph.steps.iter().flat_map(|step| self.values(graph, step)).collect();
        nearest(&self.value, known.iter().map(String::as_str)).map(str::to_owned)
    }
}

/// No number is no limit.
fn strides_of(text: &str) -> usize {
    if text.is_empty() { usize::MAX } else { text.parse().unwrap_or(usize::MAX) }
}
