//! `loyalty/points/*.csv`: points earned in shops, redeemed, expired.

use super::error::DemoError;
use super::members::{Card, push_member_no};
use super::mess::{Corruption::*, Mess};
use super::part::Part;
use super::rng::{Rng, scatter};
use super::text::{push_code, push_int};

pub const HEADER: &[&str] = &["entry_id", "member_no", "at", "points", "reason"];

pub const MESS: Mess = Mess {
    rows: &[Replace(0, ""), Replace(3, "many"), Replace(2, "2024-13-45 12:00:00"), Replace(1, "")],
    cells: &[],
    absent: None,
};

/// Writes the movements that an entity's visits led to.
pub fn write(part: &mut Part, cards: &[Card], visits: &[i64], rng: &mut Rng) -> Result<(), DemoError> {
    let Some(card) = cards.first() else { return Ok(()) };
    let mut balance = 0;
    for (ordinal, &at) in visits.iter().enumerate().take(60) {
        let earned = i64::from(rng.between(5, 400));
        balance += earned;
        movement(part, card, ordinal as u64 * 2, at, earned, "purchase")?;
        if balance > 300 && rng.chance(180) {
            let spent = balance / 2 / 10 * 10;
            balance -= spent;
            let reason = if rng.chance(850) { "redeemed" } else { "expired" };
            movement(part, card, ordinal as u64 * 2 + 1, at + 30, -spent, reason)?;
        }
    }
    Ok(())
}

fn movement(
    part: &mut Part,
    card: &Card,
    ordinal: u64,
    at: i64,
    points: i64,
    reason: &str,
) -> Result<(), DemoError> {
    let world = part.world;
    let row = &mut part.row;
    row.clear();
    row.plain(|out| push_code(out, "L", scatter(card.number * 128 + ordinal, 10_000_000_000_000), 13));
    row.plain(|out| push_member_no(out, card.number));
    row.plain(|out| world.calendar.push_datetime(out, at));
    row.plain(|out| push_int(out, points));
    row.text(reason);
    part.points.write(&part.row)
}
