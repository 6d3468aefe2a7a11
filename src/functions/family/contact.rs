//! Telephone numbers and mail addresses: one spelling, or NULL where there is none.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[
    Declared {
        name: "normalize_mobile",
        description: "A telephone number in E.164; NULL if it is not valid or masked.",
        parameters: &[
            ("number", Kind::Text, "a telephone number"),
            ("region", Kind::Text, "the two-letter region of numbers without a country code; CN if left out"),
        ],
        optional: 1,
        returns: || DataType::Utf8View,
        body: normalize_mobile,
        example: "normalize_mobile('138-0013 8001', 'CN')",
    },
    Declared {
        name: "normalize_email",
        description: "A mail address without differences of case, tags and provider spelling; NULL if it is not valid or masked.",
        parameters: &[("address", Kind::Text, "a mail address")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: normalize_email,
        example: "normalize_email('Jo.Do+shop@GoogleMail.com')",
    },
];

fn normalize_mobile(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`normalize_mobile`")
}

fn normalize_email(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`normalize_email`")
}
