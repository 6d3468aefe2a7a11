//! A project → its graph: names are resolved, reads to the right and cycles refused, the rest put in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::order;
use super::resolve::{Maker, Meaning, Names};
use super::{Draft, Graph, Step, StepKind};
use crate::compile::Generated;
use crate::config::problem::{self, Level, Location, Problem, nearest};
use crate::config::project::{CheckKind, Identity, Layer, Model, Pipeline, Project, Source, Table};
use crate::name::{PipelineName, StepId, TableName};
use crate::plan::position::Origins;
use crate::plan::references::{Namespace, References, references};

/// The tables that `golden:`, `segments:` and `metrics:` are compiled to.
const GOLDEN_TABLES: [&str; 2] = ["customer_golden", "golden_source"];
const SEGMENT_TABLES: [&str; 4] =
    ["segment_definition", "segment_membership", "segment_change", "segment_summary"];
const METRIC_TABLES: [&str; 1] = ["metric_value"];

/// The parameters that every model may use beside its pipeline's own.
pub(crate) const BUILT_IN_PARAMS: [&str; 2] = ["as_of", "as_of_end"];

/// The graph of a project, and warnings.
///
/// # Errors
/// All problems of the SQL texts and of how they read each other, warnings included; nothing is planned against a schema here.
pub fn build(project: &Project, generated: &[Generated]) -> Result<(Graph, Vec<Problem>), Vec<Problem>> {
    let Draft { graph, problems } = draft(project, generated);
    if problems.iter().any(|problem| problem.level == Level::Error) {
        Err(problems)
    } else {
        Ok((graph, problems))
    }
}

/// The graph of what is sound in a project, with the problems of the rest.
pub fn draft(project: &Project, generated: &[Generated]) -> Draft {
    let mut builder = Builder { tables: tables(project, generated), ..Builder::default() };
    builder.names.unsound = unsound(project, generated);
    builder.declare_native(project);
    for model in &project.models {
        builder.declare_model(model, Origins::new(), first_line(model));
    }
    for made in generated {
        builder.declare_model(&made.model, made.origins.clone(), made.table.at.clone());
    }
    builder.declare_unsound(project);
    builder.resolve_all(project);
    builder.refuse_cycles();
    builder.finish(project)
}

/// A step that has been read, with the places of what it reads.
struct Node {
    step: Step,
    /// What it reads: the table, where, and how many times.
    reads: Vec<(TableName, Location)>,
    references: References,
    sound: bool,
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    names: Names,
    tables: BTreeMap<TableName, Table>,
    problems: Vec<Problem>,
}

fn tables(project: &Project, generated: &[Generated]) -> BTreeMap<TableName, Table> {
    let declared = project.pipelines.iter().flat_map(|pipeline| pipeline.tables.values().cloned());
    let generated = generated.iter().map(|made| made.table.clone());
    declared.chain(generated).map(|table| (table.name.clone(), table)).collect()
}

/// The tables that are declared with a problem, those among them that compiled blocks should have made.
fn unsound(project: &Project, generated: &[Generated]) -> BTreeSet<TableName> {
    let is_made = |name: &str| generated.iter().any(|made| made.model.name.as_str() == name);
    let golden = project.pipelines.iter().any(|pipeline| pipeline.golden.is_some());
    let segments = project.pipelines.iter().any(|pipeline| pipeline.segments.is_some());
    let metrics = project.pipelines.iter().any(|pipeline| pipeline.metrics.is_some());
    let blocks =
        [(golden, &GOLDEN_TABLES[..]), (segments, &SEGMENT_TABLES[..]), (metrics, &METRIC_TABLES[..])];
    let missing = blocks.into_iter().filter(|(declared, _)| *declared).flat_map(|(_, tables)| tables);
    let missing = missing.filter(|table| !is_made(table)).filter_map(|table| TableName::new(table).ok());
    project.unsound.iter().cloned().chain(missing).collect()
}

fn first_line(model: &Model) -> Location {
    Location { file: Arc::clone(&model.path), line: 1, column: 1, length: 1 }
}

impl Builder {
    fn declare_native(&mut self, project: &Project) {
        for pipeline in &project.pipelines {
            for source in &pipeline.sources {
                let maker = Maker { layer: Layer::Source, pipeline: pipeline.name.clone() };
                self.names.sources.insert(source.name.to_string(), maker);
                self.nodes.push(Node::new(source_step(pipeline, source)));
            }
            if let Some(identity) = &pipeline.identity {
                let taken = self.nodes.iter().any(|node| matches!(node.step.kind, StepKind::Identity(_)));
                if taken {
                    let message = "a project has one `identity:`, and this is a second";
                    self.problems.push(Problem::error(identity.at.clone(), message));
                    continue;
                }
                if let Some(step) = identity_step(pipeline, identity) {
                    for table in &step.makes {
                        let maker = Maker { layer: Layer::Identity, pipeline: pipeline.name.clone() };
                        self.names.catalogue.insert(table.to_string(), maker);
                    }
                    self.nodes.push(Node::new(step));
                }
            }
        }
    }

    /// What is declared with a problem exists: reading it is no second problem.
    fn declare_unsound(&mut self, project: &Project) {
        let Some(pipeline) = project.pipelines.first() else { return };
        let maker = Maker { layer: Layer::Source, pipeline: pipeline.name.clone() };
        for table in &project.unsound {
            let (names, name) = match table.as_source() {
                Some(source) => (&mut self.names.sources, source),
                None => (&mut self.names.catalogue, table.as_str()),
            };
            names.entry(name.to_owned()).or_insert_with(|| maker.clone());
        }
    }

    fn declare_model(&mut self, model: &Model, origins: Origins, at: Location) {
        let maker = Maker { layer: model.layer, pipeline: model.pipeline.clone() };
        let name = model.name.as_str();
        if self.names.catalogue.contains_key(name)
            || self.nodes.iter().any(|node| node.step.id.as_str() == name)
        {
            let other = self.nodes.iter().find(|node| node.step.makes.contains(&model.name));
            let other = other.map_or(String::new(), |node| format!(", the first time at {}", node.step.at));
            self.problems.push(Problem::error(at, format!("`{name}` is made twice{other}")));
            return;
        }
        self.names.catalogue.insert(name.to_owned(), maker);
        let mut node = Node::new(Step {
            id: model.name.clone().into(),
            makes: vec![model.name.clone()],
            kind: StepKind::Model { model: model.clone(), origins },
            reads: Vec::new(),
            reads_previous: Vec::new(),
            params: Vec::new(),
            layer: model.layer,
            pipeline: model.pipeline.clone(),
            inline: false,
            at,
        });
        match references(&model.sql) {
            Ok(found) => node.references = found,
            Err(errors) => {
                node.sound = false;
                for error in errors {
                    let mut problem = Problem::error(node.step.locate(&error.span), error.message);
                    problem.help = error.help;
                    self.problems.push(problem);
                }
            }
        }
        self.nodes.push(node);
    }

    fn resolve_all(&mut self, project: &Project) {
        for index in 0..self.nodes.len() {
            let node = &self.nodes[index];
            let mut resolved = Resolved::default();
            match &node.step.kind {
                StepKind::Source(_) => continue,
                StepKind::Identity(identity) => resolved.records(&self.names, identity),
                StepKind::Model { .. } => {
                    resolved.tables(&self.names, node);
                    resolved.params(project, node);
                    resolved.stars(&self.tables, node);
                }
            }
            let node = &mut self.nodes[index];
            node.sound &= !resolved.problems.iter().any(|problem| problem.level == Level::Error);
            node.step.reads = resolved.reads.iter().map(|(table, _)| table.clone()).collect();
            node.step.reads.sort();
            node.step.reads.dedup();
            node.step.reads_previous = resolved.reads_previous.into_iter().collect();
            node.step.params = resolved.params.into_iter().collect();
            node.reads = resolved.reads;
            self.problems.append(&mut resolved.problems);
        }
    }

    /// What each node reads, as indices.
    fn edges(&self) -> Vec<BTreeSet<usize>> {
        let makers: BTreeMap<&TableName, usize> = self
            .nodes
            .iter()
            .enumerate()
            .flat_map(|(index, node)| node.step.makes.iter().map(move |table| (table, index)))
            .collect();
        let edges =
            |node: &Node| node.reads.iter().filter_map(|(table, _)| makers.get(table).copied()).collect();
        self.nodes.iter().map(edges).collect()
    }

    fn refuse_cycles(&mut self) {
        let edges = self.edges();
        for cycle in order::cycles(&edges, |node| &self.nodes[node].step.id) {
            let Some((&first, &second)) = cycle.first().zip(cycle.get(1).or(cycle.first())) else { continue };
            let (node, next) = (&self.nodes[first], &self.nodes[second]);
            let at = node.reads.iter().find(|(table, _)| next.step.makes.contains(table));
            let at = at.map_or_else(|| node.step.at.clone(), |(_, at)| at.clone());
            let id = &node.step.id;
            let chain: Vec<_> =
                cycle.iter().skip(1).map(|&index| self.nodes[index].step.id.to_string()).collect();
            let message = if chain.is_empty() {
                format!("`{id}` reads itself")
            } else {
                format!("`{id}` reads itself: `{id}` → `{}` → `{id}`", chain.join("` → `"))
            };
            let name = chain.first().map_or(id.as_str(), String::as_str);
            let help = if self.names.sources.contains_key(name) {
                format!("`source.{name}` is the source of that name")
            } else {
                format!("`previous.{name}` is the table at the as-of before this one")
            };
            self.problems.push(Problem::error(at, message).help(help));
            cycle.iter().for_each(|&index| self.nodes[index].sound = false);
        }
    }

    fn finish(mut self, project: &Project) -> Draft {
        self.warn_of_unread_sources();
        self.warn_of_missing_after(project);
        self.mark_inline();
        let mut edges = self.edges();
        for (index, reads) in edges.iter_mut().enumerate() {
            if !self.nodes[index].sound {
                reads.clear();
            }
        }
        let order =
            order::topological(&edges, |node| (self.nodes[node].step.layer, &self.nodes[node].step.id));
        let mut nodes: Vec<Option<Node>> = self.nodes.into_iter().map(Some).collect();
        let steps: Vec<Step> = order
            .into_iter()
            .filter_map(|index| nodes[index].take())
            .filter(|node| node.sound)
            .map(|node| node.step)
            .collect();
        let makers = steps
            .iter()
            .enumerate()
            .flat_map(|(index, step)| step.makes.iter().map(move |table| (table.clone(), index)))
            .collect();
        let mut problems = self.problems;
        problem::sort(&mut problems);
        Draft { graph: Graph { steps, tables: self.tables, makers }, problems }
    }

    fn warn_of_unread_sources(&mut self) {
        if !self.names.unsound.is_empty() || self.nodes.iter().any(|node| !node.sound) {
            return;
        }
        let read: BTreeSet<&TableName> = self.nodes.iter().flat_map(|node| &node.step.reads).collect();
        for node in &self.nodes {
            if let StepKind::Source(source) = &node.step.kind
                && !node.step.makes.iter().any(|table| read.contains(table))
            {
                let message = format!("no model reads the source `{}`", source.name);
                let help = format!("read it as `source.{}`, or leave it out", source.name);
                self.problems.push(Problem::warning(node.step.at.clone(), message).help(help));
            }
        }
    }

    fn warn_of_missing_after(&mut self, project: &Project) {
        for node in &self.nodes {
            let pipeline = &node.step.pipeline;
            let Some(declared) = project.pipelines.iter().find(|found| found.name == *pipeline) else {
                continue;
            };
            for (table, at) in &node.reads {
                let maker = match table.as_source() {
                    Some(source) => self.names.sources.get(source),
                    None => self.names.catalogue.get(table.as_str()),
                };
                let Some(maker) = maker.filter(|maker| maker.pipeline != *pipeline) else { continue };
                if !comes_after(project, declared, &maker.pipeline) {
                    let (name, other) = (table.as_source().unwrap_or(table.as_str()), &maker.pipeline);
                    let message =
                        format!("`{name}` is made by the pipeline `{other}`, which may not have run before");
                    let help = format!("add `after: {other}` to the pipeline `{pipeline}`");
                    self.problems.push(Problem::warning(at.clone(), message).help(help));
                }
            }
        }
    }

    /// A model is a view inside its reader if one model reads it once and nothing else needs its rows.
    fn mark_inline(&mut self) {
        let mut reads: BTreeMap<&TableName, usize> = BTreeMap::new();
        let mut kept: BTreeSet<TableName> = BTreeSet::new();
        let mut reader_pipeline = BTreeMap::new();
        for node in &self.nodes {
            for (table, _) in &node.reads {
                *reads.entry(table).or_default() += 1;
                reader_pipeline.insert(table, &node.step.pipeline);
            }
            kept.extend(node.step.reads_previous.iter().cloned());
            if let StepKind::Identity(identity) = &node.step.kind {
                kept.insert(identity.records.clone());
            }
        }
        for check in self.tables.values().flat_map(|table| &table.checks) {
            match &check.kind {
                CheckKind::Relationships { to_table, .. } => {
                    kept.insert(to_table.clone());
                }
                CheckKind::Sql { sql, .. } => {
                    let tables = references(sql).map(|found| found.tables).unwrap_or_default();
                    kept.extend(tables.iter().filter_map(|read| TableName::new(&read.name).ok()));
                }
                _ => {}
            }
        }
        let inline: Vec<bool> =
            self.nodes
                .iter()
                .map(|node| {
                    let StepKind::Model { model, .. } = &node.step.kind else { return false };
                    let plain = self.tables.get(&model.name).is_none_or(|table| {
                        !table.publish && table.history.is_none() && table.checks.is_empty()
                    });
                    let at_home =
                        reader_pipeline.get(&model.name).is_some_and(|reader| **reader == model.pipeline);
                    plain && at_home && reads.get(&model.name) == Some(&1) && !kept.contains(&model.name)
                })
                .collect();
        for (node, inline) in self.nodes.iter_mut().zip(inline) {
            node.step.inline = inline;
        }
    }
}

impl Node {
    fn new(step: Step) -> Self {
        Self { step, reads: Vec::new(), references: References::default(), sound: true }
    }
}

fn comes_after(project: &Project, pipeline: &Pipeline, other: &PipelineName) -> bool {
    let mut seen = BTreeSet::new();
    let mut left: Vec<_> = pipeline.after.iter().collect();
    while let Some(name) = left.pop() {
        if name == other {
            return true;
        }
        if seen.insert(name) {
            left.extend(
                project.pipelines.iter().filter(|found| found.name == *name).flat_map(|found| &found.after),
            );
        }
    }
    false
}

fn source_step(pipeline: &Pipeline, source: &Source) -> Step {
    let table = TableName::of_source(&source.name);
    Step {
        id: table.clone().into(),
        makes: vec![table],
        kind: StepKind::Source(Box::new(source.clone())),
        reads: Vec::new(),
        reads_previous: Vec::new(),
        params: Vec::new(),
        layer: Layer::Source,
        pipeline: pipeline.name.clone(),
        inline: false,
        at: source.at.clone(),
    }
}

fn identity_step(pipeline: &Pipeline, identity: &Identity) -> Option<Step> {
    Some(Step {
        id: StepId::new("identity").ok()?,
        makes: Identity::TABLES.iter().filter_map(|name| TableName::new(name).ok()).collect(),
        kind: StepKind::Identity(Box::new(identity.clone())),
        reads: Vec::new(),
        reads_previous: Vec::new(),
        params: Vec::new(),
        layer: Layer::Identity,
        pipeline: pipeline.name.clone(),
        inline: false,
        at: identity.at.clone(),
    })
}

/// What one step's names turned out to be.
#[derive(Default)]
struct Resolved {
    reads: Vec<(TableName, Location)>,
    reads_previous: BTreeSet<TableName>,
    params: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Resolved {
    fn records(&mut self, names: &Names, identity: &Identity) {
        let at = identity.at.clone();
        let name = identity.records.as_str();
        match names.catalogue.get(name) {
            Some(maker) if maker.layer <= Layer::Identity => {
                self.reads.push((identity.records.clone(), at));
                self.reads_previous.extend(TableName::new(Identity::TABLES[0]));
            }
            Some(maker) => {
                self.problems.push(to_the_right(at, "identity", Layer::Identity, name, maker.layer))
            }
            None if names.unsound.contains(&identity.records) => {
                self.reads.push((identity.records.clone(), at))
            }
            None => {
                let problem = Problem::error(at, format!("there is no model `{name}` for `records:`"));
                let near = nearest(name, names.catalogue.keys().map(String::as_str));
                self.problems.push(match near {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
        }
    }

    fn tables(&mut self, names: &Names, node: &Node) {
        let step = &node.step;
        for read in &node.references.tables {
            let at = step.locate(&read.span);
            match names.resolve(read) {
                Ok(Meaning::Previous(table)) => {
                    self.reads_previous.insert(table);
                }
                Ok(Meaning::Unsound(table)) => self.reads.push((table, at)),
                Ok(Meaning::Now(table, maker)) if maker.layer <= step.layer => self.reads.push((table, at)),
                Ok(Meaning::Now(table, maker)) => {
                    let problem = to_the_right(at, step.id.as_str(), step.layer, table.as_str(), maker.layer);
                    let a_source =
                        read.namespace == Namespace::Catalogue && names.sources.contains_key(&read.name);
                    self.problems.push(if a_source {
                        problem.help(format!("`source.{table}` is the source of that name"))
                    } else {
                        problem
                    });
                }
                Err((message, help)) => self.problems.push(Problem::error(at, message).help(help)),
            }
        }
    }

    fn params(&mut self, project: &Project, node: &Node) {
        let own = |pipeline: &&Pipeline| pipeline.name == node.step.pipeline;
        let declared = project.pipelines.iter().filter(own).flat_map(|pipeline| &pipeline.params);
        let known: BTreeSet<&str> =
            declared.map(|param| param.name.as_str()).chain(BUILT_IN_PARAMS).collect();
        for read in &node.references.params {
            if known.contains(read.name.as_str()) {
                self.params.insert(read.name.clone());
            } else {
                let at = node.step.locate(&read.span);
                self.problems.push(unknown_param(project, &known, &read.name, at));
            }
        }
    }

    fn stars(&mut self, tables: &BTreeMap<TableName, Table>, node: &Node) {
        let published =
            node.step.makes.iter().any(|name| tables.get(name).is_some_and(|table| table.publish));
        for span in node.references.stars.iter().filter(|_| published) {
            let message = format!("`{}` is published, so its columns are named one by one", node.step.id);
            let help = "a new column upstream must not appear in a published table by itself";
            self.problems.push(Problem::error(node.step.locate(span), message).help(help));
        }
    }
}

/// What to say of a parameter that a pipeline does not declare.
pub(crate) fn unknown_param(project: &Project, known: &BTreeSet<&str>, name: &str, at: Location) -> Problem {
    let problem = Problem::error(at, format!("there is no parameter `${name}`"));
    let elsewhere =
        project.pipelines.iter().find(|pipeline| pipeline.params.iter().any(|param| param.name == name));
    if let Some(pipeline) = elsewhere {
        return problem
            .help(format!("it is a parameter of the pipeline `{}`; declare it here too", pipeline.name));
    }
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `${near}`?")),
        None => problem.help(format!("declare it under `params:`, or use one of `${}`", {
            known.iter().copied().collect::<Vec<_>>().join("`, `$")
        })),
    }
}

fn to_the_right(at: Location, reader: &str, layer: Layer, read: &str, right: Layer) -> Problem {
    let message =
        format!("`{reader}` is in {} and reads `{read}` in {}, to its right", layer.name(), right.name());
    let layers = Layer::FOLDERS.map(|(name, _)| name).join(" → ");
    Problem::error(at, message)
        .help(format!("data flows one way: {layers}; `previous.{read}` may be read anywhere"))
}
