//! Which steps a command is about, in dbt's grammar: `model`, `+model`, `model+`, `2+model+1`, `@model`, `tag:core`,
//! `path:sql/staging`, `source:online_*`, `pipeline:customer`, `layer:metric`; `a,b` is both at once, a blank is either.

mod criterion;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::name::{PipelineName, StepId, TableName};
use crate::plan::graph::{Graph, Step};
use criterion::Criterion;

/// Why a selection means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectError {
    #[error("`{text}` is no selector: {reason}")]
    Malformed { text: String, reason: String },
    #[error("`{text}` selects nothing{}", hint(near))]
    Nothing {
        text: String,
        /// The nearest thing that exists.
        near: Option<String>,
    },
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// The steps that `include` names without those that `exclude` names; all steps if `include` is empty. A model that is
/// inlined comes with its reader, for it has no table of its own to be read.
///
/// # Errors
/// If a selector is malformed, or names nothing: a misspelt name must not run nothing and succeed.
pub fn select(
    graph: &Graph,
    include: &[String],
    exclude: &[String],
) -> Result<BTreeSet<StepId>, SelectError> {
    let edges = Edges::of(graph);
    let mut selected: BTreeSet<usize> =
        if include.is_empty() { (0..graph.steps.len()).collect() } else { union(graph, &edges, include)? };
    for excluded in union(graph, &edges, exclude)? {
        selected.remove(&excluded);
    }
    with_inlined(graph, &edges, &mut selected);
    Ok(selected.into_iter().filter_map(|index| graph.steps.get(index)).map(|step| step.id.clone()).collect())
}

/// The steps of some pipelines; of all if none is named. Inlined models come with their readers.
///
/// # Errors
/// If there is no such pipeline.
pub fn of_pipelines(graph: &Graph, pipelines: &[PipelineName]) -> Result<BTreeSet<StepId>, SelectError> {
    let include: Vec<String> = pipelines.iter().map(|pipeline| format!("pipeline:{pipeline}")).collect();
    select(graph, &include, &[])
}

fn union(graph: &Graph, edges: &Edges, texts: &[String]) -> Result<BTreeSet<usize>, SelectError> {
    let mut selected = BTreeSet::new();
    for text in texts.iter().flat_map(|text| text.split_whitespace()) {
        selected.extend(intersection(graph, edges, text)?);
    }
    Ok(selected)
}

fn intersection(graph: &Graph, edges: &Edges, text: &str) -> Result<BTreeSet<usize>, SelectError> {
    let mut parts = Vec::new();
    for part in text.split(',') {
        let criterion = Criterion::parse(part)?;
        parts.push(expand(edges, &criterion, criterion.matches(graph)?));
    }
    let mut parts = parts.into_iter();
    let first = parts.next().unwrap_or_default();
    Ok(parts.fold(first, |both, part| both.intersection(&part).copied().collect()))
}

fn expand(edges: &Edges, criterion: &Criterion, named: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut selected = named.clone();
    if let Some(steps) = criterion.parents {
        selected.extend(reach(&named, &edges.reads, steps));
    }
    if let Some(steps) = criterion.children {
        selected.extend(reach(&named, &edges.readers, steps));
    }
    if criterion.with_parents_of_children {
        selected.extend(reach(&named, &edges.readers, usize::MAX));
        let all = selected.clone();
        selected.extend(reach(&all, &edges.reads, usize::MAX));
    }
    selected
}

/// What can be reached from some steps in so many strides.
fn reach(from: &BTreeSet<usize>, edges: &[BTreeSet<usize>], strides: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut edge: BTreeSet<usize> = from.clone();
    let mut left = strides;
    while !edge.is_empty() && left > 0 {
        let next = edge.iter().filter_map(|&step| edges.get(step)).flatten().copied();
        edge = next.filter(|step| !reached.contains(step)).collect();
        reached.extend(edge.iter().copied());
        left -= 1;
    }
    reached
}

fn with_inlined(graph: &Graph, edges: &Edges, selected: &mut BTreeSet<usize>) {
    let inlined = |step: &usize| graph.steps.get(*step).is_some_and(|step| step.inline);
    let mut left: Vec<usize> = selected.iter().copied().collect();
    while let Some(step) = left.pop() {
        for &read in edges.reads.get(step).into_iter().flatten().filter(|read| inlined(read)) {
            if selected.insert(read) {
                left.push(read);
            }
        }
    }
}

/// Who reads whom, as indices of steps.
struct Edges {
    reads: Vec<BTreeSet<usize>>,
    readers: Vec<BTreeSet<usize>>,
}

impl Edges {
    fn of(graph: &Graph) -> Self {
        let makers: BTreeMap<&TableName, usize> = graph
            .steps
            .iter()
            .enumerate()
            .flat_map(|(index, step)| step.makes.iter().map(move |table| (table, index)))
            .collect();
        let reads_of =
            |step: &Step| step.reads.iter().filter_map(|table| makers.get(table).copied()).collect();
        let reads: Vec<BTreeSet<usize>> = graph.steps.iter().map(reads_of).collect();
        let mut readers = vec![BTreeSet::new(); reads.len()];
        for (step, read) in reads.iter().enumerate() {
            for &other in read {
                readers[other].insert(step);
            }
        }
        Self { reads, readers }
    }
}
