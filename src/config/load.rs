//! The one way in: texts → tree → shape → raw → project, keeping every problem on the way.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;

use super::build::environment::{self, Built};
use super::build::models::{self, Claim};
use super::build::names::{self, Catalogue};
use super::build::{Pass, Place, checks, golden, identity, metrics, pipeline, segments, source, table};
use super::expand;
use super::files::ProjectFiles;
use super::golden::Golden;
use super::problem::{self, Level, Location, Problem};
use super::project::{Identity, Metrics, Pipeline, Project, Segments};
use super::raw::pipeline::RawPipeline;
use super::yaml::{self, Entry, Node, Scalar, Value};
use super::{schema, shape};
use crate::name::PipelineName;

/// What a project's files come to.
#[derive(Debug)]
pub struct Loaded {
    /// The project; where there are errors, what is left without the parts that have one, so that its SQL can be planned and
    /// all problems shown together. `None`: a file cannot be read as YAML, or there is no pipeline.
    pub project: Option<Project>,
    /// Errors and warnings, by file and line.
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// The project with its warnings.
    ///
    /// # Errors
    /// All problems, if there is an error among them.
    pub fn into_valid(self) -> Result<(Project, Vec<Problem>), Vec<Problem>> {
        match self.project {
            Some(project) if !self.problems.iter().any(|problem| problem.level == Level::Error) => {
                Ok((project, self.problems))
            }
            _ => Err(self.problems),
        }
    }
}

/// A pipeline's file on its way.
struct Document {
    /// All that is written.
    whole: Node,
    /// What is of the right shape.
    sound: Option<Node>,
}

/// Reads and checks a whole project. `root` is its folder, absolute; `variables` are the environment variables that
/// `${NAME}` in `config/` reads.
pub fn load(
    files: &ProjectFiles,
    root: &Path,
    environment: &str,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Loaded {
    let mut problems = Vec::new();
    misplaced(files, &mut problems);
    let environment_tree = environment::tree(files, environment, variables, &mut problems);
    let mut incomplete = false;
    let documents = documents(files, &mut incomplete, &mut problems);

    let wholes = || documents.iter().map(|document| Place::root(&document.whole));
    let checked: BTreeSet<&str> =
        wholes().flat_map(|place| checks::files(place).into_iter().map(|(file, _)| file)).collect();
    let listed: BTreeSet<&str> = wholes().flat_map(|place| listed(place).map(|(_, entry)| entry)).collect();
    let sql = files.under("sql/").map(|(path, _)| path).filter(|path| {
        let file = path.strip_prefix("sql/").unwrap_or(path);
        !checked.contains(file) || listed.contains(file)
    });
    let catalogue = Catalogue::collect(wholes(), sql, incomplete, &mut problems);

    let mut pass = Pass { catalogue: &catalogue, problems, unsound: BTreeSet::new() };
    let built = environment_tree
        .and_then(|tree| environment::build(tree, environment, root, &mut pass))
        .or_else(|| environment::built_in(root, &mut pass));
    let mut project = None;
    if let Some(built) = built {
        let pipelines = pipelines(files, &documents, &built, &mut pass);
        let claims: Vec<Claim<'_>> = wholes().flat_map(claims).collect();
        let models = models::models(files, &claims, &checked, &mut pass);
        described_once(wholes(), &mut pass);
        let pipelines = pipeline::ordered(pipelines, &mut pass);
        project = (!incomplete && !documents.is_empty()).then(|| Project {
            root: root.to_path_buf(),
            environment: built.environment,
            pipelines,
            models,
            files: files.clone(),
            unsound: std::mem::take(&mut pass.unsound),
        });
    }
    let mut problems = pass.problems;
    problem::sort(&mut problems);
    Loaded { project, problems }
}

/// Files that an author may believe are read.
fn misplaced(files: &ProjectFiles, problems: &mut Vec<Problem>) {
    for path in files.texts.keys() {
        if let Some(stem) = path.strip_suffix(".yml") {
            let at = Location { file: Arc::clone(path), line: 1, column: 1, length: 1 };
            problems.push(
                Problem::warning(at, format!("`{path}` is not read"))
                    .help(format!("rename it to `{stem}.yaml`")),
            );
        }
    }
    if !files.texts.keys().any(|path| path.starts_with("pipelines/") && path.ends_with(".yaml")) {
        problems.push(Problem {
            level: Level::Error,
            at: None,
            message: "there is no pipeline: `pipelines/` has no `.yaml` file".to_owned(),
            help: Some("`portrait init DIR` makes a small project that runs".to_owned()),
        });
    }
}

fn documents(files: &ProjectFiles, incomplete: &mut bool, problems: &mut Vec<Problem>) -> Vec<Document> {
    let schema = schema::pipeline();
    let mut documents = Vec::new();
    for (path, text) in files.under("pipelines/").filter(|(path, _)| path.ends_with(".yaml")) {
        let Some(whole) = yaml::parse(path, text, problems) else {
            *incomplete = true;
            continue;
        };
        variables_out_of_place(&whole, problems);
        let sound = shape::check(&whole, &schema, problems).or_else(|| {
            // What has no good name goes on under its file's.
            shape::check(&named_after_file(whole.clone()), &schema, &mut Vec::new())
        });
        documents.push(Document { whole, sound });
    }
    documents
}

fn named_after_file(mut whole: Node) -> Node {
    let at = Location { line: 1, column: 1, length: 1, ..whole.at.clone() };
    let text = names::stem(at.file.trim_end_matches(".yaml")).to_owned();
    if let Value::Map(entries) = &mut whole.value {
        entries.retain(|entry| entry.key != "pipeline");
        let value = Value::Scalar(Scalar { text, written: None, plain: false });
        entries.push(Entry { key: "pipeline".to_owned(), key_at: at.clone(), value: Node::new(at, value) });
    }
    whole
}

/// `${NAME}` in a pipeline is no variable; whoever writes it expects one.
fn variables_out_of_place(node: &Node, problems: &mut Vec<Problem>) {
    match &node.value {
        Value::Scalar(scalar) => {
            if let Some(name) = expand::first_variable(&scalar.text) {
                problems.push(
                    Problem::warning(node.at.clone(), format!("`${{{name}}}` is not replaced here"))
                        .help("variables are put in under `config/` only; SQL reads parameters as `$name`"),
                );
            }
        }
        Value::List(items) => items.iter().for_each(|item| variables_out_of_place(item, problems)),
        Value::Map(entries) => {
            entries.iter().for_each(|entry| variables_out_of_place(&entry.value, problems))
        }
    }
}

fn pipelines(
    files: &ProjectFiles,
    documents: &[Document],
    built: &Built,
    pass: &mut Pass<'_>,
) -> Vec<Pipeline> {
    let defaults = source::Defaults {
        zone: built.environment.business_timezone,
        max_reject_ratio: built.max_reject_ratio,
    };
    let params = Place::root(&built.tree).key("params");
    let declared: BTreeSet<&str> =
        documents.iter().flat_map(|document| Place::root(&document.whole).key("params").keys()).collect();
    pipeline::unknown_params(params, &declared, pass);

    let mut pipelines = Vec::with_capacity(documents.len());
    for document in documents {
        let whole = Place::root(&document.whole);
        let raw = document.sound.as_ref().map(|sound| (sound, RawPipeline::deserialize(sound.to_json())));
        let before = pipelines.len();
        match raw {
            Some((sound, Ok(raw))) => {
                let places = Places { sound: Place::root(sound), whole, params };
                pipelines.extend(build(files, raw, places, defaults, pass));
            }
            Some((sound, Err(error))) => {
                let message = format!("the pipeline cannot be read: {error}");
                pass.problems.push(Problem::error(sound.at.clone(), message));
            }
            None => {}
        }
        unsound(whole, pipelines.get(before), pass);
    }
    pipelines
}

/// Names the tables that are written and not, or not whole, in what was built.
fn unsound(whole: Place<'_>, built: Option<&Pipeline>, pass: &mut Pass<'_>) {
    for name in whole.key("sources").keys() {
        let written = whole.key("sources").key(name).key("columns").keys().count();
        let source = built.and_then(|built| built.sources.iter().find(|source| source.name.as_str() == name));
        if source.is_none_or(|source| source.columns.len() < written) {
            pass.unsound([format!("source__{name}").as_str()]);
        }
    }
    if whole.key("identity").is_written() && built.is_none_or(|built| built.identity.is_none()) {
        pass.unsound(Identity::TABLES);
    }
    if whole.key("golden").is_written() && built.is_none_or(|built| built.golden.is_none()) {
        pass.unsound(Golden::TABLES);
    }
    if whole.key("segments").is_written() && built.is_none_or(|built| built.segments.is_none()) {
        pass.unsound(Segments::TABLES);
    }
    if whole.key("metrics").is_written() && built.is_none_or(|built| built.metrics.is_none()) {
        pass.unsound(Metrics::TABLES);
    }
}

/// Where a pipeline stands, and what its environment sets.
#[derive(Clone, Copy)]
struct Places<'t> {
    sound: Place<'t>,
    whole: Place<'t>,
    params: Place<'t>,
}

fn build(
    files: &ProjectFiles,
    raw: RawPipeline,
    places: Places<'_>,
    defaults: source::Defaults,
    pass: &mut Pass<'_>,
) -> Option<Pipeline> {
    let place = places.sound;
    let name = pipeline::name(&raw.pipeline, place.key("pipeline"), pass);
    let after = pipeline::after(&raw.after.0, place.key("after"), pass);
    let schedule = raw
        .schedule
        .and_then(|schedule| pipeline::schedule(&schedule, place.key("schedule"), defaults, pass));
    let params = pipeline::params(&raw.params, place.key("params"), places.params, pass);
    let mut sources = Vec::with_capacity(raw.sources.len());
    for (name, raw) in raw.sources {
        let at = place.key("sources").key(&name);
        let whole = places.whole.key("sources").key(&name);
        sources.extend(source::source(&name, raw, at, whole, defaults, pass));
    }
    let identity = raw.identity.and_then(|raw| identity::identity(raw, place.key("identity"), files, pass));
    let golden = raw.golden.and_then(|raw| golden::golden(raw, place.key("golden"), pass));
    let segments = raw.segments.and_then(|raw| segments::segments(raw, place.key("segments"), pass));
    let metrics = raw.metrics.map(|raw| metrics::metrics(raw, place.key("metrics"), pass));
    let mut tables = IndexMap::with_capacity(raw.tables.len());
    for (name, raw) in raw.tables {
        let table = table::table(&name, raw, place.key("tables").key(&name), files, pass);
        tables.extend(table.map(|table| (table.name.clone(), table)));
    }
    Some(Pipeline {
        name: name?,
        description: raw.description,
        after,
        schedule,
        params,
        sources,
        identity,
        golden,
        segments,
        metrics,
        tables,
        at: place.key("pipeline").at(),
    })
}

/// The entries of `models:`, by index.
fn listed(pipeline: Place<'_>) -> impl Iterator<Item = (usize, &str)> {
    let items = match pipeline.key("models").node().map(|node| &node.value) {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().enumerate().filter_map(|(index, item)| Some((index, item.scalar()?.text.as_str())))
}

fn claims(pipeline: Place<'_>) -> Vec<Claim<'_>> {
    let name = pipeline.key("pipeline").text().and_then(|text| PipelineName::new(text).ok());
    listed(pipeline)
        .map(|(index, entry)| Claim {
            pipeline: name.clone(),
            entry,
            place: pipeline.key("models").item(index),
        })
        .collect()
}

/// A table is described in one place.
fn described_once<'t>(pipelines: impl Iterator<Item = Place<'t>>, pass: &mut Pass<'_>) {
    let mut described: Vec<(&str, Location)> = Vec::new();
    for place in pipelines {
        for name in place.key("tables").keys() {
            let at = place.key("tables").key(name).key_at();
            match described.iter().find(|(earlier, _)| *earlier == name) {
                Some((_, first)) => {
                    let help = format!("the other is at {first}; say everything in one place");
                    pass.error(at, format!("`{name}` is described twice"), help);
                }
                None => described.push((name, at)),
            }
        }
    }
}
