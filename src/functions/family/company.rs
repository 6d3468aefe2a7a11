//! Names of companies: cleaning.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::mask::looks_masked;
use super::pinyin::simplify_into;
use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::{fold_into, is_han};

pub const ALL: &[Declared] = &[Declared {
    name: "normalize_company",
    description: "A company's name without legal form, brackets and differences of width and case; NULL where nothing is left.",
    parameters: &[("name", Kind::Text, "a company's name")],
    optional: 0,
    returns: || DataType::Utf8View,
    body: normalize_company,
    example: "normalize_company('上海云海科技有限公司')",
}];

fn normalize_company(call: &Call) -> Result<ArrayRef> {
    call.map_text(company_into)
}

/// The longest first: a form that ends with another must be tried before it.
const HAN_FORMS: &[&str] = &[
    "股份有限责任公司",
    "有限责任公司",
    "股份有限公司",
    "普通合伙企业",
    "有限合伙企业",
    "个体工商户",
    "合伙企业",
    "有限合伙",
    "普通合伙",
    "特殊普通合伙",
    "有限公司",
    "株式会社",
    "股份公司",
    "无限公司",
    "公司",
];
const LATIN_FORMS: &[&str] = &[
    "co",
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "company",
    "llc",
    "llp",
    "lp",
    "plc",
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "ug",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "oy",
    "oyj",
    "as",
    "asa",
    "aps",
    "pty",
    "pte",
    "pvt",
    "private",
    "kk",
    "sdn",
    "bhd",
    "doo",
    "zoo",
    "sro",
    "kft",
    "se",
];
const LEADING_FORMS: &[&str] = &["the", "pt", "ooo", "zao", "pao"];

fn company_into(name: &str, out: &mut String) -> bool {
    if looks_masked(name) {
        return false;
    }
    let mut folded = String::with_capacity(name.len());
    fold_into(name, &mut folded);
    let folded = folded.replace('&', " and ");
    let words = company_words(&folded);
    let mut rest: &[String] = &words;
    while let [first, tail @ ..] = rest
        && !tail.is_empty()
        && LEADING_FORMS.contains(&first.as_str())
    {
        rest = tail;
    }
    while let [head @ .., last] = rest
        && !head.is_empty()
        && (LATIN_FORMS.contains(&last.as_str()) || last == "and")
    {
        rest = head;
    }
    let mut plain = String::with_capacity(name.len());
    for word in rest {
        let between_han =
            word.chars().next().is_some_and(is_han) && plain.chars().next_back().is_some_and(is_han);
        if !plain.is_empty() && !between_han {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    let mut simple = String::with_capacity(plain.len());
    simplify_into(&plain, &mut simple);
    let mut bare = simple.as_str();
    while let Some(shorter) =
        HAN_FORMS.iter().find_map(|form| bare.strip_suffix(form)).filter(|rest| !rest.trim().is_empty())
    {
        bare = shorter.trim_end();
    }
    let start = out.len();
    out.push_str(if HAN_FORMS.contains(&bare) { "" } else { bare });
    out.len() > start
}

/// Runs of letters and digits; a dot after a single letter joins it to the next, so that `S.A.` is `sa`.
fn company_words(folded: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::with_capacity(6);
    let mut joins = false;
    for piece in folded.split_inclusive(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')) {
        let word: String = piece.chars().filter(|c| c.is_alphanumeric()).collect();
        if word.is_empty() {
            joins &= piece.trim().is_empty() && !piece.is_empty() && piece == ".";
            continue;
        }
        let initial = word.chars().count() == 1 && piece.ends_with('.');
        let last_letter = word.chars().count() == 1;
        match words.last_mut() {
            Some(last) if joins && last_letter => last.push_str(&word),
            _ => words.push(word),
        }
        joins = initial;
    }
    words
}
