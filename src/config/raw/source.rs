//! A source and its contract as they are written under `sources:`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::OneOrMany;

/// A source: where its rows are and what its columns promise.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSource {
    /// The side of the business that the rows come from.
    pub channel: Channel,
    /// What one row is.
    pub description: Option<String>,
    /// Files under the data root.
    pub files: RawFiles,
    /// The contract: the columns a model may read.
    pub columns: IndexMap<String, RawColumn>,
    /// The columns that identify a row, where one column alone does not, or where the choice among repeats matters.
    pub unique: Option<RawUnique>,
    /// The date or timestamp column that says when a row came to be. Rows dated after the as-of date are not there yet.
    pub dated_by: Option<String>,
    /// The column that says when a row last changed. Of a repeated key a version that changed after the as-of date is kept
    /// only if there is no other.
    pub updated_at: Option<String>,
    /// How many rejected rows are too many.
    pub rejects: Option<RawRejects>,
    /// How old the newest row may be.
    pub freshness: Option<RawFreshness>,
    /// Columns of the files that the contract does not name.
    #[serde(default)]
    pub extra_columns: ExtraColumns,
    /// No file is no error: the source is then empty.
    #[serde(default)]
    pub optional: bool,
}

/// The side of the business that rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Online,
    Offline,
    Survey,
    Service,
    Marketing,
    Market,
    /// Shared look-ups, such as exchange rates.
    Reference,
}

/// Files under the data root.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFiles {
    /// One path or several, relative to the data root, with `*`, `**`, `?`, `[…]`, `{a,b}`. `{as_of}` stands for the as-of date.
    pub path: OneOrMany<String>,
    /// How the files are written. `.gz` and `.zst` are unpacked, whatever the format.
    pub format: FileFormat,
    /// How text is encoded.
    #[serde(default)]
    pub encoding: Encoding,
    /// What separates fields: one character (default `,`), or `whitespace` for runs of blanks.
    pub delimiter: Option<String>,
    /// The quote character (default `"`); an empty string for none.
    pub quote: Option<String>,
    /// `false`: the files have no header, and columns come in the contract's order.
    pub header: Option<bool>,
    /// The sheet of a workbook (default: the first).
    pub sheet: Option<String>,
    /// Words that stand for no value, in every column. The default is the empty field.
    pub null_values: Option<Vec<String>>,
}

/// How files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Delimited text with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
    Parquet,
    /// An Excel workbook.
    Xlsx,
}

/// How text is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Each file by itself: UTF-8 if it is valid UTF-8, else GB18030.
    #[default]
    Auto,
    Utf8,
    Gb18030,
}

/// What a column promises.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawColumn {
    /// `string`, `boolean`, `int`, `float`, `decimal(p,s)`, `date`, `timestamp` or `json`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the column holds.
    pub description: Option<String>,
    /// The column's name in the files, where it differs; several if files differ.
    pub header: Option<OneOrMany<String>>,
    /// A row without a good value goes to the quarantine.
    #[serde(default)]
    pub required: bool,
    /// No two rows have the same value: of repeats the first by `dated_by`, then by content, is kept.
    #[serde(default)]
    pub unique: bool,
    /// For dates and timestamps: the accepted formats, in strftime's letters. ISO 8601 and RFC 3339 if absent.
    pub format: Option<OneOrMany<String>>,
    /// For timestamps without an offset: the zone they are in. The project's business zone if absent.
    pub timezone: Option<String>,
    /// For booleans: the words for true (default `true`, `t`, `yes`, `y`, `1`), in any case.
    pub true_values: Option<Vec<String>>,
    /// For booleans: the words for false (default `false`, `f`, `no`, `n`, `0`), in any case.
    pub false_values: Option<Vec<String>>,
    /// Words that stand for no value in this column, beside those of the files.
    pub null_values: Option<Vec<String>>,
    /// `false` keeps blanks at the ends of a value.
    pub trim: Option<bool>,
    /// The only values that are good.
    pub accepted: Option<Vec<serde_json::Value>>,
    /// A regular expression that the whole value must match.
    pub pattern: Option<String>,
    /// The least and the greatest good value, both included.
    pub range: Option<RawRange>,
    /// The kind of personal data: such values appear in no log, error, quarantine or report.
    pub pii: Option<Pii>,
    /// What a bad value does: quarantine the row, or become NULL with one reject for the cell.
    pub on_error: Option<OnError>,
}

/// The least and the greatest good value, both included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRange {
    /// A number, or a date in quotes.
    pub min: Option<serde_json::Value>,
    /// A number, or a date in quotes.
    pub max: Option<serde_json::Value>,
}

/// The kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pii {
    Name,
    Email,
    Mobile,
    Address,
    BirthDate,
    /// A number that stands for a person or organisation: tax id, union id, device.
    Identifier,
    /// Text in which people may say anything.
    FreeText,
}

/// What a bad value does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The row goes to the quarantine.
    Row,
    /// The value becomes NULL; the cell is listed among the rejects.
    Null,
}

/// The columns that identify a row, and which of repeated rows is kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawUnique {
    /// The columns that together identify a row.
    pub columns: Vec<String>,
    /// Which of several rows is kept.
    #[serde(default)]
    pub keep: Keep,
    /// The column that orders repeats (default: `updated_at`, else `dated_by`); ties are broken by content. A column with
    /// `accepted` is ordered as it lists its words: `keep: last` by a status keeps the one that came furthest.
    pub by: Option<String>,
}

/// Which of several rows with the same key is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    #[default]
    First,
    Last,
    /// None of them: all go to the quarantine.
    None,
}

/// How many rejected rows are too many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRejects {
    /// The largest share of rows read that may be rejected, 0 to 1. Beyond it the run fails and publishes nothing.
    pub max_ratio: f64,
}

/// How old the newest row may be at the end of the as-of date.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFreshness {
    /// The column that dates rows (default: `dated_by`).
    pub column: Option<String>,
    /// Older than this is a warning: `36h`, `3d`.
    pub warn_after: Option<String>,
    /// Older than this fails the run.
    pub fail_after: Option<String>,
}

/// Columns of the files that the contract does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtraColumns {
    #[default]
    Warn,
    Ignore,
    Fail,
}
