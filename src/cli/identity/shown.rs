//! Personal values as they may be seen: masked, unless they are to be revealed.

use crate::functions::masked;
use crate::identity::waterfall::{Step, Waterfall};

/// Both values of a step, `A** | A**`; a value that is missing is `–`.
pub fn values(step: &Step, reveal: bool) -> String {
    let shown = |value: &str| match value {
        "" => "–".to_owned(),
        value if reveal => value.to_owned(),
        value => masked(value, super::mask_of(step.kind)),
    };
    format!("{} | {}", shown(&step.values.0), shown(&step.values.1))
}

/// A waterfall in one line.
pub fn evidence(of: &Waterfall, reveal: bool) -> String {
    let step = |step: &Step| {
        let values = values(step, reveal);
        format!("{} {} ({values}) {:+.1}", step.comparison, step.level, step.bits())
    };
    let steps: Vec<String> = of.steps.iter().map(step).collect();
    format!("prior {:+.1}; {}", of.prior_bits, steps.join("; "))
}
