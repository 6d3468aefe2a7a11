//! Intervals and tests that operations reviews need. A zero denominator yields NULL.

use std::f64::consts::SQRT_2;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::DataType;
use datafusion::common::Result;

use crate::functions::declare::{Call, Declared, Kind};

pub const ALL: &[Declared] = &[
    Declared {
        name: "wilson_lower",
        description: "The lower bound of Wilson's 95 % interval of a proportion.",
        parameters: &[("k", Kind::Number, "successes"), ("n", Kind::Number, "trials")],
        optional: 0,
        returns: || DataType::Float64,
        body: wilson_lower,
        example: "wilson_lower(80, 100)",
    },
    Declared {
        name: "wilson_upper",
        description: "The upper bound of Wilson's 95 % interval of a proportion.",
        parameters: &[("k", Kind::Number, "successes"), ("n", Kind::Number, "trials")],
        optional: 0,
        returns: || DataType::Float64,
        body: wilson_upper,
        example: "wilson_upper(80, 100)",
    },
    Declared {
        name: "newcombe_lower",
        description: "The lower bound of Newcombe's 95 % interval of the difference of two proportions, first minus second.",
        parameters: &[
            ("k1", Kind::Number, "successes of the first"),
            ("n1", Kind::Number, "trials of the first"),
            ("k2", Kind::Number, "successes of the second"),
            ("n2", Kind::Number, "trials of the second"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: newcombe_lower,
        example: "newcombe_lower(130, 1000, 100, 1000)",
    },
    Declared {
        name: "newcombe_upper",
        description: "The upper bound of Newcombe's 95 % interval of the difference of two proportions, first minus second.",
        parameters: &[
            ("k1", Kind::Number, "successes of the first"),
            ("n1", Kind::Number, "trials of the first"),
            ("k2", Kind::Number, "successes of the second"),
            ("n2", Kind::Number, "trials of the second"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: newcombe_upper,
        example: "newcombe_upper(130, 1000, 100, 1000)",
    },
    Declared {
        name: "two_proportion_z",
        description: "The pooled z statistic of two proportions, first minus second.",
        parameters: &[
            ("k1", Kind::Number, "successes of the first"),
            ("n1", Kind::Number, "trials of the first"),
            ("k2", Kind::Number, "successes of the second"),
            ("n2", Kind::Number, "trials of the second"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: two_proportion_z,
        example: "two_proportion_z(130, 1000, 100, 1000)",
    },
    Declared {
        name: "two_proportion_p",
        description: "The two-sided p-value of the pooled z test of two proportions.",
        parameters: &[
            ("k1", Kind::Number, "successes of the first"),
            ("n1", Kind::Number, "trials of the first"),
            ("k2", Kind::Number, "successes of the second"),
            ("n2", Kind::Number, "trials of the second"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: two_proportion_p,
        example: "two_proportion_p(130, 1000, 100, 1000)",
    },
    Declared {
        name: "sample_ratio_p",
        description: "The p-value of a sample-ratio mismatch: chi-square with one degree of freedom.",
        parameters: &[
            ("n1", Kind::Number, "units of the first"),
            ("n2", Kind::Number, "units of the second"),
            ("share", Kind::Number, "the first's intended share; 0.5 if left out"),
        ],
        optional: 1,
        returns: || DataType::Float64,
        body: sample_ratio_p,
        example: "sample_ratio_p(50000, 50800, 0.5)",
    },
    Declared {
        name: "welch_t",
        description: "Welch's t statistic of two means, first minus second.",
        parameters: &[
            ("mean1", Kind::Number, "mean of the first"),
            ("sd1", Kind::Number, "standard deviation of the first"),
            ("n1", Kind::Number, "size of the first"),
            ("mean2", Kind::Number, "mean of the second"),
            ("sd2", Kind::Number, "standard deviation of the second"),
            ("n2", Kind::Number, "size of the second"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: welch_t,
        example: "welch_t(10.5, 4, 500, 10, 6, 400)",
    },
    Declared {
        name: "welch_p",
        description: "The two-sided p-value of Welch's t test.",
        parameters: &[
            ("mean1", Kind::Number, "mean of the first"),
            ("sd1", Kind::Number, "standard deviation of the first"),
            ("n1", Kind::Number, "size of the first"),
            ("mean2", Kind::Number, "mean of the second"),
            ("sd2", Kind::Number, "standard deviation of the second"),
            ("n2", Kind::Number, "size of the second"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: welch_p,
        example: "welch_p(10.5, 4, 500, 10, 6, 400)",
    },
    Declared {
        name: "present_value",
        description: "An amount some days ahead, discounted: amount × (1 + rate)^(−days/365).",
        parameters: &[
            ("amount", Kind::Number, "an amount"),
            ("days", Kind::Number, "days from the reference date to the amount"),
            ("rate", Kind::Number, "the yearly rate; 0.1 is 10 %"),
        ],
        optional: 0,
        returns: || DataType::Float64,
        body: present_value,
        example: "present_value(net_amount, ordered_on - first_on, 0.1)",
    },
];

fn wilson_lower(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[k, n]| Some(wilson(proportion(k, n)?, n).0))
}

fn wilson_upper(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[k, n]| Some(wilson(proportion(k, n)?, n).1))
}

fn newcombe_lower(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[k1, n1, k2, n2]| Some(newcombe(k1, n1, k2, n2)?.0))
}

fn newcombe_upper(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[k1, n1, k2, n2]| Some(newcombe(k1, n1, k2, n2)?.1))
}

fn two_proportion_z(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[k1, n1, k2, n2]| pooled_z(k1, n1, k2, n2))
}

fn two_proportion_p(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[k1, n1, k2, n2]| Some(libm::erfc(pooled_z(k1, n1, k2, n2)?.abs() / SQRT_2)))
}

fn sample_ratio_p(call: &Call) -> Result<ArrayRef> {
    if call.given() == 2 {
        return numbers(call, |[n1, n2]| sample_ratio(n1, n2, 0.5));
    }
    numbers(call, |[n1, n2, share]| sample_ratio(n1, n2, share))
}

fn welch_t(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[mean1, sd1, n1, mean2, sd2, n2]| {
        Some(welch(Sample { mean: mean1, sd: sd1, n: n1 }, Sample { mean: mean2, sd: sd2, n: n2 })?.0)
    })
}

fn welch_p(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[mean1, sd1, n1, mean2, sd2, n2]| {
        let (t, freedom) =
            welch(Sample { mean: mean1, sd: sd1, n: n1 }, Sample { mean: mean2, sd: sd2, n: n2 })?;
        incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
    })
}

fn present_value(call: &Call) -> Result<ArrayRef> {
    numbers(call, |[amount, days, rate]| (rate > -1.0).then(|| amount * (1.0 + rate).powf(-days / 365.0)))
}

/// A number from numbers, row by row; NULL where one is missing, and where the answer is not finite.
fn numbers<const N: usize>(call: &Call, answer: impl Fn([f64; N]) -> Option<f64>) -> Result<ArrayRef> {
    let mut columns = Vec::with_capacity(N);
    for index in 0..N {
        columns.push(call.number(index)?);
    }
    let answers = (0..call.rows).map(|row| {
        let mut values = [0.0; N];
        for (value, column) in values.iter_mut().zip(&columns) {
            *value = column.get(row)?;
        }
        answer(values).filter(|answer| answer.is_finite())
    });
    Ok(Arc::new(answers.collect::<Float64Array>()))
}

/// The normal quantile of a two-sided 95 % interval.
const Z_95: f64 = 1.959_963_984_540_054;

/// k of n; none unless 0 ≤ k ≤ n and n > 0.
fn proportion(k: f64, n: f64) -> Option<f64> {
    (n > 0.0 && k >= 0.0 && k <= n).then(|| k / n)
}

/// Wilson's score interval (Wilson 1927, equation 4) without continuity correction.
fn wilson(p: f64, n: f64) -> (f64, f64) {
    let z2 = Z_95 * Z_95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let lower = if p == 0.0 { 0.0 } else { centre - half };
    let upper = if p == 1.0 { 1.0 } else { centre + half };
    (lower, upper)
}

/// Newcombe's hybrid score interval of a difference (Newcombe 1998, method 10).
fn newcombe(k1: f64, n1: f64, k2: f64, n2: f64) -> Option<(f64, f64)> {
    let (p1, p2) = (proportion(k1, n1)?, proportion(k2, n2)?);
    let ((l1, u1), (l2, u2)) = (wilson(p1, n1), wilson(p2, n2));
    let difference = p1 - p2;
    Some((difference - (p1 - l1).hypot(u2 - p2), difference + (u1 - p1).hypot(p2 - l2)))
}

fn pooled_z(k1: f64, n1: f64, k2: f64, n2: f64) -> Option<f64> {
    let (p1, p2) = (proportion(k1, n1)?, proportion(k2, n2)?);
    let pooled = (k1 + k2) / (n1 + n2);
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    (error > 0.0).then(|| (p1 - p2) / error)
}

fn sample_ratio(n1: f64, n2: f64, share: f64) -> Option<f64> {
    let total = n1 + n2;
    if n1 < 0.0 || n2 < 0.0 || total <= 0.0 || share <= 0.0 || share >= 1.0 {
        return None;
    }
    let (expected1, expected2) = (total * share, total * (1.0 - share));
    let chi_square = (n1 - expected1).powi(2) / expected1 + (n2 - expected2).powi(2) / expected2;
    Some(libm::erfc((chi_square / 2.0).sqrt()))
}

struct Sample {
    mean: f64,
    sd: f64,
    n: f64,
}

/// Welch's t and its degrees of freedom (Welch–Satterthwaite).
fn welch(first: Sample, second: Sample) -> Option<(f64, f64)> {
    if first.n < 2.0 || second.n < 2.0 || first.sd < 0.0 || second.sd < 0.0 {
        return None;
    }
    let (v1, v2) = (first.sd * first.sd / first.n, second.sd * second.sd / second.n);
    if v1 + v2 <= 0.0 {
        return None;
    }
    let freedom = (v1 + v2).powi(2) / (v1 * v1 / (first.n - 1.0) + v2 * v2 / (second.n - 1.0));
    Some(((first.mean - second.mean) / (v1 + v2).sqrt(), freedom))
}

/// The regularised incomplete beta function I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8), evaluated
/// by Lentz's method.
fn incomplete_beta(a: f64, b: f64, x: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&x) {
        return None;
    }
    if x == 0.0 || x == 1.0 {
        return Some(x);
    }
    let front =
        (libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        Some(front * beta_fraction(a, b, x)? / a)
    } else {
        Some(1.0 - front * beta_fraction(b, a, 1.0 - x)? / b)
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + coefficient * d);
            c = away_from_zero(1.0 + coefficient / c);
            step = d * c;
            fraction *= step;
        }
        if (step - 1.0).abs() < 1e-15 {
            return Some(fraction);
        }
    }
    None
}
