//! How an aggregate that keeps state for many groups at once answers DataFusion's two questions: by groups, and for one
//! group alone (windows, no GROUP BY). Never what an aggregate computes.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, ListArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{filter, prep_null_mask_filter};
use arrow::datatypes::Field;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

/// The state of many groups.
pub trait Groups: Send + Sync + Any {
    /// Takes rows in: the arguments' columns and each row's group.
    fn update(&mut self, columns: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()>;

    /// Takes in what [`Self::state`] gave elsewhere.
    fn merge(&mut self, states: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()>;

    /// One value for each of `groups`.
    fn answer(&self, groups: Range<usize>) -> Result<ArrayRef>;

    /// One row of state for each of `groups`.
    fn state(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>>;

    /// The state of each row as if it were a group of its own; NULL for rows that are not `kept`.
    fn state_of_rows(&self, columns: &[ArrayRef], kept: Option<&BooleanArray>) -> Result<Vec<ArrayRef>>;

    /// Drops the first groups; the others move down.
    fn forget(&mut self, groups: usize) -> Result<()>;

    /// How many groups have been seen.
    fn len(&self) -> usize;

    /// Bytes held.
    fn bytes(&self) -> usize;
}

/// Many groups, as a hash aggregate asks for them.
pub struct ByGroup<G>(pub G);

impl<G: Groups> ByGroup<G> {
    fn emitted(&self, emit: EmitTo) -> Range<usize> {
        match emit {
            EmitTo::All => 0..self.0.len(),
            EmitTo::First(groups) => 0..groups,
        }
    }
}

impl<G: Groups> GroupsAccumulator for ByGroup<G> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_of: &[usize],
        kept: Option<&BooleanArray>,
        groups: usize,
    ) -> Result<()> {
        let Some(kept) = kept else { return self.0.update(values, group_of, groups) };
        let kept = if kept.null_count() > 0 { prep_null_mask_filter(kept) } else { kept.clone() };
        let columns: Result<Vec<ArrayRef>, _> = values.iter().map(|column| filter(column, &kept)).collect();
        let rows = group_of.iter().zip(kept.values().iter()).filter(|(_, kept)| *kept);
        let group_of: Vec<usize> = rows.map(|(group, _)| *group).collect();
        self.0.update(&columns?, &group_of, groups)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let groups = self.emitted(emit);
        let answer = self.0.answer(groups.clone())?;
        self.0.forget(groups.end)?;
        Ok(answer)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let groups = self.emitted(emit);
        let state = self.0.state(groups.clone())?;
        self.0.forget(groups.end)?;
        Ok(state)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.0.merge(values, group_of, groups)
    }

    fn convert_to_state(&self, values: &[ArrayRef], kept: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        self.0.state_of_rows(values, kept)
    }

    fn size(&self) -> usize {
        self.0.bytes()
    }
}

/// Every value as a list of one; NULL for values that are NULL or not `kept`.
pub fn lists_of_one(values: &ArrayRef, kept: Option<&BooleanArray>) -> Result<ListArray> {
    let nulls = NullBuffer::union(values.logical_nulls().as_ref(), kept_mask(kept).as_ref());
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    let offsets = OffsetBuffer::<i32>::from_lengths(std::iter::repeat_n(1, values.len()));
    Ok(ListArray::try_new(field, offsets, Arc::clone(values), nulls)?)
}

/// A filter as a mask: NULL does not keep.
pub fn kept_mask(kept: Option<&BooleanArray>) -> Option<NullBuffer> {
    kept.map(|kept| {
        let kept = if kept.null_count() > 0 { prep_null_mask_filter(kept) } else { kept.clone() };
        NullBuffer::new(kept.values().clone())
    })
}

/// One group alone.
#[derive(Debug)]
pub struct Alone<G>(pub G);

impl<G: Groups + std::fmt::Debug> Accumulator for Alone<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = values.first().map_or(0, |column| column.len());
        self.0.update(values, &vec![0; rows], 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.see_the_group()?;
        ScalarValue::try_from_array(&self.0.answer(0..1)?, 0)
    }

    fn size(&self) -> usize {
        self.0.bytes()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.see_the_group()?;
        self.0.state(0..1)?.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, |column| column.len());
        self.0.merge(states, &vec![0; rows], 1)
    }
}

impl<G: Groups> Alone<G> {
    /// Without a row the group has not been seen yet.
    fn see_the_group(&mut self) -> Result<()> {
        if self.0.len() == 0 { self.0.merge(&[], &[], 1) } else { Ok(()) }
    }
}
