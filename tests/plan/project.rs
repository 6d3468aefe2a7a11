//! Small projects, written as a few lines.

use std::sync::Arc;

use chrono::Duration;
use indexmap::IndexMap;
use portrait::config::column::{Column, ColumnType};
use portrait::config::files::ProjectFiles;
use portrait::config::problem::{Location, Problem};
use portrait::config::project::{
    Delimiter, Environment, Files, Layer, Model, Param, ParamValue, Pipeline, Project, Source, Table,
};
use portrait::config::raw::source::{Channel, Encoding, ExtraColumns, FileFormat, OnError};
use portrait::name::{PipelineName, TableName};

/// A project of one pipeline `shop`. `sources`: a name and columns such as `id int, name string`. `models`: a path
/// below `sql/` and the SQL.
pub fn project(sources: &[(&str, &str)], models: &[(&str, &str)]) -> Project {
    let pipeline = PipelineName::new("shop").unwrap();
    Project {
        root: "/project".into(),
        environment: Environment {
            name: "default".to_owned(),
            data_root: "/data".into(),
            warehouse: "/warehouse".to_owned(),
            business_timezone: chrono_tz::Asia::Shanghai,
            threads: None,
            memory_bytes: None,
            spill_directory: None,
            spill_limit_bytes: 1 << 30,
            reader_grace: Duration::hours(24),
            keep_releases: 30,
        },
        pipelines: vec![Pipeline {
            name: pipeline.clone(),
            description: None,
            after: Vec::new(),
            schedule: None,
            params: vec![param("floor", ParamValue::Int(3)), param("rate", ParamValue::Decimal(50_000))],
            sources: sources.iter().map(|(name, columns)| source(name, columns)).collect(),
            identity: None,
            golden: None,
            segments: None,
            metrics: None,
            tables: IndexMap::new(),
            at: at("pipelines/shop.yaml", 1),
        }],
        models: models.iter().map(|(path, sql)| model(path, sql, &pipeline)).collect(),
        files: ProjectFiles::default(),
        unsound: Default::default(),
    }
}

/// Says something about a table of the project's pipeline.
pub fn declare(project: &mut Project, name: &str, change: impl FnOnce(&mut Table)) {
    let name = TableName::new(name).unwrap();
    let mut table = Table {
        name: name.clone(),
        description: None,
        publish: false,
        restricted: false,
        key: Vec::new(),
        history: None,
        tags: Vec::new(),
        columns: IndexMap::new(),
        checks: Vec::new(),
        at: at("pipelines/shop.yaml", 9),
    };
    change(&mut table);
    project.pipelines[0].tables.insert(name, table);
}

pub fn model(path: &str, sql: &str, pipeline: &PipelineName) -> Model {
    let (folder, _) = path.split_once('/').unwrap();
    let stem = path.rsplit('/').next().unwrap().strip_suffix(".sql").unwrap();
    Model {
        name: TableName::new(stem).unwrap(),
        pipeline: pipeline.clone(),
        layer: Layer::from_folder(folder).unwrap(),
        path: Arc::from(format!("sql/{path}")),
        sql: Arc::from(sql),
    }
}

pub fn at(file: &str, line: u32) -> Location {
    Location { file: file.into(), line, column: 1, length: 1 }
}

/// Problems as lines: place, level, message, help.
pub fn shown(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| {
            let at = problem.at.as_ref().map(|at| format!("{at}+{}", at.length)).unwrap_or_default();
            let help = problem.help.as_ref().map(|help| format!("\n    {help}")).unwrap_or_default();
            format!("{at} {:?}: {}{help}\n", problem.level, problem.message)
        })
        .collect()
}

fn param(name: &str, value: ParamValue) -> Param {
    Param { name: name.to_owned(), value, description: None, at: at("pipelines/shop.yaml", 2) }
}

fn source(name: &str, columns: &str) -> Source {
    Source {
        name: TableName::new(name).unwrap(),
        channel: Channel::Online,
        description: None,
        files: Files {
            paths: vec![format!("{name}.csv")],
            format: FileFormat::Csv,
            encoding: Encoding::Auto,
            delimiter: Delimiter::Byte(b','),
            quote: Some(b'"'),
            header: true,
            sheet: None,
            null_values: Vec::new(),
        },
        columns: columns.split(", ").map(column).collect(),
        unique: None,
        dated_by: None,
        updated_at: None,
        max_reject_ratio: 0.0,
        freshness: None,
        extra_columns: ExtraColumns::Warn,
        optional: false,
        at: at("pipelines/shop.yaml", 5),
    }
}

fn column(text: &str) -> Column {
    let (name, kind) = text.split_once(' ').unwrap();
    Column {
        name: name.to_owned(),
        headers: vec![name.to_owned()],
        kind: match kind {
            "int" => ColumnType::Int,
            "float" => ColumnType::Float,
            "money" => ColumnType::Decimal { precision: 18, scale: 2 },
            "date" => ColumnType::Date { formats: Vec::new() },
            "timestamp" => ColumnType::Timestamp { formats: Vec::new(), zone: chrono_tz::UTC },
            "string" => ColumnType::String,
            other => panic!("{other}"),
        },
        description: None,
        required: false,
        trim: true,
        null_values: Vec::new(),
        accepted: None,
        pattern: None,
        range: None,
        pii: None,
        on_error: OnError::Null,
    }
}
