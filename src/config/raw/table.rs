//! What is written about a table under `tables:`: descriptions, publication, history, checks.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::BareOr;
use super::source::Pii;

/// What SQL alone cannot say about a table.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTable {
    /// What one row is.
    pub description: Option<String>,
    /// BI tools see the table.
    pub publish: bool,
    /// The table may hold personal values; it is kept apart, so that access can differ.
    pub restricted: bool,
    /// The columns that identify a row. Published rows are sorted by them.
    pub key: Vec<String>,
    /// Keep what the table said on earlier as-of dates, one partition per date.
    pub history: Option<RawHistory>,
    /// Words to select the table by: `--select tag:finance`.
    pub tags: Vec<String>,
    /// The columns: descriptions, personal data, checks.
    pub columns: IndexMap<String, RawTableColumn>,
    /// Checks on the whole table.
    pub checks: Vec<RawCheck>,
}

/// Keep what the table said on earlier as-of dates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHistory {
    /// The date column that holds the as-of date (default: `as_of`).
    pub column: Option<String>,
    /// How long every date is kept; older ones are thinned to month-ends: `90d`. For ever if absent.
    pub daily_for: Option<String>,
}

/// What is said about a column of a table.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTableColumn {
    /// What the column holds; published with the Parquet.
    pub description: Option<String>,
    /// The kind of personal data, where the column holds any.
    pub pii: Option<Pii>,
    /// Checks on this column: a bare word such as `not_null`, or one with options.
    pub checks: Vec<BareOr<BareCheck, RawColumnCheck>>,
}

/// How bad a failing check is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Recorded; the run goes on.
    Warn,
    /// Nothing is published.
    #[default]
    Error,
}

/// A check on one column, with its options: `accepted_range: { min: 0 }`. Those that need none may stand as a bare word
/// ([`BareCheck`]): `not_null` is `not_null: {}`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawColumnCheck {
    /// No value is missing.
    NotNull(RawSeverity),
    /// No value stands twice.
    Unique(RawSeverity),
    /// Every value is one of these.
    AcceptedValues(RawAcceptedValues),
    /// Every value lies between these.
    AcceptedRange(RawColumnRange),
    /// Every value matches this regular expression as a whole.
    Pattern(RawColumnPattern),
    /// Every value stands in a column of another table.
    Relationships(RawColumnRelationship),
}

/// A check that can stand as a bare word.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BareCheck {
    /// No value is missing.
    NotNull,
    /// No value stands twice.
    Unique,
}

impl From<BareCheck> for RawColumnCheck {
    fn from(bare: BareCheck) -> Self {
        match bare {
            BareCheck::NotNull => Self::NotNull(RawSeverity::default()),
            BareCheck::Unique => Self::Unique(RawSeverity::default()),
        }
    }
}

/// How bad it is when the check fails.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSeverity {
    pub severity: Severity,
}

/// Every value is one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAcceptedValues {
    /// The good values.
    pub values: Vec<serde_json::Value>,
    #[serde(default)]
    pub severity: Severity,
}

/// Every value lies between these, both included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawColumnRange {
    pub min: Option<serde_json::Value>,
    pub max: Option<serde_json::Value>,
    #[serde(default)]
    pub severity: Severity,
}

/// Every value matches this regular expression as a whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawColumnPattern {
    pub regex: String,
    #[serde(default)]
    pub severity: Severity,
}

/// Every value stands in a column of another table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawColumnRelationship {
    /// `table.column`.
    pub to: String,
    #[serde(default)]
    pub severity: Severity,
}

/// A check on a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawCheck {
    /// No value of the column is missing.
    NotNull(RawOnColumn),
    /// No value of the column stands twice.
    Unique(RawOnColumn),
    /// No combination of the columns' values stands twice.
    UniqueCombination(RawUniqueCombination),
    /// Every value of the column is one of these.
    AcceptedValues(RawTableAcceptedValues),
    /// Every value of the column lies between these.
    AcceptedRange(RawTableRange),
    /// Every value of the column matches this regular expression as a whole.
    Pattern(RawTablePattern),
    /// Every value of the column stands in a column of another table.
    Relationships(RawTableRelationship),
    /// The number of rows, by itself and against the last release.
    RowCount(RawRowCount),
    /// An SQL expression that is true for every row.
    Expression(RawExpression),
    /// An SQL file, relative to `sql/`, whose rows are failures: its path, or the path and how bad it is.
    Sql(BareOr<String, RawSqlCheck>),
    /// The newest row is not too old.
    Freshness(RawTableFreshness),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOnColumn {
    pub column: String,
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawUniqueCombination {
    pub columns: Vec<String>,
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTableAcceptedValues {
    pub column: String,
    pub values: Vec<serde_json::Value>,
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTableRange {
    pub column: String,
    pub min: Option<serde_json::Value>,
    pub max: Option<serde_json::Value>,
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTablePattern {
    pub column: String,
    pub regex: String,
    #[serde(default)]
    pub severity: Severity,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTableRelationship {
    pub column: String,
    /// `table.column`.
    pub to: String,
    #[serde(default)]
    pub severity: Severity,
}

/// The number of rows, by itself and against the last release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRowCount {
    pub min: Option<u64>,
    pub max: Option<u64>,
    /// The least share of the last release's rows: 0.5 fails a table that halves overnight.
    pub min_ratio: Option<f64>,
    /// The greatest share of the last release's rows.
    pub max_ratio: Option<f64>,
    #[serde(default)]
    pub severity: Severity,
}

/// An SQL expression that is true for every row; NULL counts as true.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawExpression {
    /// The check's name in messages.
    pub name: Option<String>,
    pub sql: String,
    #[serde(default)]
    pub severity: Severity,
}

/// An SQL file whose rows are failures.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSqlCheck {
    /// The file, relative to `sql/`.
    pub file: String,
    #[serde(default)]
    pub severity: Severity,
}

impl From<String> for RawSqlCheck {
    fn from(file: String) -> Self {
        Self { file, severity: Severity::default() }
    }
}

/// The newest row is not too old at the end of the as-of date.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTableFreshness {
    pub column: String,
    pub warn_after: Option<String>,
    pub fail_after: Option<String>,
}
