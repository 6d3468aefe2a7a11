//! Western addresses: `number road, unit, city, state postcode` and `road number, postcode city`.

use super::Address;
use super::western_data::{COUNTRIES, STATES, STREET_ENDS, STREET_WORDS, UNIT_WORDS};

/// The words between two commas.
type Piece<'a> = Vec<&'a str>;

/// The parts that are evident; what is not stays in `rest`.
pub fn read(text: &str) -> Address {
    let mut address = Address::default();
    let mut pieces: Vec<Piece<'_>> =
        text.split([',', '\n', ';']).map(words).filter(|piece| !piece.is_empty()).collect();
    drop_country(&mut pieces);
    take_units(&mut pieces, &mut address.unit);
    take_postcode(&mut pieces, &mut address.postcode);
    take_state(&mut pieces, &mut address);
    take_district(&mut pieces, &mut address.district);
    let street = pieces.iter().position(|piece| piece.len() > 1 && is_numbered(piece)).unwrap_or(0);
    if street < pieces.len() {
        let mut piece = pieces.remove(street);
        if pieces.is_empty() {
            take_city_behind_street(&mut piece, &mut address.city);
        }
        take_street(&piece, &mut address);
    }
    if address.city.is_empty() && pieces.len() >= street.max(1) {
        address.city = pieces.pop().unwrap_or_default().join(" ");
    }
    address.rest = pieces.concat().join(" ");
    address
}

fn words(piece: &str) -> Piece<'_> {
    let mut words = Vec::with_capacity(6);
    for word in piece.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '/' | '#')) {
        match word.strip_prefix('#') {
            Some(unit) => words.extend(["#", unit]),
            None => words.push(word),
        }
    }
    words.retain(|word| word.chars().any(|c| c.is_alphanumeric() || c == '#'));
    words
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

fn has_digit(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_digit())
}

/// `5th`, `42nd`: names of roads, not their numbers.
fn is_ordinal(word: &str) -> bool {
    let end = word.trim_start_matches(|c: char| c.is_ascii_digit());
    end.len() < word.len() && matches!(end, "st" | "nd" | "rd" | "th")
}

fn is_house_number(word: &str) -> bool {
    starts_with_digit(word) && !is_ordinal(word)
}

fn is_numbered(piece: &Piece<'_>) -> bool {
    [piece.first(), piece.last()].into_iter().flatten().any(|word| is_house_number(word))
        || piece.first() == Some(&"no")
}

fn drop_country(pieces: &mut Vec<Piece<'_>>) {
    if pieces.len() > 1 && pieces.last().is_some_and(|last| COUNTRIES.contains(&last.join(" ").as_str())) {
        pieces.pop();
    } else if let Some(last) = pieces.last_mut()
        && last.len() > 2
        && matches!(
            last.last(),
            Some(&("usa" | "uk" | "australia" | "canada" | "germany" | "deutschland" | "france"))
        )
    {
        last.pop();
    }
}

/// `apt 4b`, `# 12`, `unit 5`; `5/12 george st` is unit 5 of number 12.
fn take_units<'a>(pieces: &mut Vec<Piece<'a>>, unit: &mut String) {
    for piece in pieces.iter_mut() {
        let found = piece.windows(2).position(|pair| {
            matches!(pair, [word, name] if UNIT_WORDS.contains(word) && (has_digit(name) || name.len() == 1))
        });
        if let Some(at) = found
            && unit.is_empty()
        {
            unit.extend(piece.drain(at..at + 2).nth(1));
        }
    }
    if unit.is_empty()
        && let Some(first) = pieces.first_mut().and_then(|piece| piece.first_mut())
        && let Some((flat, house)) = first.split_once('/')
        && starts_with_digit(flat)
        && starts_with_digit(house)
    {
        unit.push_str(flat);
        *first = house;
    }
    pieces.retain(|piece| !piece.is_empty());
}

/// The last postcode that stands behind the street, or at the end of an address without commas.
fn take_postcode(pieces: &mut Vec<Piece<'_>>, postcode: &mut String) {
    let alone = pieces.len() == 1;
    for (index, piece) in pieces.iter_mut().enumerate().rev() {
        let from = if index > 0 {
            0
        } else if alone {
            2
        } else {
            break;
        };
        let Some((at, words)) =
            (from..piece.len()).rev().find_map(|at| Some((at, postcode_words(piece, at)?)))
        else {
            continue;
        };
        let last = at + words == piece.len();
        let first = at == 0 && index > 0;
        if first || last {
            let digits: String = piece.drain(at..at + words).collect();
            // Nine-digit ZIP codes say more than most records hold.
            let short = digits.split_once('-').filter(|(zip, more)| zip.len() == 5 && more.len() == 4);
            postcode.push_str(short.map_or(digits.as_str(), |(zip, _)| zip));
            break;
        }
    }
    pieces.retain(|piece| !piece.is_empty());
}

/// How many words from `at` on are a postcode: digits, `sw1a 2aa`, `m5v 3l9`, `1012 ab`, `00-950`.
fn postcode_words(piece: &Piece<'_>, at: usize) -> Option<usize> {
    let word = piece.get(at)?;
    let next = piece.get(at + 1).copied().unwrap_or("");
    let shape = |word: &str| -> String {
        word.chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    '9'
                } else if c.is_ascii_alphabetic() {
                    'a'
                } else {
                    c
                }
            })
            .collect()
    };
    let (this, next) = (shape(word), shape(next));
    let is_outward = matches!(this.as_str(), "a9" | "a99" | "aa9" | "aa99" | "a9a" | "aa9a");
    if (is_outward && next == "9aa") || (this == "a9a" && next == "9a9") || (this == "9999" && next == "aa") {
        return Some(2);
    }
    let one = matches!(
        this.as_str(),
        "9999" | "99999" | "999999" | "99999-9999" | "99-999" | "9999-999" | "999-9999"
    ) || (this.len() >= 5 && this.len() <= 7 && this.ends_with("9aa") && this.starts_with('a'))
        || this == "a9a9a9";
    one.then_some(1)
}

/// A state in short or in full, at the end of a piece behind the street or as one.
fn take_state(pieces: &mut Vec<Piece<'_>>, address: &mut Address) {
    let with_postcode = !address.postcode.is_empty();
    let alone = pieces.len() == 1;
    let Some(last) = pieces.last_mut() else { return };
    for length in (1..=last.len().min(4)).rev() {
        let whole = length == last.len();
        if (alone && (whole || !with_postcode)) || (!whole && !with_postcode && length > 1) {
            continue;
        }
        let Some(words) = last.get(last.len() - length..) else { continue };
        let name = words.join(" ");
        let state = STATES
            .iter()
            .find(|(full, short)| *short == name || (*full == name && (with_postcode || !whole)));
        if let Some((_, short)) = state {
            address.province = (*short).to_owned();
            last.truncate(last.len() - length);
            break;
        }
    }
    pieces.retain(|piece| !piece.is_empty());
}

fn take_district(pieces: &mut Vec<Piece<'_>>, district: &mut String) {
    let found = pieces.iter().skip(1).position(|piece| piece.len() > 1 && piece.last() == Some(&"district"));
    if let Some(at) = found {
        let piece = pieces.remove(at + 1);
        *district = piece.get(..piece.len() - 1).unwrap_or(&[]).join(" ");
    }
}

/// Without commas the city begins behind the last word that ends a street's name.
fn take_city_behind_street(piece: &mut Piece<'_>, city: &mut String) {
    let ends = |word: &&str| STREET_ENDS.contains(&short_form(word));
    let Some(end) = piece.iter().skip(2).rposition(ends).map(|at| at + 3) else { return };
    if end < piece.len() {
        *city = piece.drain(end..).collect::<Vec<_>>().join(" ");
    }
}

fn short_form(word: &str) -> &str {
    STREET_WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short)
}

fn take_street(piece: &[&str], address: &mut Address) {
    let piece = match piece {
        ["no", rest @ ..] if rest.first().is_some_and(|word| starts_with_digit(word)) => rest,
        other => other,
    };
    let (number, road) = match piece {
        [first, road @ ..] if is_house_number(first) && !road.is_empty() => (*first, road),
        [road @ .., last] if is_house_number(last) && !road.is_empty() => (*last, road),
        road => ("", road),
    };
    address.number = number.to_owned();
    let road: Vec<&str> = road.iter().map(|word| short_form(word)).collect();
    address.road = road.join(" ");
    // `hauptstr` is `hauptstrasse`.
    if address.road.len() > 5 && address.road.ends_with("str") {
        address.road.push_str("asse");
    }
}
