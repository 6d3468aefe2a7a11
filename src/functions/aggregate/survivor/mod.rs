//! `survivor`, `frequent_survivor` and `consent_survivor`: the one value that an attribute of a customer takes out of
//! what several records say, and the record it comes from. Ties are broken by trust, by time and then by content.

mod held;
mod ranking;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, BooleanArray, Int64Array, StructArray,
    new_null_array,
};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use arrow::row::{Row, RowConverter, RowParser, SortField};
use datafusion::common::{Result, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, GroupsAccumulator, Signature, Volatility,
};

use super::groups::{Alone, ByGroup, Groups, kept_mask};
use held::{Candidate, Held};
use ranking::Ranking;
pub use ranking::Rule;

/// One of the three functions. Each returns a struct: the value, the record's source and key, how many records state a
/// value, and whether they all state the same one.
pub struct Survivor {
    rule: Rule,
    signature: Signature,
    documentation: Documentation,
}

impl Survivor {
    pub fn new(rule: Rule) -> Self {
        let documentation = super::documentation(
            rule.description(),
            &format!(
                "{}({})",
                rule.name(),
                rule.parameters().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
            ),
            rule.example(),
            rule.parameters(),
        );
        Self { rule, signature: Signature::user_defined(Volatility::Immutable), documentation }
    }
}

impl fmt::Debug for Survivor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Survivor {
    fn eq(&self, other: &Self) -> bool {
        self.rule == other.rule
    }
}

impl Eq for Survivor {}

impl Hash for Survivor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rule.hash(state);
    }
}

fn answer_fields(value: DataType) -> Fields {
    [
        ("value", value),
        ("source", DataType::Utf8View),
        ("source_key", DataType::Utf8View),
        ("stated", DataType::Int64),
        ("agreed", DataType::Boolean),
    ]
    .into_iter()
    .map(|(name, kind)| Field::new(name, kind, true))
    .collect()
}

impl AggregateUDFImpl for Survivor {
    fn name(&self) -> &str {
        self.rule.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let parameters = self.rule.parameters();
        if given.len() != parameters.len() {
            return plan_err!("`{}` takes {} arguments, not {}", self.name(), parameters.len(), given.len());
        }
        let coerced = parameters.iter().zip(given).enumerate().map(|(index, ((name, _), given))| {
            let known = match self.rule.wants(index) {
                ranking::Wants::Value => Some(plain(given)),
                ranking::Wants::Consent => is_consent(given).then_some(DataType::Boolean),
                ranking::Wants::Order => is_order(given).then_some(DataType::Int64),
                ranking::Wants::Text => is_text(given).then_some(DataType::Utf8View),
            };
            match known {
                Some(known) => Ok(known),
                None => plan_err!("`{name}` of `{}` cannot be {given}", self.name()),
            }
        });
        coerced.collect()
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given {
            [value, ..] => Ok(DataType::Struct(answer_fields(value.clone()))),
            [] => plan_err!("`{}` takes a value", self.name()),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format_state_name(args.name, "held"), DataType::Binary, true))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Alone(Survivors::new(self.rule, args.expr_fields)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ByGroup(Survivors::new(self.rule, args.expr_fields)?)))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

fn plain(given: &DataType) -> DataType {
    match given {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    }
}

fn is_consent(given: &DataType) -> bool {
    matches!(given, DataType::Boolean | DataType::Null)
}

/// What has an order that a whole number keeps.
fn is_order(given: &DataType) -> bool {
    given.is_integer()
        || matches!(given, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 | DataType::Null)
}

fn is_text(given: &DataType) -> bool {
    match given {
        DataType::Dictionary(_, values) => is_text(values),
        other => {
            matches!(other, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null)
        }
    }
}

/// What survives so far, for many groups. Values are kept as the bytes of (value, source, source key), which compare as
/// these do.
struct Survivors {
    rule: Rule,
    rows: RowConverter,
    parser: RowParser,
    value_type: DataType,
    held: Held,
}

impl fmt::Debug for Survivors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what survives of {} groups", self.held.groups())
    }
}

impl Survivors {
    fn new(rule: Rule, fields: &[FieldRef]) -> Result<Self> {
        let Some(value) = fields.first() else { return internal_err!("a value was expected") };
        let value_type = value.data_type().clone();
        let rows = RowConverter::new(vec![
            SortField::new(value_type.clone()),
            SortField::new(DataType::Utf8View),
            SortField::new(DataType::Utf8View),
        ])?;
        Ok(Self { rule, parser: rows.parser(), rows, value_type, held: Held::default() })
    }

    /// The columns whose bytes are kept.
    fn kept<'a>(&self, columns: &'a [ArrayRef]) -> Result<[&'a ArrayRef; 3]> {
        match columns {
            [value, .., source, source_key] => Ok([value, source, source_key]),
            _ => internal_err!("`{}` was given {} columns", self.rule.name(), columns.len()),
        }
    }

    fn encode(&self, columns: [&ArrayRef; 3]) -> Result<arrow::row::Rows> {
        Ok(self.rows.convert_columns(&columns.map(Arc::clone))?)
    }
}

impl Groups for Survivors {
    fn update(&mut self, columns: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.held.resize(groups);
        if columns.is_empty() {
            return Ok(());
        }
        let kept = self.kept(columns)?;
        let ranking = Ranking::new(self.rule, columns)?;
        let stating = ranking.stating(kept[0]);
        // Only what comes first so far, or is level with it, need be encoded.
        let mut contenders: Vec<u32> = Vec::new();
        let mut candidates: Vec<(usize, Candidate)> = Vec::new();
        for row in stating {
            let Some(group) = group_of.get(row) else { continue };
            let candidate = ranking.candidate(row);
            if self.held.may_win(*group, &candidate, self.rule) {
                contenders.push(row as u32);
                candidates.push((*group, candidate));
            } else {
                self.held.count(*group, &candidate, self.rule);
            }
        }
        if contenders.is_empty() {
            return Ok(());
        }
        let taken = if contenders.len() == group_of.len() {
            self.encode(kept)?
        } else {
            let indices = arrow::array::UInt32Array::from(contenders);
            let mut taken = Vec::with_capacity(kept.len());
            for column in kept {
                taken.push(arrow::compute::take(column, &indices, None)?);
            }
            self.rows.convert_columns(&taken)?
        };
        for ((group, candidate), row) in candidates.into_iter().zip(taken.iter()) {
            self.held.offer(group, candidate, row.data(), self.rule)?;
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef], group_of: &[usize], groups: usize) -> Result<()> {
        self.held.resize(groups);
        let Some(states) = states.first() else { return Ok(()) };
        let Some(states) = states.as_binary_opt::<i32>() else {
            return internal_err!("the state of `{}` is not bytes", self.rule.name());
        };
        for (index, group) in group_of.iter().enumerate() {
            if states.is_valid(index) {
                self.held.read(*group, states.value(index), self.rule)?;
            }
        }
        Ok(())
    }

    fn answer(&self, groups: Range<usize>) -> Result<ArrayRef> {
        let absent: Vec<ArrayRef> = vec![
            new_null_array(&self.value_type, 1),
            new_null_array(&DataType::Utf8View, 1),
            new_null_array(&DataType::Utf8View, 1),
        ];
        let absent = self.rows.convert_columns(&absent)?;
        let mut rows: Vec<Row> = Vec::with_capacity(groups.len());
        let mut stated = Vec::with_capacity(groups.len());
        let mut agreed = Vec::with_capacity(groups.len());
        for group in groups {
            let verdict = self.held.verdict(group, self.rule);
            rows.push(match &verdict {
                Some(verdict) => self.parser.parse(verdict.bytes),
                None => absent.row(0),
            });
            stated.push(verdict.as_ref().map_or(0, |verdict| verdict.stated));
            agreed.push(verdict.map(|verdict| verdict.agreed));
        }
        let mut columns = match rows.is_empty() {
            true => vec![
                new_null_array(&self.value_type, 0),
                new_null_array(&DataType::Utf8View, 0),
                new_null_array(&DataType::Utf8View, 0),
            ],
            false => self.rows.convert_rows(rows)?,
        };
        columns.push(Arc::new(Int64Array::from(stated)));
        columns.push(Arc::new(BooleanArray::from(agreed)));
        Ok(Arc::new(StructArray::try_new(answer_fields(self.value_type.clone()), columns, None)?))
    }

    fn state(&self, groups: Range<usize>) -> Result<Vec<ArrayRef>> {
        let mut states = BinaryBuilder::with_capacity(groups.len(), 0);
        let mut state = Vec::new();
        for group in groups {
            state.clear();
            self.held.write(group, &mut state);
            match state.is_empty() {
                true => states.append_null(),
                false => states.append_value(&state),
            }
        }
        Ok(vec![Arc::new(states.finish())])
    }

    fn state_of_rows(&self, columns: &[ArrayRef], kept: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let stored = self.kept(columns)?;
        let ranking = Ranking::new(self.rule, columns)?;
        let mask = kept_mask(kept);
        let rows = self.encode(stored)?;
        let mut states = BinaryBuilder::with_capacity(rows.num_rows(), 0);
        let mut state = Vec::new();
        let mut stating = ranking.stating(stored[0]).peekable();
        for (index, row) in rows.iter().enumerate() {
            let states_a_value = stating.next_if_eq(&index).is_some();
            if states_a_value && mask.as_ref().is_none_or(|mask| mask.is_valid(index)) {
                state.clear();
                ranking.candidate(index).write(row.data(), &mut state);
                states.append_value(&state);
            } else {
                states.append_null();
            }
        }
        let states: BinaryArray = states.finish();
        Ok(vec![Arc::new(states)])
    }

    fn forget(&mut self, groups: usize) -> Result<()> {
        self.held.forget(groups);
        Ok(())
    }

    fn len(&self) -> usize {
        self.held.groups()
    }

    fn bytes(&self) -> usize {
        self.held.bytes() + self.rows.size()
    }
}
