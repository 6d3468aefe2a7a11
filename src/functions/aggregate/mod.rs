//! The aggregate functions that SQL lacks. Answers never depend on the order of rows.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, not_impl_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};

/// Every aggregate function.
pub fn all() -> Vec<Arc<AggregateUDF>> {
    ["mode", "max_by", "min_by", "percentile_disc", "quantile_edges"]
        .into_iter()
        .map(|name| {
            let arguments = if name == "mode" { 1 } else { 2 };
            let signature = Signature::any(arguments, Volatility::Immutable);
            Arc::new(AggregateUDF::new_from_impl(Pending { name, signature }))
        })
        .collect()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Pending {
    name: &'static str,
    signature: Signature,
}

impl AggregateUDFImpl for Pending {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        match given.first() {
            Some(value) if self.name == "quantile_edges" => {
                Ok(DataType::List(Field::new_list_field(value.clone(), true).into()))
            }
            Some(value) => Ok(value.clone()),
            None => plan_err!("`{}` takes a value", self.name),
        }
    }

    fn accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        not_impl_err!("`{}`", self.name)
    }

    fn state_fields(&self, _args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(Vec::new())
    }
}
