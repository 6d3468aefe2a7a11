//! What every part of the sample shares: the span, the goods, the shops, the campaigns, the rates.

use super::calendar::{Calendar, day_number};
use super::people::Span;
use super::rng::{Purpose, Rng};
use super::tables::goods::CATEGORIES;
use super::tables::places::CITIES;

/// Something that is sold.
#[derive(Debug, Clone, Copy)]
pub struct Sku {
    pub number: u64,
    pub category: &'static str,
    /// Hundredths of CNY.
    pub price: i64,
    pub cost: i64,
}

/// A shop.
#[derive(Debug, Clone, Copy)]
pub struct Store {
    pub number: u64,
    pub city: usize,
    pub opened_on: i32,
    /// The number that its clerks key in for customers who give none.
    pub phone: Option<u64>,
}

/// What a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Acquire,
    Retain,
    WinBack,
}

/// A campaign.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    pub number: u64,
    pub goal: Goal,
    pub channel: &'static str,
    pub starts_on: i32,
    pub ends_on: i32,
    /// Hundredths of its currency.
    pub spend: i64,
    pub currency: Currency,
    /// What was planned, in percent.
    pub control_percent: u32,
    /// What happened, in percent: one campaign went wrong.
    pub actual_control_percent: u32,
    /// How many more of a thousand people buy because they were reached.
    pub uplift_permille: u32,
}

/// A currency of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Currency {
    Cny,
    Usd,
    Eur,
    Hkd,
    Jpy,
}

impl Currency {
    pub const ALL: [Self; 5] = [Self::Cny, Self::Usd, Self::Eur, Self::Hkd, Self::Jpy];

    pub fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Hkd => "HKD",
            Self::Jpy => "JPY",
        }
    }

    /// Millionths of CNY that one unit is worth, about.
    pub fn worth(self) -> i64 {
        match self {
            Self::Cny => 1_000_000,
            Self::Usd => 7_150_000,
            Self::Eur => 7_820_000,
            Self::Hkd => 916_000,
            Self::Jpy => 47_500,
        }
    }

    pub fn of_country(country: &str) -> Self {
        match country {
            "CN" => Self::Cny,
            "DE" | "GB" => Self::Eur,
            "HK" => Self::Hkd,
            "JP" => Self::Jpy,
            _ => Self::Usd,
        }
    }

    /// Hundredths of CNY in hundredths of this currency; yen have no hundredths.
    pub fn convert_cny(self, hundredths: i64) -> i64 {
        let amount = hundredths * 1_000_000 / self.worth();
        if self == Self::Jpy { amount / 100 * 100 } else { amount }
    }
}

/// What every part of the sample shares.
#[derive(Debug)]
pub struct World {
    pub span: Span,
    pub people: u64,
    pub calendar: Calendar,
    /// From the cheapest to the dearest.
    pub skus: Vec<Sku>,
    pub stores: Vec<Store>,
    pub campaigns: Vec<Campaign>,
}

/// Positions of the shops whose own number is on hundreds of cards.
pub const SHOPS_WITH_PHONES: [usize; 2] = [2, 7];

const HISTORY_DAYS: i32 = 730;

impl World {
    pub fn new(seed: u64, people: u64, last_day: i32) -> Self {
        let span = Span { seed, first_day: last_day - HISTORY_DAYS, last_day };
        Self {
            span,
            people,
            calendar: Calendar::new(day_number(1920, 1, 1), last_day + 400),
            skus: skus(seed),
            stores: stores(&span, people),
            campaigns: campaigns(&span, people),
        }
    }

    /// A piece of goods; the more somebody spends, the dearer.
    pub fn choose_sku(&self, rng: &mut Rng, spending: f64) -> &Sku {
        let position = rng.unit().powf(1.5 / spending.clamp(0.3, 4.0));
        &self.skus[((position * self.skus.len() as f64) as usize).min(self.skus.len() - 1)]
    }
}

fn skus(seed: u64) -> Vec<Sku> {
    let mut rng = Rng::new(seed, Purpose::Catalogue, 0);
    let mut skus: Vec<Sku> = (0..480)
        .map(|number| {
            let (category, middle, cost_percent) = CATEGORIES[number as usize % CATEGORIES.len()];
            let price =
                (middle as f64 * (0.3 + 0.5 * rng.unit() + 0.55 * rng.exponential())) as i64 / 100 * 100 + 90;
            let cost = price * (cost_percent + i64::from(rng.between(-6, 7))) / 100;
            Sku { number, category, price, cost }
        })
        .collect();
    skus.sort_by_key(|sku| (sku.price, sku.number));
    skus
}

fn stores(span: &Span, people: u64) -> Vec<Store> {
    (0..(people / 500).clamp(12, 200))
        .map(|number| {
            let mut rng = Rng::new(span.seed, Purpose::Store, number);
            Store {
                number: number + 1,
                city: rng.below(CITIES.len() as u32).min(rng.below(CITIES.len() as u32)) as usize,
                opened_on: span.first_day - rng.between(200, 4000),
                phone: SHOPS_WITH_PHONES
                    .contains(&(number as usize))
                    .then(|| 13_912_340_000 + number * 1_111),
            }
        })
        .collect()
}

fn campaigns(span: &Span, people: u64) -> Vec<Campaign> {
    const CHANNELS: [&str; 4] = ["email", "sms", "wechat", "ads"];
    (0..24)
        .map(|number| {
            let mut rng = Rng::new(span.seed, Purpose::Campaign, number);
            let goal = match number % 3 {
                0 => Goal::Acquire,
                1 => Goal::Retain,
                _ => Goal::WinBack,
            };
            let starts_on = span.first_day + number as i32 * 30 + rng.between(2, 10);
            let control_percent = if goal == Goal::Acquire { 0 } else { *rng.pick(&[10, 20, 50]) };
            Campaign {
                number: number + 1,
                goal,
                channel: if goal == Goal::Acquire { "ads" } else { CHANNELS[rng.below(3) as usize] },
                starts_on,
                ends_on: starts_on + rng.between(10, 21),
                spend: (people as i64 * i64::from(rng.between(40, 160))).max(50_000),
                currency: if number % 7 == 6 { Currency::Usd } else { Currency::Cny },
                control_percent,
                actual_control_percent: if number == 13 { control_percent / 2 + 2 } else { control_percent },
                uplift_permille: match number % 5 {
                    0 => 0,
                    rest => 25 + 15 * rest as u32,
                },
            }
        })
        .collect()
}
