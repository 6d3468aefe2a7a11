//! `online/reviews/*.ndjson`: stars and words about what was bought.

use super::accounts::push_account_id;
use super::calendar::{DAY, Offset};
use super::error::DemoError;
use super::mess::is_broken;
use super::orders::Order;
use super::part::Part;
use super::people::Entity;
use super::rng::Rng;
use super::tables::words::COMMENTS;
use super::text::{push_digits, push_int, push_json};

/// Writes reviews of some of an entity's orders.
pub fn write(part: &mut Part, entity: &Entity, orders: &[Order], rng: &mut Rng) -> Result<(), DemoError> {
    let end = (i64::from(part.world.span.last_day) + 1) * DAY;
    for order in orders {
        if !rng.chance(90) {
            continue;
        }
        let stars = 1 + (entity.satisfaction * 4.2 + rng.unit() - 0.4).round().clamp(0.0, 4.0) as i64;
        let at = order.at + i64::from(rng.between(3, 20)) * DAY;
        if at >= end {
            continue;
        }
        part.review_rows += 1;
        let out = part.reviews.buffer();
        out.extend_from_slice(b"{\"review_id\":\"V");
        push_digits(out, order.id, 12);
        out.extend_from_slice(b"\",\"posted_at\":\"");
        part.world.calendar.push_instant(out, at, Offset::Shanghai);
        out.extend_from_slice(b"\",\"sku\":\"SKU");
        push_digits(out, order.sku, 5);
        out.push(b'"');
        if rng.chance(900) {
            out.extend_from_slice(b",\"account_id\":\"");
            push_account_id(out, order.account.id);
            out.push(b'"');
        }
        out.extend_from_slice(b",\"stars\":");
        push_int(out, stars);
        out.extend_from_slice(b",\"text\":");
        push_json(out, rng.word(COMMENTS[((stars - 1) / 2) as usize]).as_bytes());
        out.push(b'}');
        if is_broken(part.review_rows) {
            part.review_rows += 1;
            out.extend_from_slice(b"\n{\"review_id\":\"\",\"posted_at\":null,\"stars\":9}");
        }
        part.reviews.end_line()?;
    }
    Ok(())
}
