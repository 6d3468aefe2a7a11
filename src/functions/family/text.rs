//! What SQL lacks for text and numbers.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

pub const ALL: &[Declared] = &[
    Declared {
        name: "regexp_extract",
        description: "A group of the first match of a regular expression; NULL where nothing matches.",
        parameters: &[
            ("text", Kind::Text, "a text"),
            ("pattern", Kind::Text, "a regular expression"),
            ("group", Kind::Integer, "which group; 0 is the whole match, 1 if left out"),
        ],
        optional: 1,
        returns: || DataType::Utf8View,
        body: regexp_extract,
        example: "regexp_extract(utm, 'campaign=([^&]+)', 1)",
    },
    Declared {
        name: "parse_birthday",
        description: "The parts of a birthday as people write it: date (where complete), year, month, day.",
        parameters: &[("text", Kind::Text, "a birthday")],
        optional: 0,
        returns: birthday_type,
        body: parse_birthday,
        example: "parse_birthday('1990年3月4日')['date']",
    },
    Declared {
        name: "width_bucket",
        description: "The number of the equal-width bucket in which a value falls: 0 below low, buckets + 1 from high on.",
        parameters: &[
            ("value", Kind::Number, "a value"),
            ("low", Kind::Number, "where the first bucket begins"),
            ("high", Kind::Number, "where the last bucket ends"),
            ("buckets", Kind::Integer, "how many buckets"),
        ],
        optional: 0,
        returns: || DataType::Int64,
        body: width_bucket,
        example: "width_bucket(age, 0, 100, 10)",
    },
    Declared {
        name: "cut",
        description: "The number of the right-closed bucket in which a value falls: 1 + the edges strictly below it.",
        parameters: &[("value", Kind::Number, "a value"), ("edges", Kind::Numbers, "ascending edges")],
        optional: 0,
        returns: || DataType::Int64,
        body: cut,
        example: "cut(order_count, edges)",
    },
];

fn birthday_type() -> DataType {
    let date = Field::new("date", DataType::Date32, true);
    let parts = ["year", "month", "day"].map(|part| Field::new(part, DataType::Int32, true));
    DataType::Struct(std::iter::once(date).chain(parts).collect())
}
fn regexp_extract(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`regexp_extract`")
}

fn parse_birthday(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`parse_birthday`")
}

fn width_bucket(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`width_bucket`")
}

fn cut(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`cut`")
}
