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
    "集团有限责任公司",
    "集团股份有限公司",
    "特殊普通合伙企业",
    "有限责任公司",
    "股份有限公司",
    "集团有限公司",
    "普通合伙企业",
    "有限合伙企业",
    "个人独资企业",
    "农民专业合作社",
    "个体工商户",
    "合伙企业",
    "特殊普通合伙",
    "有限合伙",
    "普通合伙",
    "专业合作社",
    "有限公司",
    "株式会社",
    "有限会社",
    "合同会社",
    "合资会社",
    "股份公司",
    "集团公司",
    "无限公司",
    "控股公司",
    "总公司",
    "公司",
    "集团",
    "株",
];
/// What stands before a Japanese company's name.
const HAN_LEADING_FORMS: &[&str] = &["株式会社", "有限会社", "合同会社", "株 "];
const LATIN_FORMS: &[&str] = &[
    "co",
    "ltd",
    "limited",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "company",
    "companies",
    "cie",
    "llc",
    "llp",
    "lp",
    "lllp",
    "pllc",
    "pc",
    "plc",
    "ltda",
    "lda",
    "gmbh",
    "ggmbh",
    "mbh",
    "ag",
    "kg",
    "kgaa",
    "ohg",
    "ug",
    "gbr",
    "ek",
    "ev",
    "eg",
    "haftungsbeschrankt",
    "sa",
    "sab",
    "sas",
    "sasu",
    "sarl",
    "eurl",
    "snc",
    "sca",
    "scs",
    "srl",
    "srls",
    "spa",
    "sapa",
    "sl",
    "slu",
    "sccl",
    "bv",
    "bvba",
    "nv",
    "vof",
    "cv",
    "ab",
    "hb",
    "oy",
    "oyj",
    "as",
    "asa",
    "aps",
    "is",
    "ehf",
    "hf",
    "pty",
    "pte",
    "pvt",
    "private",
    "kk",
    "gk",
    "yk",
    "sdn",
    "bhd",
    "tbk",
    "doo",
    "dd",
    "jd",
    "zoo",
    "spzoo",
    "sro",
    "kft",
    "zrt",
    "nyrt",
    "bt",
    "ou",
    "uab",
    "sia",
    "eood",
    "ood",
    "ad",
    "ead",
    "jsc",
    "ojsc",
    "pjsc",
    "cjsc",
    "llp",
    "se",
    "group",
    "holding",
    "holdings",
    "groupe",
    "gruppe",
    "gruppo",
    "grupo",
];
/// Forms of several words.
const CUT_FORMS: &[&[&str]] = &[
    &["sp", "z", "oo"],
    &["sa", "de", "cv"],
    &["s", "de", "rl", "de", "cv"],
    &["sapi", "de", "cv"],
    &["sab", "de", "cv"],
    &["gmbh", "and", "co", "kg"],
    &["gmbh", "and", "co", "kgaa"],
    &["a", "s"],
    &["s", "r", "o"],
    &["d", "o", "o"],
    &["public", "limited", "company"],
    &["limited", "liability", "company"],
    &["anonim", "sirketi"],
    &["w", "l", "l"],
    &["k", "k"],
    &["s", "p", "a"],
    &["s", "a"],
    &["n", "v"],
    &["b", "v"],
];
const LEADING_FORMS: &[&str] = &["the", "pt", "ooo", "oao", "zao", "pao", "cv", "firma"];

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
    while let Some(shorter) = without_last_form(rest) {
        rest = shorter;
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
    if let Some(rest) = HAN_LEADING_FORMS.iter().find_map(|form| bare.strip_prefix(form))
        && !rest.trim().is_empty()
    {
        bare = rest.trim_start();
    }
    while let Some(shorter) =
        HAN_FORMS.iter().find_map(|form| bare.strip_suffix(form)).filter(|rest| !rest.trim().is_empty())
    {
        bare = shorter.trim_end();
    }
    let start = out.len();
    if HAN_FORMS.contains(&bare) {
        return false;
    }
    match without_form_of_branch(bare) {
        Some((company, branch)) => out.extend([company, branch]),
        None => out.push_str(bare),
    }
    out.len() > start
}

/// The words before a legal form at the end; none where there is none, or nothing before it.
fn without_last_form(words: &[String]) -> Option<&[String]> {
    let cut = CUT_FORMS.iter().find(|form| {
        words.len() > form.len()
            && words.iter().rev().zip(form.iter().rev()).all(|(word, piece)| word == piece)
    });
    if let Some(form) = cut {
        return words.get(..words.len() - form.len());
    }
    let (last, head) = words.split_last()?;
    let goes = !head.is_empty() && (LATIN_FORMS.contains(&last.as_str()) || last == "and");
    goes.then_some(head)
}

/// `甲有限公司上海分`, which is left of `甲有限公司上海分公司`, as `甲` and `上海分`.
fn without_form_of_branch(name: &str) -> Option<(&str, &str)> {
    if !name.ends_with("分公司")
        && !name.ends_with("分店")
        && !name.ends_with("办事处")
        && !name.ends_with('分')
    {
        return None;
    }
    let forms = HAN_FORMS.iter().filter(|form| form.chars().count() > 2);
    let found = forms.filter_map(|form| name.find(form).map(|at| (at, form.len()))).find(|(at, length)| {
        *at > 0 && at + length < name.len() && !name.get(..*at).is_some_and(|before| before.ends_with('分'))
    });
    found.and_then(|(at, length)| Some((name.get(..at)?, name.get(at + length..)?)))
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
