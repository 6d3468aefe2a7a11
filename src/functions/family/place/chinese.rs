//! Chinese addresses: from the province down to the door.

use std::ops::RangeInclusive;

use super::Address;
use crate::functions::family::address_data::PROVINCES;
use crate::identity::fold::is_han;

/// Province, city and district by name or by their last character, then the road, the number, the door and what is left.
pub fn read(text: &str) -> Address {
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | ';' | '；' | '、' | '。' | '.'))
        .collect();
    let mut address = Address::default();
    let rest = take_postcode(&compact, &mut address.postcode);
    let rest = rest.strip_prefix("中国").unwrap_or(rest);
    let rest = take_province(rest, &mut address);
    let rest = take_city(rest, &mut address);
    let rest = take_area(rest, &["区", "县", "旗", "市"], 2..=8, &mut address.district);
    // Towns and villages stand before the road and say less than it.
    let mut town = String::new();
    let rest = take_area(rest, &["街道", "镇", "乡"], 2..=6, &mut town);
    let rest = take_road(rest, &mut address.road);
    let rest = take_number(rest, &mut address.number);
    let rest = take_unit(rest, &mut address.unit);
    address.rest = town + rest;
    address
}

/// Six digits at either end that are no house number.
fn take_postcode<'a>(text: &'a str, postcode: &mut String) -> &'a str {
    let digits = |c: char| c.is_ascii_digit();
    for (rest, taken) in [
        (text.trim_start_matches(digits), text.len() - text.trim_start_matches(digits).len()),
        (text.trim_end_matches(digits), text.len() - text.trim_end_matches(digits).len()),
    ] {
        if taken == 6 && !rest.is_empty() {
            postcode.push_str(text.strip_suffix(rest).or_else(|| text.strip_prefix(rest)).unwrap_or(""));
            return rest.trim_end_matches("邮编").trim_end_matches(':');
        }
    }
    text
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
            let again = rest.strip_prefix(full).unwrap_or(rest);
            return again.strip_prefix("市辖区").unwrap_or(again);
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
            let rest = rest.strip_prefix('市').unwrap_or(rest);
            return rest.strip_prefix("市辖区").unwrap_or(rest);
        }
    }
    take_area(text, &["自治州", "地区", "盟", "市"], 2..=12, &mut address.city)
}

/// What ends as an area does and is none.
const NO_AREAS: &[&str] = &[
    "小区",
    "社区",
    "厂区",
    "校区",
    "景区",
    "库区",
    "院区",
    "宿舍区",
    "生活区",
    "家属区",
    "住宅区",
    "别墅区",
    "超市",
    "门市",
    "菜市",
    "夜市",
    "集市",
    "花市",
];

/// Moves the text up to and with the first of `endings` into `part`, if it reads as the name of an area.
fn take_area<'a>(
    text: &'a str,
    endings: &[&str],
    characters: RangeInclusive<usize>,
    part: &mut String,
) -> &'a str {
    let ends = endings.iter().filter_map(|ending| text.find(ending).map(|at| (at, at + ending.len())));
    // Of two that begin together the longer: `新区` before `新`.
    let Some((_, end)) = ends.min_by_key(|(start, end)| (*start, usize::MAX - end)) else { return text };
    let Some((taken, rest)) = text.split_at_checked(end) else { return text };
    let name = taken.chars().filter(|c| is_han(*c)).count() == taken.chars().count();
    let other =
        taken.contains(['路', '号', '弄', '巷', '村']) || (taken.contains('街') && !taken.ends_with("街道"));
    if !name
        || other
        || NO_AREAS.iter().any(|no| taken.ends_with(no))
        || !characters.contains(&taken.chars().count())
    {
        return text;
    }
    part.push_str(taken);
    rest
}

const ROADS: &[&str] = &["大道", "大街", "胡同", "公路", "路", "街", "巷"];
/// Ends of roads that stand within names as often: only before a number.
const WEAK_ROADS: &[&str] = &["道", "里", "弄", "村", "段"];

/// Moves a road of up to twelve characters: the first that a number follows, or else the first whose ending is certain.
fn take_road<'a>(text: &'a str, road: &mut String) -> &'a str {
    let ends = |endings: &'static [&'static str]| {
        endings.iter().flat_map(|ending| text.match_indices(*ending)).map(|(at, ending)| at + ending.len())
    };
    let fits = |end: &usize| {
        text.get(..*end).is_some_and(|taken| {
            (2..=12).contains(&taken.chars().count())
                && taken.chars().all(|c| is_han(c) || c.is_ascii_alphanumeric())
        })
    };
    let numbered = |end: &usize| text.get(*end..).is_some_and(|rest| number_length(rest) > 0);
    let end = ends(ROADS)
        .chain(ends(WEAK_ROADS))
        .filter(|end| fits(end) && numbered(end))
        .min()
        .or_else(|| ends(ROADS).filter(fits).min());
    let Some((taken, rest)) = end.and_then(|end| text.split_at_checked(end)) else { return text };
    road.push_str(taken);
    rest
}

/// How many bytes of `text` are a house number: digits, also Han ones, with what counts them up to the last `号`, or
/// digits alone at the end of the address.
fn number_length(text: &str) -> usize {
    let counts = |c: char| {
        c.is_ascii_digit()
            || han_value(c).is_some()
            || matches!(c, '-' | '号' | '弄' | '之' | '甲' | '乙' | '丙' | '附' | '#')
    };
    let begins = text.trim_start_matches("no").trim_start_matches(['甲', '乙', '丙', '第']);
    if !begins.starts_with(|c: char| c.is_ascii_digit() || han_value(c).is_some()) {
        return 0;
    }
    let skipped = text.len() - begins.len();
    let run = begins.find(|c: char| !counts(c)).unwrap_or(begins.len());
    let counted = begins.get(..run).unwrap_or("");
    match counted.find(['号', '#']) {
        Some(at) => {
            skipped
                + at
                + if counted.get(at..).is_some_and(|rest| rest.starts_with('#')) {
                    1
                } else {
                    '号'.len_utf8()
                }
        }
        None if counted.ends_with('弄')
            || (run == begins.len() && begins.starts_with(|c: char| c.is_ascii_digit())) =>
        {
            skipped + run
        }
        None => 0,
    }
}

fn take_number<'a>(text: &'a str, number: &mut String) -> &'a str {
    // `12弄3号楼`: the building is no part of the number.
    let Some((taken, rest)) = text.split_at_checked(number_length(text)) else { return text };
    if taken.is_empty() || rest.starts_with(['楼', '线', '店', '门']) {
        return text;
    }
    let taken = taken.trim_start_matches("no").trim_start_matches('第').trim_end_matches(['号', '#']);
    if taken.chars().any(|c| han_value(c).is_some()) && taken.chars().all(|c| han_value(c).is_some()) {
        number.push_str(&han_number(taken).to_string());
    } else {
        number.push_str(taken);
    }
    rest.strip_prefix('院').unwrap_or(rest)
}

fn han_value(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        '千' => 1000,
        _ => return None,
    })
}

/// `十二` 12, `一百零八` 108, `三九八` 398.
fn han_number(text: &str) -> u64 {
    let (mut total, mut digits) = (0_u64, 0_u64);
    for value in text.chars().filter_map(han_value).map(u64::from) {
        if value >= 10 {
            total = total.saturating_add(digits.max(1).saturating_mul(value));
            digits = 0;
        } else {
            digits = digits.saturating_mul(10).saturating_add(value);
        }
    }
    total.saturating_add(digits)
}

/// `5幢3单元502室` → `5-3-502`, at the end of an address.
fn take_unit<'a>(text: &'a str, unit: &mut String) -> &'a str {
    const WORDS: &[&str] = &["号楼", "单元", "幢", "栋", "座", "楼", "层", "室", "房", "户", "号", "#", "-"];
    let starts = text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(at, _)| at);
    for start in starts {
        let Some((before, mut left)) = text.split_at_checked(start) else { continue };
        if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        let mut groups = String::new();
        while !left.is_empty() {
            let end = left.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(left.len());
            let Some((group, rest)) = left.split_at_checked(end) else { break };
            let word = WORDS.iter().find(|word| rest.starts_with(**word));
            if group.is_empty() || (word.is_none() && !rest.is_empty()) {
                break;
            }
            if !groups.is_empty() {
                groups.push('-');
            }
            groups.push_str(group);
            left = word.and_then(|word| rest.strip_prefix(word)).unwrap_or("");
        }
        if left.is_empty() && groups.contains(|c: char| c.is_ascii_digit()) {
            unit.push_str(&groups);
            return before;
        }
    }
    text
}
