//! What is bought on the web and how it ends. How the files hold it is `order_files`' matter.

use super::accounts::Account;
use super::calendar::DAY;
use super::error::DemoError;
use super::order_files::{Ending, WrittenItem, WrittenOrder};
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::{Rng, scatter};
use super::tables::goods::MARKETPLACES;
use super::text::push_code;
use super::world::Currency;

/// A web order, as far as surveys, tickets and reviews need it.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub id: u64,
    pub account: Account,
    /// Shanghai wall time.
    pub at: i64,
    pub sku: u64,
}

/// When somebody buys, and because of which campaign.
#[derive(Debug, Clone, Copy)]
pub struct Purchase {
    pub at: i64,
    pub campaign: Option<u64>,
}

pub fn push_order_id(out: &mut Vec<u8>, id: u64) {
    push_code(out, "W", id, 12);
}
fn ending(rng: &mut Rng, at: i64, total: i64, end: i64, satisfaction: f64) -> Ending {
    let mut ending = Ending { status: "completed", refunded: None, cancelled: None };
    let luck = rng.below(1000);
    let later = |hours: i32| (at + i64::from(hours) * 3600).min(end - 60);
    if luck < 38 {
        ending.status = "cancelled";
        ending.cancelled = Some(later(rng.between(1, 30)));
    } else if luck < 38 + (95.0 * (1.15 - satisfaction)) as u32 && end - at > 3 * DAY {
        ending.status = "refunded";
        let share = if rng.chance(700) { 100 } else { i64::from(rng.between(20, 80)) };
        ending.refunded = Some((later(rng.between(50, 400)), total * share / 100));
    } else if end - at < 2 * DAY {
        ending.status = "paid";
    } else if end - at < 7 * DAY {
        ending.status = "shipped";
    }
    ending
}

/// Writes an entity's orders, in time, and gathers them in `orders`.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    accounts: &[Account],
    purchases: &[Purchase],
    orders: &mut Vec<Order>,
    rng: &mut Rng,
) -> Result<(), DemoError> {
    orders.clear();
    if accounts.is_empty() {
        return Ok(());
    }
    let end = (i64::from(part.world.span.last_day) + 1) * DAY;
    for (ordinal, purchase) in purchases.iter().enumerate().take(1000) {
        let open = accounts.iter().filter(|account| account.created < purchase.at).count();
        let mut choices = accounts.iter().filter(|account| account.created < purchase.at);
        let Some(account) = choices.nth(rng.below(open.max(1) as u32) as usize) else { continue };
        let id = scatter(entity.index * 1024 + ordinal as u64, 1_000_000_000_000);
        let mut at = purchase.at.min(end - 1);
        // Now and then a clock runs ahead: these rows are not there yet.
        if part.order_files.order_rows() % 997 == 996 {
            at = end + DAY / 2;
        }
        let sku = one(part, entity, account, id, at, purchase.campaign, rng)?;
        if at < end {
            orders.push(Order { id, account: *account, at, sku });
        }
    }
    Ok(())
}

fn one(
    part: &mut Part,
    entity: &Entity,
    account: &Account,
    id: u64,
    at: i64,
    campaign: Option<u64>,
    rng: &mut Rng,
) -> Result<u64, DemoError> {
    let world = part.world;
    let files = &mut part.order_files;
    let currency =
        if rng.chance(15) { *rng.pick(&Currency::ALL) } else { Currency::of_country(entity.country()) };
    let lines = match rng.below(100) {
        0..54 => 1,
        54..80 => 2,
        80..93 => 3,
        _ => 4 + rng.below(3),
    };
    let (mut subtotal, mut first_sku) = (0, 0);
    for line in 1..=lines {
        let sku = *world.choose_sku(rng, entity.spending);
        first_sku = sku.number;
        let bulk = if entity.kind == Kind::Organisation { 4 } else { 1 };
        let quantity = bulk * if rng.chance(820) { 1 } else { 2 + rng.below(2) as i32 };
        let promotion = if rng.chance(150) { 85 } else { 100 };
        let price = currency.convert_cny(sku.price * promotion / 100).max(100);
        subtotal += price * i64::from(quantity);
        let cost = (!rng.chance(12)).then(|| currency.convert_cny(sku.cost));
        let (number, category) = (sku.number, sku.category);
        files.item(&WrittenItem {
            order: id,
            line: line as i32,
            sku: number,
            category,
            quantity,
            price,
            cost,
        })?;
    }
    let discount = if campaign.is_some() || rng.chance(140) {
        subtotal * i64::from(rng.between(5, 21)) / 100 / 100 * 100
    } else {
        0
    };
    let shipping =
        if subtotal * currency.worth() / 1_000_000 < 9_900 { currency.convert_cny(1_000) } else { 0 };
    let total = subtotal - discount + shipping;
    let end = (i64::from(world.span.last_day) + 1) * DAY;
    let ending = ending(rng, at, total, end, entity.satisfaction);
    let marketplace = (entity.kind == Kind::Masked).then(|| rng.word(MARKETPLACES));
    files.order(&WrittenOrder {
        id,
        account: account.id,
        at,
        currency,
        total,
        discount,
        shipping,
        campaign,
        marketplace,
        ending,
    })?;
    Ok(first_sku)
}
