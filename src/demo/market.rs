//! `market/`: what the public says about the brands, what competitors charge, how their service compares.

use std::path::Path;

use super::calendar::{DAY, Offset};
use super::error::DemoError;
use super::mess::{Corruption::*, Mess, is_broken};
use super::rng::{Purpose, Rng};
use super::tables::goods::{COMPETITORS, OWN_BRAND};
use super::tables::words::{ASPECTS, PLATFORMS, POSTS};
use super::text::{push_code, push_digits, push_int, push_json, push_money};
use super::world::World;
use super::writer::{CsvFile, Form, Output, Row};

/// Writes all of `market/`; the rows of each source.
pub fn write(world: &World, root: &Path) -> Result<Vec<(&'static str, u64)>, DemoError> {
    Ok(vec![
        ("market_mention", mentions(world, root)?),
        ("market_competitor_price", prices(world, root)?),
        ("market_competitor_service", service(world, root)?),
    ])
}

fn mentions(world: &World, root: &Path) -> Result<u64, DemoError> {
    let span = world.span;
    let mut output = Output::create(root.join("market/mentions/part-0000.ndjson"), Form::Utf8)?;
    let mut rng = Rng::new(span.seed, Purpose::Market, 0);
    let count = 600 + world.people / 20;
    let mut rows = 0;
    for number in 0..count {
        let own = rng.chance(520);
        let brand = if own { OWN_BRAND } else { rng.word(COMPETITORS) };
        let seconds = i64::from(span.last_day - span.first_day + 1) * DAY;
        let mut at = i64::from(span.first_day) * DAY + (rng.unit() * seconds as f64) as i64;
        if number % 499 == 498 {
            at = i64::from(span.last_day + 2) * DAY;
        }
        let drift = (at - i64::from(span.first_day) * DAY) as f64 / seconds as f64 * 0.2;
        let sentiment = (rng.unit() + rng.unit() - 0.95 + if own { drift } else { -0.05 }).clamp(-1.0, 1.0);
        let mood = if sentiment < -0.2 { 0 } else { 1 + usize::from(sentiment > 0.2) };
        let post = rng.word(POSTS[mood]).replace("{}", brand);
        rows += 1;
        let out = output.buffer();
        out.extend_from_slice(b"{\"mention_id\":\"N");
        push_digits(out, number, 8);
        out.extend_from_slice(b"\",\"posted_at\":\"");
        world.calendar.push_instant(out, at, Offset::Utc);
        out.extend_from_slice(b"\",\"platform\":");
        push_json(out, rng.word(PLATFORMS).as_bytes());
        out.extend_from_slice(b",\"handle\":\"user_");
        push_digits(out, u64::from(rng.below(900_000)), 6);
        out.extend_from_slice(b"\",\"text\":");
        push_json(out, post.as_bytes());
        out.extend_from_slice(b",\"brand\":");
        push_json(out, brand.as_bytes());
        if rng.chance(950) {
            out.extend_from_slice(b",\"sentiment\":");
            push_money(out, (sentiment * 100.0).round() as i64);
        }
        out.push(b'}');
        if is_broken(number) {
            rows += 1;
            out.extend_from_slice(b"\n{\"mention_id\":\"\",\"posted_at\":\"2025-01-01T00:00:00Z\"}");
        }
        output.end_line()?;
    }
    output.finish()?;
    Ok(rows)
}

fn prices(world: &World, root: &Path) -> Result<u64, DemoError> {
    const MESS: Mess = Mess {
        rows: &[Replace(0, "2024-13-45"), Replace(2, ""), Replace(1, "")],
        cells: &[Replace(3, "sold out"), Replace(3, "¥1,2")],
        absent: None,
    };
    let header = ["seen_on", "competitor", "sku", "price", "currency"];
    let mut rows = 0;
    for year in 0..2 {
        let path = root.join(format!("market/competitor_prices/part-{year:04}.csv"));
        let mut file = CsvFile::create(path, Form::Utf8, &header, MESS, year)?;
        let mut row = Row::default();
        let first = world.span.last_day - 364 * (2 - year as i32) + 7;
        for day in (first..first + 358).step_by(7) {
            let mut rng = Rng::new(world.span.seed, Purpose::Market, day as u64);
            for competitor in COMPETITORS {
                let level = rng.between(90, 112);
                for sku in world.skus.iter().filter(|sku| sku.number % 11 == 3) {
                    row.clear();
                    row.plain(|out| world.calendar.push_date(out, day));
                    row.text(competitor);
                    row.plain(|out| push_code(out, "SKU", sku.number, 5));
                    row.plain(|out| push_money(out, sku.price * i64::from(level + rng.between(-8, 9)) / 100));
                    row.text("CNY");
                    file.write(&row)?;
                }
            }
        }
        rows += file.finish()?;
    }
    Ok(rows)
}

fn service(world: &World, root: &Path) -> Result<u64, DemoError> {
    let header = ["seen_on", "competitor", "aspect", "own_score", "competitor_score"];
    let path = root.join("market/competitor_service/part-0000.csv");
    let mut file = CsvFile::create(path, Form::Utf8, &header, Mess::NONE, 0)?;
    let mut rng = Rng::new(world.span.seed, Purpose::Market, u64::MAX);
    let mut row = Row::default();
    for day in (world.span.first_day + 15..=world.span.last_day).step_by(30) {
        for competitor in COMPETITORS {
            for aspect in ASPECTS {
                row.clear();
                row.plain(|out| world.calendar.push_date(out, day));
                row.text(competitor);
                row.text(aspect);
                row.plain(|out| push_int(out, i64::from(rng.between(60, 96))));
                row.plain(|out| push_int(out, i64::from(rng.between(55, 94))));
                file.write(&row)?;
            }
        }
    }
    file.finish()
}
