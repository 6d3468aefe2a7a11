//! `offline/members/*.csv`: loyalty cards of the shops, keyed in by clerks.

use super::calendar::{DAY, civil};
use super::error::DemoError;
use super::mess::{Corruption::*, Mess};
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::{Purpose, Rng, scatter};
use super::spelling::{push_address, push_email, push_mobile, push_name};
use super::text::{push_code, push_digits, push_int};
use super::truth::Behind;
use super::world::SHOPS_WITH_PHONES;

pub const HEADER: &[&str] = &[
    "member_no",
    "joined_on",
    "name",
    "mobile",
    "email",
    "birthday",
    "gender",
    "card_level",
    "home_store_id",
    "address",
    "updated_at",
];

pub const MESS: Mess = Mess {
    rows: &[Replace(0, ""), Replace(1, "2024/13/45"), Short, Replace(1, "")],
    cells: &[Replace(5, "02-30"), Replace(5, "1990-13-01"), Replace(10, "??")],
    absent: Some(7),
};

/// A card, as far as receipts and points need it.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    pub number: u64,
    pub joined_on: i32,
    /// Index into the world's stores.
    pub store: usize,
}

pub fn push_member_no(out: &mut Vec<u8>, number: u64) {
    push_code(out, "88", number, 10);
}

fn card_count(entity: &Entity, without_account: bool, rng: &mut Rng) -> u64 {
    let share = rng.below(100);
    match entity.kind {
        Kind::Masked => 0,
        Kind::Organisation => u64::from(share < 20),
        Kind::Person if entity.country() != "CN" => u64::from(share < 8),
        Kind::Person if without_account => 1 + u64::from(share < 9),
        Kind::Person => u64::from(share < 48) + u64::from(share < 6),
    }
}

/// Writes an entity's cards and gathers them in `cards`.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    without_account: bool,
    cards: &mut Vec<Card>,
) -> Result<(), DemoError> {
    cards.clear();
    let span = part.world.span;
    let mut rng = Rng::new(span.seed, Purpose::Card, entity.index);
    for ordinal in 0..card_count(entity, without_account, &mut rng) {
        let joined_on = if ordinal == 0 && without_account {
            entity.joined_on
        } else {
            rng.between(entity.joined_on, span.last_day + 1)
        };
        let joined_on = joined_on.min(span.last_day);
        // Two busy shops hand out cards without asking for a number.
        let store = match rng.below(100) {
            0..3 => SHOPS_WITH_PHONES[0],
            3..6 => SHOPS_WITH_PHONES[1],
            _ => rng.below(part.world.stores.len() as u32) as usize,
        };
        let number = scatter(entity.index * 4 + ordinal, 10_000_000_000);
        let card = Card { number, joined_on, store };
        cards.push(card);
        let updated_on = rng.chance(300).then(|| rng.between(joined_on, span.last_day + 1));
        let draws = rng.fork();
        if updated_on.is_some() && rng.chance(10) {
            row(part, entity, &card, None, draws.clone());
            part.members.write(&part.row)?;
        }
        row(part, entity, &card, updated_on, draws);
        part.members.write(&part.row)?;
        part.truth.record(Behind::Member, entity.index, |out| push_member_no(out, number));
    }
    Ok(())
}

fn row(part: &mut Part, entity: &Entity, card: &Card, updated_on: Option<i32>, mut rng: Rng) {
    let world = part.world;
    let store = &world.stores[card.store];
    let known_on = updated_on.unwrap_or(card.joined_on);
    let row = &mut part.row;
    row.clear();
    row.plain(|out| push_member_no(out, card.number));
    row.plain(|out| world.calendar.push_slashed(out, card.joined_on));
    row.free(|out| push_name(out, entity, &mut rng));
    let shop_phone = store.phone.filter(|_| rng.chance(450));
    let mailed = shop_phone.is_some() || entity.mobile_changed_on > known_on || rng.chance(330);
    row.plain(|out| match shop_phone {
        Some(phone) => push_int(out, phone as i64),
        None => {
            let shared = entity.family_mobile.filter(|_| rng.chance(700));
            push_mobile(out, shared.unwrap_or(entity.mobile_on(known_on)), entity.country(), &mut rng);
        }
    });
    row.plain(|out| {
        if mailed {
            push_email(out, entity, u64::from(rng.chance(120)), &mut rng);
        }
    });
    row.plain(|out| match rng.below(100) {
        0..22 if shop_phone.is_none() => {}
        22..50 => {
            let (_, month, date) = civil(entity.birth_day);
            push_digits(out, u64::from(month), 2);
            out.push(b'-');
            push_digits(out, u64::from(date), 2);
        }
        _ => world.calendar.push_date(out, entity.birth_day),
    });
    row.text(match (rng.below(10), entity.female) {
        (0..1, _) => "",
        (_, true) => "女",
        (_, false) => "男",
    });
    row.text(["普通", "普通", "普通", "银卡", "银卡", "金卡", "钻石"][rng.below(7) as usize]);
    row.plain(|out| push_code(out, "S", store.number, 3));
    row.free(|out| {
        if rng.chance(520) || shop_phone.is_some() {
            push_address(out, entity.home_on(known_on), &mut rng);
        }
    });
    row.plain(|out| {
        if let Some(day) = updated_on {
            world.calendar.push_datetime(out, i64::from(day) * DAY + 43_200);
        }
    });
}
