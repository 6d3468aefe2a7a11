//! One pipeline's own keys: name, schedule, parameters; and the order that `after` gives them all.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::super::problem::did_you_mean;
use super::super::project::{Param, Pipeline, Schedule};
use super::super::raw::pipeline::{RawParam, RawSchedule};
use super::super::units;
use super::{Pass, Place, source, values};
use crate::name::PipelineName;

/// Parameters that every pipeline has.
const BUILT_IN_PARAMS: [&str; 2] = ["as_of", "as_of_end"];

/// The pipeline's name, which is its file's too.
pub fn name(text: &str, place: Place<'_>, pass: &mut Pass<'_>) -> Option<PipelineName> {
    let name = pass.pipeline_name(text, place)?;
    let at = place.at();
    let file = at.file.strip_prefix("pipelines/").and_then(|file| file.strip_suffix(".yaml"));
    if let Some(file) = file.filter(|file| *file != text) {
        let help = format!("rename the pipeline to `{file}`, or the file to `pipelines/{text}.yaml`");
        pass.error(at.clone(), format!("the pipeline `{text}` stands in `{}`", at.file), help);
    }
    Some(name)
}

/// The pipelines that come before.
pub fn after(raw: &[String], place: Place<'_>, pass: &mut Pass<'_>) -> Vec<PipelineName> {
    pass.distinct(raw, place);
    raw.iter().enumerate().filter_map(|(index, name)| pass.pipeline(name, place.item(index))).collect()
}

/// When the pipeline runs.
pub fn schedule(
    raw: &RawSchedule,
    place: Place<'_>,
    defaults: source::Defaults,
    pass: &mut Pass<'_>,
) -> Option<Schedule> {
    let before = pass.count();
    if let Err(reason) = units::cron(&raw.cron) {
        let help = format!("{reason}; write minute, hour, day of month, month and day of week: `0 2 * * *`");
        pass.bad(place.key("cron"), "a cron expression", help);
    }
    let timezone = match &raw.timezone {
        None => defaults.zone,
        Some(name) => units::zone(name).unwrap_or_else(|help| {
            pass.bad(place.key("timezone"), "a time zone", help);
            defaults.zone
        }),
    };
    let deadline = pass.duration(raw.deadline.as_deref(), place.key("deadline"));
    (pass.count() == before).then(|| Schedule {
        cron: raw.cron.clone(),
        timezone,
        catch_up: raw.catch_up,
        deadline,
    })
}

/// A pipeline's parameters: the environment's value if it sets one, else the default.
pub fn params(
    raw: &IndexMap<String, RawParam>,
    place: Place<'_>,
    environment: Place<'_>,
    pass: &mut Pass<'_>,
) -> Vec<Param> {
    let mut params = Vec::with_capacity(raw.len());
    for (name, param) in raw {
        let place = place.key(name);
        pass.snake_case(name, place.key_at());
        if BUILT_IN_PARAMS.contains(&name.as_str()) {
            pass.error(
                place.key_at(),
                format!("`${name}` is given by the run"),
                "call the parameter something else",
            );
        }
        let default = values::param(param.kind, place.key("default"), pass);
        let own = environment.key(name);
        let value = if own.is_written() { values::param(param.kind, own, pass) } else { default };
        params.push(Param {
            name: name.clone(),
            value: value.unwrap_or_else(|| values::any_param(param.kind)),
            description: param.description.clone(),
            at: place.key_at(),
        });
    }
    params
}

/// Parameters that an environment sets and no pipeline declares.
pub fn unknown_params(environment: Place<'_>, declared: &BTreeSet<&str>, pass: &mut Pass<'_>) {
    if pass.catalogue.is_incomplete() {
        return;
    }
    for name in environment.keys() {
        if !declared.contains(name) {
            let help = did_you_mean(name, declared.iter().copied());
            pass.error(
                environment.key(name).key_at(),
                format!("no pipeline declares the parameter `{name}`"),
                help,
            );
        }
    }
}

/// The pipelines in `after` order, then by name; a cycle is a problem.
pub fn ordered(mut pipelines: Vec<Pipeline>, pass: &mut Pass<'_>) -> Vec<Pipeline> {
    pipelines.sort_by(|a, b| a.name.cmp(&b.name));
    let mut waiting: BTreeMap<PipelineName, Pipeline> =
        pipelines.into_iter().map(|pipeline| (pipeline.name.clone(), pipeline)).collect();
    let mut ordered: Vec<Pipeline> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting
            .values()
            .find(|pipeline| pipeline.after.iter().all(|name| !waiting.contains_key(name)))
            .map(|pipeline| pipeline.name.clone());
        match ready.and_then(|name| waiting.remove(&name)) {
            Some(pipeline) => ordered.push(pipeline),
            None => {
                // Report the cycle, break it, go on: there may be another.
                for name in cycle(&waiting, pass) {
                    ordered.extend(waiting.remove(&name));
                }
            }
        }
    }
    ordered
}

/// The pipelines of one cycle; every one that waits waits for another that does.
fn cycle(waiting: &BTreeMap<PipelineName, Pipeline>, pass: &mut Pass<'_>) -> Vec<PipelineName> {
    let mut path: Vec<&Pipeline> = Vec::new();
    let mut at = waiting.values().next();
    while let Some(pipeline) = at
        && !path.iter().any(|passed| passed.name == pipeline.name)
    {
        path.push(pipeline);
        at = pipeline.after.iter().find_map(|name| waiting.get(name));
    }
    // Walking on has come back to where it has been.
    let start =
        path.iter().position(|passed| at.is_some_and(|at| at.name == passed.name)).unwrap_or_default();
    let path = path.get(start..).unwrap_or_default();
    if let Some(first) = path.first() {
        let names: Vec<String> =
            path.iter().chain([first]).map(|pipeline| format!("`{}`", pipeline.name)).collect();
        let message = format!("pipelines wait for each other: {}", names.join(" after "));
        pass.error(first.at.clone(), message, "remove one `after`");
    }
    path.iter().map(|pipeline| pipeline.name.clone()).collect()
}
