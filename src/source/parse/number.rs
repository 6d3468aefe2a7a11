//! Text → numbers, byte by byte.

use crate::source::reject::Reason;

const POWERS: [i128; 39] = {
    let mut powers = [1_i128; 39];
    let mut at = 1;
    while at < 39 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Ten to a power of at most 38.
pub fn power_of_ten(exponent: usize) -> Option<i128> {
    POWERS.get(exponent).copied()
}

/// A whole number of 64 bits; `6.0` and `+6` are 6.
#[inline]
pub fn int(text: &[u8]) -> Result<i64, Reason> {
    let (negative, digits) = sign(text);
    if !digits.is_empty() && digits.len() <= 18 {
        let mut value = 0_i64;
        let mut good = true;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            good &= digit < 10;
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        }
        if good {
            return Ok(if negative { -value } else { value });
        }
    }
    let value = decimal(text, 38, 0).map_err(|_| Reason::NotInt)?;
    i64::try_from(value).map_err(|_| Reason::NotInt)
}

/// A finite number.
#[inline]
pub fn float(text: &[u8]) -> Result<f64, Reason> {
    let value = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    value.filter(|value| value.is_finite()).ok_or(Reason::NotFloat)
}

/// A decimal number, scaled. Digits beyond the scale must be zeros; an exponent is understood.
#[inline]
pub fn decimal(text: &[u8], precision: u8, scale: i8) -> Result<i128, Reason> {
    let (negative, unsigned) = sign(text);
    let mut value = 0_u64;
    let mut decimals = 0_usize;
    let mut point = false;
    let mut digits = 0_usize;
    if unsigned.len() > 19 || scale < 0 {
        return long_decimal(text, precision, scale);
    }
    for byte in unsigned {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            decimals += usize::from(point);
            digits += 1;
        } else if *byte == b'.' && !point {
            point = true;
        } else {
            return long_decimal(text, precision, scale);
        }
    }
    if digits == 0 {
        return Err(Reason::NotDecimal);
    }
    let scale = scale as usize;
    if digits > 18 || decimals > scale {
        return long_decimal(text, precision, scale as i8);
    }
    let scaled = i128::from(value).checked_mul(POWERS.get(scale - decimals).copied().unwrap_or(i128::MAX));
    let scaled = scaled.ok_or(Reason::DecimalOverflow)?;
    within(if negative { -scaled } else { scaled }, precision)
}

/// Any number of digits, and an exponent.
fn long_decimal(text: &[u8], precision: u8, scale: i8) -> Result<i128, Reason> {
    let (negative, unsigned) = sign(text);
    let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&unsigned[..at], small_exponent(&unsigned[at + 1..])?),
        None => (unsigned, 0),
    };
    let mut value = 0_i128;
    let mut digits = 0_usize;
    let mut decimals: Option<i32> = None;
    // Zeros at the end wait until another digit follows, so that `1.000` with forty zeros is still 1.
    let mut zeros = 0_usize;
    for byte in mantissa {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                if let Some(count) = &mut decimals {
                    *count += 1;
                }
                if *byte == b'0' {
                    zeros += 1;
                } else {
                    value = push_digit(value, zeros, byte - b'0').ok_or(Reason::DecimalOverflow)?;
                    zeros = 0;
                }
            }
            b'.' if decimals.is_none() => decimals = Some(0),
            _ => return Err(Reason::NotDecimal),
        }
    }
    if digits == 0 {
        return Err(Reason::NotDecimal);
    }
    if value == 0 {
        return Ok(0);
    }
    let shift = i64::from(scale) + i64::from(exponent) - i64::from(decimals.unwrap_or(0)) + zeros as i64;
    let shift = usize::try_from(shift).map_err(|_| Reason::DecimalScale)?;
    let scaled =
        power_of_ten(shift).and_then(|power| value.checked_mul(power)).ok_or(Reason::DecimalOverflow)?;
    within(if negative { -scaled } else { scaled }, precision)
}

fn push_digit(value: i128, zeros: usize, digit: u8) -> Option<i128> {
    if value == 0 {
        return Some(i128::from(digit));
    }
    value.checked_mul(power_of_ten(zeros + 1)?)?.checked_add(i128::from(digit))
}

fn small_exponent(text: &[u8]) -> Result<i32, Reason> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || digits.len() > 4 || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Reason::NotDecimal);
    }
    let value = digits.iter().fold(0_i32, |value, digit| value * 10 + i32::from(digit - b'0'));
    Ok(if negative { -value } else { value })
}

/// A scaled value that has no more digits than the column keeps.
pub fn within(value: i128, precision: u8) -> Result<i128, Reason> {
    match power_of_ten(precision as usize) {
        Some(limit) if value > -limit && value < limit => Ok(value),
        _ => Err(Reason::DecimalOverflow),
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}
