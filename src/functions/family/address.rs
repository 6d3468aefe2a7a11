//! Postal addresses → parts, Chinese and simple Western ones.

use std::cmp::Reverse;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::builder::StringViewBuilder;
use arrow::array::{ArrayRef, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;

use super::address_data::PROVINCES;
use super::mask::looks_masked;
use super::pinyin::simplify_into;
use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::{fold, is_han};

pub const ALL: &[Declared] = &[Declared {
    name: "normalize_address",
    description: "The parts of a postal address: province, city, district, road, number, rest.",
    parameters: &[("address", Kind::Text, "a postal address")],
    optional: 0,
    returns: address_type,
    body: normalize_address,
    example: "normalize_address('上海市浦东新区世纪大道100号')['district']",
}];

const PARTS: [&str; 6] = ["province", "city", "district", "road", "number", "rest"];

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
        let address = text.get(row).and_then(address);
        valid.push(address.is_some());
        let Address { province, city, district, road, number, rest } = address.unwrap_or_default();
        for (builder, part) in builders.iter_mut().zip([province, city, district, road, number, rest]) {
            builder.append_option(Some(part).filter(|part| !part.is_empty()));
        }
    }
    let columns = builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
    Ok(Arc::new(StructArray::try_new(address_fields(), columns, Some(NullBuffer::from(valid)))?))
}

#[derive(Default)]
struct Address {
    province: String,
    city: String,
    district: String,
    road: String,
    number: String,
    rest: String,
}

/// The parts of an address; none if nothing is left of it or it is masked.
fn address(text: &str) -> Option<Address> {
    if looks_masked(text) {
        return None;
    }
    let mut simple = String::with_capacity(text.len());
    simplify_into(&fold(text.trim()), &mut simple);
    if !simple.chars().any(char::is_alphanumeric) {
        return None;
    }
    let han = simple.chars().filter(|c| is_han(*c)).count();
    Some(if han >= 3 { chinese(&simple) } else { western(&simple) })
}

/// Province, city and district by name or by their last character, then the road, the number and what follows.
fn chinese(text: &str) -> Address {
    let compact: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | ';' | '、' | '。')).collect();
    let rest = compact.trim_start_matches(|c: char| c.is_ascii_digit());
    // A postcode in front is no part of the road.
    let rest = if compact.len() - rest.len() == 6 { rest } else { compact.as_str() };
    let rest = rest.strip_prefix("中国").unwrap_or(rest);
    let mut address = Address::default();
    let rest = take_province(rest, &mut address);
    let rest = take_city(rest, &mut address);
    let rest = take_until(rest, &["区", "县", "旗", "市"], 2..=7, &mut address.district);
    // Towns and villages stand before the road and say less than it.
    let mut town = String::new();
    let rest = take_until(rest, &["街道", "镇", "乡"], 2..=6, &mut town);
    let rest = take_until(
        rest,
        &["大道", "大街", "胡同", "公路", "路", "街", "道", "巷", "弄", "里"],
        2..=10,
        &mut address.road,
    );
    let rest = take_number(rest, &mut address.number);
    address.rest = town + rest;
    address
}

fn take_province<'a>(text: &'a str, address: &mut Address) -> &'a str {
    for (full, short, cities) in PROVINCES {
        let Some(rest) = text.strip_prefix(full).or_else(|| text.strip_prefix(short)) else { continue };
        // `吉林市` is a city of `吉林省`; a municipality is both.
        let is_municipality = matches!(cities, [only] if only == short);
        if !text.starts_with(full) && !is_municipality && rest.starts_with('市') {
            continue;
        }
        address.province = (*full).to_owned();
        if is_municipality {
            address.city = (*full).to_owned();
            let again = rest.strip_prefix(full).or_else(|| rest.strip_prefix("市辖区")).unwrap_or(rest);
            return again;
        }
        return rest.strip_prefix('省').unwrap_or(rest);
    }
    text
}

fn take_city<'a>(text: &'a str, address: &mut Address) -> &'a str {
    if !address.city.is_empty() {
        return text;
    }
    for (full, _, cities) in PROVINCES {
        if !address.province.is_empty() && address.province != *full {
            continue;
        }
        for city in *cities {
            let Some(rest) = text.strip_prefix(city) else { continue };
            // `朝阳区` is no city, and neither is `中山路`.
            if address.province.is_empty() && rest.starts_with(['区', '县', '路', '街', '大', '镇']) {
                continue;
            }
            address.province = (*full).to_owned();
            address.city = format!("{city}市");
            return rest.strip_prefix('市').unwrap_or(rest);
        }
    }
    take_until(text, &["自治州", "地区", "盟", "市"], 2..=12, &mut address.city)
}

/// Moves the text up to and with the first of `endings` into `part`, if it has so many characters.
fn take_until<'a>(
    text: &'a str,
    endings: &[&str],
    characters: RangeInclusive<usize>,
    part: &mut String,
) -> &'a str {
    let ends = endings.iter().filter_map(|ending| text.find(ending).map(|at| (at, at + ending.len())));
    let Some((_, end)) = ends.min_by_key(|(start, end)| (*start, Reverse(*end))) else { return text };
    let Some((taken, rest)) = text.split_at_checked(end) else { return text };
    let plain = taken.chars().all(|c| is_han(c) || c.is_ascii_alphanumeric());
    if !plain || !characters.contains(&taken.chars().count()) {
        return text;
    }
    part.push_str(taken);
    rest
}

/// `100号`, `12弄3号`, `8-2号`: digits with what counts them, without the last counting word.
fn take_number<'a>(text: &'a str, number: &mut String) -> &'a str {
    let counts = |c: char| c.is_ascii_digit() || matches!(c, '-' | '号' | '弄' | '之' | '甲' | '乙' | '附');
    let run = text.find(|c: char| !counts(c)).unwrap_or(text.len());
    let end = text.get(..run).and_then(|run| run.find('号')).map_or(run, |at| at + '号'.len_utf8());
    let Some((taken, rest)) = text.split_at_checked(end) else { return text };
    if !taken.starts_with(|c: char| c.is_ascii_digit()) || (!taken.contains(['号', '弄']) && !rest.is_empty())
    {
        return text;
    }
    number.push_str(taken.trim_end_matches('号'));
    rest
}

const STREET_WORDS: &[(&str, &str)] = &[
    ("street", "st"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("road", "rd"),
    ("boulevard", "blvd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("court", "ct"),
    ("place", "pl"),
    ("square", "sq"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("terrace", "ter"),
    ("str", "strasse"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
];

/// `number road, rest, city, region postcode` and `road number, postcode city`.
fn western(text: &str) -> Address {
    let pieces: Vec<String> = text
        .split([',', '\n', ';'])
        .map(|piece| plain_words(piece).join(" "))
        .filter(|piece| !piece.is_empty())
        .collect();
    let mut address = Address::default();
    let Some((street, others)) = pieces.split_first() else { return address };
    let words: Vec<&str> = street.split(' ').collect();
    let numbered = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    match words.as_slice() {
        [first, road @ ..] if numbered(first) && !road.is_empty() => {
            address.number = (*first).to_owned();
            address.road = road.join(" ");
        }
        [road @ .., last] if numbered(last) && !road.is_empty() => {
            address.number = (*last).to_owned();
            address.road = road.join(" ");
        }
        _ => address.road = words.join(" "),
    }
    let mut rest: Vec<String> = others.to_vec();
    if let Some(last) = rest.pop() {
        let words: Vec<&str> = last.split(' ').collect();
        match words.as_slice() {
            // `10115 berlin`
            [postcode, city @ ..] if numbered(postcode) && !city.is_empty() => address.city = city.join(" "),
            // `il 62701`, `il`
            [region, ..] if region.len() == 2 && !rest.is_empty() => {
                address.province = (*region).to_owned();
                address.city = rest.pop().unwrap_or_default();
            }
            _ => {
                address.city =
                    words.iter().filter(|word| !numbered(word)).copied().collect::<Vec<_>>().join(" ")
            }
        }
    }
    address.rest = rest.join(" ");
    address
}

fn plain_words(piece: &str) -> Vec<&str> {
    let words =
        piece.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').filter(|word| !word.is_empty());
    words
        .map(|word| STREET_WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short))
        .collect()
}
