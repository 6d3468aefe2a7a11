//! Renders what was found: pictures as SVG, bars for the terminal. Never computes, never reads a release.

pub mod terminal;
pub mod thresholds;
pub mod waterfall;

use thiserror::Error;

/// Why a picture could not be drawn.
#[derive(Debug, Error)]
#[error("failed to draw the picture: {0}")]
pub struct ReportError(String);

impl ReportError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// A waterfall as it is shown: the labels that stand beside its bars, values masked or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What adds to the weight: the prior, a comparison, the total.
    pub name: String,
    /// At what level.
    pub level: String,
    /// The two values, as far as they may be seen.
    pub values: String,
    pub bits: f64,
    /// Where the bar begins and ends, in bits.
    pub from: f64,
    pub to: f64,
}

/// The bars of a waterfall from its prior down to its total; `shown` turns the values of a step into what may be seen.
pub fn bars(
    of: &crate::identity::waterfall::Waterfall,
    shown: impl Fn(&crate::identity::waterfall::Step) -> String,
) -> Vec<Bar> {
    let plain = |name: &str, bits: f64| Bar {
        name: name.to_owned(),
        level: String::new(),
        values: String::new(),
        bits,
        from: 0.0,
        to: bits,
    };
    let mut bars = vec![plain("prior", of.prior_bits)];
    let mut sum = of.prior_bits;
    for step in &of.steps {
        let from = sum;
        sum += step.bits();
        bars.push(Bar {
            name: step.comparison.clone(),
            level: step.level.clone(),
            values: shown(step),
            bits: step.bits(),
            from,
            to: sum,
        });
    }
    bars.push(plain("total", of.total_bits));
    bars
}

/// From the least to the greatest bit that any bar reaches, 0 included; never empty.
fn extent<'a>(bars: impl Iterator<Item = &'a Bar>) -> (f64, f64) {
    let (least, most) = bars.fold((0.0_f64, 0.0_f64), |(least, most), bar| {
        (least.min(bar.from).min(bar.to), most.max(bar.from).max(bar.to))
    });
    if most - least < 1.0 { (least, least + 1.0) } else { (least, most) }
}
