//! `max_by` and `min_by`: the value that stands beside the greatest or least key.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, new_null_array};
use arrow::compute::{SortOptions, nullif};
use arrow::datatypes::{DataType, Field, FieldRef};
use arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::{Result, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, GroupsAccumulator, Signature, Volatility,
};

use super::groups::{Alone, ByGroup, Groups, kept_mask};

/// Which key wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    Greatest,
    Least,
}

/// `max_by(value, key)` or `min_by(value, key)`. Rows without a key do not count. Among equal keys the greatest value
/// wins for `max_by` and the least for `min_by`; NULL only where there is nothing else.
pub struct By {
    which: Which,
    signature: Signature,
    documentation: Documentation,
}

impl By {
    pub fn new(which: Which) -> Self {
        let (description, name) = match which {
            Which::Greatest => {
                ("The value beside the greatest key; among equal keys the greatest value.", "max_by")
            }
            Which::Least => ("The value beside the least key; among equal keys the least value.", "min_by"),
        };
        let arguments =
            [("value", "what to return"), ("key", "what to compare; rows without it do not count")];
        Self {
            which,
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: super::documentation(
                description,
                &format!("{name}(value, key)"),
                &format!("{name}(store_id, ordered_at)"),
                &arguments,
            ),
        }
    }
}

impl fmt::Debug for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for By {
    fn eq(&self, other: &Self) -> bool {
        self.which == other.which
    }
}

impl Eq for By {}

impl Hash for By {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.which.hash(state);
    }
}

impl AggregateUDFImpl for By {
    fn name(&self) -> &str {
        match self.which {
            Which::Greatest => "max_by",
            Which::Least => "min_by",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() != 2 {
            return plan_err!("`{}` takes 2 arguments, not {}", self.name(), given.len());
        }
        Ok(given.to_vec())
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [value, _] => Ok(value.clone()),
            _ => plan_err!("`{}` takes a value and a key", self.name()),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let fields = args.input_fields.iter().zip(["value", "key"]).map(|(field, part)| {
            Arc::new(Field::new(format_state_name(args.name, part), field.data_type().clone(), true))
        });
        Ok(fields.collect())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Alone(Best::new(self.which, args.expr_fields)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ByGroup(Best::new(self.which, args.expr_fields)?)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// The best row of each group, as bytes that compare as (key, value) do.
struct Best {
    which: Which,
    rows: RowConverter,
    value_type: DataType,
    key_type: DataType,
    best: Vec<Option<OwnedRow>>,
    row_bytes: usize,
}

impl fmt::Debug for Best {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the best of {} groups", self.best.len())
    }
}

impl Best {
    fn new(which: Which, fields: &[FieldRef]) -> Result<Self> {
        let [value, key] = fields else { return internal_err!("a value and a key were expected") };
        // NULL loses among equal keys whichever way they are compared.
        let options = SortOptions { descending: false, nulls_first: which == Which::Greatest };
        let sort = |field: &FieldRef| SortField::new_with_options(field.data_type().clone(), options);
        Ok(Self {
            which,
            rows: RowConverter::new(vec![sort(key), sort(value)])?,
            value_type: value.data_type().clone(),
            key_type: key.data_type().clone(),
            best: Vec::new(),
            row_bytes: 0,
        })
    }

    /// (key, value) of the groups, NULL where a group has none.
    fn columns(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>> {
        let wanted = self.best.get(groups.clone()).unwrap_or_default();
        if wanted.iter().all(Option::is_none) {
            return Ok(vec![
                new_null_array(&self.key_type, groups.len()),
                new_null_array(&self.value_type, groups.len()),
            ]);
        }
        let nulls = self
            .rows
            .convert_columns(&[new_null_array(&self.key_type, 1), new_null_array(&self.value_type, 1)])?;
        let rows = wanted.iter().map(|row| row.as_ref().map_or_else(|| nulls.row(0), OwnedRow::row));
        Ok(self.rows.convert_rows(rows)?)
    }
}

impl Groups for Best {
    fn update(&mut self, columns: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        if self.best.len() < groups {
            self.best.resize(groups, None);
        }
        let [value, key] = columns else { return Ok(()) };
        let rows = self.rows.convert_columns(&[Arc::clone(key), Arc::clone(value)])?;
        for (index, (row, group)) in rows.iter().zip(group_of).enumerate() {
            if key.is_null(index) {
                continue;
            }
            let Some(best) = self.best.get_mut(*group) else { continue };
            let wins = best.as_ref().is_none_or(|best| match self.which {
                Which::Greatest => row > best.row(),
                Which::Least => row < best.row(),
            });
            if wins {
                self.row_bytes += row.as_ref().len();
                if let Some(old) = best.replace(row.owned()) {
                    self.row_bytes = self.row_bytes.saturating_sub(old.as_ref().len());
                }
            }
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.update(states, group_of, groups)
    }

    fn answer(&self, groups: Range<usize>) -> Result<ArrayRef> {
        match self.columns(groups)?.pop() {
            Some(values) => Ok(values),
            None => internal_err!("rows came back without columns"),
        }
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>> {
        let mut columns = self.columns(groups)?;
        columns.reverse();
        Ok(columns)
    }

    fn state_of_rows(&self, columns: &[ArrayRef], kept: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let [value, key] = columns else { return internal_err!("a value and a key were expected") };
        let Some(kept) = kept_mask(kept) else { return Ok(columns.to_vec()) };
        let dropped = BooleanArray::new(!kept.inner(), None);
        Ok(vec![Arc::clone(value), nullif(key, &dropped)?])
    }

    fn forget(&mut self, groups: usize) -> Result<()> {
        for old in self.best.drain(..groups.min(self.best.len())).flatten() {
            self.row_bytes = self.row_bytes.saturating_sub(old.as_ref().len());
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.best.len()
    }

    fn bytes(&self) -> usize {
        self.best.capacity() * size_of::<Option<OwnedRow>>() + self.row_bytes + self.rows.size()
    }
}
