//! `portrait test`: the SQL unit tests in `tests/cases`: rows in, rows out of one model, offline.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::Schema;
use datafusion::common::TableReference;
use walkdir::WalkDir;

use super::args::{Global, Test};
use super::failure::Failure;
use super::{output, project, query, runtime};
use crate::config::problem::{Level, Problem, nearest};
use crate::config::project::Project;
use crate::engine;
use crate::name::{AsOf, TableName};
use crate::plan::graph::{Graph, Step};
use crate::plan::params::{self, Params};
use crate::quality::case::{self, Case};
use crate::run::{self, Prepared};

/// Runs every case and says which fail, and how.
pub fn run(global: &Global, arguments: &Test) -> Result<(), Failure> {
    let mut project = project::load(global)?.project;
    let prepared = project::prepare(&project)?;
    let cases = read(&mut project)?;
    let wanted = |case: &Case| {
        let names = [case.name.as_str(), case.model.as_str()];
        arguments.filter.is_empty()
            || arguments.filter.iter().any(|word| names.iter().any(|name| name.contains(word)))
    };
    let (mut passed, mut failed) = (0_u32, 0_u32);
    let mut problems = Vec::new();
    for case in cases.iter().filter(|case| wanted(case)) {
        match runtime::block_on(run::settings(&project).threads, try_case(&project, &prepared, case))? {
            Ok(difference) if difference.is_empty() => {
                passed += 1;
                if global.verbose {
                    output::print_line(format!("ok      {}: {}", case.model, case.name))?;
                }
            }
            Ok(difference) => {
                failed += 1;
                output::print_line(format!(
                    "FAILED  {}: {}  ({})\n{difference}",
                    case.model, case.name, case.at
                ))?;
            }
            Err(found) => {
                failed += 1;
                problems.extend(found);
            }
        }
    }
    output::print_line(format!("{passed} passed, {failed} failed"))?;
    if problems.iter().any(|problem| problem.level == Level::Error) {
        return Err(Failure::Invalid { problems, files: project.files });
    }
    if failed > 0 { Err(Failure::Failed) } else { Ok(()) }
}

/// The cases of `tests/cases/*.yaml`; their texts join the project's, so that messages can show their lines.
fn read(project: &mut Project) -> Result<Vec<Case>, Failure> {
    let folder = project.root.join("tests/cases");
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
        let path = entry.path();
        if !path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            continue;
        }
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::io(format!("failed to read `{}`", path.display()), error))?;
        let file: Arc<str> = Arc::from(relative(&project.root, path));
        match case::parse(&file, &text) {
            Ok(found) => cases.extend(found),
            Err(found) => problems.extend(found),
        }
        project.files.texts.insert(file, Arc::from(text));
    }
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(Failure::Invalid { problems, files: project.files.clone() })
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// Computes one case; `Err` in the result is what is wrong with the case itself.
async fn try_case(
    project: &Project,
    prepared: &Prepared,
    case: &Case,
) -> Result<Result<case::Difference, Vec<Problem>>, Failure> {
    let Some(step) = step_of(&prepared.graph, case) else {
        return Ok(Err(vec![unknown_model(&prepared.graph, case)]));
    };
    let Some(model) = step.model() else { return Ok(Err(vec![unknown_model(&prepared.graph, case)])) };
    let session = query::session(project)?;
    let problems = register_given(&session, prepared, step, case)?;
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    let (params, problems) = params(project, step, case);
    if !problems.is_empty() {
        return Ok(Err(problems));
    }
    match query::rows(&session, &model.sql, &params, usize::MAX).await {
        Ok(rows) => {
            let schema = rows.first().map_or_else(|| Arc::new(Schema::empty()), |batch| batch.schema());
            Ok(case::compare(model.name.as_str(), &case.expect, &schema, &rows))
        }
        Err(failure) => Ok(Err(vec![Problem::error(case.at.clone(), run::message(&failure))])),
    }
}

fn step_of<'a>(graph: &'a Graph, case: &Case) -> Option<&'a Step> {
    graph.maker(&case.model)
}

fn unknown_model(graph: &Graph, case: &Case) -> Problem {
    let models = graph.steps.iter().filter_map(|step| Some(step.model()?.name.as_str()));
    let problem = Problem::error(case.model_at.clone(), format!("there is no model `{}`", case.model));
    match nearest(case.model.as_str(), models) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    }
}

/// Registers the rows that are given, and nothing in the tables that the model reads beside them.
fn register_given(
    session: &datafusion::prelude::SessionContext,
    prepared: &Prepared,
    step: &Step,
    case: &Case,
) -> Result<Vec<Problem>, Failure> {
    let mut names: Vec<(TableReference, TableName)> = Vec::new();
    names.extend(step.reads.iter().map(|table| (engine::reference(table), table.clone())));
    names.extend(step.reads_previous.iter().map(|table| (engine::previous(table), table.clone())));
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for (reference, table) in &names {
        let Some(schema) = prepared.schemas.get(table) else { continue };
        let given = case.given.iter().find(|given| is(reference, table, &given.table));
        let rows = given.map_or(&[][..], |given| &given.rows);
        used.extend(given.map(|given| given.table.clone()));
        match case::batch(&reference.to_string(), rows, schema) {
            Ok(batch) => engine::batches(session, reference, batch.schema(), vec![batch])?,
            Err(found) => problems.extend(found),
        }
    }
    for given in case.given.iter().filter(|given| !used.contains(&given.table)) {
        let known: Vec<String> = names.iter().map(|(reference, _)| reference.to_string()).collect();
        let message = format!("`{}` does not read `{}`", case.model, given.table);
        problems
            .push(Problem::error(given.at.clone(), message).help(format!("it reads {}", known.join(", "))));
    }
    Ok(problems)
}

/// Whether a case means this table: a source may be named with its namespace or without.
fn is(reference: &TableReference, table: &TableName, named: &str) -> bool {
    reference.to_string() == named || table.as_source() == Some(named)
}

/// The pipeline's parameters, with the case's own in their place.
fn params(project: &Project, step: &Step, case: &Case) -> (Params, Vec<Problem>) {
    let zone = project.environment.business_timezone;
    let as_of = case.as_of.unwrap_or(AsOf(Default::default()));
    let pipeline = project.pipelines.iter().find(|pipeline| pipeline.name == step.pipeline);
    let mut values = pipeline.map(|pipeline| params::of_pipeline(pipeline, as_of, zone)).unwrap_or_default();
    let mut problems = Vec::new();
    for cell in &case.params {
        let Some(known) = values.get(&cell.name) else {
            let problem =
                Problem::error(cell.name_at.clone(), format!("there is no parameter `{}`", cell.name));
            let near = nearest(&cell.name, values.keys().map(String::as_str));
            problems.push(match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
            continue;
        };
        match params::of_json(&cell.value, &known.data_type()) {
            Some(value) => {
                values.insert(cell.name.clone(), value);
            }
            None => {
                let message = format!("`{}` is not a value of type {}", cell.name, known.data_type());
                problems.push(Problem::error(cell.value_at.clone(), message));
            }
        }
    }
    (values, problems)
}
