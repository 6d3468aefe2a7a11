//! Masked and placeholder values: telling them, making them.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use crate::functions::declare::{Call, Declared, Kind};
use crate::identity::fold::{fold_into, is_han};

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

fn is_masked(call: &Call) -> Result<ArrayRef> {
    let text = call.text(0)?;
    Ok(Arc::new((0..call.rows).map(|row| text.get(row).map(looks_masked)).collect::<BooleanArray>()))
}

/// Whether stars, bullets or a run of crosses hide part of a value.
pub fn looks_masked(text: &str) -> bool {
    if text.bytes().all(|b| b.is_ascii() && !matches!(b, b'*' | b'x' | b'X' | b'#')) {
        return false;
    }
    if text.contains(['*', '＊', '●', '█', '×', '✱']) || has_hiding_bullet(text) {
        return true;
    }
    let hidden = |run: &str| text.contains(run);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    hidden("###")
        || ((hidden("xxx") || hidden("XXX") || hidden("ｘｘｘ"))
            && (digits > 0 || text.chars().all(|c| matches!(c, 'x' | 'X' | 'ｘ'))))
}

/// A bullet that is not the dot between two parts of a Han name.
fn has_hiding_bullet(text: &str) -> bool {
    text.match_indices('•').any(|(at, bullet)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + bullet.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_han) || !after.is_some_and(is_han)
    })
}

fn mask(call: &Call) -> Result<ArrayRef> {
    let kinds = call.text(1)?;
    call.map_text_rows(|row, text, out| {
        mask_into(text, kinds.get(row).unwrap_or("text"), out);
        true
    })
}

/// A personal value masked as the function `mask` does it.
pub fn masked(text: &str, kind: &str) -> String {
    let mut out = String::new();
    mask_into(text, kind, &mut out);
    out
}

fn mask_into(text: &str, kind: &str, out: &mut String) {
    let text = text.trim();
    match kind {
        "name" => mask_words(text, 1, out),
        "company" => mask_words(text, 2, out),
        "mobile" | "phone" => mask_mobile(text, out),
        "email" => match text.rsplit_once('@') {
            Some((local, domain)) => {
                out.extend(local.chars().next());
                out.push_str("***@");
                out.push_str(domain);
            }
            None => out.push_str("***"),
        },
        "address" => mask_words(text, 6, out),
        "id" => {
            let characters = text.chars().count();
            out.push_str("****");
            if characters >= 8 {
                out.extend(text.chars().skip(characters - 4));
            }
        }
        _ => out.push_str("***"),
    }
}

fn mask_words(text: &str, shown: usize, out: &mut String) {
    let has_han = text.chars().any(is_han);
    let mut words = text.split_whitespace();
    if has_han || shown > 1 {
        let characters = text.chars().count();
        out.extend(
            text.chars().take(shown.min(characters.saturating_sub(1)).max(usize::from(characters > 1))),
        );
        out.push_str("**");
        return;
    }
    let mut separator = "";
    for word in &mut words {
        out.push_str(separator);
        out.extend(word.chars().next());
        out.push_str("**");
        separator = " ";
    }
}

fn mask_mobile(text: &str, out: &mut String) {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit()).collect();
    let national = match digits.strip_prefix("86") {
        Some(national) if national.len() == 11 => national,
        _ => &digits,
    };
    if let (true, Some(head), Some(tail)) =
        (national.len() >= 9, national.get(..3), national.get(national.len().saturating_sub(4)..))
    {
        out.push_str(head);
        out.push_str("****");
        out.push_str(tail);
    } else {
        out.push_str("****");
    }
}

fn is_placeholder(call: &Call) -> Result<ArrayRef> {
    let (text, kinds) = (call.text(0)?, call.text(1)?);
    let mut folded = String::new();
    let answers = (0..call.rows).map(|row| {
        let (text, kind) = (text.get(row)?, kinds.get(row)?);
        folded.clear();
        fold_into(text.trim(), &mut folded);
        Some(stands_for_nothing(folded.trim(), kind))
    });
    Ok(Arc::new(answers.collect::<BooleanArray>()))
}

const NOTHING: &[&str] = &[
    "",
    "-",
    "--",
    "/",
    ".",
    "?",
    "0",
    "n/a",
    "na",
    "nil",
    "null",
    "none",
    "nan",
    "unknown",
    "undefined",
    "无",
    "没有",
    "未知",
    "不详",
    "暂无",
    "未填",
    "未填写",
    "空",
    "匿名",
    "保密",
    "test",
    "测试",
    "xxx",
    "asdf",
    "tbd",
];
const NO_NAMES: &[&str] = &[
    "先生",
    "女士",
    "小姐",
    "客户",
    "顾客",
    "会员",
    "用户",
    "微信用户",
    "默认",
    "散客",
    "游客",
    "无名",
    "无名氏",
    "佚名",
    "张三",
    "李四",
    "测试用户",
    "guest",
    "customer",
    "anonymous",
    "user",
    "john doe",
    "jane doe",
    "test user",
    "mr",
    "ms",
];
const NO_COMPANIES: &[&str] =
    &["个人", "自由职业", "待业", "self employed", "self-employed", "individual", "private", "公司"];
const NO_MAILBOXES: &[&str] = &[
    "test",
    "noreply",
    "no-reply",
    "donotreply",
    "none",
    "na",
    "n/a",
    "null",
    "example",
    "unknown",
    "nomail",
    "noemail",
    "asdf",
    "abc",
    "aaa",
    "xxx",
    "123",
    "1",
    "a",
];
const NO_DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "test.com",
    "test.cn",
    "none.com",
    "noemail.com",
    "nomail.com",
    "localhost",
    "invalid.com",
];
const NO_DATES: &[&str] = &[
    "1900-01-01",
    "1970-01-01",
    "0001-01-01",
    "1899-12-30",
    "1899-12-31",
    "9999-12-31",
    "0000-00-00",
    "1800-01-01",
];

fn stands_for_nothing(folded: &str, kind: &str) -> bool {
    if NOTHING.contains(&folded) {
        return true;
    }
    match kind {
        "name" => NO_NAMES.contains(&folded),
        "company" => NO_COMPANIES.contains(&folded),
        "email" => folded.split_once('@').is_some_and(|(mailbox, domain)| {
            NO_MAILBOXES.contains(&mailbox) || NO_DOMAINS.contains(&domain) || domain.ends_with(".invalid")
        }),
        "mobile" | "phone" | "id" => is_made_up(folded),
        "date" => NO_DATES.iter().any(|date| folded.starts_with(date)),
        _ => false,
    }
}

/// A number of one digit, of digits in a row, or the telephone maker's 13800138000.
fn is_made_up(folded: &str) -> bool {
    let digits: Vec<u8> = folded.bytes().filter(u8::is_ascii_digit).collect();
    let Some(tail) = digits.len().checked_sub(8).and_then(|start| digits.get(start..)) else { return false };
    let steps = |step: i16| {
        tail.windows(2).all(|pair| matches!(pair, [a, b] if i16::from(*b) - i16::from(*a) == step))
    };
    steps(0) || steps(1) || steps(-1) || digits.ends_with(b"13800138000") || digits.ends_with(b"12345678901")
}
