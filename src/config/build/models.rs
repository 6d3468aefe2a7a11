//! Which SQL files are models, of which pipeline and layer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::files::ProjectFiles;
use super::super::problem::{Location, Problem, did_you_mean};
use super::super::project::{Layer, Model};
use super::names::{layers, stem};
use super::{Pass, Place};
use crate::name::PipelineName;

/// One entry of a pipeline's `models:`.
#[derive(Debug)]
pub struct Claim<'t> {
    pub pipeline: Option<PipelineName>,
    /// A folder or a file under `sql/`.
    pub entry: &'t str,
    pub place: Place<'t>,
}

impl Claim<'_> {
    fn covers(&self, file: &str) -> bool {
        let entry = self.entry.trim_end_matches('/');
        file == entry || file.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/'))
    }

    fn is_file(&self) -> bool {
        self.entry.ends_with(".sql")
    }
}

/// The models of all pipelines, by file. A file that only checks read is no model, unless `models:` names the file itself.
pub fn models(
    files: &ProjectFiles,
    claims: &[Claim<'_>],
    checked: &BTreeSet<&str>,
    pass: &mut Pass<'_>,
) -> Vec<Model> {
    let mut models = Vec::new();
    let mut used = vec![false; claims.len()];
    let mut unclaimed: BTreeMap<&str, (usize, Location)> = BTreeMap::new();
    for (path, sql) in files.under("sql/") {
        let file = path.strip_prefix("sql/").unwrap_or(path);
        let at = Location { file: Arc::clone(path), line: 1, column: 1, length: 1 };
        let mut owner: Option<&Claim<'_>> = None;
        for (claim, used) in claims.iter().zip(&mut used) {
            if !claim.covers(file) {
                continue;
            }
            *used = true;
            if checked.contains(file) && !claim.is_file() {
                continue;
            }
            match owner {
                Some(first) if first.pipeline != claim.pipeline => {
                    let help =
                        format!("the other is at {}; name the model in one pipeline", first.place.at());
                    pass.error(claim.place.at(), format!("`sql/{file}` belongs to two pipelines"), help);
                }
                Some(_) => {}
                None => owner = Some(claim),
            }
        }
        let Some(owner) = owner else {
            if !file.contains('/') {
                layer(file, &at, pass);
            } else if !checked.contains(file) {
                let folder = file.rsplit_once('/').map_or(file, |(folder, _)| folder);
                unclaimed.entry(folder).or_insert((0, at)).0 += 1;
            }
            continue;
        };
        let layer = layer(file, &at, pass);
        let name = pass.table_name(stem(path), at);
        match (layer, name, owner.pipeline.clone()) {
            (Some(layer), Some(name), Some(pipeline)) => {
                models.push(Model { name, pipeline, layer, path: Arc::clone(path), sql: Arc::clone(sql) });
            }
            _ => pass.unsound([stem(path)]),
        }
    }
    for (claim, used) in claims.iter().zip(used) {
        if !used {
            unmatched(files, claim, pass);
        }
    }
    if !pass.catalogue.is_incomplete() {
        for (folder, (count, at)) in unclaimed {
            let more =
                if count > 1 { format!(", nor {} more in its folder", count - 1) } else { String::new() };
            let message = format!("no pipeline has the model `{}`{more}", at.file);
            pass.problems.push(
                Problem::warning(at, message)
                    .help(format!("add `{folder}` to the `models:` of a pipeline, or remove the file")),
            );
        }
    }
    models
}

fn layer(file: &str, at: &Location, pass: &mut Pass<'_>) -> Option<Layer> {
    let Some((folder, _)) = file.split_once('/') else {
        let help = format!(
            "move it to a layer's folder: {}",
            layers().map(|l| format!("`{l}`")).collect::<Vec<_>>().join(", ")
        );
        pass.error(at.clone(), format!("`sql/{file}` is in no layer"), help);
        return None;
    };
    let layer = Layer::from_folder(folder);
    if layer.is_none() {
        pass.error(at.clone(), format!("`{folder}` is not a layer"), did_you_mean(folder, layers()));
    }
    layer
}

/// An entry of `models:` that no file matches.
fn unmatched(files: &ProjectFiles, claim: &Claim<'_>, pass: &mut Pass<'_>) {
    let entry = claim.entry;
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for (path, _) in files.under("sql/") {
        let file = path.strip_prefix("sql/").unwrap_or(path);
        known.insert(file);
        known.extend(file.match_indices('/').filter_map(|(end, _)| file.get(..end)));
    }
    let with_ending = format!("{entry}.sql");
    let help = match entry.strip_prefix("sql/") {
        Some(inside) => format!("entries start under `sql/`: write `{inside}`"),
        None if known.contains(with_ending.as_str()) => format!("did you mean `{with_ending}`?"),
        None if known.is_empty() => "there is no SQL file under `sql/`".to_owned(),
        None => did_you_mean(entry, known),
    };
    pass.error(claim.place.at(), format!("`{entry}` matches no file under `sql/`"), help);
}
