//! Jaro–Winkler similarity: bit-parallel for short ASCII, by character otherwise.

/// Positions of each ASCII byte, and characters with what has been matched of them.
#[derive(Debug)]
pub struct Buffers {
    positions: [u64; 128],
    a: Vec<char>,
    b: Vec<char>,
    a_taken: Vec<bool>,
    b_taken: Vec<bool>,
}

impl Default for Buffers {
    fn default() -> Self {
        Self { positions: [0; 128], a: vec![], b: vec![], a_taken: vec![], b_taken: vec![] }
    }
}

/// See [`super::Scratch::jaro_winkler`].
pub fn winkler(a: &str, b: &str, buffers: &mut Buffers) -> f64 {
    if a == b {
        return 1.0;
    }
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    if a.len() <= 64 && b.len() <= 64 && a.is_ascii() && b.is_ascii() {
        let (a, b) = (a.as_bytes(), b.as_bytes());
        return raised(ascii(a, b, &mut buffers.positions), common_prefix(a, b));
    }
    let Buffers { a: a_chars, b: b_chars, a_taken, b_taken, .. } = buffers;
    a_chars.clear();
    b_chars.clear();
    a_chars.extend(a.chars());
    b_chars.extend(b.chars());
    raised(by_character(a_chars, b_chars, a_taken, b_taken), common_prefix(a_chars, b_chars))
}

fn raised(jaro: f64, prefix: usize) -> f64 {
    jaro + 0.1 * prefix as f64 * (1.0 - jaro)
}

fn common_prefix<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    a.iter().zip(b).take(4).take_while(|(a, b)| a == b).count()
}

/// How far apart equal characters may stand and still match.
fn window(a: usize, b: usize) -> usize {
    (a.max(b) / 2).saturating_sub(1)
}

fn jaro(matches: u32, transposed: u32, a: usize, b: usize) -> f64 {
    if matches == 0 {
        return 0.0;
    }
    let m = f64::from(matches);
    (m / a as f64 + m / b as f64 + (m - f64::from(transposed / 2)) / m) / 3.0
}

/// Jaro's similarity of two ASCII texts of 1 to 64 bytes: matched positions are bits.
fn ascii(a: &[u8], b: &[u8], positions: &mut [u64; 128]) -> f64 {
    for (position, byte) in b.iter().enumerate() {
        positions[usize::from(byte & 127)] |= 1 << position;
    }
    let window = window(a.len(), b.len());
    let (mut a_taken, mut b_taken) = (0_u64, 0_u64);
    for (position, byte) in a.iter().enumerate() {
        let (from, to) = (position.saturating_sub(window), position + window + 1);
        let within = if to >= 64 { u64::MAX } else { (1 << to) - 1 };
        let reachable = if from >= 64 { 0 } else { within >> from << from };
        let free = positions[usize::from(byte & 127)] & reachable & !b_taken;
        if free != 0 {
            b_taken |= free & free.wrapping_neg();
            a_taken |= 1 << position;
        }
    }
    for byte in b {
        positions[usize::from(byte & 127)] = 0;
    }
    let matches = a_taken.count_ones();
    let mut transposed = 0;
    while a_taken != 0 && b_taken != 0 {
        let (of_a, of_b) = (a_taken.trailing_zeros() as usize, b_taken.trailing_zeros() as usize);
        transposed += u32::from(a.get(of_a) != b.get(of_b));
        a_taken &= a_taken - 1;
        b_taken &= b_taken - 1;
    }
    jaro(matches, transposed, a.len(), b.len())
}

fn by_character(a: &[char], b: &[char], a_taken: &mut Vec<bool>, b_taken: &mut Vec<bool>) -> f64 {
    let window = window(a.len(), b.len());
    for (taken, length) in [(&mut *a_taken, a.len()), (&mut *b_taken, b.len())] {
        taken.clear();
        taken.resize(length, false);
    }
    let mut matches = 0;
    for (position, (of_a, a_taken)) in a.iter().zip(a_taken.iter_mut()).enumerate() {
        let from = position.saturating_sub(window);
        let candidates = b.iter().zip(b_taken.iter_mut()).take(position + window + 1).skip(from);
        for (of_b, b_taken) in candidates {
            if !*b_taken && of_a == of_b {
                *a_taken = true;
                *b_taken = true;
                matches += 1;
                break;
            }
        }
    }
    let kept = |(c, taken): (&char, &bool)| taken.then_some(*c);
    let in_a = a.iter().zip(a_taken.iter()).filter_map(kept);
    let in_b = b.iter().zip(b_taken.iter()).filter_map(kept);
    let transposed = in_a.zip(in_b).map(|(a, b)| u32::from(a != b)).sum();
    jaro(matches, transposed, a.len(), b.len())
}
