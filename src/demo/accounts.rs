//! `online/accounts/*.csv`: web-shop accounts. Never writes what people do with them.

use super::calendar::DAY;
use super::error::DemoError;
use super::mess::{Corruption::*, Mess};
use super::part::Part;
use super::people::{BUYERS, Entity, Home, Kind};
use super::rng::{Purpose, Rng, scatter};
use super::spelling::{push_address, push_email, push_mobile, push_name};
use super::tables::goods::{
    COMPANY_FIELDS, COMPANY_FORMS, COMPANY_SIZES, COMPANY_WORDS, EDUCATIONS, INCOME_BANDS, INDUSTRIES,
    INTERESTS,
};
use super::tables::places::CITIES;
use super::text::{push_code, push_digits};
use super::truth::Behind;
use super::world::{Goal, World};

pub const HEADER: &[&str] = &[
    "account_id",
    "created_at",
    "name",
    "email",
    "mobile",
    "gender",
    "birth_date",
    "country",
    "province",
    "city",
    "address",
    "postcode",
    "wechat_unionid",
    "customer_type",
    "company_name",
    "tax_id",
    "industry",
    "company_size",
    "acquisition_campaign_id",
    "referred_by_account_id",
    "marketing_consent",
    "consent_at",
    "education",
    "income_band",
    "interests",
    "updated_at",
];

pub const MESS: Mess = Mess {
    rows: &[
        Replace(0, ""),
        Replace(1, "2024-13-45 10:00:00"),
        Short,
        Replace(1, ""),
        Long,
        Replace(1, "yesterday"),
    ],
    cells: &[Replace(6, "1987-02-30"), Replace(21, "n/a"), Replace(20, "perhaps"), Replace(6, "0000-00-00")],
    absent: Some(22),
};

/// An account, as far as orders, events and touches need it.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    pub id: u64,
    /// Shanghai wall time.
    pub created: i64,
}

pub fn push_account_id(out: &mut Vec<u8>, id: u64) {
    push_code(out, "A", id, 10);
}

fn account_id(index: u64, ordinal: u64) -> u64 {
    scatter(index * 8 + ordinal, 10_000_000_000)
}

fn account_count(entity: &Entity, rng: &mut Rng) -> u64 {
    let share = rng.below(100);
    match entity.kind {
        Kind::Masked => 1,
        Kind::Organisation => 1 + u64::from(share % 4),
        Kind::Person if entity.country() != "CN" => 1 + u64::from(share >= 88),
        Kind::Person => match share {
            0..14 => 0,
            14..82 => 1,
            82..96 => 2,
            _ => 3,
        },
    }
}

/// Writes an entity's accounts and gathers them in `accounts`.
pub fn write(part: &mut Part, entity: &Entity, accounts: &mut Vec<Account>) -> Result<(), DemoError> {
    accounts.clear();
    let span = part.world.span;
    let mut rng = Rng::new(span.seed, Purpose::Account, entity.index);
    for ordinal in 0..account_count(entity, &mut rng) {
        let day =
            if ordinal == 0 { entity.joined_on } else { rng.between(entity.joined_on, span.last_day + 1) };
        let created = i64::from(day.min(span.last_day)) * DAY + i64::from(rng.between(7 * 3600, 86_000));
        let id = account_id(entity.index, ordinal);
        let user = if entity.kind == Kind::Organisation {
            BUYERS + entity.index * 4 + ordinal
        } else {
            entity.index
        };
        let account = Account { id, created };
        accounts.push(account);
        let buyer = (user != entity.index).then(|| Entity::new(&span, user));
        let updated = rng.chance(400).then(|| {
            created + (rng.unit() * ((i64::from(span.last_day) + 1) * DAY - 1 - created) as f64) as i64
        });
        let draws = rng.fork();
        // Delivered twice: first as it was, then as it is.
        if updated.is_some() && rng.chance(12) {
            row(part, entity, buyer.as_ref(), &account, ordinal, None, draws.clone());
            part.accounts.write(&part.row)?;
        }
        row(part, entity, buyer.as_ref(), &account, ordinal, updated, draws);
        part.accounts.write(&part.row)?;
        part.truth.record(Behind::Account, entity.index, |out| push_account_id(out, id));
    }
    Ok(())
}

fn row(
    part: &mut Part,
    entity: &Entity,
    buyer: Option<&Entity>,
    account: &Account,
    ordinal: u64,
    updated: Option<i64>,
    mut rng: Rng,
) {
    let world = part.world;
    let row = &mut part.row;
    let known_on = (updated.unwrap_or(account.created) / DAY) as i32;
    row.clear();
    row.plain(|out| push_account_id(out, account.id));
    row.plain(|out| world.calendar.push_datetime(out, account.created));
    if entity.kind == Kind::Masked {
        return masked(row, entity, &mut rng);
    }
    let person = buyer.unwrap_or(entity);
    let home = person.home_on(known_on);
    // A second account shares the mailbox, the number or both; where neither, the birth date and the address.
    let (same_mobile, same_mailbox) = (ordinal == 0 || rng.chance(800), ordinal == 0 || rng.chance(620));
    let must_tell = !same_mobile && !same_mailbox;
    row.free(|out| push_name(out, person, &mut rng));
    row.plain(|out| {
        if rng.chance(920) {
            push_email(out, person, u64::from(!same_mailbox), &mut rng);
        }
    });
    row.plain(|out| {
        if same_mobile || rng.chance(300) {
            let shared = person.family_mobile.filter(|_| rng.chance(700));
            push_mobile(out, shared.unwrap_or(person.mobile_on(known_on)), person.country(), &mut rng);
        }
    });
    row.text(match (rng.below(10), person.female) {
        (0..2, _) => "",
        (_, true) => "F",
        (_, false) => "M",
    });
    row.plain(|out| {
        if must_tell || rng.chance(720) {
            world.calendar.push_date(out, person.birth_day);
        }
    });
    row.text(home.country());
    let tells = must_tell || rng.chance(770);
    let (province, city) = match home {
        Home::China { city, .. } => (city.province, city.name),
        Home::Abroad { city, .. } => (city.region, city.name),
    };
    row.text(province);
    row.text(city);
    row.free(|out| {
        if tells {
            push_address(out, home, &mut rng);
        }
    });
    row.plain(|out| match home {
        _ if !tells => {}
        Home::China { city, district, .. } => {
            push_digits(out, u64::from(city.postcode) * 100 + *district as u64, 6)
        }
        Home::Abroad { city, .. } => out.extend_from_slice(city.postcode.as_bytes()),
    });
    row.plain(|out| {
        if person.country() == "CN" && rng.chance(420) {
            push_code(out, "oU", scatter(person.index, 10_000_000_000), 10);
        }
    });
    business(part, entity, &mut rng);
    marketing(part, account, updated, &mut rng);
}

fn masked(row: &mut super::writer::Row, entity: &Entity, rng: &mut Rng) {
    row.plain(|out| {
        let mut whole = Vec::with_capacity(16);
        let plain = Entity { kind: Kind::Person, ..entity.clone() };
        if let super::people::Name::Han { surname, .. } = plain.name {
            whole.extend_from_slice(surname.simplified.as_bytes());
        } else {
            whole.push(b'J');
        }
        whole.extend_from_slice(b"**");
        out.extend_from_slice(&whole);
    });
    row.empty();
    row.plain(|out| {
        push_digits(out, entity.mobile / 100_000_000 % 1000, 3);
        out.extend_from_slice(b"****");
        push_digits(out, entity.mobile % 10_000, 4);
    });
    row.empty();
    row.empty();
    row.text("CN");
    let city = rng.pick_early(CITIES);
    row.text(city.province);
    row.text(city.name);
    row.text("***");
    row.empty();
    row.empty();
    row.text("individual");
    for _ in 14..HEADER.len() {
        row.empty();
    }
}

/// Customer type, company name, tax id, industry, size.
fn business(part: &mut Part, entity: &Entity, rng: &mut Rng) {
    let row = &mut part.row;
    if entity.kind != Kind::Organisation {
        row.text(if rng.chance(900) { "individual" } else { "" });
        for _ in 0..4 {
            row.empty();
        }
        return;
    }
    row.text("business");
    // What the organisation is does not depend on who buys for it.
    let mut own = Rng::new(part.world.span.seed, Purpose::Contact, entity.index);
    let (word, other) = (own.word(COMPANY_WORDS), own.word(COMPANY_WORDS));
    let (field, form) = (own.word(COMPANY_FIELDS), own.word(COMPANY_FORMS));
    let city = match &entity.home {
        Home::China { city, .. } => city.name.trim_end_matches('市'),
        Home::Abroad { city, .. } => city.name,
    };
    let style = rng.below(100);
    row.free(|out| {
        for part in
            [if style < 85 { city } else { "" }, word, other, field, if style % 10 < 8 { form } else { "" }]
        {
            out.extend_from_slice(part.as_bytes());
        }
    });
    row.plain(|out| {
        if rng.chance(880) {
            out.extend_from_slice(b"91310");
            push_digits(out, scatter(entity.index, 10_000_000_000), 12);
            out.push(b"0123456789ABCDEFGHJKLMNPQRTUWXY"[own.below(31) as usize]);
        }
    });
    row.text(own.word(INDUSTRIES));
    row.text(own.word(COMPANY_SIZES));
}

fn marketing(part: &mut Part, account: &Account, updated: Option<i64>, rng: &mut Rng) {
    let world = part.world;
    let row = &mut part.row;
    let day = (account.created / DAY) as i32;
    row.plain(|out| {
        if let Some(campaign) = acquiring(world, day)
            && rng.chance(480)
        {
            push_code(out, "C", campaign, 3);
        }
    });
    row.plain(|out| {
        if rng.chance(90) && world.people > 1 {
            // Whoever it is has an account if they are somebody who opens one first of all.
            let friend = u64::from(rng.below(world.people.min(u64::from(u32::MAX)) as u32));
            push_account_id(out, account_id(friend, 0));
        }
    });
    let consent = rng.below(100);
    row.text(match consent {
        0..64 => "true",
        64..85 => "false",
        _ => "",
    });
    row.plain(|out| {
        if consent < 85 {
            world.calendar.push_datetime(out, account.created);
        }
    });
    row.text(if rng.chance(350) { rng.word(EDUCATIONS) } else { "" });
    row.text(if rng.chance(300) { rng.word(INCOME_BANDS) } else { "" });
    row.plain(|out| {
        if rng.chance(500) {
            let first = rng.below(INTERESTS.len() as u32) as usize;
            out.extend_from_slice(INTERESTS[first].as_bytes());
            if rng.chance(500) {
                out.push(b';');
                out.extend_from_slice(INTERESTS[(first + 3) % INTERESTS.len()].as_bytes());
            }
        }
    });
    row.plain(|out| {
        if let Some(updated) = updated {
            world.calendar.push_datetime(out, updated);
        }
    });
}

fn acquiring(world: &World, day: i32) -> Option<u64> {
    world
        .campaigns
        .iter()
        .find(|campaign| {
            campaign.goal == Goal::Acquire && (campaign.starts_on..=campaign.ends_on).contains(&day)
        })
        .map(|campaign| campaign.number)
}

/// An account that will only be opened after the last day: no run for that day may read it.
pub fn write_future(part: &mut Part, number: u64) -> Result<(), DemoError> {
    let span = part.world.span;
    let index = 2 * BUYERS + number;
    let mut entity = Entity::new(&span, index);
    entity.kind = Kind::Person;
    let created = i64::from(span.last_day + 1 + (number % 3) as i32) * DAY + 36_000;
    let account = Account { id: account_id(index, 0), created };
    let rng = Rng::new(span.seed, Purpose::Account, index);
    row(part, &entity, None, &account, 0, None, rng);
    part.accounts.write(&part.row)?;
    part.truth.record(Behind::Account, index, |out| push_account_id(out, account.id));
    Ok(())
}
