//! `mode`: the most frequent value.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, new_null_array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::{Result, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, GroupsAccumulator, Signature, Volatility,
};

use super::groups::{Alone, ByGroup, Groups, lists_of_one};

/// `mode(value)`: the most frequent value, of equally frequent ones the smallest; NULL does not count.
pub struct Mode {
    signature: Signature,
    documentation: Documentation,
}

impl Mode {
    pub fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: super::documentation(
                "The most frequent value; of equally frequent ones the smallest. NULL does not count.",
                "mode(value)",
                "mode(category)",
                &[("value", "what to count")],
            ),
        }
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mode")
    }
}

impl PartialEq for Mode {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Mode {}

impl Hash for Mode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        "mode".hash(state);
    }
}

impl AggregateUDFImpl for Mode {
    fn name(&self) -> &str {
        "mode"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        match given {
            [DataType::Dictionary(_, value)] => Ok(vec![value.as_ref().clone()]),
            [_] => Ok(given.to_vec()),
            _ => plan_err!("`mode` takes 1 argument, not {}", given.len()),
        }
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [value] => Ok(value.clone()),
            _ => plan_err!("`mode` takes a value"),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let value = args.input_fields.first().map_or(DataType::Null, |field| field.data_type().clone());
        Ok([("values", value), ("counts", DataType::Int64)]
            .into_iter()
            .map(|(part, of)| {
                let list = DataType::List(Arc::new(Field::new_list_field(of, true)));
                Arc::new(Field::new(format_state_name(args.name, part), list, true))
            })
            .collect())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Alone(Counts::new(args.expr_fields)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ByGroup(Counts::new(args.expr_fields)?)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// How often each group has seen each value; a value is kept once and numbered.
struct Counts {
    rows: RowConverter,
    value_type: DataType,
    numbers: HashMap<OwnedRow, u32>,
    values: Vec<OwnedRow>,
    value_bytes: usize,
    counts: HashMap<(usize, u32), i64>,
    groups: usize,
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "counts of {} groups", self.groups)
    }
}

impl Counts {
    fn new(fields: &[FieldRef]) -> Result<Self> {
        let [value] = fields else { return internal_err!("one value was expected") };
        Ok(Self {
            rows: RowConverter::new(vec![SortField::new(value.data_type().clone())])?,
            value_type: value.data_type().clone(),
            numbers: HashMap::new(),
            values: Vec::new(),
            value_bytes: 0,
            counts: HashMap::new(),
            groups: 0,
        })
    }

    fn add(&mut self, values: &ArrayRef, group_of: impl Iterator<Item = (usize, i64)>) -> Result<()> {
        let rows = self.rows.convert_columns(&[Arc::clone(values)])?;
        for (index, (row, (group, count))) in rows.iter().zip(group_of).enumerate() {
            if values.is_null(index) {
                continue;
            }
            let owned = row.owned();
            let number = match self.numbers.get(&owned) {
                Some(number) => *number,
                None => {
                    let Ok(number) = u32::try_from(self.values.len()) else {
                        return internal_err!("`mode` met more than 2^32 distinct values");
                    };
                    self.value_bytes += 2 * owned.as_ref().len();
                    self.values.push(owned.clone());
                    self.numbers.insert(owned, number);
                    number
                }
            };
            *self.counts.entry((group, number)).or_insert(0) += count;
        }
        Ok(())
    }

    /// (group, value's number, count), in the order of groups and then of values.
    fn sorted(&self, groups: &Range<usize>) -> Vec<(usize, &OwnedRow, i64)> {
        let wanted = self.counts.iter().filter(|((group, _), _)| groups.contains(group));
        let mut sorted: Vec<(usize, &OwnedRow, i64)> = wanted
            .filter_map(|((group, number), count)| Some((*group, self.values.get(*number as usize)?, *count)))
            .collect();
        sorted.sort_unstable();
        sorted
    }

    fn array(&self, rows: &[&OwnedRow]) -> Result<ArrayRef> {
        if rows.is_empty() {
            return Ok(new_null_array(&self.value_type, 0));
        }
        match self.rows.convert_rows(rows.iter().map(|row| row.row()))?.pop() {
            Some(values) => Ok(values),
            None => internal_err!("rows came back without columns"),
        }
    }
}

impl Groups for Counts {
    fn update(&mut self, columns: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.groups = self.groups.max(groups);
        let [values] = columns else { return Ok(()) };
        self.add(values, group_of.iter().map(|group| (*group, 1)))
    }

    fn merge(&mut self, states: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.groups = self.groups.max(groups);
        let [values, counts] = states else { return Ok(()) };
        let (Some(values), Some(counts)) = (values.as_list_opt::<i32>(), counts.as_list_opt::<i32>()) else {
            return internal_err!("the state of `mode` is not two lists");
        };
        for (index, group) in group_of.iter().enumerate() {
            if values.is_null(index) {
                continue;
            }
            let counts = cast(&counts.value(index), &DataType::Int64)?;
            let Some(counts) = counts.as_primitive_opt::<Int64Type>() else { continue };
            self.add(&values.value(index), counts.values().iter().map(|count| (*group, *count)))?;
        }
        Ok(())
    }

    fn answer(&self, groups: Range<usize>) -> Result<ArrayRef> {
        let mut best: Vec<Option<(&OwnedRow, i64)>> = vec![None; groups.len()];
        for (group, row, count) in self.sorted(&groups) {
            if let Some(best) = best.get_mut(group - groups.start)
                && best.is_none_or(|(_, most)| count > most)
            {
                *best = Some((row, count));
            }
        }
        let nulls = self.rows.convert_columns(&[new_null_array(&self.value_type, 1)])?;
        let null = nulls.row(0).owned();
        let rows: Vec<&OwnedRow> = best.iter().map(|best| best.map_or(&null, |(row, _)| row)).collect();
        self.array(&rows)
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>> {
        let sorted = self.sorted(&groups);
        let mut lengths = vec![0_usize; groups.len()];
        for (group, ..) in &sorted {
            if let Some(length) = lengths.get_mut(group - groups.start) {
                *length += 1;
            }
        }
        let rows: Vec<&OwnedRow> = sorted.iter().map(|(_, row, _)| *row).collect();
        let counts: Int64Array = sorted.iter().map(|(.., count)| Some(*count)).collect();
        let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
        let list = |values: ArrayRef| {
            let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
            ListArray::try_new(field, offsets.clone(), values, None)
        };
        let values = concat(&[self.array(&rows)?.as_ref()])?;
        Ok(vec![Arc::new(list(values)?), Arc::new(list(Arc::new(counts))?)])
    }

    fn state_of_rows(&self, columns: &[ArrayRef], kept: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let [values] = columns else { return internal_err!("one value was expected") };
        let counts: ArrayRef = Arc::new(Int64Array::from(vec![1; values.len()]));
        Ok(vec![Arc::new(lists_of_one(values, kept)?), Arc::new(lists_of_one(&counts, kept)?)])
    }

    fn forget(&mut self, groups: usize) -> Result<()> {
        self.groups = self.groups.saturating_sub(groups);
        let counts = std::mem::take(&mut self.counts);
        self.counts = counts
            .into_iter()
            .filter_map(|((group, number), count)| Some(((group.checked_sub(groups)?, number), count)))
            .collect();
        if self.groups == 0 {
            self.numbers.clear();
            self.values.clear();
            self.value_bytes = 0;
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.groups
    }

    fn bytes(&self) -> usize {
        let each_value = 2 * size_of::<OwnedRow>() + size_of::<u32>();
        let each_count = size_of::<((usize, u32), i64)>() + 8;
        self.value_bytes + self.values.capacity() * each_value + self.counts.capacity() * each_count
    }
}
