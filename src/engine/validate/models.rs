//! Each model's plan and columns, in the order of the graph.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::sqlparser::ast::{Expr, SelectItem, SetExpr};

use super::{Validator, problem, source_schema};
use crate::compile::identity::records_sql;
use crate::config::identity::{Level, ModelFile};
use crate::config::problem::{Location, Problem, nearest};
use crate::config::project::{Identity, Model};
use crate::engine::diagnose::Diagnosis;
use crate::engine::planning::{analyze, plan_parsed};
use crate::engine::shape::table_schema;
use crate::engine::tables::{empty, previous};
use crate::identity::evidence;
use crate::identity::state::Trained;
use crate::name::{PipelineName, TableName};
use crate::plan::graph::{Step, StepKind};
use crate::plan::native;
use crate::plan::references::of_query;
use crate::plan::sql::{Parsed, SqlError, parse};

/// A model that a table reads of itself from before is planned again until its columns no longer change.
const ROUNDS: usize = 3;

/// A text that plans.
pub(super) struct Planned {
    pub parsed: Parsed,
    /// As the author wrote it: it knows where its columns stand.
    pub written: LogicalPlan,
    /// With the types that the analyser settles on.
    pub schema: SchemaRef,
}

impl Validator<'_> {
    pub(super) fn models(&mut self) {
        let graph = self.graph;
        let mut waiting: Vec<&Step> = graph.steps.iter().collect();
        let mut guessed = false;
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|step| {
                let ready = step
                    .reads
                    .iter()
                    .chain(&step.reads_previous)
                    .all(|table| self.schemas.contains_key(table))
                    || matches!(step.kind, StepKind::Identity(_)) && self.reads_known(step);
                if ready {
                    self.step(step);
                }
                !ready
            });
            if waiting.len() == before {
                // What is left reads itself from before, or something that cannot be planned.
                let Some(index) = waiting.iter().position(|step| self.reads_known(step)) else { break };
                let step = waiting.remove(index);
                self.guess_and_plan(step);
                guessed = true;
            }
        }
        if guessed {
            self.again();
        }
    }

    /// Plans all models once more, now that the columns of what they read from before are known.
    fn again(&mut self) {
        self.problems.clear();
        let graph = self.graph;
        for step in &graph.steps {
            if !self.reads_known(step) {
                continue;
            }
            let known = step.reads_previous.iter().all(|table| self.schemas.contains_key(table));
            if known || matches!(step.kind, StepKind::Identity(_)) {
                self.step(step);
            } else {
                self.guess_and_plan(step);
            }
        }
    }

    fn reads_known(&self, step: &Step) -> bool {
        step.reads.iter().all(|table| self.schemas.contains_key(table))
    }

    fn step(&mut self, step: &Step) {
        match &step.kind {
            StepKind::Source(source) => {
                // Of an unsound source not all columns are known: what reads it is passed over.
                for table in step.makes.iter().filter(|table| !self.project.unsound.contains(*table)) {
                    self.put(table, source_schema(source));
                }
            }
            StepKind::Identity(identity) => {
                self.identity(identity, &step.pipeline);
                for table in &step.makes {
                    if let Some(schema) = native::schema(table) {
                        self.put(table, schema);
                    }
                }
            }
            StepKind::Model { model, .. } => match self.plan(model) {
                Ok(planned) => self.planned(step, model, planned),
                Err(errors) => self.wrong(step, errors),
            },
        }
    }

    /// A model that reads tables from before whose columns are not known yet, its own among them: they are taken to have
    /// the names that their SQL says and no type, then planned again with the types that came out.
    fn guess_and_plan(&mut self, step: &Step) {
        let StepKind::Model { model, .. } = &step.kind else { return };
        for table in step.reads_previous.iter().filter(|table| !self.schemas.contains_key(*table)) {
            let Some(schema) = self.guess(table) else { return };
            if empty(&self.context, &previous(table), schema).is_err() {
                return;
            }
        }
        for _ in 0..ROUNDS {
            match self.plan(model) {
                Ok(planned) => {
                    let _ = empty(&self.context, &previous(&model.name), planned.schema);
                }
                Err(errors) => return self.wrong(step, errors),
            }
        }
        self.step(step);
    }

    fn guess(&self, table: &TableName) -> Option<SchemaRef> {
        let model = self.graph.maker(table)?.model()?;
        let names = output_names(&parse(&model.sql).ok()?.query.body)?;
        let fields: Vec<Field> =
            names.into_iter().map(|name| Field::new(name, DataType::Null, true)).collect();
        Some(Arc::new(Schema::new(fields)))
    }

    fn plan(&self, model: &Model) -> Result<Planned, Vec<SqlError>> {
        self.plan_sql(&model.sql, &model.pipeline)
    }

    /// Plans and analyses a text; nothing of it is optimised.
    pub(super) fn plan_sql(&self, sql: &str, pipeline: &PipelineName) -> Result<Planned, Vec<SqlError>> {
        let parsed = parse(sql).map_err(|error| vec![error])?;
        let references = of_query(sql, &parsed)?;
        let written = plan_parsed(&self.state, sql, &parsed, &references, &self.params(pipeline))?;
        let analyzed = analyze(&self.state, written.clone()).map_err(|error| {
            Diagnosis { sql, parsed: &parsed, references: &references, state: &self.state }.errors(&error)
        })?;
        Ok(Planned { parsed, written, schema: table_schema(&analyzed) })
    }

    fn wrong(&mut self, step: &Step, errors: Vec<SqlError>) {
        for error in errors {
            self.problems.push(problem(step.locate(&error.span), error));
        }
    }

    fn planned(&mut self, step: &Step, model: &Model, planned: Planned) {
        let Planned { parsed, written, schema } = planned;
        let before = self.problems.len();
        self.column_names(step, &parsed, &schema);
        let sound = self.problems.len() == before;
        self.untyped(step, &parsed, &schema);
        self.lint(step, model, &parsed, &written);
        if sound {
            self.put(&model.name, schema);
        }
    }

    /// Columns are read by name, so each has one, and no two the same.
    fn column_names(&mut self, step: &Step, parsed: &Parsed, schema: &Schema) {
        let mut seen = BTreeSet::new();
        for field in schema.fields() {
            let name = field.name();
            let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let (message, help) = if !plain {
                (format!("the column `{name}` has no snake_case name"), "give it one with AS".to_owned())
            } else if !seen.insert(name) {
                (
                    format!("two columns are named `{name}`"),
                    "give one of them another name with AS".to_owned(),
                )
            } else {
                continue;
            };
            let span = last_place(parsed, name);
            self.problems.push(Problem::error(step.locate(&span), message).help(help));
        }
    }

    /// A column that is NULL wherever it comes from, or that only its own past could give a type.
    fn untyped(&mut self, step: &Step, parsed: &Parsed, schema: &Schema) {
        for field in schema.fields().iter().filter(|field| *field.data_type() == DataType::Null) {
            let at = step.locate(&last_place(parsed, field.name()));
            let problem = Problem::error(at, format!("the column `{}` has no type", field.name()));
            self.problems.push(problem.help("give it one: `CAST(… AS VARCHAR)`"));
        }
    }

    /// The `records` model has what the identity step reads.
    fn identity(&mut self, identity: &Identity, pipeline: &PipelineName) {
        let Some(schema) = self.schemas.get(&identity.records).cloned() else { return };
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let before = self.problems.len();
        let needed = native::RECORD_COLUMNS.iter().map(|column| (*column, &identity.at));
        for (column, at) in needed.chain(identity.columns()) {
            let compared = identity.attributes.iter().any(|attribute| attribute.column == column);
            match schema.field_with_name(column) {
                Err(_) => {
                    let message = format!("`{}` has no column `{column}`", identity.records);
                    let problem = Problem::error(at.clone(), message);
                    self.problems.push(match nearest(column, names.iter().copied()) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem.help(format!("add it to `{}`", identity.records)),
                    });
                }
                Ok(field) if !compared && *field.data_type() != DataType::Utf8View => {
                    let message = format!(
                        "the column `{column}` of `{}` is {}, not text",
                        identity.records,
                        field.data_type()
                    );
                    self.problems
                        .push(Problem::error(at.clone(), message).help("cast it: `CAST(… AS VARCHAR)`"));
                }
                Ok(_) => {}
            }
        }
        let levels = identity.attributes.iter().flat_map(|attribute| {
            let same = attribute.levels.iter().filter_map(|level| match level {
                Level::Same(sql) => Some(sql.as_str()),
                _ => None,
            });
            same.map(|sql| (sql, &attribute.at))
        });
        let blocking = identity.blocking.iter().map(|rule| (rule.sql.as_str(), &rule.at));
        for (sql, at) in levels.chain(blocking) {
            let select = format!("SELECT CAST(({sql}) AS VARCHAR) FROM {}", identity.records);
            for error in self.plan_sql(&select, pipeline).err().unwrap_or_default() {
                self.problems.push(problem(at.clone(), error));
            }
        }
        if let Some(file) = &identity.model {
            self.problems.extend(unfit_model(file, identity));
        }
        // What the kinds derive is ours; it can fail on a column of an odd type.
        if self.problems.len() == before {
            for error in self.plan_sql(&records_sql(identity), pipeline).err().unwrap_or_default() {
                self.problems.push(problem(identity.at.clone(), error));
            }
        }
    }
}

/// What is wrong with a matching model that is declared to be used.
fn unfit_model(file: &ModelFile, identity: &Identity) -> Option<Problem> {
    let help = "leave `model:` out, run, and write the model with `portrait identity model`";
    match Trained::declared(identity) {
        Ok(Some(model)) if !evidence::fits(&model, identity) => {
            let message = format!("`{}` was trained for other attributes, levels or rules", file.path);
            Some(Problem::error(file.at.clone(), message).help(help))
        }
        Ok(_) => None,
        Err(error) => {
            let (line, column) = (error.line().max(1) as u32, error.column().max(1) as u32);
            let at = Location { file: Arc::from(file.path.as_str()), line, column, length: 1 };
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Some(Problem::error(at, format!("this is no matching model: {message}")).help(help))
        }
    }
}

/// Where a name stands for the last time, else where the text begins.
fn last_place(parsed: &Parsed, name: &str) -> Range<usize> {
    let is_it = |word: String| word == name;
    let stands = parsed.pieces.iter().rev().find(|piece| piece.name().is_some_and(is_it));
    stands.or(parsed.pieces.first()).map_or(0..0, |piece| piece.span.clone())
}

/// The names of a query's columns as far as the text alone says them.
fn output_names(body: &SetExpr) -> Option<Vec<String>> {
    match body {
        SetExpr::Select(select) => select
            .projection
            .iter()
            .map(|item| match item {
                SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.to_lowercase()),
                SelectItem::UnnamedExpr(Expr::Identifier(ident)) => Some(ident.value.to_lowercase()),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(idents)) => {
                    idents.last().map(|ident| ident.value.to_lowercase())
                }
                _ => None,
            })
            .collect(),
        SetExpr::Query(query) => output_names(&query.body),
        SetExpr::SetOperation { left, .. } => output_names(left),
        _ => None,
    }
}
