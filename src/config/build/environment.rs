//! `config/NAME.yaml` laid over `config/default.yaml`, laid over the built-in defaults → [`Environment`].

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::super::expand;
use super::super::files::ProjectFiles;
use super::super::problem::{Level, Problem, did_you_mean};
use super::super::project::Environment;
use super::super::raw::environment::RawEnvironment;
use super::super::yaml::{self, Node, Value};
use super::super::{schema, shape, units};
use super::{Pass, Place};

/// The file that is shipped is what holds where a project says nothing.
const DEFAULTS: &str = include_str!("../../../config/default.yaml");

/// An environment, and the tree it was read from: pipelines look up parameters in it.
#[derive(Debug)]
pub struct Built {
    pub environment: Environment,
    pub max_reject_ratio: f64,
    /// All layers in one.
    pub tree: Node,
}

/// The built-in environment: what planning goes on with where a project's own cannot be read.
pub fn built_in(root: &Path, pass: &mut Pass<'_>) -> Option<Built> {
    let node = yaml::parse(&Arc::from("config/default.yaml"), DEFAULTS, &mut pass.problems)?;
    build(node, "default", root, pass)
}

/// All layers as one tree, variables put in. `None`: a layer cannot be read.
pub fn tree(
    files: &ProjectFiles,
    name: &str,
    variables: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Problem>,
) -> Option<Node> {
    let schema = schema::environment();
    let mut layer = |path: &str, text: &str| -> Option<Node> {
        let mut node = yaml::parse(&Arc::from(path), text, problems)?;
        expand::expand(&mut node, variables, problems);
        shape::check(&node, &schema, problems)
    };
    let mut tree = layer("config/default.yaml", DEFAULTS)?;
    let mut readable = true;
    let mut lay = |path: &str| {
        if let Some(text) = files.text(path) {
            match layer(path, text) {
                Some(upper) => overlay(&mut tree, upper),
                None => readable = false,
            }
        }
    };
    lay("config/default.yaml");
    if name != "default" {
        lay(&format!("config/{name}.yaml"));
        if files.text(&format!("config/{name}.yaml")).is_none() {
            let known: Vec<&str> = files
                .under("config/")
                .filter_map(|(path, _)| path.strip_prefix("config/")?.strip_suffix(".yaml"))
                .collect();
            let known = if known.contains(&"default") { known } else { [vec!["default"], known].concat() };
            problems.push(Problem {
                level: Level::Error,
                at: None,
                message: format!("there is no environment `{name}`: `config/{name}.yaml` does not exist"),
                help: Some(did_you_mean(name, known)),
            });
            readable = false;
        }
    }
    readable.then_some(tree)
}

/// Lays one tree over another, key by key; lists and values are replaced whole.
fn overlay(lower: &mut Node, upper: Node) {
    match (&mut lower.value, upper.value) {
        (Value::Map(below), Value::Map(above)) => {
            for entry in above {
                match below.iter_mut().find(|own| own.key == entry.key) {
                    Some(own) => {
                        own.key_at = entry.key_at;
                        overlay(&mut own.value, entry.value);
                    }
                    None => below.push(entry),
                }
            }
        }
        (_, value) => *lower = Node::new(upper.at, value),
    }
}

/// Checks the values of an environment.
pub fn build(tree: Node, name: &str, root: &Path, pass: &mut Pass<'_>) -> Option<Built> {
    let raw = match RawEnvironment::deserialize(tree.to_json()) {
        Ok(raw) => raw,
        Err(error) => {
            pass.problems
                .push(Problem::error(tree.at.clone(), format!("the environment cannot be read: {error}")));
            return None;
        }
    };
    let place = Place::root(&tree);
    let before = pass.count();

    let zone_text = raw.business_timezone.unwrap_or_default();
    let business_timezone = units::zone(&zone_text)
        .map_err(|help| pass.bad(place.key("business_timezone"), "a time zone", help))
        .ok();
    let engine = place.key("engine");
    let memory_bytes = size(raw.engine.memory.as_deref(), engine.key("memory"), pass);
    let spill_limit_bytes = size(raw.engine.spill_limit.as_deref(), engine.key("spill_limit"), pass);
    let reader_grace = pass.duration(raw.reader_grace.as_deref(), place.key("reader_grace"));
    let threads = raw.engine.threads.map(|threads| threads as usize);
    if threads == Some(0) {
        pass.bad(
            engine.key("threads"),
            "a number of threads",
            "write 1 or more, or leave it out for one per core",
        );
    }
    let keep_releases = raw.keep_releases.unwrap_or_default();
    if keep_releases == 0 {
        pass.bad(place.key("keep_releases"), "a number of releases to keep", "write 1 or more");
    }
    let max_reject_ratio = raw.rejects.max_ratio.unwrap_or_default();
    pass.ratio(max_reject_ratio, place.key("rejects").key("max_ratio"));
    let data_root = path(raw.data_root.as_deref(), place.key("data_root"), root, pass);
    let warehouse = path(raw.warehouse.as_deref(), place.key("warehouse"), root, pass);
    let spill_directory = raw.engine.spill_directory.map(|folder| root.join(folder));

    if pass.count() > before {
        return None;
    }
    let environment = Environment {
        name: name.to_owned(),
        data_root: data_root?.into(),
        warehouse: warehouse?,
        business_timezone: business_timezone?,
        threads,
        memory_bytes,
        spill_directory,
        spill_limit_bytes: spill_limit_bytes?,
        reader_grace: reader_grace?,
        keep_releases,
    };
    Some(Built { environment, max_reject_ratio, tree })
}

fn size(text: Option<&str>, place: Place<'_>, pass: &mut Pass<'_>) -> Option<u64> {
    let bytes = units::bytes(text?).filter(|bytes| *bytes > 0);
    if bytes.is_none() {
        pass.bad(place, "a size", units::BYTES_HELP);
    }
    bytes
}

/// A URL as it is, a path from the project's folder.
fn path(text: Option<&str>, place: Place<'_>, root: &Path, pass: &mut Pass<'_>) -> Option<String> {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        pass.error(place.at(), "a path is missing here", "write a folder, relative to the project, or a URL");
        return None;
    }
    Some(if text.contains("://") { text.to_owned() } else { root.join(text).to_string_lossy().into_owned() })
}
