//! What YAML says about tables, held against their columns: keys, descriptions, checks.

use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};

use super::{Validator, problem};
use crate::config::problem::{Location, Problem, did_you_mean, nearest};
use crate::config::project::{Check, CheckKind, Table};
use crate::name::{PipelineName, TableName};
use crate::plan::position::Lines;
use crate::plan::references::{Namespace, TableRead, references};
use crate::plan::sql::SqlError;

impl Validator<'_> {
    pub(super) fn declared(&mut self) {
        let graph = self.graph;
        for table in graph.tables.values() {
            let Some((name, schema)) = self.columns_of(&table.name) else { continue };
            let pipeline = graph.maker(&name).map(|step| step.pipeline.clone());
            self.columns(table, &schema);
            for check in &table.checks {
                if let Some(pipeline) = &pipeline {
                    self.check(table, check, &schema, pipeline);
                }
            }
        }
    }

    /// A table's columns; a name that no model has is a source's. A model that cannot be planned hides a source of its name.
    fn columns_of(&self, table: &TableName) -> Option<(TableName, SchemaRef)> {
        let is_model = self.project.models.iter().any(|model| model.name == *table);
        let is_made = is_model || self.schemas.contains_key(table);
        let name = if is_made { table.clone() } else { TableName::of_source(table) };
        self.schemas.get(&name).map(|schema| (name.clone(), Arc::clone(schema)))
    }

    fn columns(&mut self, table: &Table, schema: &SchemaRef) {
        for (column, said) in &table.columns {
            self.column(&table.name, schema, column, said.at.as_ref().unwrap_or(&table.at));
        }
        for column in &table.key {
            self.column(&table.name, schema, column, &table.at);
        }
        if let Some(history) = &table.history
            && self.column(&table.name, schema, &history.column, &table.at)
            && schema
                .field_with_name(&history.column)
                .is_ok_and(|field| *field.data_type() != DataType::Date32)
        {
            let message = format!("`{}` keeps history by `{}`, which is no date", table.name, history.column);
            self.problems
                .push(Problem::error(table.at.clone(), message).help("select `$as_of` as that column"));
        }
    }

    fn column(&mut self, table: &TableName, schema: &SchemaRef, column: &str, at: &Location) -> bool {
        if schema.field_with_name(column).is_ok() {
            return true;
        }
        let help = did_you_mean(column, schema.fields().iter().map(|field| field.name().as_str()));
        let problem = Problem::error(at.clone(), format!("`{table}` has no column `{column}`")).help(help);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        false
    }

    fn check(&mut self, table: &Table, check: &Check, schema: &SchemaRef, pipeline: &PipelineName) {
        match &check.kind {
            CheckKind::NotNull { column }
            | CheckKind::AcceptedValues { column, .. }
            | CheckKind::AcceptedRange { column, .. }
            | CheckKind::Pattern { column, .. } => {
                self.column(&table.name, schema, column, &check.at);
            }
            CheckKind::Unique { columns } => {
                for column in columns {
                    self.column(&table.name, schema, column, &check.at);
                }
            }
            CheckKind::Relationships { column, to_table, to_column } => {
                self.column(&table.name, schema, column, &check.at);
                self.relationship(to_table, to_column, &check.at);
            }
            CheckKind::Freshness { column, .. } => {
                let dated = |kind: &DataType| matches!(kind, DataType::Date32 | DataType::Timestamp(..));
                if self.column(&table.name, schema, column, &check.at)
                    && schema.field_with_name(column).is_ok_and(|field| !dated(field.data_type()))
                {
                    let message = format!("`{column}` is neither a date nor a timestamp");
                    self.problems.push(Problem::error(check.at.clone(), message));
                }
            }
            CheckKind::Expression { sql, .. } => self.expression(&table.name, sql, &check.at, pipeline),
            CheckKind::Sql { path, sql } => self.sql_check(path, sql, pipeline),
            CheckKind::RowCount { .. } => {}
        }
    }

    fn relationship(&mut self, to_table: &TableName, to_column: &str, at: &Location) {
        if let Some((_, schema)) = self.columns_of(to_table) {
            self.column(to_table, &schema, to_column, at);
        } else if !self.known.contains(to_table.as_str()) {
            let problem = Problem::error(at.clone(), format!("there is no table `{to_table}`"));
            let near = nearest(to_table.as_str(), self.known.iter().map(String::as_str));
            self.problems.push(match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
    }

    /// An expression is true or false for every row of its table.
    fn expression(&mut self, table: &TableName, sql: &str, at: &Location, pipeline: &PipelineName) {
        let before = "SELECT ";
        let text = format!("{before}{sql}\n AS holds FROM {table}");
        match self.plan_sql(&text, pipeline) {
            Ok(planned) => {
                let kinds = planned.schema.fields().iter().map(|field| field.data_type());
                if !kinds.eq([&DataType::Boolean]) {
                    let message = format!("`{}` is not a condition", sql.trim());
                    self.problems
                        .push(Problem::error(at.clone(), message).help("write what is true of every row"));
                }
            }
            Err(errors) => self.problems.extend(errors.into_iter().map(|error| problem(at.clone(), error))),
        }
    }

    fn sql_check(&mut self, path: &Arc<str>, sql: &Arc<str>, pipeline: &PipelineName) {
        let errors = match references(sql) {
            Err(errors) => errors,
            Ok(found) => {
                let unknown: Vec<SqlError> =
                    found.tables.iter().filter_map(|read| self.unknown(read)).collect();
                let planned = found.tables.iter().all(|read| self.is_planned(read));
                match unknown.is_empty() && planned {
                    true => self.plan_sql(sql, pipeline).err().unwrap_or_default(),
                    false => unknown,
                }
            }
        };
        let lines = Lines::new(sql);
        for error in errors {
            let problem = problem(lines.location(path, &error.span), error);
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }

    fn is_planned(&self, read: &TableRead) -> bool {
        let Ok(name) = TableName::new(&read.name) else { return false };
        match read.namespace {
            Namespace::Source => self.schemas.contains_key(&TableName::of_source(&name)),
            Namespace::Catalogue | Namespace::Previous => self.columns_of(&name).is_some(),
        }
    }

    fn unknown(&self, read: &TableRead) -> Option<SqlError> {
        let written = match read.namespace {
            Namespace::Source => format!("source.{}", read.name),
            Namespace::Catalogue | Namespace::Previous => read.name.clone(),
        };
        let bare_source = format!("source.{}", read.name);
        if self.known.contains(&written) || self.known.contains(&bare_source) {
            return None;
        }
        let error = SqlError::new(format!("there is no table `{written}`"), read.span.clone());
        Some(match nearest(&written, self.known.iter().map(String::as_str)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        })
    }
}
