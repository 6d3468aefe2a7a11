//! Repeated keys. The key columns alone are read first ([`keys_only`]), and one hash of eight bytes is kept for each row.
//! When the rows themselves are read, those whose hash repeats go aside ([`Repeated::split`]): all that may have to give
//! way to another row is in one small table, and nothing else is looked at twice. [`Statements`] then picks among them.
//!
//! A row with a NULL in its key repeats nothing. Rows whose hashes collide go aside too, and are kept.

use std::hash::{BuildHasher, Hasher};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::compute::{cast, filter_record_batch, not};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use hashbrown::{DefaultHashBuilder, HashSet};

use crate::config::column::{Column, ColumnType};
use crate::config::project::{Source, UniqueKey};
use crate::config::raw::source::{ExtraColumns, Keep};

/// A source of nothing but the key's columns, in the key's order: what is read to find repeats. Files without a header are
/// read whole, for there columns go by their places.
pub fn keys_only(source: &Source, key: &UniqueKey) -> (Source, Vec<usize>) {
    let mut keys = source.clone();
    if !source.files.header {
        return (keys, key.columns.clone());
    }
    keys.columns = key.columns.iter().filter_map(|index| source.columns.get(*index)).cloned().collect();
    keys.unique = None;
    keys.dated_by = None;
    keys.updated_at = None;
    keys.extra_columns = ExtraColumns::Ignore;
    let all = (0..keys.columns.len()).collect();
    (keys, all)
}

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
        let (hashes, nulls) = hash(&self.hasher, batch, &self.columns);
        match nulls {
            None => self.hashes.extend(hashes),
            Some(nulls) => self.hashes.extend(nulls.valid_indices().map(|row| hashes[row])),
        }
    }

    /// Takes over what another worker noted; both must be clones of one.
    pub fn merge(&mut self, other: Self) {
        if self.hashes.is_empty() {
            self.hashes = other.hashes;
        } else {
            self.hashes.extend(other.hashes);
        }
    }

    /// The hashes that were seen more than once; `columns` are the key's columns in the batches that will be split.
    pub fn repeated(mut self, columns: &[usize]) -> Repeated {
        self.hashes.sort_unstable();
        let pairs = self.hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        Repeated { hashes: pairs.collect(), hasher: self.hasher, columns: columns.to_vec() }
    }
}

/// Hashes that several rows have: their keys repeat, but for a collision.
#[derive(Debug, Clone, Default)]
pub struct Repeated {
    hasher: DefaultHashBuilder,
    columns: Vec<usize>,
    hashes: HashSet<u64>,
}

/// A batch in two.
#[derive(Debug, Clone)]
pub struct Split {
    /// Rows whose key no other row has.
    pub single: RecordBatch,
    /// Rows whose key another row may have; absent where there is none.
    pub repeated: Option<RecordBatch>,
}

impl Repeated {
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Parts the rows whose key repeats from the others.
    pub fn split(&self, batch: RecordBatch) -> Result<Split, ArrowError> {
        if self.hashes.is_empty() {
            return Ok(Split { single: batch, repeated: None });
        }
        let (hashes, nulls) = hash(&self.hasher, &batch, &self.columns);
        let repeats = |row: usize| {
            nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) && self.hashes.contains(&hashes[row])
        };
        let mask: BooleanArray = (0..batch.num_rows()).map(|row| Some(repeats(row))).collect();
        if mask.true_count() == 0 {
            return Ok(Split { single: batch, repeated: None });
        }
        let repeated = filter_record_batch(&batch, &mask)?;
        Ok(Split { single: filter_record_batch(&batch, &not(&mask)?)?, repeated: Some(repeated) })
    }
}

/// One hash a row; those where the key has a NULL mean nothing.
fn hash(
    builder: &DefaultHashBuilder,
    batch: &RecordBatch,
    columns: &[usize],
) -> (Vec<u64>, Option<NullBuffer>) {
    let mut hashes = vec![0; batch.num_rows()];
    let mut nulls = None;
    for array in columns.iter().filter_map(|index| batch.columns().get(*index)) {
        add_column(builder, array, &mut hashes);
        nulls = NullBuffer::union(nulls.as_ref(), array.logical_nulls().as_ref());
    }
    (hashes, nulls)
}

fn add_column(builder: &DefaultHashBuilder, array: &ArrayRef, hashes: &mut [u64]) {
    macro_rules! primitive {
        ($type:ty, $value:ident => $bits:expr) => {{
            for (hash, $value) in
                hashes.iter_mut().zip(array.as_primitive::<$type>().values().iter().copied())
            {
                *hash = builder.hash_one((*hash, $bits));
            }
        }};
    }
    match array.data_type() {
        DataType::Int64 => primitive!(Int64Type, value => value as u64),
        DataType::Float64 => primitive!(Float64Type, value => (value + 0.0).to_bits()),
        DataType::Date32 => primitive!(Date32Type, value => value as u64),
        DataType::Timestamp(..) => primitive!(TimestampMicrosecondType, value => value as u64),
        DataType::Decimal128(..) => primitive!(Decimal128Type, value => value as u128),
        DataType::Boolean => {
            for (hash, value) in hashes.iter_mut().zip(array.as_boolean().values()) {
                *hash = builder.hash_one((*hash, value));
            }
        }
        _ => {
            let Ok(texts) = cast(array, &DataType::Utf8View) else { return };
            let texts = texts.as_string_view();
            for (row, hash) in hashes.iter_mut().enumerate() {
                let mut hasher = builder.build_hasher();
                hasher.write_u64(*hash);
                hasher.write(texts.value(row).as_bytes());
                *hash = hasher.finish();
            }
        }
    }
}

/// SQL over one table: the rows of a source that went aside, in [`super::schema::staged`]'s columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statements {
    /// The rows that are kept, in the contract's columns.
    pub kept: String,
    /// How many they are, how many of them changed after the as-of date (0 where the source does not say when rows
    /// change), and how many of all the rows aside did: one row of three BIGINTs.
    pub counts: String,
    /// Where rows stand that go to the quarantine because none of the repeats is kept: the locator's columns. Absent
    /// where one of them is kept.
    pub quarantined: Option<String>,
}

/// The statements for a source's key over the table `aside`. They read the parameters `$as_of` and `$as_of_end`.
///
/// Of equal keys a row that changed after the as-of date (`updated_at`) is kept only if there is no other, and then the
/// one that changed first. Else the row that comes first by the ordering column is kept, rows without it last, then by
/// the content of all columns: never by file or line, so that the order of input changes nothing. A column of accepted
/// words is ordered as its contract lists them.
pub fn statements(source: &Source, key: &UniqueKey, aside: &str) -> Statements {
    let name =
        |index: &usize| source.columns.get(*index).map_or_else(String::new, |column| quoted(&column.name));
    let keys: Vec<String> = key.columns.iter().map(name).collect();
    let keys = keys.join(", ");
    let columns: Vec<String> = source.columns.iter().map(|column| quoted(&column.name)).collect();
    let list = columns.join(", ");
    let changed_later = source.updated_at.and_then(|index| {
        let column = source.columns.get(index)?;
        let name = quoted(&column.name);
        Some(match column.kind {
            ColumnType::Date { .. } => (format!("{name} > $as_of"), name),
            _ => (format!("{name} >= $as_of_end"), name),
        })
    });
    let (kept, quarantined) = match key.keep {
        Keep::None => {
            let counted = |columns: &str| {
                format!("SELECT {columns}, count(*) OVER (PARTITION BY {keys}) AS _rows FROM {aside}")
            };
            let locator = super::schema::LOCATOR.map(quoted).join(", ");
            (
                format!("SELECT {list} FROM ({}) AS c WHERE _rows = 1", counted(&list)),
                Some(format!("SELECT {locator} FROM ({}) AS c WHERE _rows > 1", counted(&locator))),
            )
        }
        Keep::First | Keep::Last => {
            let direction = if key.keep == Keep::Last { "DESC" } else { "ASC" };
            // NULL for rows that were so on the as-of date: they come first.
            let known = changed_later
                .as_ref()
                .map(|(later, name)| format!("CASE WHEN {later} THEN {name} END ASC NULLS FIRST"));
            let by = key.by.and_then(|index| source.columns.get(index));
            let by = by.map(|column| format!("{} {direction} NULLS LAST", rank(column)));
            let content = columns.iter().map(|column| format!("{column} ASC NULLS LAST"));
            let order: Vec<String> = known.into_iter().chain(by).chain(content).collect();
            let order = order.join(", ");
            let ranked = format!(
                "SELECT {list}, row_number() OVER (PARTITION BY {keys} ORDER BY {order}) AS _rank FROM {aside}"
            );
            (format!("SELECT {list} FROM ({ranked}) AS w WHERE _rank = 1"), None)
        }
    };
    let later = changed_later.map_or_else(|| "FALSE".to_owned(), |(later, _)| later);
    let counts = format!(
        "SELECT count(*) AS kept, count(*) FILTER (WHERE {later}) AS later, \
         (SELECT count(*) FROM {aside} WHERE {later}) AS later_aside FROM ({kept}) AS k"
    );
    Statements { kept, counts, quarantined }
}

/// What repeats are ordered by: a column's values, or the places of its words in the contract's list.
fn rank(column: &Column) -> String {
    let value = quoted(&column.name);
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
