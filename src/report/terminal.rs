//! A waterfall in letters: one line a bar, each beginning where the one above it ends.

use super::{Bar, extent};
use crate::identity::fold::is_han;

/// Columns of the widest bar.
const TRACK: usize = 36;

/// The lines of a waterfall; `█` adds, `░` takes away, `│` is zero.
pub fn lines(bars: &[Bar]) -> Vec<String> {
    let (least, most) = extent(bars.iter());
    let column = |bits: f64| (((bits - least) / (most - least)) * TRACK as f64).round() as usize;
    let zero = column(0.0);
    let widest = |of: &dyn Fn(&Bar) -> &str| bars.iter().map(|bar| width(of(bar))).max().unwrap_or(0);
    let (names, levels, values) =
        (widest(&|bar| &bar.name), widest(&|bar| &bar.level), widest(&|bar| &bar.values));
    let line = |bar: &Bar| {
        let (from, to) = (column(bar.from.min(bar.to)), column(bar.from.max(bar.to)));
        let drawn = |at: usize| match at {
            at if at >= from && at < to => {
                if bar.bits >= 0.0 {
                    '█'
                } else {
                    '░'
                }
            }
            at if at == zero => '│',
            _ => ' ',
        };
        let track: String = (0..=TRACK).map(drawn).collect();
        let text = format!(
            "{}  {}  {}  {:+7.2}  {track}",
            padded(&bar.name, names),
            padded(&bar.level, levels),
            padded(&bar.values, values),
            bar.bits,
        );
        text.trim_end().to_owned()
    };
    bars.iter().map(line).collect()
}

/// How many columns a terminal gives a text: two for each character as wide as it is high.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    is_han(c)
        || matches!(c, '\u{1100}'..='\u{115f}' | '\u{3000}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff60}')
}

/// A text filled up with blanks to so many columns.
pub fn padded(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}
