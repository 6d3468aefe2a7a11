//! `marketing/touches/*.csv`: who was reached by a campaign and who was held out. Being reached has a real effect.

use super::accounts::{Account, push_account_id};
use super::calendar::DAY;
use super::error::DemoError;
use super::members::{Card, push_member_no};
use super::mess::{Corruption::*, Mess};
use super::orders::Purchase;
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::Rng;
use super::spelling::push_email;
use super::text::push_code;
use super::world::{Campaign, Goal};

pub const HEADER: &[&str] =
    &["campaign_id", "sent_at", "account_id", "member_no", "email", "variant", "opened", "clicked"];

pub const MESS: Mess = Mess {
    rows: &[Replace(0, ""), Replace(1, "2024-13-45 09:00:00"), Replace(5, "")],
    cells: &[Replace(6, "maybe")],
    absent: Some(4),
};

/// Writes the touches of an entity; those that led to a purchase add it to `purchases`.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    accounts: &[Account],
    cards: &[Card],
    purchases: &mut Vec<Purchase>,
    rng: &mut Rng,
) -> Result<(), DemoError> {
    if entity.kind == Kind::Masked || accounts.is_empty() && cards.is_empty() {
        return Ok(());
    }
    let world = part.world;
    for campaign in &world.campaigns {
        let active = entity.joined_on < campaign.starts_on && campaign.starts_on < entity.leaves_on;
        let aimed = match campaign.goal {
            Goal::Acquire => continue,
            Goal::Retain => active,
            Goal::WinBack => entity.joined_on < campaign.starts_on && !active,
        };
        if !aimed || !rng.chance(300) {
            continue;
        }
        let held_out = rng.below(100) < campaign.actual_control_percent;
        let sent = i64::from(campaign.starts_on) * DAY + i64::from(rng.between(36_000, 80_000));
        let opened = !held_out && rng.chance(380);
        let clicked = opened && rng.chance(300);
        if !held_out && rng.chance(campaign.uplift_permille) {
            let days = i64::from(campaign.ends_on - campaign.starts_on);
            let at = sent + 3600 + (rng.unit() * (days * DAY) as f64) as i64;
            purchases.push(Purchase { at, campaign: Some(campaign.number) });
        }
        row(
            part,
            entity,
            campaign,
            (accounts.first(), cards.first()),
            sent,
            (held_out, opened, clicked),
            rng,
        );
        part.touches.write(&part.row)?;
    }
    Ok(())
}

fn row(
    part: &mut Part,
    entity: &Entity,
    campaign: &Campaign,
    (account, card): (Option<&Account>, Option<&Card>),
    sent: i64,
    (held_out, opened, clicked): (bool, bool, bool),
    rng: &mut Rng,
) {
    let world = part.world;
    let row = &mut part.row;
    let mail_only = account.is_some() && rng.chance(60);
    row.clear();
    row.plain(|out| push_code(out, "C", campaign.number, 3));
    row.plain(|out| world.calendar.push_datetime(out, sent));
    row.plain(|out| {
        if let Some(account) = account
            && !mail_only
        {
            push_account_id(out, account.id);
        }
    });
    row.plain(|out| {
        if let (Some(card), true) = (card, account.is_none()) {
            push_member_no(out, card.number);
        }
    });
    row.plain(|out| {
        if mail_only && entity.kind == Kind::Person {
            push_email(out, entity, 0, rng);
        }
    });
    row.text(if held_out { "control" } else { "treatment" });
    let flag = |yes: bool| match (held_out, yes) {
        (true, _) => "",
        (false, true) => "true",
        (false, false) => "false",
    };
    row.text(flag(opened));
    row.text(flag(clicked));
}
