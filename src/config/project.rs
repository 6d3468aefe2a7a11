//! A project that has been checked: names are names, references lead somewhere, durations are durations.
//! Downstream rooms read these types and re-check nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::Duration;
use chrono_tz::Tz;
use indexmap::IndexMap;

use super::column::Column;
use super::files::ProjectFiles;
use super::golden::Golden;
pub use super::identity::Identity;
use super::problem::Location;
use super::raw::metric::{Better, Grain, Interval};
use super::raw::pipeline::CatchUp;
use super::raw::segment::SegmentKind;
use super::raw::source::{Channel, Encoding, ExtraColumns, FileFormat, Keep, Pii};
use super::raw::table::Severity;
use crate::name::{PipelineName, TableName};

/// Everything that a project's files say, checked.
#[derive(Debug)]
pub struct Project {
    /// The project's folder.
    pub root: PathBuf,
    pub environment: Environment,
    /// The pipelines, in `after` order, then by name.
    pub pipelines: Vec<Pipeline>,
    /// Every model of every pipeline, by file.
    pub models: Vec<Model>,
    /// The text of every file, for messages and SQL checks.
    pub files: ProjectFiles,
    /// Tables that are declared with a problem: they exist, but what is known of their columns is not all, or nothing.
    /// What reads them cannot be judged. Empty in a project without errors. A source is called `source__NAME` here.
    pub unsound: BTreeSet<TableName>,
}

/// Where a project runs and with what. Paths are absolute or URLs.
#[derive(Debug, Clone)]
pub struct Environment {
    pub name: String,
    pub data_root: PathBuf,
    /// A local path, or a URL such as `s3://bucket/prefix`.
    pub warehouse: String,
    pub business_timezone: Tz,
    /// `None`: one per core.
    pub threads: Option<usize>,
    /// Resident memory of the process in bytes; `None`: 70 % of the machine's.
    pub memory_bytes: Option<u64>,
    pub spill_directory: Option<PathBuf>,
    pub spill_limit_bytes: u64,
    pub reader_grace: Duration,
    pub keep_releases: u32,
}

/// A pipeline, checked.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub name: PipelineName,
    pub description: Option<String>,
    pub after: Vec<PipelineName>,
    pub schedule: Option<Schedule>,
    pub params: Vec<Param>,
    pub sources: Vec<Source>,
    pub identity: Option<Identity>,
    pub golden: Option<Golden>,
    pub segments: Option<Segments>,
    pub metrics: Option<Metrics>,
    pub tables: IndexMap<TableName, Table>,
    /// Where `pipeline:` stands.
    pub at: Location,
}

/// When a pipeline runs by itself.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Five valid cron fields.
    pub cron: String,
    pub timezone: Tz,
    pub catch_up: CatchUp,
    pub deadline: Option<Duration>,
}

/// A typed parameter; the environment's value if it sets one, else the default.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub name: String,
    pub value: ParamValue,
    pub description: Option<String>,
    pub at: Location,
}

/// A parameter's value in its declared type.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamValue {
    String(String),
    Boolean(bool),
    Int(i64),
    Float(f64),
    /// Millionths: `0.05` is 50 000. Bound as Decimal128(20, 6).
    Decimal(i128),
    Date(chrono::NaiveDate),
}

/// A source and its contract, checked.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: TableName,
    pub channel: Channel,
    pub description: Option<String>,
    pub files: Files,
    /// In the contract's order, which is the table's.
    pub columns: Vec<Column>,
    pub unique: Option<UniqueKey>,
    /// Index into `columns`: a date or a timestamp.
    pub dated_by: Option<usize>,
    /// Index into `columns`.
    pub updated_at: Option<usize>,
    /// The largest share of rows read that may be rejected.
    pub max_reject_ratio: f64,
    pub freshness: Option<Freshness>,
    pub extra_columns: ExtraColumns,
    pub optional: bool,
    /// Where the source's name stands.
    pub at: Location,
}

/// Where a source's files are and how they are written.
#[derive(Debug, Clone, PartialEq)]
pub struct Files {
    /// Globs relative to the data root; `{as_of}` stands for the date.
    pub paths: Vec<String>,
    pub format: FileFormat,
    pub encoding: Encoding,
    pub delimiter: Delimiter,
    /// `None`: fields are never quoted.
    pub quote: Option<u8>,
    pub header: bool,
    /// `None`: the first sheet.
    pub sheet: Option<String>,
    /// Words that stand for no value; the empty field is always one of them.
    pub null_values: Vec<String>,
}

/// What separates the fields of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    Byte(u8),
    /// Runs of blanks; blanks at the start of a line are no field.
    Whitespace,
}

/// The columns that identify a row, and which of repeats is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueKey {
    /// Indices into the source's columns.
    pub columns: Vec<usize>,
    pub keep: Keep,
    /// The column that orders repeats; ties are broken by content.
    pub by: Option<usize>,
}

/// How old the newest row may be at the end of the as-of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// A date or timestamp column.
    pub column: String,
    pub warn_after: Option<Duration>,
    pub fail_after: Option<Duration>,
    pub at: Location,
}

/// One SQL file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    pub name: TableName,
    pub pipeline: PipelineName,
    pub layer: Layer,
    /// Relative to the project's folder: `sql/staging/online/account.sql`.
    pub path: Arc<str>,
    pub sql: Arc<str>,
}

/// A folder under `sql/`. A model reads its own layer and those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Not a folder: what the sources yield.
    Source,
    Staging,
    Identity,
    Customer,
    Clv,
    Segment,
    Metric,
    Report,
    /// Reads them all.
    Audit,
}

impl Layer {
    /// The layers that are folders, in the data's order.
    pub const FOLDERS: [(&'static str, Self); 8] = [
        ("staging", Self::Staging),
        ("identity", Self::Identity),
        ("customer", Self::Customer),
        ("clv", Self::Clv),
        ("segment", Self::Segment),
        ("metric", Self::Metric),
        ("report", Self::Report),
        ("audit", Self::Audit),
    ];

    pub fn from_folder(folder: &str) -> Option<Self> {
        Self::FOLDERS.iter().find(|(name, _)| *name == folder).map(|(_, layer)| *layer)
    }

    pub fn name(self) -> &'static str {
        Self::FOLDERS.iter().find(|(_, layer)| *layer == self).map_or("source", |(name, _)| name)
    }
}

/// What is said about a table beside its SQL.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: TableName,
    pub description: Option<String>,
    pub publish: bool,
    pub restricted: bool,
    /// Published rows are sorted by these.
    pub key: Vec<String>,
    pub history: Option<History>,
    pub tags: Vec<String>,
    pub columns: IndexMap<String, TableColumn>,
    /// Checks of the table and of its columns, in the order written.
    pub checks: Vec<Check>,
    pub at: Location,
}

/// One partition per as-of date is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub column: String,
    /// Older dates are thinned to month-ends. `None`: every date is kept.
    pub daily_for: Option<Duration>,
}

/// What is said about a column of a table.
#[derive(Debug, Clone, Default)]
pub struct TableColumn {
    pub description: Option<String>,
    pub pii: Option<Pii>,
    pub at: Option<Location>,
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub kind: CheckKind,
    pub severity: Severity,
    /// Where it is written.
    pub at: Location,
}

/// What a check asserts. Columns are names of the table's columns; whether they exist is known once the SQL is planned.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    NotNull {
        column: String,
    },
    Unique {
        columns: Vec<String>,
    },
    AcceptedValues {
        column: String,
        values: Vec<serde_json::Value>,
    },
    AcceptedRange {
        column: String,
        min: Option<serde_json::Value>,
        max: Option<serde_json::Value>,
    },
    Pattern {
        column: String,
        regex: String,
    },
    Relationships {
        column: String,
        to_table: TableName,
        to_column: String,
    },
    RowCount {
        min: Option<u64>,
        max: Option<u64>,
        min_ratio: Option<f64>,
        max_ratio: Option<f64>,
    },
    Expression {
        name: Option<String>,
        sql: String,
    },
    /// `path` is relative to the project's folder.
    Sql {
        path: Arc<str>,
        sql: Arc<str>,
    },
    Freshness {
        column: String,
        warn_after: Option<Duration>,
        fail_after: Option<Duration>,
    },
}

/// Groups of customers.
#[derive(Debug, Clone)]
pub struct Segments {
    pub from: TableName,
    pub revenue: String,
    pub members: Vec<Segment>,
    pub at: Location,
}

impl Segments {
    /// The tables that they are compiled to.
    pub const TABLES: [&str; 4] =
        ["segment_definition", "segment_membership", "segment_change", "segment_summary"];
}

/// One group of customers.
#[derive(Debug, Clone)]
pub struct Segment {
    pub name: String,
    pub description: String,
    pub kind: SegmentKind,
    pub condition: SqlText,
    /// Where the segment's name stands.
    pub at: Location,
}

/// Figures by period.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Periods back for each grain.
    pub periods: BTreeMap<GrainKey, u32>,
    pub segments: Option<TableName>,
    pub define: Vec<Metric>,
    pub at: Location,
}

impl Metrics {
    /// The tables that they are compiled to.
    pub const TABLES: [&str; 1] = ["metric_value"];
}

/// A grain as a key that sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrainKey {
    Day,
    Week,
    Month,
}

impl From<Grain> for GrainKey {
    fn from(grain: Grain) -> Self {
        match grain {
            Grain::Day => Self::Day,
            Grain::Week => Self::Week,
            Grain::Month => Self::Month,
        }
    }
}

/// One figure.
#[derive(Debug, Clone)]
pub struct Metric {
    pub name: String,
    pub description: String,
    /// The rows that a total, or a numerator, is computed from.
    pub rows: MetricRows,
    pub figure: Figure,
    pub grains: Vec<GrainKey>,
    /// Columns of the rows' table, or `segment`.
    pub by: Vec<SqlText>,
    pub interval: Option<Interval>,
    pub unit: Option<String>,
    pub target: Option<f64>,
    pub better: Better,
    pub observable_after_days: u32,
    /// Where the metric's name stands.
    pub at: Location,
}

/// Rows of a table, each in the period of its date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricRows {
    pub from: TableName,
    /// A date or timestamp column.
    pub date: SqlText,
    pub condition: Option<SqlText>,
}

/// A piece of SQL as it is written in YAML: an expression, or a column's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlText {
    pub sql: String,
    /// Where the value begins. If its text stands in the file as it is in `sql` (a plain scalar of one line), `length` is
    /// its number of characters, so that a place within it can be found.
    pub at: Location,
}

/// A total, or a ratio of two totals: SQL aggregates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    Total(SqlText),
    /// Of the same rows.
    Ratio {
        numerator: SqlText,
        denominator: SqlText,
    },
    /// Of two tables.
    Per {
        numerator: SqlText,
        denominator: SqlText,
        rows: MetricRows,
    },
}
