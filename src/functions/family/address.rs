//! Postal addresses as SQL asks for them; how they are taken apart is in `place`.

use std::sync::Arc;

use arrow::array::builder::StringViewBuilder;
use arrow::array::{ArrayRef, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;

use super::place::{self, PARTS};
use crate::functions::declare::{Call, Declared, Kind};

pub const ALL: &[Declared] = &[
    Declared {
        name: "normalize_address",
        description: "The parts of a postal address: province, city, district, road, number, unit, postcode, rest.",
        parameters: &[("address", Kind::Text, "a postal address")],
        optional: 0,
        returns: address_type,
        body: normalize_address,
        example: "normalize_address('上海市浦东新区世纪大道100号')['district']",
    },
    Declared {
        name: "address_key",
        description: "A postal address in one line without differences of spelling, punctuation and postcode; NULL where no road, number or place is known.",
        parameters: &[("address", Kind::Text, "a postal address")],
        optional: 0,
        returns: || DataType::Utf8View,
        body: address_key,
        example: "address_key('12 High Street, Leeds') = address_key('12 High St., Leeds LS1 1AA')",
    },
];

fn address_fields() -> Fields {
    PARTS.iter().map(|part| Field::new(*part, DataType::Utf8View, true)).collect()
}

fn address_type() -> DataType {
    DataType::Struct(address_fields())
}

fn normalize_address(call: &Call) -> Result<ArrayRef> {
    let text = call.text(0)?;
    let mut builders: Vec<StringViewBuilder> = PARTS.iter().map(|_| StringViewBuilder::new()).collect();
    let mut valid = Vec::with_capacity(call.rows);
    for row in 0..call.rows {
        let address = text.get(row).and_then(place::read);
        valid.push(address.is_some());
        let address = address.unwrap_or_default();
        for (builder, part) in builders.iter_mut().zip(address.parts()) {
            builder.append_option(Some(part).filter(|part| !part.is_empty()));
        }
    }
    let columns = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
    Ok(Arc::new(StructArray::try_new(address_fields(), columns, Some(NullBuffer::from(valid)))?))
}

fn address_key(call: &Call) -> Result<ArrayRef> {
    call.map_text(|text, out| place::read(text).is_some_and(|address| address.write_key(out)))
}
