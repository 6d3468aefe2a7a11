//! Damerau–Levenshtein distance in linear space (Zhao and Sahinalp 2019), with an early end at a greatest distance.

use std::mem::swap;

/// Characters and rows of the matrix, each row with one cell in front.
#[derive(Debug, Default)]
pub struct Buffers {
    a: Vec<char>,
    b: Vec<char>,
    rows: Rows,
}

#[derive(Debug, Default)]
struct Rows {
    current: Vec<u32>,
    above: Vec<u32>,
    /// For each column, what preceded its last match: the cell two to the left in the row above it.
    before_match: Vec<u32>,
    /// For each column, the last row whose character it has; 0 for none.
    last_match: Vec<u32>,
}

/// See [`super::Scratch::damerau_levenshtein_within`].
pub fn distance_within(a: &str, b: &str, most: usize, buffers: &mut Buffers) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    let Buffers { a: a_chars, b: b_chars, rows } = buffers;
    if a.is_ascii() && b.is_ascii() {
        return between(a.as_bytes(), b.as_bytes(), most, rows);
    }
    a_chars.clear();
    b_chars.clear();
    a_chars.extend(a.chars());
    b_chars.extend(b.chars());
    between(a_chars, b_chars, most, rows)
}

fn between<T: Copy + PartialEq>(a: &[T], b: &[T], most: usize, rows: &mut Rows) -> Option<usize> {
    let (a, b) = without_common_ends(a, b);
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    if a.len() - b.len() > most {
        return None;
    }
    let distance = if b.is_empty() { a.len() } else { matrix(a, b, most, rows)? };
    (distance <= most).then_some(distance)
}

fn without_common_ends<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> (&'a [T], &'a [T]) {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(start..).unwrap_or(&[]), b.get(start..).unwrap_or(&[]));
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (a.get(..a.len() - end).unwrap_or(&[]), b.get(..b.len() - end).unwrap_or(&[]))
}

/// The distance of two texts that are not empty; none once a whole row is above `most`. Least values of rows never fall,
/// because a swap over rows `k` to `i` costs at least what deleting them costs.
fn matrix<T: Copy + PartialEq>(a: &[T], b: &[T], most: usize, rows: &mut Rows) -> Option<usize> {
    let beyond = u32::try_from(a.len().max(b.len()) + 1).ok()?;
    let cells = b.len() + 2;
    let Rows { current, above, before_match, last_match } = rows;
    for row in [&mut *above, &mut *before_match] {
        row.clear();
        row.resize(cells, beyond);
    }
    last_match.clear();
    last_match.resize(cells, 0);
    current.clear();
    current.push(beyond);
    current.extend(0..beyond.min(u32::try_from(b.len() + 1).ok()?));

    for (i, of_a) in (1_u32..).zip(a) {
        swap(current, above);
        let mut last_column: Option<u32> = None;
        // The cell before the row's last match, two rows up.
        let mut before_last = beyond;
        let mut two_up = current[1];
        current[1] = i;
        let mut least = i;
        for (j, of_b) in (1_u32..).zip(b) {
            let cell = j as usize + 1;
            let mut cost = (above[cell - 1] + u32::from(of_a != of_b)).min(current[cell - 1] + 1);
            cost = cost.min(above[cell] + 1);
            if of_a == of_b {
                last_column = Some(j);
                before_match[cell] = above[cell - 2];
                before_last = two_up;
                last_match[cell] = i;
            } else {
                let row = last_match[cell];
                let swapped = match last_column {
                    Some(column) if j - column == 1 && row > 0 => before_match[cell] + (i - row),
                    Some(column) if row > 0 && i - row == 1 => before_last + (j - column),
                    _ => beyond,
                };
                cost = cost.min(swapped);
            }
            two_up = current[cell];
            current[cell] = cost;
            least = least.min(cost);
        }
        if least as usize > most {
            return None;
        }
    }
    current.last().map(|distance| *distance as usize)
}
