//! Masked and placeholder values: telling them, making them.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[
    Declared {
        name: "is_masked",
        description: "Whether a value was masked by stars, crosses or bullets.",
        parameters: &[("text", Kind::Text, "a value")],
        optional: 0,
        returns: || DataType::Boolean,
        body: is_masked,
        example: "is_masked('138****1234')",
    },
    Declared {
        name: "mask",
        description: "A personal value masked for reports.",
        parameters: &[
            ("text", Kind::Text, "a value"),
            ("kind", Kind::Text, "name, mobile, email, address, company, id or text"),
        ],
        optional: 0,
        returns: || DataType::Utf8View,
        body: mask,
        example: "mask('13812341234', 'mobile')",
    },
    Declared {
        name: "is_placeholder",
        description: "Whether a value stands for no value, such as 13800138000 or test@test.com.",
        parameters: &[
            ("text", Kind::Text, "a value"),
            ("kind", Kind::Text, "name, mobile, email, company, id, date or text"),
        ],
        optional: 0,
        returns: || DataType::Boolean,
        body: is_placeholder,
        example: "is_placeholder('13800138000', 'mobile')",
    },
];

fn is_masked(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`is_masked`")
}

fn mask(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`mask`")
}

fn is_placeholder(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`is_placeholder`")
}
