//! The graph as people and tools read it: a tree of text, a Mermaid chart, JSON. Table level.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::name::{StepId, TableName};
use crate::plan::graph::{Graph, Step, StepKind};

/// A step as it stands in lineage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineageStep {
    pub id: StepId,
    /// `source`, `model` or `identity`.
    pub kind: &'static str,
    pub pipeline: String,
    pub layer: &'static str,
    /// The tables that it makes, as SQL names them.
    pub makes: Vec<String>,
    /// The tables that it reads, as SQL names them.
    pub reads: Vec<String>,
    /// The tables that it reads as they were before.
    pub reads_previous: Vec<String>,
    pub published: bool,
    pub inline: bool,
}

/// What the chosen steps read and make, in the graph's order.
pub fn steps(graph: &Graph, chosen: &BTreeSet<StepId>) -> Vec<LineageStep> {
    graph
        .steps
        .iter()
        .filter(|step| chosen.contains(&step.id))
        .map(|step| lineage_step(graph, step))
        .collect()
}

fn lineage_step(graph: &Graph, step: &Step) -> LineageStep {
    LineageStep {
        id: step.id.clone(),
        kind: kind(step),
        pipeline: step.pipeline.to_string(),
        layer: step.layer.name(),
        makes: step.makes.iter().map(written).collect(),
        reads: step.reads.iter().map(written).collect(),
        reads_previous: step.reads_previous.iter().map(ToString::to_string).collect(),
        published: published(graph, step),
        inline: step.inline,
    }
}

fn kind(step: &Step) -> &'static str {
    match step.kind {
        StepKind::Source(_) => "source",
        StepKind::Model { .. } => "model",
        StepKind::Identity(_) => "identity",
    }
}

fn published(graph: &Graph, step: &Step) -> bool {
    step.makes.iter().filter_map(|table| graph.table(table)).any(|table| table.publish)
}

/// A table as SQL names it.
fn written(table: &TableName) -> String {
    table.as_source().map_or_else(|| table.to_string(), |source| format!("source.{source}"))
}

/// JSON: the chosen steps as a list.
pub fn json(graph: &Graph, chosen: &BTreeSet<StepId>) -> serde_json::Value {
    serde_json::json!({ "steps": steps(graph, chosen) })
}

/// A Mermaid flow chart of the chosen steps: one box a step, an arrow from what is read to what reads it, dotted where
/// it is read as it was before.
pub fn mermaid(graph: &Graph, chosen: &BTreeSet<StepId>) -> String {
    let mut text = "flowchart LR\n".to_owned();
    let shown: Vec<&Step> = graph.steps.iter().filter(|step| chosen.contains(&step.id)).collect();
    let mut layers: BTreeMap<_, Vec<&Step>> = BTreeMap::new();
    for step in &shown {
        layers.entry(step.layer).or_default().push(step);
    }
    for (layer, steps) in layers {
        text.push_str(&format!("  subgraph {}_layer[\"{}\"]\n", layer.name(), layer.name()));
        for step in steps {
            let (open, close) = match step.kind {
                StepKind::Source(_) => ("[(\"", "\")]"),
                StepKind::Identity(_) => ("{{\"", "\"}}"),
                StepKind::Model { .. } if published(graph, step) => ("[[\"", "\"]]"),
                StepKind::Model { .. } => ("[\"", "\"]"),
            };
            text.push_str(&format!("    {}_{open}{}{close}\n", step.id, label(step)));
        }
        text.push_str("  end\n");
    }
    for step in shown {
        for (arrow, tables) in [("-->", &step.reads), ("-.->", &step.reads_previous)] {
            let makers: BTreeSet<&StepId> =
                tables.iter().filter_map(|table| graph.maker(table)).map(|maker| &maker.id).collect();
            for maker in makers.into_iter().filter(|maker| chosen.contains(*maker)) {
                text.push_str(&format!("  {maker}_ {arrow} {}_\n", step.id));
            }
        }
    }
    text
}

fn label(step: &Step) -> String {
    match &step.kind {
        StepKind::Source(source) => source.name.to_string(),
        StepKind::Model { .. } | StepKind::Identity(_) => step.id.to_string(),
    }
}

/// A tree: what nothing chosen reads stands at the left, below it what it reads. What was shown before is not unfolded
/// again but marked with `…`.
pub fn tree(graph: &Graph, chosen: &BTreeSet<StepId>) -> String {
    let shown: Vec<&Step> = graph.steps.iter().filter(|step| chosen.contains(&step.id)).collect();
    let read: BTreeSet<&TableName> = shown.iter().flat_map(|step| &step.reads).collect();
    let mut text = String::new();
    let mut unfolded = BTreeSet::new();
    for root in shown.iter().filter(|step| !step.makes.iter().any(|table| read.contains(table))) {
        branch(graph, chosen, root, "", "", &mut unfolded, &mut text);
    }
    text
}

fn branch<'a>(
    graph: &'a Graph,
    chosen: &BTreeSet<StepId>,
    step: &'a Step,
    lead: &str,
    below: &str,
    unfolded: &mut BTreeSet<&'a StepId>,
    text: &mut String,
) {
    let makers: BTreeSet<&StepId> = step
        .reads
        .iter()
        .filter_map(|table| graph.maker(table))
        .map(|maker| &maker.id)
        .filter(|id| chosen.contains(*id))
        .collect();
    let again = !makers.is_empty() && !unfolded.insert(&step.id);
    let mut notes = vec![step.layer.name().to_owned()];
    notes.extend(published(graph, step).then(|| "published".to_owned()));
    notes.extend(step.inline.then(|| "inlined".to_owned()));
    notes.extend(step.reads_previous.iter().map(|table| format!("reads previous.{table}")));
    let mark = if again { " …" } else { "" };
    text.push_str(&format!("{lead}{} ({}){mark}\n", label(step), notes.join(", ")));
    if again {
        return;
    }
    let last = makers.len().saturating_sub(1);
    for (index, maker) in makers.into_iter().enumerate() {
        let Some(maker) = graph.step(maker) else { continue };
        let (corner, line) = if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        branch(graph, chosen, maker, &format!("{below}{corner}"), &format!("{below}{line}"), unfolded, text);
    }
}
