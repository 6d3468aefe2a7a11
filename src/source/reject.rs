//! Rejects: what was wrong with a row or a value, and where it stands. Never the raw text.

use std::fmt;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch, StringViewBuilder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// Why a row or a value was rejected. The codes are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code, as the quarantine holds it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means, for people.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

reasons! {
    MissingValue = "missing_value", "a required value is missing";
    NotBoolean = "not_boolean", "not one of the words for true or false";
    NotInt = "not_int", "not a whole number of 64 bits";
    NotFloat = "not_float", "not a finite number";
    NotDecimal = "not_decimal", "not a decimal number";
    DecimalScale = "decimal_scale", "more decimal places than the column keeps";
    DecimalOverflow = "decimal_overflow", "more digits than the column keeps";
    NotDate = "not_date", "not a date in the column's formats";
    NotTimestamp = "not_timestamp", "not an instant in the column's formats";
    LocalTimeSkipped = "local_time_skipped", "a local time that the zone's clock skipped";
    NotJson = "not_json", "not valid JSON";
    NotAccepted = "not_accepted", "not one of the accepted values";
    PatternMismatch = "pattern_mismatch", "does not match the pattern";
    OutOfRange = "out_of_range", "outside the accepted range";
    InvalidEncoding = "invalid_encoding", "bytes that are no text in the file's encoding";
    TooFewFields = "too_few_fields", "fewer fields than the header";
    TooManyFields = "too_many_fields", "more fields than the header";
    UnclosedQuote = "unclosed_quote", "a quote that is never closed";
    RecordTooLong = "record_too_long", "longer than a record may be";
    JsonSyntax = "json_syntax", "the line is not valid JSON";
    JsonNotObject = "json_not_object", "the line is JSON, but no object";
    RepeatedKey = "repeated_key", "a key that several rows have, of which none is kept";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What a reject is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The row went to the quarantine.
    Row,
    /// The value became NULL, the row was loaded.
    Cell,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Cell => "cell",
        }
    }
}

/// The columns of a batch of rejects. A row with several bad columns has one reject for each.
pub fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let text = |name: &str, nullable| Field::new(name, DataType::Utf8View, nullable);
        let number = |name: &str, nullable| Field::new(name, DataType::UInt64, nullable);
        Arc::new(Schema::new(vec![
            text("source", false),
            text("file", false),
            number("line", false),
            number("byte_offset", true),
            number("byte_length", true),
            text("column", true),
            text("reason", false),
            text("kind", false),
            text("run", false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The physical line on which the row starts, from 1; in Parquet and workbooks the row, from 1.
    pub line: u64,
    /// Offset and length in the unpacked, undecoded bytes; absent for Parquet and workbooks.
    pub bytes: Option<(u64, u64)>,
}

/// Collects rejects of one file into batches.
pub struct RejectBuilder {
    source: String,
    file: String,
    run: String,
    rows: usize,
    lines: UInt64Builder,
    offsets: UInt64Builder,
    lengths: UInt64Builder,
    columns: StringViewBuilder,
    reasons: StringViewBuilder,
    kinds: StringViewBuilder,
}

impl RejectBuilder {
    pub fn new(source: &str, file: &str, run: &str) -> Self {
        Self {
            source: source.to_owned(),
            file: file.to_owned(),
            run: run.to_owned(),
            rows: 0,
            lines: UInt64Builder::new(),
            offsets: UInt64Builder::new(),
            lengths: UInt64Builder::new(),
            columns: StringViewBuilder::new().with_deduplicate_strings(),
            reasons: StringViewBuilder::new().with_deduplicate_strings(),
            kinds: StringViewBuilder::new(),
        }
    }

    /// One reject; `column` is absent where the whole row is bad.
    pub fn push(&mut self, place: Place, column: Option<&str>, reason: Reason, kind: Kind) {
        self.rows += 1;
        self.lines.append_value(place.line);
        self.offsets.append_option(place.bytes.map(|(offset, _)| offset));
        self.lengths.append_option(place.bytes.map(|(_, length)| length));
        self.columns.append_option(column);
        self.reasons.append_value(reason.code());
        self.kinds.append_value(kind.code());
    }

    /// How many rejects wait.
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rejects so far, none if there are none.
    pub fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        if rows == 0 {
            return Ok(None);
        }
        let columns: Vec<ArrayRef> = vec![
            repeat(&self.source, rows),
            repeat(&self.file, rows),
            Arc::new(self.lines.finish()),
            Arc::new(self.offsets.finish()),
            Arc::new(self.lengths.finish()),
            Arc::new(self.columns.finish()),
            Arc::new(self.reasons.finish()),
            Arc::new(self.kinds.finish()),
            repeat(&self.run, rows),
        ];
        RecordBatch::try_new(schema(), columns).map(Some)
    }
}

/// A column with the same text in every row.
pub(super) fn repeat(text: &str, rows: usize) -> ArrayRef {
    let mut builder = StringViewBuilder::with_capacity(rows).with_deduplicate_strings();
    for _ in 0..rows {
        builder.append_value(text);
    }
    Arc::new(builder.finish())
}
