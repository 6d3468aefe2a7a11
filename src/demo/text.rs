//! Numbers as bytes, without the formatting machinery: a million rows are written this way.

/// A whole number.
pub fn push_int(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// A number with leading zeros.
pub fn push_digits(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut at = digits.len();
    while at > digits.len() - width {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

/// An amount in hundredths, with two decimals.
pub fn push_money(out: &mut Vec<u8>, hundredths: i64) {
    if hundredths < 0 {
        out.push(b'-');
    }
    push_int(out, (hundredths / 100).abs());
    out.push(b'.');
    push_digits(out, (hundredths % 100).unsigned_abs(), 2);
}

/// A prefix and a number with leading zeros: an identifier.
pub fn push_code(out: &mut Vec<u8>, prefix: &str, number: u64, width: usize) {
    out.extend_from_slice(prefix.as_bytes());
    push_digits(out, number, width);
}

/// A JSON string with its quotes.
pub fn push_json(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
