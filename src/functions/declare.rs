//! How a scalar function is declared: parameters, result, body, documentation. Never what a function computes.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::TimestampMicrosecondArray;
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, Int64Array, ListArray, StringViewArray,
    StringViewBuilder,
};
use arrow::datatypes::{
    DataType, Date32Type, Field, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use chrono_tz::Tz;
use datafusion::common::{Result, ScalarValue, exec_err, internal_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, DocSection, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

/// What a parameter takes; other types are cast to it where nothing is lost, and refused otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Utf8View, from any string type.
    Text,
    /// Float64, from any number.
    Number,
    /// Int64, from any integer.
    Integer,
    /// Date32, from a date or a string that is one.
    Date,
    /// A date as it is, or Timestamp(Microsecond, "UTC") from any timestamp; one without a zone is taken as UTC.
    DateOrInstant,
    /// A list of Float64.
    Numbers,
}

/// The type that instants have.
pub fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl Kind {
    fn coerce(self, given: &DataType) -> Option<DataType> {
        if let DataType::Dictionary(_, values) = given {
            return self.coerce(values);
        }
        let is_text =
            matches!(given, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null);
        let is_null = *given == DataType::Null;
        let is_date = matches!(given, DataType::Date32 | DataType::Date64);
        let is_instant = matches!(given, DataType::Timestamp(..));
        match self {
            Self::Text => is_text.then_some(DataType::Utf8View),
            Self::Number => (given.is_numeric() || is_null).then_some(DataType::Float64),
            Self::Integer => (given.is_integer() || is_null).then_some(DataType::Int64),
            Self::Date => (is_text || is_date).then_some(DataType::Date32),
            Self::DateOrInstant if is_date => Some(DataType::Date32),
            Self::DateOrInstant => (is_null || is_instant).then(instant_type),
            Self::Numbers => {
                let of = match given {
                    DataType::List(f) | DataType::LargeList(f) | DataType::FixedSizeList(f, _) => {
                        f.data_type().clone()
                    }
                    DataType::Null => DataType::Null,
                    _ => return None,
                };
                Self::Number
                    .coerce(&of)
                    .map(|number| DataType::List(Field::new_list_field(number, true).into()))
            }
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::Date => "a date",
            Self::DateOrInstant => "a date or a timestamp",
            Self::Numbers => "a list of numbers",
        }
    }
}

/// A named parameter with its meaning.
pub type Parameter = (&'static str, Kind, &'static str);

/// A function's answer for a batch: one value per row of the call.
pub type Body = fn(&Call) -> Result<ArrayRef>;

/// A scalar function.
#[derive(Clone, Copy)]
pub struct Declared {
    pub name: &'static str,
    /// One line, ending with a full stop.
    pub description: &'static str,
    pub parameters: &'static [Parameter],
    /// How many of the last parameters may be left out.
    pub optional: usize,
    pub returns: fn() -> DataType,
    pub body: Body,
    /// An SQL expression.
    pub example: &'static str,
}

impl Declared {
    /// The function that DataFusion calls.
    pub fn into_udf(self, zone: Tz) -> ScalarUDF {
        let section = DocSection { include: true, label: "Portrait", description: None };
        let names: Vec<&str> = self.parameters.iter().map(|(name, ..)| *name).collect();
        let (required, optional) = names.split_at(names.len() - self.optional);
        let optional: String = optional.iter().map(|name| format!("[, {name}]")).collect();
        let syntax = format!("{}({}{optional})", self.name, required.join(", "));
        let mut documentation =
            Documentation::builder(section, self.description, syntax).with_sql_example(self.example);
        for (name, kind, meaning) in self.parameters {
            documentation = documentation.with_argument(*name, format!("{meaning} ({})", kind.describe()));
        }
        ScalarUDF::new_from_impl(Function {
            declared: self,
            zone,
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: documentation.build(),
        })
    }
}

struct Function {
    declared: Declared,
    zone: Tz,
    signature: Signature,
    documentation: Documentation,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.declared.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.declared.name == other.declared.name && self.zone == other.zone
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.declared.name.hash(state);
        self.zone.name().hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.declared.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let Declared { name, parameters, optional, .. } = self.declared;
        let most = parameters.len();
        let least = most - optional;
        if given.len() < least || given.len() > most {
            let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return plan_err!("`{name}` takes {expected} arguments, not {}", given.len());
        }
        let coerced =
            parameters.iter().zip(given).map(|((parameter, kind, _), given)| match kind.coerce(given) {
                Some(coerced) => Ok(coerced),
                None => plan_err!("`{parameter}` of `{name}` takes {}, not {given}", kind.describe()),
            });
        coerced.collect()
    }

    fn return_type(&self, _given: &[DataType]) -> Result<DataType> {
        Ok((self.declared.returns)())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let columns: Result<Vec<Column>> = args.args.into_iter().map(Column::new).collect();
        let call = Call { name: self.declared.name, rows, zone: self.zone, columns: columns? };
        let answer = (self.declared.body)(&call)?;
        if answer.len() != rows {
            return internal_err!("`{}` answered {} rows of {rows}", self.declared.name, answer.len());
        }
        if constant {
            return ScalarValue::try_from_array(&answer, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(answer))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// The arguments of one call for one batch.
pub struct Call {
    name: &'static str,
    /// How many values the answer has.
    pub rows: usize,
    /// The zone in which the business cuts its days.
    pub zone: Tz,
    columns: Vec<Column>,
}

struct Column {
    values: ArrayRef,
    constant: bool,
}

impl Column {
    fn new(value: ColumnarValue) -> Result<Self> {
        Ok(match value {
            ColumnarValue::Array(values) => Self { values, constant: false },
            ColumnarValue::Scalar(value) => Self { values: value.to_array()?, constant: true },
        })
    }
}

/// One argument as its own array type: a whole column, or one value that stands for every row.
pub struct Argument<'a, A> {
    values: &'a A,
    constant: bool,
}

impl<A: Array> Argument<'_, A> {
    fn index(&self, row: usize) -> Option<usize> {
        let index = if self.constant { 0 } else { row };
        self.values.is_valid(index).then_some(index)
    }
}

macro_rules! argument_value {
    ($array:ty, $value:ty) => {
        impl<'a> Argument<'a, $array> {
            /// The value in a row; none where it is NULL.
            pub fn get(&self, row: usize) -> Option<$value> {
                self.index(row).map(|index| self.values.value(index))
            }
        }
    };
}

argument_value!(StringViewArray, &'a str);
argument_value!(Float64Array, f64);
argument_value!(Int64Array, i64);
argument_value!(Date32Array, i32);
argument_value!(TimestampMicrosecondArray, i64);

impl<'a> Argument<'a, ListArray> {
    /// The items in a row as a range of `items`; none where the list is NULL.
    pub fn range(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let index = self.index(row)?;
        let offsets = self.values.value_offsets();
        Some(*offsets.get(index)? as usize..*offsets.get(index + 1)? as usize)
    }

    /// The items of all rows, one after the other.
    pub fn items(&self) -> Option<&'a Float64Array> {
        self.values.values().as_primitive_opt::<Float64Type>()
    }
}

impl Call {
    /// Text from the first argument: `write` puts a row's answer into the buffer, or says that there is none. NULL
    /// stays NULL.
    pub fn map_text(&self, mut write: impl FnMut(&str, &mut String) -> bool) -> Result<ArrayRef> {
        self.map_text_rows(|_, value, answer| write(value, answer))
    }

    /// As [`Self::map_text`], for bodies that read other arguments of the same row.
    pub fn map_text_rows(&self, mut write: impl FnMut(usize, &str, &mut String) -> bool) -> Result<ArrayRef> {
        let text = self.text(0)?;
        let mut answers = StringViewBuilder::with_capacity(self.rows);
        let mut answer = String::new();
        for row in 0..self.rows {
            answer.clear();
            match text.get(row) {
                Some(value) if write(row, value, &mut answer) => answers.append_value(&answer),
                _ => answers.append_null(),
            }
        }
        Ok(Arc::new(answers.finish()))
    }

    /// How many arguments were given.
    pub fn given(&self) -> usize {
        self.columns.len()
    }

    fn column(&self, index: usize) -> Result<&Column> {
        match self.columns.get(index) {
            Some(column) => Ok(column),
            None => exec_err!("`{}` lacks argument {}", self.name, index + 1),
        }
    }

    /// The type that an argument has after coercion.
    pub fn data_type(&self, index: usize) -> Option<&DataType> {
        self.columns.get(index).map(|column| column.values.data_type())
    }

    pub fn text(&self, index: usize) -> Result<Argument<'_, StringViewArray>> {
        let Column { values, constant } = self.column(index)?;
        match values.as_string_view_opt() {
            Some(values) => Ok(Argument { values, constant: *constant }),
            None => self.wrong(index, values),
        }
    }

    pub fn number(&self, index: usize) -> Result<Argument<'_, Float64Array>> {
        let Column { values, constant } = self.column(index)?;
        match values.as_primitive_opt::<Float64Type>() {
            Some(values) => Ok(Argument { values, constant: *constant }),
            None => self.wrong(index, values),
        }
    }

    pub fn integer(&self, index: usize) -> Result<Argument<'_, Int64Array>> {
        let Column { values, constant } = self.column(index)?;
        match values.as_primitive_opt::<Int64Type>() {
            Some(values) => Ok(Argument { values, constant: *constant }),
            None => self.wrong(index, values),
        }
    }

    pub fn date(&self, index: usize) -> Result<Argument<'_, Date32Array>> {
        let Column { values, constant } = self.column(index)?;
        match values.as_primitive_opt::<Date32Type>() {
            Some(values) => Ok(Argument { values, constant: *constant }),
            None => self.wrong(index, values),
        }
    }

    pub fn instant(&self, index: usize) -> Result<Argument<'_, TimestampMicrosecondArray>> {
        let Column { values, constant } = self.column(index)?;
        match values.as_primitive_opt::<TimestampMicrosecondType>() {
            Some(values) => Ok(Argument { values, constant: *constant }),
            None => self.wrong(index, values),
        }
    }

    pub fn numbers(&self, index: usize) -> Result<Argument<'_, ListArray>> {
        let Column { values, constant } = self.column(index)?;
        match values.as_list_opt::<i32>() {
            Some(values) => Ok(Argument { values, constant: *constant }),
            None => self.wrong(index, values),
        }
    }

    fn wrong<T>(&self, index: usize, values: &ArrayRef) -> Result<T> {
        internal_err!("argument {} of `{}` arrived as {}", index + 1, self.name, values.data_type())
    }
}
