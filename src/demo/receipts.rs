//! `offline/receipts/*.csv`: lines of till receipts, with a card, with a mobile only, or with nobody; returns too.

use super::calendar::{DAY, day_of};
use super::error::DemoError;
use super::members::{Card, push_member_no};
use super::mess::{Corruption::*, Mess};
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::{Rng, scatter};
use super::spelling::push_mobile;
use super::text::{push_code, push_digits, push_int, push_money};
use super::timeline;
use super::world::Sku;

pub const HEADER: &[&str] = &[
    "receipt_no",
    "line",
    "store_id",
    "sold_at",
    "member_no",
    "mobile",
    "sku",
    "category",
    "quantity",
    "amount",
    "unit_cost",
];

pub const MESS: Mess = Mess {
    rows: &[
        Replace(3, "2024/13/45 10:00"),
        Replace(9, "12,50 元"),
        Short,
        Replace(0, ""),
        Replace(8, "two"),
        Replace(2, ""),
    ],
    cells: &[Replace(10, "#REF!"), Replace(10, "-")],
    absent: Some(7),
};

/// Who is known at the till.
enum Buyer {
    Card(u64),
    Mobile(u64),
    Nobody,
}

/// Writes an entity's receipts and gathers the moments in `visits`.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    cards: &[Card],
    visits: &mut Vec<i64>,
    rng: &mut Rng,
) -> Result<(), DemoError> {
    visits.clear();
    // Without a card few come, and only a mobile is asked for.
    let pace = entity.offline_pace * if cards.is_empty() { 0.08 } else { 1.0 };
    if entity.kind == Kind::Masked || entity.country() != "CN" && cards.is_empty() {
        return Ok(());
    }
    let mut purchases = Vec::new();
    timeline::purchases(
        part.world,
        entity,
        pace,
        if cards.is_empty() { 40 } else { 300 },
        &mut purchases,
        rng,
    );
    for (ordinal, purchase) in purchases.iter().enumerate() {
        let day = day_of(purchase.at);
        let card = cards.iter().rev().find(|card| card.joined_on <= day);
        let store = match card {
            Some(card) if rng.chance(800) => card.store,
            _ => rng.below(part.world.stores.len() as u32) as usize,
        };
        let buyer = match (card, rng.below(100)) {
            (_, 0..7) => Buyer::Nobody,
            (Some(_), 7..14) | (None, _) => Buyer::Mobile(entity.mobile_on(day)),
            (Some(card), _) => Buyer::Card(card.number),
        };
        // Shops are open from nine to ten at night.
        let clock = (purchase.at.rem_euclid(DAY)).clamp(9 * 3600, 22 * 3600 - 60);
        let mut at = i64::from(day) * DAY + clock;
        let number = scatter(entity.index * 64 + ordinal as u64 % 64, 10_000_000);
        let future = ordinal == 0 && entity.index % 1201 == 600;
        if future {
            at = i64::from(part.world.span.last_day + 2) * DAY + clock;
        } else if !matches!(buyer, Buyer::Nobody) {
            visits.push(at);
        }
        lines(part, entity, number, store, at, &buyer, rng)?;
    }
    Ok(())
}

fn lines(
    part: &mut Part,
    entity: &Entity,
    number: u64,
    store: usize,
    at: i64,
    buyer: &Buyer,
    rng: &mut Rng,
) -> Result<(), DemoError> {
    let returned = rng.chance(35);
    let count = 1 + rng.below(3).min(rng.below(4));
    for line in 1..=count {
        let sku = *part.world.choose_sku(rng, entity.spending * 0.8);
        let quantity = if returned { -1 } else { 1 + i64::from(rng.chance(200)) };
        one(part, entity, (number, line, store, at), buyer, (&sku, quantity), rng);
        part.receipts.write(&part.row)?;
    }
    Ok(())
}

fn one(
    part: &mut Part,
    entity: &Entity,
    (number, line, store, at): (u64, u32, usize, i64),
    buyer: &Buyer,
    (sku, quantity): (&Sku, i64),
    rng: &mut Rng,
) {
    let world = part.world;
    let row = &mut part.row;
    row.clear();
    row.plain(|out| push_digits(out, number, 7));
    row.plain(|out| push_int(out, i64::from(line)));
    row.plain(|out| push_code(out, "S", world.stores[store].number, 3));
    row.plain(|out| world.calendar.push_till_time(out, at));
    row.plain(|out| {
        if let Buyer::Card(card) = buyer {
            push_member_no(out, *card);
        }
    });
    row.plain(|out| match buyer {
        Buyer::Mobile(mobile) => push_mobile(out, *mobile, entity.country(), rng),
        Buyer::Card(_) | Buyer::Nobody => {}
    });
    row.plain(|out| push_code(out, "SKU", sku.number, 5));
    row.text(sku.category);
    row.plain(|out| push_int(out, quantity));
    row.plain(|out| push_money(out, sku.price * quantity));
    row.plain(|out| push_money(out, sku.cost));
}
