//! Golden records, segments and metrics declared in YAML → SQL models. Pure: texts in, texts out.
//!
//! | model | one row is | published |
//! |---|---|---|
//! | `customer_golden` | a customer with the values that survive | no |
//! | `golden_source` | a cell of a customer with the record it comes from | yes |
//! | `segment_definition` | a segment | yes |
//! | `segment_membership` | a customer in a segment | yes |
//! | `segment_change` | an entry into a segment, or an exit, since the previous as-of | yes |
//! | `segment_summary` | a segment's size and value | yes |
//! | `metric_definition` | a metric | yes |
//! | `metric_calendar` | a day of the look-back, in a period that holds it | no |
//! | `metric_part_NAME` | the raw totals of one metric in one period of one series | no |
//! | `metric_value` | one figure | yes |

mod declare;
mod expression;
mod golden;
pub mod identity;
mod metric;
mod segment;
mod writer;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::config::problem::{Location, Problem};
use crate::config::project::{Model, Pipeline, Project, Table};

/// A model that nobody wrote as a file.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Its SQL as `render` prints it; the path is that of the YAML file it comes from.
    pub model: Model,
    /// What is said about its table: what a pipeline's `tables:` says, over what is true of every such table.
    pub table: Table,
    /// Which bytes of the SQL were written where in YAML. Ranges within ranges are more exact.
    pub origins: Vec<(Range<usize>, Location)>,
}

/// The models that a project's golden records, segments and metrics stand for, in the order that their data flows.
///
/// # Errors
/// All expressions that are not SQL, and all names that stand twice, each where it is written.
pub fn models(project: &Project) -> Result<Vec<Generated>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut generated = Vec::new();
    let declared = declare::declared(project);
    if let Some((pipeline, golden)) = only(project, "golden", &mut problems, |pipeline| {
        pipeline.golden.as_ref().map(|golden| (golden, &golden.at))
    }) {
        match golden::models(project, pipeline, golden, &declared) {
            Ok(models) => generated.extend(models),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if let Some((pipeline, segments)) = only(project, "segments", &mut problems, |pipeline| {
        pipeline.segments.as_ref().map(|segments| (segments, &segments.at))
    }) {
        let wrong = segment::problems(segments);
        match segment::models(pipeline, segments, &declared) {
            Ok(models) => generated.extend(models),
            Err(name) if wrong.is_empty() => {
                problems.push(Problem::error(segments.at.clone(), name.to_string()))
            }
            Err(_) => {}
        }
        problems.extend(wrong);
    }
    if let Some((pipeline, metrics)) = only(project, "metrics", &mut problems, |pipeline| {
        pipeline.metrics.as_ref().map(|metrics| (metrics, &metrics.at))
    }) {
        let wrong = metric::problems(metrics);
        match metric::models(pipeline, metrics, &declared) {
            Ok(models) => generated.extend(models),
            Err(name) if wrong.is_empty() => {
                problems.push(Problem::error(metrics.at.clone(), name.to_string()))
            }
            Err(_) => {}
        }
        problems.extend(wrong);
    }
    problems.extend(written_too(project, &generated));
    if problems.is_empty() { Ok(generated) } else { Err(problems) }
}

/// The block that one pipeline at most may declare: its tables have one name each.
fn only<'a, T>(
    project: &'a Project,
    block: &str,
    problems: &mut Vec<Problem>,
    of: impl Fn(&'a Pipeline) -> Option<(&'a T, &'a Location)>,
) -> Option<(&'a Pipeline, &'a T)> {
    let mut found: Option<(&Pipeline, &T)> = None;
    for pipeline in &project.pipelines {
        match (of(pipeline), found) {
            (Some((block, _)), None) => found = Some((pipeline, block)),
            (Some((_, at)), Some((first, _))) => problems.push(
                Problem::error(
                    at.clone(),
                    format!("`{block}` is declared by pipeline `{}` already", first.name),
                )
                .help(format!("move these to pipeline `{}`", first.name)),
            ),
            (None, _) => {}
        }
    }
    found
}

/// Generated models that have a file too.
fn written_too(project: &Project, generated: &[Generated]) -> Vec<Problem> {
    let files: BTreeMap<_, _> = project.models.iter().map(|model| (&model.name, &model.path)).collect();
    generated
        .iter()
        .filter_map(|made| {
            let path = files.get(&made.model.name)?;
            let message = format!("`{}` is generated from here, and `{path}` makes it too", made.model.name);
            Some(Problem::error(made.table.at.clone(), message).help(format!("rename `{path}`")))
        })
        .collect()
}
