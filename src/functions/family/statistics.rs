//! Intervals and tests that operations reviews need. A zero denominator yields NULL.

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, not_impl_err};

use crate::functions::declare::{Call, Declared, Kind, instant_type};

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

fn wilson_lower(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`wilson_lower`")
}

fn wilson_upper(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`wilson_upper`")
}

fn newcombe_lower(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`newcombe_lower`")
}

fn newcombe_upper(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`newcombe_upper`")
}

fn two_proportion_z(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`two_proportion_z`")
}

fn two_proportion_p(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`two_proportion_p`")
}

fn sample_ratio_p(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`sample_ratio_p`")
}

fn welch_t(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`welch_t`")
}

fn welch_p(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`welch_p`")
}

fn present_value(_call: &Call) -> Result<ArrayRef> {
    not_impl_err!("`present_value`")
}
