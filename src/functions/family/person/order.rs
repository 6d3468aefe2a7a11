//! Which part of a name is the surname: by comma, by capitals, by the list of Chinese surnames, by what script does.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::title_data::PARTICLES;
use super::words::{Case, Word};
use super::{PersonName, Script, push_syllables};
use crate::functions::family::chinese_data::{CERTAIN_COMPOUNDS, COMPOUND_READINGS, SURNAMES};
use crate::functions::family::pinyin::{
    Syllables, is_compound_surname, is_surname, key_of_surname, surname_length,
};

/// Fills surname, given name and script of a name from its words.
pub fn tell_apart(name: &mut PersonName) {
    let PersonName { words, script, surname, given, may_turn } = name;
    let han = words.han();
    let latin = words.iter().filter(|word| !word.han).count();
    if han.chars().nth(1).is_some() || (!han.is_empty() && latin == 0) {
        *script = if words.is_dotted() { Script::DottedHan } else { Script::Han };
        if words.is_dotted() {
            dotted(words.iter().filter(|word| word.han), surname, given);
        } else {
            let (first, second) = han_parts(han);
            surname.push_str(first);
            given.push_str(second);
        }
        return;
    }
    *script = Script::Latin;
    let titled = words.is_titled();
    let words: Vec<Word<'_>> = words.iter().collect();
    // `Mr Smith`
    if let [only] = words.as_slice()
        && titled
    {
        return surname.push_str(only.text);
    }
    let told = by_comma(&words).or_else(|| by_capitals(&words));
    if let Some(Told { from, to, turns }) = by_pinyin(&words, told) {
        *script = Script::Pinyin;
        *may_turn = turns;
        for (index, word) in words.iter().enumerate() {
            if (from..to).contains(&index) { &mut *surname } else { &mut *given }.push_str(word.text);
        }
        return;
    }
    let (from, to) = told.map_or_else(|| western(&words), |told| (told.from, told.to));
    for (index, word) in words.iter().enumerate() {
        let part = if (from..to).contains(&index) { &mut *surname } else { &mut *given };
        if !part.is_empty() {
            part.push(' ');
        }
        part.push_str(word.text);
    }
}

/// Which words are the surname, and whether only frequencies said so.
#[derive(Debug, Clone, Copy)]
struct Told {
    from: usize,
    to: usize,
    turns: bool,
}

fn dotted<'a>(
    mut words: impl DoubleEndedIterator<Item = Word<'a>>,
    surname: &mut String,
    given: &mut String,
) {
    given.extend(words.next().map(|word| word.text));
    surname.extend(words.next_back().map(|word| word.text));
}

/// Surname and given name of a Han name without dots.
fn han_parts(han: &str) -> (&str, &str) {
    let characters = han.chars().count();
    let first = han.chars().next();
    // `小明`, `阿强`, `老王` name nobody's surname for certain.
    if characters > 4 || (characters == 2 && matches!(first, Some('小' | '阿' | '老'))) {
        return ("", han);
    }
    if CERTAIN_COMPOUNDS.contains(&han) {
        return (han, "");
    }
    let length = surname_length(han);
    if length > 0 {
        return han.split_at_checked(length).unwrap_or((han, ""));
    }
    let from_end =
        |count: usize| han.char_indices().rev().nth(count - 1).and_then(|(at, _)| han.split_at_checked(at));
    // Written given name first: only where nothing else than the end is a surname.
    if characters >= 3
        && let Some((given, surname)) = from_end(2)
        && is_compound_surname(surname)
    {
        return (surname, given);
    }
    if characters >= 2
        && let Some((given, surname)) = from_end(1)
        && surname.chars().all(is_surname)
    {
        return (surname, given);
    }
    han.split_at_checked(first.map_or(0, char::len_utf8)).unwrap_or((han, ""))
}

/// `Wang, Wei`: one comma says that the surname stands before it.
fn by_comma(words: &[Word<'_>]) -> Option<Told> {
    let (first, last) = (words.first()?.part, words.last()?.part);
    let cut = words.iter().position(|word| word.part != first)?;
    let one_comma = words.iter().skip(cut).all(|word| word.part == last);
    one_comma.then_some(Told { from: 0, to: cut, turns: false })
}

/// `WANG Wei`, `Jean-Paul DE LA TOUR`: capitals at one end mark the surname.
fn by_capitals(words: &[Word<'_>]) -> Option<Told> {
    let is_marked = |word: &&Word<'_>| {
        word.case == Case::Upper
            && (word.text.len() > 2 || PARTICLES.contains(&word.text) || surname_rank(word.text).is_some())
    };
    let marked = words.iter().filter(is_marked).count();
    if marked == 0 || !words.iter().any(|word| word.case == Case::Mixed) {
        return None;
    }
    if words.iter().take_while(is_marked).count() == marked {
        return Some(Told { from: 0, to: marked, turns: false });
    }
    let last = words.iter().rev().take_while(is_marked).count() == marked;
    last.then_some(Told { from: words.len() - marked, to: words.len(), turns: false })
}

/// The surname of a name whose words are pinyin throughout: as `told`, or else the end that is the commoner surname.
fn by_pinyin(words: &[Word<'_>], told: Option<Told>) -> Option<Told> {
    let is_pinyin = |word: &Word<'_>| Syllables::of(word.text).is_some();
    if words.len() < 2 || words.len() > 5 || !words.iter().all(is_pinyin) {
        return None;
    }
    if let Some(told) = told {
        return words.get(told.from..told.to).and_then(rank_of).map(|_| told);
    }
    let count = words.len();
    let at = |from: usize, to: usize| {
        let words = words.get(from..to).filter(|words| !words.is_empty())?;
        let hyphenated = words.iter().skip(1).all(|word| word.hyphenated);
        let rank = rank_of(words).filter(|rank| words.len() == 1 || hyphenated || is_certain(*rank))?;
        Some((rank, from, to))
    };
    // A hyphen joins the syllables of a given name: neither of them is the surname.
    let joins_next = |index: usize| words.get(index + 1).is_some_and(|next| next.hyphenated);
    let joins_before = |index: usize| words.get(index).is_some_and(|word| word.hyphenated);
    let two_in_front = (count > 2).then(|| at(0, 2)).flatten();
    let two_at_end = (count > 2).then(|| at(count - 2, count)).flatten();
    let front = two_in_front.or_else(|| if joins_next(0) { None } else { at(0, 1) });
    let end = two_at_end.or_else(|| if joins_before(count - 1) { None } else { at(count - 1, count) });
    let turns = count == 2 && front.is_some() && end.is_some();
    let (_, from, to) = match (front, end) {
        (Some(front), Some(end)) => Some(if end.0 < front.0 { end } else { front }),
        (front, end) => front.or(end),
    }?;
    Some(Told { from, to, turns })
}

/// A Western surname is the last word with the particles before it; both words of a hyphen belong to it.
fn western(words: &[Word<'_>]) -> (usize, usize) {
    let count = words.len();
    if count < 2 {
        return (0, 0);
    }
    let mut from = count - 1;
    while from > 1
        && (words.get(from).is_some_and(|word| word.hyphenated)
            || words.get(from - 1).is_some_and(|word| PARTICLES.contains(&word.text)))
    {
        from -= 1;
    }
    (from, count)
}

fn rank_of(words: &[Word<'_>]) -> Option<usize> {
    match words {
        [only] => surname_rank(only.text),
        [first, second] => surname_rank(&format!("{}{}", first.text, second.text)),
        _ => None,
    }
}

/// Whether a rank is that of a compound surname which is no given name.
pub fn is_certain(rank: usize) -> bool {
    rank < CERTAIN_COMPOUNDS.len()
}

/// How common a surname in pinyin is, compounds that are certain before all others; none if there is no such surname.
pub fn surname_rank(word: &str) -> Option<usize> {
    static RANKS: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
        let certain = CERTAIN_COMPOUNDS.iter().map(|compound| (*compound).to_owned());
        let compounds = COMPOUND_READINGS.iter().map(|(compound, _)| (*compound).to_owned());
        let mut ranks = HashMap::new();
        for (rank, surname) in certain.chain(SURNAMES.chars().map(String::from)).chain(compounds).enumerate()
        {
            let mut key = String::new();
            key_of_surname(&surname, &mut key);
            ranks.entry(key).or_insert(rank);
        }
        ranks
    });
    if let Some(rank) = RANKS.get(word) {
        return Some(*rank);
    }
    // The spellings of `ü` are rare enough to be made one only where the word as it stands is no surname.
    if !word.contains(['v', 'y']) {
        return None;
    }
    let mut key = String::with_capacity(word.len());
    push_syllables(word, &mut key);
    RANKS.get(&key).copied()
}
