//! `online/events/*.ndjson.gz`: what is looked at, searched, put into the cart. Some of it is delivered twice.

use super::accounts::{Account, push_account_id};
use super::calendar::{DAY, Offset};
use super::error::DemoError;
use super::mess::is_broken;
use super::orders::Order;
use super::part::Part;
use super::people::Entity;
use super::rng::Rng;
use super::tables::goods::SEARCHES;
use super::text::{push_digits, push_json};

/// What an event tells, beside its id and its session.
struct Event {
    at: i64,
    kind: &'static str,
    known: bool,
    sku: Option<u64>,
    query: Option<&'static str>,
}

/// One visit of one account with one device.
struct Session {
    id: u64,
    device: u64,
    account: u64,
    offset: Offset,
}

/// Writes the sessions around an entity's orders, and those that led to none.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    accounts: &[Account],
    orders: &[Order],
    rng: &mut Rng,
) -> Result<(), DemoError> {
    let Some(first) = accounts.first() else { return Ok(()) };
    for order in orders {
        if rng.chance(450) {
            let session = session(rng, &order.account);
            let mut at = order.at - i64::from(rng.between(300, 1500));
            visit(part, &session, &mut at, Some(order.sku), rng)?;
        }
    }
    let span = part.world.span;
    let start = entity.joined_on.max(span.first_day);
    let days = (entity.leaves_on.min(span.last_day) - start).max(1);
    let sessions = (rng.exponential() * f64::from(days) / 420.0) as u32;
    for _ in 0..sessions.min(40) {
        let day = start + rng.between(0, days);
        let mut at =
            (i64::from(day) * DAY + i64::from(rng.between(8 * 3600, 85_000))).max(first.created + 60);
        if at / DAY <= i64::from(span.last_day) {
            let session = session(rng, first);
            visit(part, &session, &mut at, None, rng)?;
        }
    }
    Ok(())
}

fn session(rng: &mut Rng, account: &Account) -> Session {
    let offset = if rng.chance(500) { Offset::Utc } else { Offset::Shanghai };
    Session { id: rng.draw(), device: account.id ^ u64::from(rng.below(2)), account: account.id, offset }
}

fn visit(
    part: &mut Part,
    session: &Session,
    at: &mut i64,
    bought: Option<u64>,
    rng: &mut Rng,
) -> Result<(), DemoError> {
    let anonymous = rng.chance(300);
    let mut step = |kind, known, sku, query, rng: &mut Rng| {
        let event = Event { at: *at, kind, known, sku, query };
        *at += i64::from(rng.between(8, 90));
        one(part, session, &event)
    };
    let sku = bought.unwrap_or(u64::from(rng.below(480)));
    if rng.chance(250) {
        let query = rng.word(SEARCHES);
        step("search", !anonymous, None, Some(query), rng)?;
    }
    step("view", !anonymous, Some(sku), None, rng)?;
    if anonymous {
        step("login", true, None, None, rng)?;
    }
    if bought.is_some() {
        step("cart", true, Some(sku), None, rng)?;
        step("checkout", true, None, None, rng)
    } else if rng.chance(150) {
        step("cart", true, Some(sku), None, rng)
    } else {
        Ok(())
    }
}

fn one(part: &mut Part, session: &Session, event: &Event) -> Result<(), DemoError> {
    part.event_rows += 1;
    let row = part.event_rows;
    let id = ((part.number as u64) << 32) | row;
    let future = row % 1499 == 1498;
    let at = if future { (i64::from(part.world.span.last_day) + 1) * DAY + 3600 } else { event.at };
    let out = part.events.buffer();
    let start = out.len();
    out.extend_from_slice(b"{\"event_id\":\"E");
    push_digits(out, id, 15);
    out.extend_from_slice(b"\",\"occurred_at\":\"");
    part.world.calendar.push_instant(out, at, session.offset);
    out.extend_from_slice(b"\",\"type\":\"");
    out.extend_from_slice(event.kind.as_bytes());
    out.extend_from_slice(b"\",\"session_id\":\"");
    push_digits(out, session.id % 1_000_000_000_000, 12);
    out.extend_from_slice(b"\",\"device_id\":\"D");
    push_digits(out, session.device, 10);
    out.push(b'"');
    if event.known {
        out.extend_from_slice(b",\"account_id\":\"");
        push_account_id(out, session.account);
        out.push(b'"');
    }
    if let Some(sku) = event.sku {
        out.extend_from_slice(b",\"sku\":\"SKU");
        push_digits(out, sku, 5);
        out.push(b'"');
    }
    if let Some(query) = event.query {
        out.extend_from_slice(b",\"query\":");
        push_json(out, query.as_bytes());
    }
    out.push(b'}');
    if row % 173 == 172 {
        // Delivered twice: in this file, or in another one that came later.
        let line = out[start..].to_vec();
        part.event_rows += 1;
        if row.is_multiple_of(2) {
            out.push(b'\n');
            out.extend_from_slice(&line);
        } else {
            part.redelivered.buffer().extend_from_slice(&line);
            part.redelivered.end_line()?;
        }
    }
    if is_broken(row) {
        part.event_rows += 1;
        let broken: &[u8] = match row / 401 % 4 {
            0 => b"\n{\"event_id\":\"\",\"occurred_at\":\"2025-01-01T00:00:00Z\",\"type\":\"view\"}",
            1 => b"\n{\"event_id\":\"E1\",\"occurred_at\":\"2024-13-45T00:00:00Z\",\"type\":\"view\"}",
            2 => b"\n{\"event_id\":\"E2\",\"occurred_at\":",
            _ => b"\n{\"event_id\":\"E3\",\"occurred_at\":\"2025-01-01T00:00:00Z\"}",
        };
        part.events.buffer().extend_from_slice(broken);
    }
    part.events.end_line()
}
