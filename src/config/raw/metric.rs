//! Figures by period as they are written under `metrics:`.
//!
//! ```yaml
//! metrics:
//!   segments: segment_membership          # what `by: [segment]` joins, on `customer_id`
//!   define:
//!     revenue:                            # a total
//!       description: Net revenue, in base currency.
//!       from: customer_order
//!       date: ordered_at
//!       value: sum(net_amount)
//!       by: [channel, segment]            # each by itself, beside the total
//!       unit: CNY
//!     repurchase_rate:                    # a ratio of two totals of one table
//!       description: Share of buyers who bought again within 30 days.
//!       from: customer_first_order
//!       date: first_order_at
//!       numerator: count(*) FILTER (WHERE bought_again)
//!       denominator: count(*)
//!       interval: wilson
//!       observable_after_days: 30         # a period younger than that has no figure yet
//!     net_promoter_score:                 # any aggregate can be a numerator; where no row is, there is no figure
//!       description: Promoters less detractors, in points.
//!       from: survey_response
//!       date: responded_at
//!       where: survey = 'nps'
//!       numerator: 100 * sum(CASE WHEN score >= 9 THEN 1 WHEN score <= 6 THEN -1 ELSE 0 END)
//!       denominator: count(score)
//!       target: 40
//!     acquisition_cost:                   # a ratio of totals of two tables, period by period
//!       description: Campaign spend for each new customer.
//!       from: campaign_day
//!       date: day
//!       numerator: sum(spend)
//!       per: { from: customer, date: first_order_at, value: count(*) }
//!       better: lower
//! ```

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// Figures by period. They are compiled to `metric_value`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMetrics {
    /// How many periods back each grain is shown.
    #[serde(default)]
    pub periods: RawPeriods,
    /// The table of customers in segments that `by: [segment]` joins on `customer_id` (default: `segment_membership`).
    pub segments: Option<String>,
    /// The metrics, by name.
    pub define: IndexMap<String, RawMetric>,
}

/// How many periods back each grain is shown, the as-of date's own included.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawPeriods {
    pub day: u32,
    pub week: u32,
    pub month: u32,
}

impl Default for RawPeriods {
    fn default() -> Self {
        Self { day: 35, week: 26, month: 25 }
    }
}

/// One figure: a total (`value`), a ratio of two totals of the same rows (`numerator` and `denominator`), or of two
/// tables (`numerator` and `per`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMetric {
    /// What it says, in words.
    pub description: String,
    /// The table it is computed from.
    pub from: String,
    /// The date or timestamp column that puts a row into a period, in the business zone.
    pub date: String,
    /// Only rows for which this SQL condition is true.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// An SQL aggregate: the figure itself (`sum(net_amount)`), or what is divided.
    pub value: Option<String>,
    /// An SQL aggregate: what is divided.
    pub numerator: Option<String>,
    /// An SQL aggregate of the same rows: what it is divided by. Zero makes the figure NULL.
    pub denominator: Option<String>,
    /// What the numerator is divided by, where that is a total of another table.
    pub per: Option<RawPer>,
    /// The periods it is shown for (default: all three).
    pub grains: Option<Vec<Grain>>,
    /// Columns of the table to break it down by, each by itself; `segment` joins the segments' members.
    #[serde(default)]
    pub by: Vec<String>,
    /// The interval shown as `lower` and `upper`.
    pub interval: Option<Interval>,
    /// The unit, for readers.
    pub unit: Option<String>,
    /// The least (or, where lower is better, the greatest) figure that is on target.
    pub target: Option<f64>,
    /// Which way is good.
    #[serde(default)]
    pub better: Better,
    /// Days after a period's end until the figure can be known (a 30-day repurchase rate: 30). Before that it is NULL.
    #[serde(default)]
    pub observable_after_days: u32,
}

/// What a numerator is divided by: a total of another table in the same period and for the same value of `by`, whose
/// columns that table must have too. Zero makes the figure NULL.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPer {
    /// The other table.
    pub from: String,
    /// Its date or timestamp column that puts a row into a period.
    pub date: String,
    /// Only its rows for which this SQL condition is true.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// An SQL aggregate of it.
    pub value: String,
}

/// A length of period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    Day,
    Week,
    Month,
}

/// An interval of 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Wilson's score interval of a proportion.
    Wilson,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    #[default]
    Higher,
    Lower,
}
