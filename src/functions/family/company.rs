//! Names of companies: cleaning.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[Declared {
    name: "normalize_company",
    description: "A company's name without legal form, brackets and differences of width and case; NULL where nothing is left.",
    parameters: &[("name", Kind::Text, "a company's name")],
    optional: 0,
    returns: || DataType::Utf8View,
    body: normalize_company,
    example: "normalize_company('上海云海科技有限公司')",
}];

fn normalize_company(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`normalize_company`")
}
