//! One JSON object → its members' places. Nothing is copied; numbers and words stay text.

use memchr::memchr2;

/// A member's value: where its text stands in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// Of the value as written, quotes and brackets included.
    pub start: usize,
    pub end: usize,
    pub shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Null,
    /// A number, `true` or `false`.
    Plain,
    String,
    /// A string with `\` in it.
    Escaped,
    /// An object or a list.
    Nested,
}

/// Why a line is no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Syntax,
    NotObject,
}

/// Calls back with every member of the object that is the whole of `line`: the key's text as written, then the value.
pub fn members(line: &[u8], mut on: impl FnMut(&[u8], Shape, Value)) -> Result<(), Refusal> {
    let mut at = blanks(line, 0);
    if line.get(at) != Some(&b'{') {
        let whole = serde_json::from_slice::<serde::de::IgnoredAny>(line);
        return Err(if whole.is_ok() { Refusal::NotObject } else { Refusal::Syntax });
    }
    at = blanks(line, at + 1);
    if line.get(at) == Some(&b'}') {
        at += 1;
    } else {
        loop {
            let key = string(line, at).ok_or(Refusal::Syntax)?;
            at = blanks(line, key.end);
            if line.get(at) != Some(&b':') {
                return Err(Refusal::Syntax);
            }
            let value = value(line, blanks(line, at + 1)).ok_or(Refusal::Syntax)?;
            on(&line[key.start + 1..key.end - 1], key.shape, value);
            at = blanks(line, value.end);
            match line.get(at) {
                Some(b',') => at = blanks(line, at + 1),
                Some(b'}') => {
                    at += 1;
                    break;
                }
                _ => return Err(Refusal::Syntax),
            }
        }
    }
    if blanks(line, at) == line.len() { Ok(()) } else { Err(Refusal::Syntax) }
}

#[inline]
fn blanks(line: &[u8], mut at: usize) -> usize {
    while line.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

#[inline]
fn value(line: &[u8], at: usize) -> Option<Value> {
    match line.get(at)? {
        b'"' => string(line, at),
        b'{' | b'[' => nested(line, at),
        b't' => word(line, at, b"true", Shape::Plain),
        b'f' => word(line, at, b"false", Shape::Plain),
        b'n' => word(line, at, b"null", Shape::Null),
        _ => number(line, at),
    }
}

fn word(line: &[u8], start: usize, word: &[u8], shape: Shape) -> Option<Value> {
    let end = start + word.len();
    (line.get(start..end)? == word).then_some(Value { start, end, shape })
}

#[inline]
fn string(line: &[u8], start: usize) -> Option<Value> {
    if line.get(start) != Some(&b'"') {
        return None;
    }
    let mut shape = Shape::String;
    let mut at = start + 1;
    loop {
        at += memchr2(b'"', b'\\', line.get(at..)?)?;
        if line[at] == b'"' {
            return Some(Value { start, end: at + 1, shape });
        }
        shape = Shape::Escaped;
        at += 2;
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
#[inline]
fn number(line: &[u8], start: usize) -> Option<Value> {
    let digits = |from: usize| from + line[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = if line[start] == b'-' { start + 1 } else { start };
    let mut end = digits(first);
    if end == first || (line[first] == b'0' && end > first + 1) {
        return None;
    }
    if line.get(end) == Some(&b'.') {
        let decimals = digits(end + 1);
        if decimals == end + 1 {
            return None;
        }
        end = decimals;
    }
    if matches!(line.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(line.get(end + 1), Some(b'+' | b'-')));
        let exponent = end + 1 + sign;
        if exponent > line.len() {
            return None;
        }
        end = digits(exponent);
        if end == exponent {
            return None;
        }
    }
    Some(Value { start, end, shape: Shape::Plain })
}

/// An object or a list: its end by its brackets, its syntax by serde.
fn nested(line: &[u8], start: usize) -> Option<Value> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match line.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            b'"' => at = string(line, at)?.end - 1,
            _ => {}
        }
        at += 1;
    }
    let end = at + 1;
    serde_json::from_slice::<serde::de::IgnoredAny>(&line[start..end]).ok()?;
    Some(Value { start, end, shape: Shape::Nested })
}

/// Writes a string's text without its escapes; nothing if an escape is none.
pub fn unescape(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut at = 0;
    while at < text.len() {
        let Some(plain) = memchr::memchr(b'\\', &text[at..]) else {
            out.extend_from_slice(&text[at..]);
            break;
        };
        out.extend_from_slice(&text[at..at + plain]);
        at += plain + 1;
        let byte = match text.get(at)? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            byte @ (b'"' | b'\\' | b'/') => *byte,
            b'u' => {
                let (char, length) = unicode(&text[at + 1..])?;
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                at += 1 + length;
                continue;
            }
            _ => return None,
        };
        out.push(byte);
        at += 1;
    }
    Some(())
}

/// What follows `\u`: a character, and how many bytes it takes.
fn unicode(text: &[u8]) -> Option<(char, usize)> {
    let unit = |text: &[u8]| -> Option<u32> {
        let digits = std::str::from_utf8(text.get(..4)?).ok()?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(text)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, 4));
    }
    if text.get(4..6)? != b"\\u" {
        return None;
    }
    let second = unit(&text[6..])?;
    if !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?, 10))
}
