//! When somebody buys: a pace of their own while they stay (gamma-like across people), thinned by the season.

use super::calendar::{DAY, DEMAND_MAX, demand};
use super::orders::Purchase;
use super::people::Entity;
use super::rng::Rng;
use super::world::World;

/// Gathers the moments of purchase of one channel. `first_permille`: how many of a thousand buy on the day they join.
pub fn purchases(
    world: &World,
    entity: &Entity,
    pace: f64,
    first_permille: u32,
    purchases: &mut Vec<Purchase>,
    rng: &mut Rng,
) {
    purchases.clear();
    let span = world.span;
    let moment = |day: i32, rng: &mut Rng| {
        // Evenings are busiest.
        let hour = rng.between(8, 24).max(rng.between(8, 24));
        i64::from(day) * DAY + i64::from(hour) * 3600 - i64::from(rng.below(3600))
    };
    let start = entity.joined_on.max(span.first_day);
    let end = entity.leaves_on.min(span.last_day + 1);
    if entity.joined_on >= span.first_day && rng.chance(first_permille) {
        let at = i64::from(start) * DAY + i64::from(rng.between(86_000, 86_390));
        purchases.push(Purchase { at, campaign: None });
    }
    let fastest = (pace * DEMAND_MAX).min(0.9);
    let mut day = f64::from(start) + 1.0;
    loop {
        day += rng.exponential() / fastest;
        if day >= f64::from(end) {
            return;
        }
        if rng.unit() * DEMAND_MAX < demand(day as i32) {
            purchases.push(Purchase { at: moment(day as i32, rng), campaign: None });
        }
    }
}
