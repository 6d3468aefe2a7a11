//! Small files that the others refer to: shops, campaigns, exchange rates (none at weekends).

use std::path::Path;

use super::calendar::weekday;
use super::error::DemoError;
use super::mess::Mess;
use super::rng::{Purpose, Rng};
use super::tables::places::CITIES;
use super::tables::words::STORE_REGIONS;
use super::text::{push_code, push_digits, push_int, push_money};
use super::world::{Currency, Goal, World};
use super::writer::{CsvFile, Form, Row};

/// Writes shops, campaigns and rates; the rows of each source.
pub fn write(world: &World, root: &Path) -> Result<Vec<(&'static str, u64)>, DemoError> {
    Ok(vec![
        ("offline_store", stores(world, root)?),
        ("marketing_campaign", campaigns(world, root)?),
        ("exchange_rate", rates(world, root)?),
    ])
}

fn stores(world: &World, root: &Path) -> Result<u64, DemoError> {
    let header = ["store_id", "name", "city", "region", "opened_on"];
    let mut file =
        CsvFile::create(root.join("offline/stores.csv"), Form::Utf8WithBom, &header, Mess::NONE, 0)?;
    let mut row = Row::default();
    for store in &world.stores {
        let city = CITIES[store.city].name;
        row.clear();
        row.plain(|out| push_code(out, "S", store.number, 3));
        row.plain(|out| {
            out.extend_from_slice(city.trim_end_matches('市').as_bytes());
            push_int(out, store.number as i64);
            out.extend_from_slice("号店".as_bytes());
        });
        row.text(city);
        row.text(STORE_REGIONS[store.city % STORE_REGIONS.len()]);
        row.plain(|out| world.calendar.push_date(out, store.opened_on));
        file.write(&row)?;
    }
    file.finish()
}

fn campaigns(world: &World, root: &Path) -> Result<u64, DemoError> {
    let header = [
        "campaign_id",
        "name",
        "channel",
        "starts_on",
        "ends_on",
        "spend",
        "currency",
        "goal",
        "control_share",
    ];
    let mut file = CsvFile::create(root.join("marketing/campaigns.csv"), Form::Utf8, &header, Mess::NONE, 0)?;
    let mut row = Row::default();
    for campaign in &world.campaigns {
        let goal = match campaign.goal {
            Goal::Acquire => "acquire",
            Goal::Retain => "retain",
            Goal::WinBack => "win_back",
        };
        row.clear();
        row.plain(|out| push_code(out, "C", campaign.number, 3));
        row.free(|out| {
            out.extend_from_slice(goal.as_bytes());
            out.extend_from_slice(", wave ".as_bytes());
            push_int(out, campaign.number as i64);
        });
        row.text(campaign.channel);
        row.plain(|out| world.calendar.push_date(out, campaign.starts_on));
        row.plain(|out| world.calendar.push_date(out, campaign.ends_on));
        row.plain(|out| push_money(out, campaign.currency.convert_cny(campaign.spend)));
        row.text(campaign.currency.code());
        row.text(goal);
        row.plain(|out| push_money(out, i64::from(campaign.control_percent)));
        file.write(&row)?;
    }
    file.finish()
}

fn rates(world: &World, root: &Path) -> Result<u64, DemoError> {
    let header = ["date", "currency", "rate_to_base"];
    let path = root.join("reference/exchange_rates.csv");
    let mut file = CsvFile::create(path, Form::Utf8, &header, Mess::NONE, 0)?;
    let mut row = Row::default();
    for currency in Currency::ALL {
        let mut rng = Rng::new(world.span.seed, Purpose::Money, currency as u64);
        let mut rate = currency.worth();
        for day in world.span.first_day - 14..=world.span.last_day {
            if currency != Currency::Cny {
                rate += rate * i64::from(rng.between(-30, 31)) / 10_000;
                rate += (currency.worth() - rate) / 50;
            }
            if weekday(day) >= 5 {
                continue;
            }
            row.clear();
            row.plain(|out| world.calendar.push_date(out, day));
            row.text(currency.code());
            row.plain(|out| {
                push_int(out, rate / 1_000_000);
                out.push(b'.');
                push_digits(out, (rate % 1_000_000) as u64, 6);
            });
            file.write(&row)?;
        }
    }
    file.finish()
}
