//! The one way in: texts → tree → shape → raw → project, keeping every problem on the way.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Deserialize;

use super::build::environment::{self, Built};
use super::build::models::{self, Claim};
use super::build::names::Catalogue;
use super::build::{Pass, Place, checks, identity, metrics, pipeline, segments, source, table};
use super::expand;
use super::files::ProjectFiles;
use super::problem::{Level, Location, Problem};
use super::project::{Pipeline, Project};
use super::raw::pipeline::RawPipeline;
use super::yaml::{self, Node, Value};
use super::{schema, shape};

/// A pipeline's file on its way.
struct Document {
    /// All that is written.
    whole: Node,
    /// What is of the right shape.
    sound: Option<Node>,
}

/// Reads and checks a whole project. `root` is its folder, absolute; `variables` are the environment variables that
/// `${NAME}` in `config/` reads.
///
/// # Errors
/// All problems there are, errors and warnings, by file and line. Without an error the warnings come with the project.
pub fn load(
    files: &ProjectFiles,
    root: &Path,
    environment: &str,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Result<(Project, Vec<Problem>), Vec<Problem>> {
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

    let mut pass = Pass { catalogue: &catalogue, problems };
    let built = environment_tree.and_then(|tree| environment::build(tree, environment, root, &mut pass));
    let pipelines = pipelines(files, &documents, built.as_ref(), &mut pass);
    let claims: Vec<Claim<'_>> = wholes().flat_map(|place| claims(place, &catalogue)).collect();
    let models = models::models(files, &claims, &checked, &mut pass);
    described_once(wholes(), &mut pass);
    let pipelines = pipeline::ordered(pipelines, &mut pass);

    let mut problems = pass.problems;
    problems.sort_by(|a, b| (&a.at, a.level, &a.message).cmp(&(&b.at, b.level, &b.message)));
    problems.dedup();
    if problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(problems);
    }
    match built {
        Some(Built { environment, .. }) => {
            let root = root.to_path_buf();
            Ok((Project { root, environment, pipelines, models, files: files.clone() }, problems))
        }
        None => Err(problems),
    }
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
        let sound = shape::check(&whole, &schema, problems);
        documents.push(Document { whole, sound });
    }
    documents
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
    built: Option<&Built>,
    pass: &mut Pass<'_>,
) -> Vec<Pipeline> {
    let defaults = source::Defaults {
        zone: built.map_or(chrono_tz::UTC, |built| built.environment.business_timezone),
        max_reject_ratio: built.map_or(1.0, |built| built.max_reject_ratio),
    };
    // Without an environment there is nothing to look a parameter up in.
    let nothing = Node { at: environment::nowhere("default"), value: Value::Map(Vec::new()) };
    let params = Place::root(built.map_or(&nothing, |built| &built.tree)).key("params");
    let declared: BTreeSet<&str> =
        documents.iter().flat_map(|document| Place::root(&document.whole).key("params").keys()).collect();
    pipeline::unknown_params(params, &declared, pass);

    let mut pipelines = Vec::with_capacity(documents.len());
    for document in documents {
        let Some(sound) = &document.sound else { continue };
        match RawPipeline::deserialize(sound.to_json()) {
            Ok(raw) => {
                let places =
                    Places { sound: Place::root(sound), whole: Place::root(&document.whole), params };
                pipelines.extend(build(files, raw, places, defaults, pass));
            }
            Err(error) => {
                pass.problems
                    .push(Problem::error(sound.at.clone(), format!("the pipeline cannot be read: {error}")));
            }
        }
    }
    pipelines
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
    let identity = raw.identity.and_then(|raw| identity::identity(raw, place.key("identity"), pass));
    let segments = raw.segments.and_then(|raw| segments::segments(raw, place.key("segments"), pass));
    let metrics = raw.metrics.and_then(|raw| metrics::metrics(raw, place.key("metrics"), pass));
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

fn claims<'t>(pipeline: Place<'t>, catalogue: &Catalogue) -> Vec<Claim<'t>> {
    let mut pass = Pass { catalogue, problems: Vec::new() };
    let name = pipeline.key("pipeline");
    let name = name.text().and_then(|text| pass.pipeline_name(text, name));
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
