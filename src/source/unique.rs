//! Repeated keys. As batches go by, one hash of eight bytes is kept for each row; only rows whose hash repeats are looked
//! at again, so that a source without repeats pays no second pass.
//!
//! How a caller goes about it: every worker fills a [`KeyHashes`]; they are merged; [`KeyHashes::repeated`] says which
//! hashes repeat. If any do, the key columns of the staged rows are read again through [`Repeated::candidates`], and the
//! few rows that come out are registered as a table. [`Statements`] then finds the keys that truly repeat, and picks.
//! A row with a NULL in its key repeats nothing.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use hashbrown::DefaultHashBuilder;

use crate::config::column::{Column, ColumnType};
use crate::config::project::{Source, UniqueKey};
use crate::config::raw::source::Keep;

/// Hashes of keys. One process hashes the same way throughout: build all of a source's from one `new`, with `clone`.
#[derive(Debug, Clone, Default)]
pub struct KeyHashes {
    hasher: DefaultHashBuilder,
    columns: Vec<usize>,
    hashes: Vec<u64>,
}

impl KeyHashes {
    /// `columns` are the key's columns in the batches to come.
    pub fn new(columns: &[usize]) -> Self {
        Self { hasher: DefaultHashBuilder::default(), columns: columns.to_vec(), hashes: Vec::new() }
    }

    /// Takes note of a batch's keys.
    pub fn add(&mut self, batch: &RecordBatch) {
        let hashes = hash(&self.hasher, batch, &self.columns);
        self.hashes.extend(hashes.into_iter().flatten());
    }

    /// Takes over what another worker noted; both must be clones of one.
    pub fn merge(&mut self, other: Self) {
        self.hashes.extend(other.hashes);
    }

    /// The hashes that were seen more than once.
    pub fn repeated(mut self) -> Repeated {
        self.hashes.sort_unstable();
        let pairs = self.hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        Repeated { hasher: self.hasher, hashes: pairs.collect() }
    }
}

/// Hashes that several rows have: their keys repeat, but for a collision.
#[derive(Debug, Clone)]
pub struct Repeated {
    hasher: DefaultHashBuilder,
    hashes: HashSet<u64>,
}

impl Repeated {
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The rows of a batch of nothing but key columns, in the key's order, whose hash repeats.
    pub fn candidates(&self, keys: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<usize> = (0..keys.num_columns()).collect();
        let mask: BooleanArray = hash(&self.hasher, keys, &columns)
            .into_iter()
            .map(|hash| Some(hash.is_some_and(|hash| self.hashes.contains(&hash))))
            .collect();
        filter_record_batch(keys, &mask)
    }
}

/// One hash a row; none where the key has a NULL.
fn hash(builder: &DefaultHashBuilder, batch: &RecordBatch, columns: &[usize]) -> Vec<Option<u64>> {
    let mut hashers: Vec<Option<_>> = (0..batch.num_rows()).map(|_| Some(builder.build_hasher())).collect();
    for array in columns.iter().filter_map(|index| batch.columns().get(*index)) {
        add_column(array, &mut hashers);
    }
    hashers.into_iter().map(|hasher| hasher.map(|hasher| hasher.finish())).collect()
}

fn add_column<H: Hasher>(array: &ArrayRef, hashers: &mut [Option<H>]) {
    macro_rules! primitive {
        ($type:ty, $value:ident => $bits:expr) => {{
            let array = array.as_primitive::<$type>();
            add_values(array, hashers, |row, hasher| {
                let $value = array.value(row);
                hasher.write_u64($bits);
            });
        }};
    }
    match array.data_type() {
        DataType::Int64 => primitive!(Int64Type, value => value as u64),
        DataType::Float64 => primitive!(Float64Type, value => (value + 0.0).to_bits()),
        DataType::Date32 => primitive!(Date32Type, value => value as u64),
        DataType::Timestamp(..) => primitive!(TimestampMicrosecondType, value => value as u64),
        DataType::Decimal128(..) => primitive!(Decimal128Type, value => value as u64 ^ (value >> 64) as u64),
        DataType::Boolean => {
            let array = array.as_boolean();
            add_values(array, hashers, |row, hasher| hasher.write_u8(u8::from(array.value(row))));
        }
        _ => {
            let Ok(texts) = cast(array, &DataType::Utf8View) else { return };
            let texts = texts.as_string_view();
            add_values(texts, hashers, |row, hasher| {
                hasher.write(texts.value(row).as_bytes());
                hasher.write_u8(0xff);
            });
        }
    }
}

fn add_values<H: Hasher>(array: &dyn Array, hashers: &mut [Option<H>], mut write: impl FnMut(usize, &mut H)) {
    for (row, slot) in hashers.iter_mut().enumerate() {
        if array.is_null(row) {
            *slot = None;
        } else if let Some(hasher) = slot {
            write(row, hasher);
        }
    }
}

/// SQL over two tables: the staged rows of a source, and the candidates that [`Repeated`] gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statements {
    /// The keys that more than one row has, one row each, from the candidates. Register the result as `repeated`.
    pub repeated: String,
    /// The rows of the source without its repeats, in the contract's columns.
    pub kept: String,
    /// How many rows are taken away by it: one row, one BIGINT.
    pub removed: String,
    /// Where rows stand that go to the quarantine because none of the repeats is kept: the locator's columns. Absent
    /// where one of them is kept.
    pub quarantined: Option<String>,
    /// How many rows that are kept changed after the as-of date: one row, one BIGINT. Absent where the source does not
    /// say when rows change.
    pub later_updates: Option<String>,
}

/// Names of the tables that the statements read.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// The staged rows, as SQL names them.
    pub staged: &'a str,
    /// The rows of key columns whose hash repeats.
    pub candidates: &'a str,
    /// The result of [`Statements::repeated`].
    pub repeated: &'a str,
}

/// The statements for a source's key. They read the parameters `$as_of` and `$as_of_end`.
///
/// Of equal keys a row that changed after the as-of date (`updated_at`) is kept only if there is no other, and then the
/// one that changed first. Else the row that comes first by the ordering column is kept, rows without it last, then by
/// the content of all columns: never by file or line, so that the order of input changes nothing. A column of accepted
/// words is ordered as its contract lists them.
pub fn statements(source: &Source, key: &UniqueKey, tables: Tables<'_>) -> Statements {
    let name =
        |index: &usize| source.columns.get(*index).map_or_else(String::new, |column| quoted(&column.name));
    let keys: Vec<String> = key.columns.iter().map(name).collect();
    let columns: Vec<String> = source.columns.iter().map(|column| quoted(&column.name)).collect();
    let joined = keys.join(", ");
    let on: Vec<String> = keys.iter().map(|key| format!("s.{key} = r.{key}")).collect();
    let on = on.join(" AND ");
    let Tables { staged, candidates, repeated } = tables;

    let list = |alias: &str| -> String {
        columns.iter().map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ")
    };
    let single = format!("SELECT {} FROM {staged} AS s LEFT ANTI JOIN {repeated} AS r ON {on}", list("s"));
    let repeats = format!("FROM {staged} AS s LEFT SEMI JOIN {repeated} AS r ON {on}");
    let changed_later = source.updated_at.and_then(|index| Some((name(&index), source.columns.get(index)?)));
    let changed_later = changed_later.map(|(name, column)| match column.kind {
        ColumnType::Date { .. } => (format!("{name} > $as_of"), name),
        _ => (format!("{name} >= $as_of_end"), name),
    });
    let (kept, removed, quarantined) = match key.keep {
        Keep::None => {
            let locator: Vec<String> =
                super::schema::LOCATOR.iter().map(|column| format!("s.{}", quoted(column))).collect();
            let quarantined = format!("SELECT {} {repeats}", locator.join(", "));
            (single, format!("SELECT count(*) AS removed {repeats}"), Some(quarantined))
        }
        Keep::First | Keep::Last => {
            let direction = if key.keep == Keep::Last { "DESC" } else { "ASC" };
            // NULL for rows that were so on the as-of date: they come first.
            let known = changed_later
                .as_ref()
                .map(|(later, name)| format!("CASE WHEN s.{later} THEN s.{name} END ASC NULLS FIRST"));
            let by = key.by.and_then(|index| source.columns.get(index));
            let by = by.map(|column| format!("{} {direction} NULLS LAST", rank(column)));
            let content = columns.iter().map(|column| format!("s.{column} ASC NULLS LAST"));
            let order: Vec<String> = known.into_iter().chain(by).chain(content).collect();
            let partition: Vec<String> = keys.iter().map(|key| format!("s.{key}")).collect();
            let ranked = format!(
                "SELECT {}, row_number() OVER (PARTITION BY {} ORDER BY {}) AS _rank {repeats}",
                list("s"),
                partition.join(", "),
                order.join(", "),
            );
            let kept =
                format!("{single} UNION ALL SELECT {} FROM ({ranked}) AS w WHERE w._rank = 1", list("w"));
            let removed = format!("SELECT count(*) - (SELECT count(*) FROM {repeated}) AS removed {repeats}");
            (kept, removed, None)
        }
    };
    let later_updates = changed_later
        .map(|(later, _)| format!("SELECT count(*) AS later FROM ({kept}) AS k WHERE k.{later}"));
    Statements {
        later_updates,
        repeated: format!("SELECT {joined} FROM {candidates} GROUP BY {joined} HAVING count(*) > 1"),
        kept,
        removed,
        quarantined,
    }
}

/// What repeats are ordered by: a column's values, or the places of its words in the contract's list.
fn rank(column: &Column) -> String {
    let value = format!("s.{}", quoted(&column.name));
    match (&column.kind, &column.accepted) {
        (ColumnType::String, Some(words)) => {
            let places = words.iter().enumerate();
            let whens: Vec<String> = places
                .map(|(place, word)| format!("WHEN '{}' THEN {place}", word.replace('\'', "''")))
                .collect();
            format!("CASE {value} {} END", whens.join(" "))
        }
        _ => value,
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
