//! Postal addresses → parts, Chinese and simple Western ones.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind};

pub const ALL: &[Declared] = &[Declared {
    name: "normalize_address",
    description: "The parts of a postal address: province, city, district, road, number, rest.",
    parameters: &[("address", Kind::Text, "a postal address")],
    optional: 0,
    returns: address_type,
    body: normalize_address,
    example: "normalize_address('上海市浦东新区世纪大道100号')['district']",
}];

fn address_type() -> DataType {
    let parts = ["province", "city", "district", "road", "number", "rest"];
    DataType::Struct(parts.iter().map(|part| Field::new(*part, DataType::Utf8View, true)).collect())
}
fn normalize_address(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`normalize_address`")
}
