//! Telephone numbers and mail addresses: one spelling, or NULL where there is none.

use std::fmt::Write;
use std::sync::{LazyLock, PoisonError};

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Database};
use phonenumber::{Mode, Type};
use unicode_normalization::UnicodeNormalization;

use super::mask::looks_masked;
use crate::functions::declare::{Call, Declared, Kind};

pub const ALL: &[Declared] = &[
    Declared {
        name: "normalize_mobile",
        description: "A mobile number in E.164; NULL if it is a landline, not valid or masked.",
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
        name: "normalize_phone",
        description: "A telephone number of any kind in E.164; NULL if it is not valid or masked.",
        parameters: &[
            ("number", Kind::Text, "a telephone number"),
            ("region", Kind::Text, "the two-letter region of numbers without a country code; CN if left out"),
        ],
        optional: 1,
        returns: || DataType::Utf8View,
        body: normalize_phone,
        example: "normalize_phone('021-6123 4567', 'CN')",
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

fn normalize_mobile(call: &Call) -> Result<ArrayRef> {
    normalize_number(call, Wanted::Mobile)
}

fn normalize_phone(call: &Call) -> Result<ArrayRef> {
    normalize_number(call, Wanted::Any)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Mobile,
    Any,
}

fn normalize_number(call: &Call, wanted: Wanted) -> Result<ArrayRef> {
    let regions = if call.given() > 1 { Some(call.text(1)?) } else { None };
    call.map_text_rows(|row, text, out| {
        let region = regions.as_ref().and_then(|regions| regions.get(row)).unwrap_or("CN");
        if let Some(national) = plain_chinese_mobile(text, region.eq_ignore_ascii_case("CN")) {
            out.push_str("+86");
            out.extend(national.iter().map(|digit| char::from(*digit)));
            return true;
        }
        // People write two numbers in one cell; the first that is one counts.
        text.split(['/', '、', ';', '；', ',', '，', '|'])
            .any(|number| number_into(number, region, wanted, out))
    })
}

/// The eleven digits of a mobile number of mainland China that is written in ASCII with no more than blanks and hyphens:
/// most numbers are, and need no buffer. `at_home`: numbers without a country code are Chinese.
fn plain_chinese_mobile(text: &str, at_home: bool) -> Option<[u8; 11]> {
    let (mut digits, mut count, mut plus) = ([0_u8; 15], 0, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(count)? = byte;
                count += 1;
            }
            b' ' | b'-' => {}
            b'+' if count == 0 && !plus => plus = true,
            _ => return None,
        }
    }
    let national = match digits.get(..count)? {
        [b'8', b'6', national @ ..] if plus || at_home => national,
        [b'0', b'0', b'8', b'6', national @ ..] if !plus => national,
        national if at_home && !plus => national,
        _ => return None,
    };
    matches!(national, [b'1', b'3'..=b'9', ..]).then(|| national.try_into().ok())?
}

/// The characters of a number that count: digits, and a plus in front.
struct Dialled {
    characters: String,
    /// Something that no telephone number has.
    strange: bool,
}

fn dialled(text: &str) -> Dialled {
    let mut characters = String::with_capacity(text.len());
    let mut strange = false;
    let text = text.trim();
    // Workbooks turn numbers into floats.
    let text = text.strip_suffix(".0").unwrap_or(text);
    for c in text.chars() {
        match c {
            '0'..='9' => characters.push(c),
            '０'..='９' => characters.extend(char::from_digit(c as u32 - '０' as u32, 10)),
            '+' | '＋' if characters.is_empty() => characters.push('+'),
            '-'
            | '–'
            | '—'
            | '－'
            | '('
            | ')'
            | '（'
            | '）'
            | '.'
            | '·'
            | '_'
            | '\''
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' => {}
            c if c.is_whitespace() => {}
            _ => strange = true,
        }
    }
    Dialled { characters, strange }
}

/// libphonenumber's rules. Their patterns are compiled as they are needed and a hundred of them kept: fewer than ten
/// countries have, so that every number would compile some anew.
static RULES: LazyLock<&Database> = LazyLock::new(|| {
    let cache = DATABASE.cache();
    cache.lock().unwrap_or_else(PoisonError::into_inner).set_capacity(PATTERNS);
    &DATABASE
});

/// More than all countries together have.
const PATTERNS: usize = 1 << 14;

fn number_into(text: &str, region: &str, wanted: Wanted, out: &mut String) -> bool {
    let Dialled { characters, strange } = dialled(text);
    if characters.len() < 5 || characters.len() > 20 || looks_masked(text) {
        return false;
    }
    if !strange && let Some(national) = chinese_mobile(&characters, region) {
        out.push_str("+86");
        out.push_str(national);
        return true;
    }
    if strange && text.chars().any(|c| c.is_alphabetic() && !"extEXTtelTELphonePHONE电话手机:：#".contains(c))
    {
        return false;
    }
    let international = match characters.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => characters,
    };
    let region: Option<Id> = region.trim().to_ascii_uppercase().parse().ok();
    let Ok(number) = phonenumber::parse_with(&RULES, region, &international) else { return false };
    if !phonenumber::is_valid_with(&RULES, &number) {
        return false;
    }
    let kind = number.number_type(&RULES);
    if wanted == Wanted::Mobile
        && !matches!(kind, Type::Mobile | Type::FixedLineOrMobile | Type::PersonalNumber)
    {
        return false;
    }
    // A buffer in memory takes every write.
    write!(out, "{}", number.format().mode(Mode::E164)).is_ok()
}

/// The eleven digits of a mobile number of mainland China, with or without its country code.
fn chinese_mobile<'a>(characters: &'a str, region: &str) -> Option<&'a str> {
    let international = ["+86", "0086", "+0086"].iter().find_map(|prefix| characters.strip_prefix(prefix));
    let national = match international {
        Some(national) => national,
        None if region.eq_ignore_ascii_case("CN") && characters.len() == 13 => {
            characters.strip_prefix("86")?
        }
        None if region.eq_ignore_ascii_case("CN") => characters,
        None => return None,
    };
    let bytes = national.as_bytes();
    let begins_as_mobile = matches!(bytes, [b'1', b'3'..=b'9', ..]);
    (bytes.len() == 11 && begins_as_mobile && bytes.iter().all(u8::is_ascii_digit)).then_some(national)
}

fn normalize_email(call: &Call) -> Result<ArrayRef> {
    let mut folded = String::new();
    call.map_text(|text, out| {
        folded.clear();
        if text.is_ascii() {
            folded.push_str(text);
            folded.make_ascii_lowercase();
        } else {
            folded.extend(text.nfkc().flat_map(char::to_lowercase));
        }
        email_into(&folded, out)
    })
}

/// Other domains of providers, and slips of the keyboard that are no provider, with the domain that stands for all.
const SAME_PROVIDER: &[(&str, &str)] = &[
    ("googlemail.com", "gmail.com"),
    ("me.com", "icloud.com"),
    ("mac.com", "icloud.com"),
    ("pm.me", "proton.me"),
    ("protonmail.com", "proton.me"),
    ("ya.ru", "yandex.ru"),
    ("yandex.com", "yandex.ru"),
    ("yandex.by", "yandex.ru"),
    ("yandex.kz", "yandex.ru"),
    ("yandex.ua", "yandex.ru"),
    ("gmial.com", "gmail.com"),
    ("gamil.com", "gmail.com"),
    ("gmai.com", "gmail.com"),
    ("gmal.com", "gmail.com"),
    ("gnail.com", "gmail.com"),
    ("hotmial.com", "hotmail.com"),
    ("hotmai.com", "hotmail.com"),
    ("hotmal.com", "hotmail.com"),
    ("outlok.com", "outlook.com"),
    ("outloo.com", "outlook.com"),
    ("yaho.com", "yahoo.com"),
    ("yahooo.com", "yahoo.com"),
    ("iclod.com", "icloud.com"),
];

fn email_into(folded: &str, out: &mut String) -> bool {
    let address = match (folded.rfind('<'), folded.rfind('>')) {
        (Some(open), Some(close)) if open < close => folded.get(open + 1..close).unwrap_or(folded),
        _ => folded,
    };
    let address = address.trim().trim_start_matches("mailto:").trim_end_matches(['.', ',', ';']);
    let Some((mailbox, domain)) = address.split_once('@') else { return false };
    if looks_masked(mailbox) || !is_mailbox(mailbox) || !is_domain(domain) {
        return false;
    }
    let untagged = mailbox.split('+').next().unwrap_or(mailbox);
    if untagged.is_empty() {
        return false;
    }
    let (host, corrected) = match domain.strip_suffix(".con").or_else(|| domain.strip_suffix(".cmo")) {
        // No country or organisation has these endings.
        Some(host) => (host, ".com"),
        None => (domain, ""),
    };
    let spelt = |known: &str| known.strip_prefix(host) == Some(corrected);
    let provider = SAME_PROVIDER.iter().find(|(alias, _)| spelt(alias)).map(|(_, provider)| *provider);
    mailbox_into(untagged, provider.unwrap_or(domain), &spelt, out);
    let has_mailbox = !out.is_empty();
    out.push('@');
    match provider {
        Some(provider) => out.push_str(provider),
        None => {
            out.push_str(host);
            out.push_str(corrected);
        }
    }
    has_mailbox
}

/// Appends the mailbox as its provider understands it.
fn mailbox_into(mailbox: &str, provider: &str, spelt: &dyn Fn(&str) -> bool, out: &mut String) {
    let is = |domain: &str| provider == domain || spelt(domain);
    if is("gmail.com") {
        out.extend(mailbox.chars().filter(|c| *c != '.'));
    } else if is("proton.me") {
        out.extend(mailbox.chars().filter(|c| !matches!(c, '.' | '-' | '_')));
    } else if is("yandex.ru") {
        out.extend(mailbox.chars().map(|c| if c == '.' { '-' } else { c }));
    } else if is("yahoo.com") || provider.starts_with("yahoo.") {
        // Yahoo's tags follow a hyphen, which no name of an account has.
        out.push_str(mailbox.split('-').next().unwrap_or(mailbox));
    } else if is("163.com") || is("126.com") || is("yeah.net") {
        // NetEase writes mailboxes named after mobile numbers with an `m` before or without.
        let number = mailbox.strip_prefix('m').filter(|rest| plain_chinese_mobile(rest, true).is_some());
        out.push_str(number.unwrap_or(mailbox));
    } else {
        out.push_str(mailbox);
    }
}

fn is_mailbox(mailbox: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || "!#$%&'/=?^_`{|}~.+-".contains(c);
    !mailbox.is_empty()
        && mailbox.len() <= 64
        && mailbox.chars().all(known)
        && !mailbox.starts_with('.')
        && !mailbox.ends_with('.')
        && !mailbox.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_a_word = domain.rsplit('.').next().is_some_and(|last| {
        last.chars().count() >= 2 && (last.starts_with("xn--") || last.chars().all(char::is_alphabetic))
    });
    domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label) && last_is_a_word
}
