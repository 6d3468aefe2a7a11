//! `service/tickets/*.csv`: service cases; unhappy customers have more, and some are never resolved.

use super::accounts::Account;
use super::calendar::DAY;
use super::error::DemoError;
use super::members::Card;
use super::mess::{Corruption::*, Mess};
use super::orders::Order;
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::{Rng, scatter};
use super::spelling::{push_email, push_mobile};
use super::tables::words::{COMMENTS, TOPICS};
use super::text::{push_code, push_int};
use super::truth::Behind;

pub const HEADER: &[&str] = &[
    "ticket_id",
    "opened_at",
    "first_reply_at",
    "resolved_at",
    "email",
    "mobile",
    "channel",
    "topic",
    "reopened",
    "satisfaction",
    "comment",
    "handling_minutes",
];

pub const MESS: Mess = Mess {
    rows: &[Replace(0, ""), Replace(1, "2024-13-45 08:00:00"), Replace(1, "")],
    cells: &[Replace(9, "7"), Replace(2, "tomorrow"), Replace(11, "n/a")],
    absent: Some(11),
};

/// Writes an entity's cases: some about an order, some about anything.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    accounts: &[Account],
    cards: &[Card],
    orders: &[Order],
    rng: &mut Rng,
) -> Result<(), DemoError> {
    if entity.kind != Kind::Person || accounts.is_empty() && cards.is_empty() {
        return Ok(());
    }
    let span = part.world.span;
    let worry = (150.0 * (1.1 - entity.satisfaction)) as u32;
    let mut ordinal = 0;
    for order in orders.iter().take(40) {
        if rng.chance(worry) {
            let opened = order.at + i64::from(rng.between(3600, 8 * 86_400));
            one(part, entity, ordinal, opened, rng)?;
            ordinal += 1;
        }
    }
    if rng.chance(worry / 2) {
        let day = rng.between(entity.joined_on.max(span.first_day), span.last_day + 1).min(span.last_day);
        one(part, entity, ordinal, i64::from(day) * DAY + i64::from(rng.between(30_000, 80_000)), rng)?;
    }
    Ok(())
}

fn one(part: &mut Part, entity: &Entity, ordinal: u64, opened: i64, rng: &mut Rng) -> Result<(), DemoError> {
    let world = part.world;
    let end = (i64::from(world.span.last_day) + 1) * DAY - 60;
    if opened >= end {
        return Ok(());
    }
    let id = scatter(entity.index * 64 + ordinal, 1_000_000_000);
    let replied = opened + (rng.exponential() * 5400.0) as i64 + 120;
    let resolved = replied + (rng.exponential() * 30.0 * 3600.0) as i64 + 600;
    let (replied, resolved) = match rng.below(100) {
        0..3 => (None, None),
        3..9 => (Some(replied), None),
        _ => (Some(replied), Some(resolved)),
    };
    let (replied, resolved) = (replied.filter(|&at| at < end), resolved.filter(|&at| at < end));
    let day = (opened / DAY) as i32;
    let row = &mut part.row;
    row.clear();
    row.plain(|out| push_code(out, "T", id, 9));
    for at in [Some(opened), replied, resolved] {
        row.plain(|out| {
            if let Some(at) = at {
                world.calendar.push_datetime(out, at);
            }
        });
    }
    let ways = rng.below(100);
    row.plain(|out| {
        if ways < 60 {
            push_email(out, entity, u64::from(ways >= 54), rng);
        }
    });
    row.plain(|out| {
        if ways >= 40 {
            push_mobile(out, entity.mobile_on(day), entity.country(), rng);
        }
    });
    row.text(rng.word(&["phone", "chat", "chat", "email", "social"]));
    row.text(rng.word(TOPICS));
    row.text(match rng.below(100) {
        0..9 if resolved.is_some() => "true",
        _ => "false",
    });
    let mood = 1 + (entity.satisfaction * 4.0 + rng.unit() - 0.5).round().clamp(0.0, 4.0) as i64;
    let rated = resolved.is_some() && rng.chance(450);
    row.plain(|out| {
        if rated {
            push_int(out, mood);
        }
    });
    let comment = if rng.chance(250) { rng.word(COMMENTS[((mood - 1) / 2) as usize]) } else { "" };
    row.free(|out| out.extend_from_slice(comment.as_bytes()));
    row.plain(|out| {
        if resolved.is_some() {
            push_int(out, i64::from(rng.between(2, 55)));
        }
    });
    part.tickets.write(&part.row)?;
    part.truth.record(Behind::Ticket, entity.index, |out| push_code(out, "T", id, 9));
    Ok(())
}
