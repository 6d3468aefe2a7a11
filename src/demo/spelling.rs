//! How names, numbers and addresses come to be written by clerks, phones and the people themselves.

use super::people::{Entity, Home, Name};
use super::rng::{Rng, scatter};
use super::tables::chinese::{Han, MALE};
use super::text::{push_digits, push_int};

/// Numbers that mean "none given".
pub const PLACEHOLDER_MOBILES: [&str; 3] = ["13800138000", "13800000000", "11111111111"];
pub const PLACEHOLDER_EMAILS: [&str; 3] = ["test@test.com", "none@none.com", "noemail@example.com"];

fn push_capital(out: &mut Vec<u8>, word: &str) {
    let start = out.len();
    out.extend_from_slice(word.as_bytes());
    out[start].make_ascii_uppercase();
}

fn push_given_pinyin(out: &mut Vec<u8>, first: &Han, second: Option<&Han>) {
    push_capital(out, first.pinyin);
    if let Some(second) = second {
        out.extend_from_slice(second.pinyin.as_bytes());
    }
}

/// Letters as wide as characters, blanks too.
fn push_full_width(out: &mut Vec<u8>, text: &[u8]) {
    for &byte in text {
        let wide = match byte {
            b' ' => '\u{3000}',
            b'!'..=b'~' => char::from_u32(0xff01 + u32::from(byte - b'!')).unwrap_or(' '),
            _ => char::from(byte),
        };
        out.extend_from_slice(wide.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// A name as some clerk, form or phone wrote it.
pub fn push_name(out: &mut Vec<u8>, entity: &Entity, rng: &mut Rng) {
    let style = rng.below(1000);
    match entity.name {
        Name::Han { surname, first, second } => push_han(out, entity, rng, style, (surname, first, second)),
        Name::Western { given, surname } => push_western(out, entity.female, style, given, surname),
    }
}

type HanName = (&'static Han, &'static Han, Option<&'static Han>);

fn push_han(
    out: &mut Vec<u8>,
    entity: &Entity,
    rng: &mut Rng,
    style: u32,
    (surname, first, second): HanName,
) {
    let traditional = entity.country() == "HK";
    let push = |out: &mut Vec<u8>, han: &Han, old: bool| {
        out.extend_from_slice(if old { han.traditional } else { han.simplified }.as_bytes());
    };
    let push_whole = |out: &mut Vec<u8>, old: bool, gap: &str| {
        push(out, surname, old);
        out.extend_from_slice(gap.as_bytes());
        push(out, first, old);
        if let Some(second) = second {
            push(out, second, old);
        }
    };
    match style {
        0..800 => push_whole(out, traditional, ""),
        800..845 => {
            push_capital(out, surname.pinyin);
            out.push(b' ');
            push_given_pinyin(out, first, second);
        }
        845..868 => {
            push_given_pinyin(out, first, second);
            out.push(b' ');
            push_capital(out, surname.pinyin);
        }
        868..882 => {
            let start = out.len();
            push_capital(out, surname.pinyin);
            out.push(b' ');
            push_given_pinyin(out, first, second);
            out[start..].make_ascii_uppercase();
        }
        882..900 => {
            push_whole(out, traditional, "");
            out.extend_from_slice(if entity.female { "女士" } else { "先生" }.as_bytes());
        }
        900..906 => {
            push(out, surname, traditional);
            out.extend_from_slice(if entity.female { "女士" } else { "先生" }.as_bytes());
        }
        906..921 => {
            out.extend_from_slice(if rng.chance(500) { "小" } else { "阿" }.as_bytes());
            push(out, second.unwrap_or(first), false);
        }
        921..941 => push_whole(out, true, ""),
        941..956 => push_whole(out, traditional, " "),
        956..966 => push_whole(out, traditional, "\u{3000}"),
        966..978 => {
            push(out, surname, false);
            push(out, rng.pick(MALE), false);
            if let Some(second) = second {
                push(out, second, false);
            }
        }
        978..986 => {
            let mut narrow = Vec::with_capacity(24);
            push_capital(&mut narrow, surname.pinyin);
            narrow.push(b' ');
            push_given_pinyin(&mut narrow, first, second);
            push_full_width(out, &narrow);
        }
        986..992 => {
            push(out, first, false);
            if let Some(second) = second {
                push(out, second, false);
            }
            push(out, surname, false);
        }
        _ => {}
    }
}

fn push_western(out: &mut Vec<u8>, female: bool, style: u32, given: (&str, &str), surname: &str) {
    let start = out.len();
    let (formal, short) = given;
    let friendly = if short.is_empty() { formal } else { short };
    let mut push = |parts: &[&str]| {
        for part in parts {
            out.extend_from_slice(part.as_bytes());
        }
    };
    match style {
        0..830 | 990.. => push(&[formal, " ", surname]),
        830..875 => push(&[surname, ", ", formal]),
        875..915 => push(&[friendly, " ", surname]),
        915..935 => push(&[&formal[..1], ". ", surname]),
        935..955 => push(&[if female { "Mrs " } else { "Mr " }, formal, " ", surname]),
        955..970 => {
            push(&[formal, " ", surname]);
            out[start..].make_ascii_uppercase();
        }
        970..980 => push(&[" ", formal, "  ", surname, " "]),
        980..990 => {
            push(&[formal, " ", surname]);
            let last = out.len() - 1;
            if out[last - 1].is_ascii() && out[last].is_ascii() {
                out.swap(last - 1, last);
            }
        }
    }
}

/// The code to dial a country with.
fn dialling_code(country: &str) -> &'static str {
    match country {
        "US" => "1",
        "JP" => "81",
        "DE" => "49",
        "GB" => "44",
        "SG" => "65",
        "HK" => "852",
        _ => "86",
    }
}

/// A mobile number as it was keyed in; now and then a placeholder, a wrong digit, nothing.
pub fn push_mobile(out: &mut Vec<u8>, number: u64, country: &str, rng: &mut Rng) {
    let style = rng.below(1000);
    match style {
        0..4 => return out.extend_from_slice(rng.word(&PLACEHOLDER_MOBILES).as_bytes()),
        4..18 => return,
        _ => {}
    }
    let wrong = if (18..28).contains(&style) { 10_u64.pow(rng.below(7)) } else { 0 };
    // The digit that is wrong is one higher, or two lower where it was a nine.
    let keyed = match wrong {
        0 => number,
        unit if number / unit % 10 == 9 => number - 2 * unit,
        unit => number + unit,
    };
    if country != "CN" {
        if style < 900 {
            out.push(b'+');
            out.extend_from_slice(dialling_code(country).as_bytes());
            out.push(if style < 600 { b' ' } else { b'-' });
        } else if matches!(country, "JP" | "DE" | "GB") {
            out.push(b'0');
        }
        return push_int(out, keyed as i64);
    }
    match style {
        ..860 => push_int(out, keyed as i64),
        860..905 => push_grouped(out, "+86 ", keyed, b' '),
        905..935 => push_grouped(out, "", keyed, b'-'),
        935..955 => {
            out.extend_from_slice(b"86");
            push_int(out, keyed as i64);
        }
        955..962 => {
            out.extend_from_slice(b"0086-");
            push_int(out, keyed as i64);
        }
        962..970 => {
            let mut narrow = Vec::with_capacity(11);
            push_int(&mut narrow, keyed as i64);
            push_full_width(out, &narrow);
        }
        _ => push_grouped(out, "", keyed, b' '),
    }
}

fn push_grouped(out: &mut Vec<u8>, prefix: &str, number: u64, gap: u8) {
    out.extend_from_slice(prefix.as_bytes());
    push_digits(out, number / 100_000_000, 3);
    out.push(gap);
    push_digits(out, number / 10_000 % 10_000, 4);
    out.push(gap);
    push_digits(out, number % 10_000, 4);
}

/// An entity's `ordinal`th mailbox; nobody else has the same.
pub fn push_mailbox(out: &mut Vec<u8>, entity: &Entity, ordinal: u64) {
    let own = scatter(entity.index * 2 + ordinal, 1_000_000_000);
    match entity.name {
        Name::Han { surname, first, .. } => match own % 10 {
            0..4 => {
                push_int(out, 100_000_000 + own as i64);
                out.extend_from_slice(b"@qq.com");
            }
            kind => {
                out.extend_from_slice(surname.pinyin.as_bytes());
                out.extend_from_slice(first.pinyin.as_bytes());
                push_int(out, own as i64);
                let host: &[u8] = match kind {
                    4..7 => b"@163.com",
                    7..9 => b"@126.com",
                    _ => b"@gmail.com",
                };
                out.extend_from_slice(host);
            }
        },
        Name::Western { given, surname } => {
            let start = out.len();
            out.extend_from_slice(given.0.as_bytes());
            out.push(b'.');
            out.extend_from_slice(surname.as_bytes());
            out[start..].make_ascii_lowercase();
            let mut kept = start;
            for at in start..out.len() {
                if out[at].is_ascii_lowercase() || out[at] == b'.' {
                    out[kept] = out[at];
                    kept += 1;
                }
            }
            out.truncate(kept);
            push_int(out, own as i64);
            let host: &[u8] = match own % 4 {
                0 | 1 => b"@gmail.com",
                2 => b"@outlook.com",
                _ => b"@yahoo.com",
            };
            out.extend_from_slice(host);
        }
    }
}

/// A mailbox as it was keyed in: upper case, a tag, a misspelt host, a placeholder.
pub fn push_email(out: &mut Vec<u8>, entity: &Entity, ordinal: u64, rng: &mut Rng) {
    let style = rng.below(1000);
    if style < 3 {
        return out.extend_from_slice(rng.word(&PLACEHOLDER_EMAILS).as_bytes());
    }
    let start = out.len();
    push_mailbox(out, entity, ordinal);
    match style {
        3..40 => out[start..].make_ascii_uppercase(),
        40..50 => out.push(b' '),
        50..56 => {
            let last = out.len() - 3;
            out.swap(last - 1, last - 2);
        }
        56..76 if out.ends_with(b"@gmail.com") => {
            out.truncate(out.len() - 10);
            out.extend_from_slice(b"+shop@gmail.com");
        }
        _ => {}
    }
}

/// A street address as one line, or two.
pub fn push_address(out: &mut Vec<u8>, home: &Home, rng: &mut Rng) {
    let style = rng.below(100);
    match *home {
        Home::China { city, district, road, number, estate, building, room } => {
            if style < 70 && city.province != city.name {
                out.extend_from_slice(city.province.as_bytes());
            }
            if style < 88 {
                out.extend_from_slice(city.name.as_bytes());
            }
            out.extend_from_slice(city.districts[district].as_bytes());
            out.extend_from_slice(road.as_bytes());
            push_int(out, i64::from(number));
            out.extend_from_slice("号".as_bytes());
            if style == 50 {
                out.push(b'\n');
            }
            if style < 93 {
                out.extend_from_slice(estate.as_bytes());
            }
            push_int(out, i64::from(building));
            out.extend_from_slice(if style.is_multiple_of(3) { "栋" } else { "号楼" }.as_bytes());
            push_int(out, i64::from(room));
            if style.is_multiple_of(2) {
                out.extend_from_slice("室".as_bytes());
            }
        }
        Home::Abroad { city, street, number, flat } => {
            if city.country == "DE" {
                out.extend_from_slice(street.as_bytes());
                out.push(b' ');
                push_int(out, i64::from(number));
            } else {
                push_int(out, i64::from(number));
                out.push(b' ');
                out.extend_from_slice(street.as_bytes());
            }
            if flat > 0 {
                out.extend_from_slice(match style {
                    0..60 => b", Flat ".as_slice(),
                    60..64 => b"\nFlat ",
                    64..67 => b", \"Garden\" Flat ",
                    _ => b" Apt ",
                });
                push_int(out, i64::from(flat));
            }
        }
    }
}
