//! `percentile_disc` and `quantile_edges`: values of a column at given shares of its sorted rows, never between them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, UInt32Array, new_empty_array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{SortColumn, SortOptions, concat, filter, is_not_null, lexsort_to_indices, take};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, GroupsAccumulator, Signature, Volatility,
};
use datafusion::physical_expr::expressions::Literal;

use super::groups::{Alone, ByGroup, Groups, lists_of_one};

/// Which function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wanted {
    Percentile,
    Edges,
}

/// `percentile_disc(value, share)`: the smallest value at or below which at least `share` of the rows lie.
/// `quantile_edges(value, buckets)`: the values at 1/buckets, 2/buckets … of the rows, as right-closed edges for `cut`:
/// equal values always fall into one bucket.
pub struct Quantile {
    wanted: Wanted,
    signature: Signature,
    documentation: Documentation,
}

impl Quantile {
    pub fn new(wanted: Wanted) -> Self {
        let documentation = match wanted {
            Wanted::Percentile => super::documentation(
                "The smallest value at or below which at least a share of the rows lie. NULL does not count.",
                "percentile_disc(value, share)",
                "percentile_disc(first_reply_minutes, 0.9)",
                &[("value", "what to sort"), ("share", "a constant from 0 to 1")],
            ),
            Wanted::Edges => super::documentation(
                "The right-closed edges that cut a column into buckets at its quantiles, one fewer than buckets.",
                "quantile_edges(value, buckets)",
                "quantile_edges(order_count, 5)",
                &[("value", "what to sort; NULL does not count"), ("buckets", "a constant, 2 or more")],
            ),
        };
        Self { wanted, signature: Signature::user_defined(Volatility::Immutable), documentation }
    }

    fn ranks(&self, args: &AccumulatorArgs) -> Result<Ranks> {
        let literal = args.exprs.get(1).and_then(|share| share.downcast_ref::<Literal>());
        let Some(constant) = literal.map(Literal::value) else {
            return plan_err!("the second argument of `{}` must be a constant", self.name());
        };
        let number = match constant.cast_to(&DataType::Float64)? {
            ScalarValue::Float64(Some(number)) => number,
            _ => return plan_err!("the second argument of `{}` must be a number", self.name()),
        };
        match self.wanted {
            Wanted::Percentile if (0.0..=1.0).contains(&number) => {
                let descending = args.order_bys.first().is_some_and(|order| order.options.descending);
                Ok(Ranks::Share { share: number, descending })
            }
            Wanted::Percentile => plan_err!("the share of `percentile_disc` must be from 0 to 1"),
            Wanted::Edges if number.fract() == 0.0 && (2.0..=10_000.0).contains(&number) => {
                Ok(Ranks::Edges { buckets: number as usize })
            }
            Wanted::Edges => {
                plan_err!("the buckets of `quantile_edges` must be a whole number from 2 to 10000")
            }
        }
    }
}

impl fmt::Debug for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Quantile {
    fn eq(&self, other: &Self) -> bool {
        self.wanted == other.wanted
    }
}

impl Eq for Quantile {}

impl Hash for Quantile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.wanted.hash(state);
    }
}

fn list_of(value: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(value, true)))
}

impl AggregateUDFImpl for Quantile {
    fn name(&self) -> &str {
        match self.wanted {
            Wanted::Percentile => "percentile_disc",
            Wanted::Edges => "quantile_edges",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [value, constant] = given else {
            return plan_err!("`{}` takes 2 arguments, not {}", self.name(), given.len());
        };
        if !constant.is_numeric() {
            return plan_err!("the second argument of `{}` must be a number, not {constant}", self.name());
        }
        Ok(vec![value.clone(), constant.clone()])
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match (given, self.wanted) {
            ([value, ..], Wanted::Percentile) => Ok(value.clone()),
            ([value, ..], Wanted::Edges) => Ok(list_of(value.clone())),
            _ => plan_err!("`{}` takes a value", self.name()),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let value = args.input_fields.first().map_or(DataType::Null, |field| field.data_type().clone());
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "values"), list_of(value), true))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Alone(Sorted::new(self.ranks(&args)?, args.expr_fields)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ByGroup(Sorted::new(self.ranks(&args)?, args.expr_fields)?)))
    }

    fn supports_within_group_clause(&self) -> bool {
        self.wanted == Wanted::Percentile
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// Which rows of a sorted group are wanted.
#[derive(Debug, Clone, Copy)]
enum Ranks {
    Share { share: f64, descending: bool },
    Edges { buckets: usize },
}

impl Ranks {
    /// The positions within `rows` sorted values.
    fn positions(self, rows: usize) -> Vec<usize> {
        match self {
            Self::Share { share, descending } => {
                // Less a grain, so that 0.55 of 100 rows is the 55th in spite of binary fractions.
                let rank = ((share * rows as f64 - 1e-9).ceil() as usize).clamp(1, rows);
                vec![if descending { rows - rank } else { rank - 1 }]
            }
            Self::Edges { buckets } => {
                (1..buckets).map(|edge| (edge * rows).div_ceil(buckets).max(1) - 1).collect()
            }
        }
    }
}

/// All values, with the group of each.
#[derive(Debug)]
struct Sorted {
    ranks: Ranks,
    value_type: DataType,
    chunks: Vec<ArrayRef>,
    group_of: Vec<u32>,
    groups: usize,
}

impl Sorted {
    fn new(ranks: Ranks, fields: &[FieldRef]) -> Result<Self> {
        let Some(value) = fields.first() else { return internal_err!("a value was expected") };
        let value_type = value.data_type().clone();
        Ok(Self { ranks, value_type, chunks: Vec::new(), group_of: Vec::new(), groups: 0 })
    }

    fn keep(&mut self, values: &ArrayRef, group_of: impl Iterator<Item = usize>) -> Result<()> {
        let nulls = values.logical_nulls();
        let valid = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        for (_, group) in group_of.enumerate().filter(|(row, _)| valid(*row)) {
            let Ok(group) = u32::try_from(group) else { return internal_err!("more than 2^32 groups") };
            self.group_of.push(group);
        }
        let kept = if nulls.is_some() { filter(values, &is_not_null(values)?)? } else { Arc::clone(values) };
        self.chunks.push(kept);
        Ok(())
    }

    fn values(&self) -> Result<ArrayRef> {
        let chunks: Vec<&dyn Array> = self.chunks.iter().map(AsRef::as_ref).collect();
        if chunks.is_empty() { Ok(new_empty_array(&self.value_type)) } else { Ok(concat(&chunks)?) }
    }

    /// All values in the order of groups and then of values, and where each of `groups` begins and ends.
    fn sorted(&self, groups: &Range<usize>) -> Result<(ArrayRef, Vec<Range<usize>>)> {
        let values = self.values()?;
        let group_of: ArrayRef = Arc::new(UInt32Array::from(self.group_of.clone()));
        let options = Some(SortOptions { descending: false, nulls_first: false });
        let columns =
            [SortColumn { values: group_of, options }, SortColumn { values: Arc::clone(&values), options }];
        let order = lexsort_to_indices(&columns, None)?;
        let sorted = take(&values, &order, None)?;
        let mut lengths = vec![0_usize; groups.end];
        for group in &self.group_of {
            if let Some(length) = lengths.get_mut(*group as usize) {
                *length += 1;
            }
        }
        let mut start = 0;
        let ranges = lengths.iter().map(|length| {
            let range = start..start + length;
            start += length;
            range
        });
        Ok((sorted, ranges.skip(groups.start).collect()))
    }
}

impl Groups for Sorted {
    fn update(&mut self, columns: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.groups = self.groups.max(groups);
        let [values, ..] = columns else { return Ok(()) };
        self.keep(values, group_of.iter().copied())
    }

    fn merge(&mut self, states: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.groups = self.groups.max(groups);
        let [states] = states else { return Ok(()) };
        let Some(states) = states.as_list_opt::<i32>() else {
            return internal_err!("the state of a quantile is not a list");
        };
        for (index, group) in group_of.iter().enumerate().filter(|(index, _)| states.is_valid(*index)) {
            let values = states.value(index);
            self.keep(&values, std::iter::repeat_n(*group, values.len()))?;
        }
        Ok(())
    }

    fn answer(&self, groups: Range<usize>) -> Result<ArrayRef> {
        let (sorted, ranges) = self.sorted(&groups)?;
        let positions = |range: &Range<usize>| {
            let start = range.start;
            let ranks = if range.is_empty() { Vec::new() } else { self.ranks.positions(range.len()) };
            ranks.into_iter().map(move |rank| (start + rank) as u32)
        };
        match self.ranks {
            Ranks::Share { .. } => {
                let indices: UInt32Array = ranges.iter().map(|range| positions(range).next()).collect();
                Ok(take(&sorted, &indices, None)?)
            }
            Ranks::Edges { .. } => {
                let indices: UInt32Array = ranges.iter().flat_map(positions).map(Some).collect();
                let offsets =
                    OffsetBuffer::<i32>::from_lengths(ranges.iter().map(|range| positions(range).count()));
                let nulls = ranges.iter().map(|range| !range.is_empty()).collect();
                let field = Arc::new(Field::new_list_field(self.value_type.clone(), true));
                Ok(Arc::new(ListArray::try_new(field, offsets, take(&sorted, &indices, None)?, Some(nulls))?))
            }
        }
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>> {
        let (sorted, ranges) = self.sorted(&groups)?;
        let offsets = OffsetBuffer::<i32>::from_lengths(ranges.iter().map(Range::len));
        let (start, end) = (ranges.first().map_or(0, |r| r.start), ranges.last().map_or(0, |r| r.end));
        let field = Arc::new(Field::new_list_field(self.value_type.clone(), true));
        Ok(vec![Arc::new(ListArray::try_new(field, offsets, sorted.slice(start, end - start), None)?)])
    }

    fn state_of_rows(&self, columns: &[ArrayRef], kept: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let [values, ..] = columns else { return internal_err!("a value was expected") };
        Ok(vec![Arc::new(lists_of_one(values, kept)?)])
    }

    fn forget(&mut self, groups: usize) -> Result<()> {
        self.groups = self.groups.saturating_sub(groups);
        if self.groups == 0 {
            self.chunks.clear();
            self.group_of.clear();
            return Ok(());
        }
        let first = u32::try_from(groups).unwrap_or(u32::MAX);
        let kept: BooleanArray = self.group_of.iter().map(|group| Some(*group >= first)).collect();
        self.chunks = vec![filter(&self.values()?, &kept)?];
        self.group_of = self.group_of.iter().filter_map(|group| group.checked_sub(first)).collect();
        Ok(())
    }

    fn len(&self) -> usize {
        self.groups
    }

    fn bytes(&self) -> usize {
        let values: usize = self.chunks.iter().map(|chunk| chunk.get_array_memory_size()).sum();
        values + self.group_of.capacity() * size_of::<u32>()
    }
}
