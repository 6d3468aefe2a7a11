//! One part of every file: some tens of thousands of people, written front to back by one thread.

use std::path::Path;

use super::accounts::{self, Account};
use super::error::DemoError;
use super::events;
use super::members::{self, Card};
use super::order_files::OrderFiles;
use super::orders::{self, Order, Purchase};
use super::people::Entity;
use super::points;
use super::receipts;
use super::reviews;
use super::rng::{Purpose, Rng};
use super::surveys::{self, SurveyFile};
use super::tickets;
use super::timeline;
use super::touches;
use super::truth::Truth;
use super::world::World;
use super::writer::{CsvFile, Form, Output, Row};

/// The open files of a part.
pub struct Part<'world> {
    pub world: &'world World,
    pub number: usize,
    pub accounts: CsvFile,
    pub order_files: OrderFiles,
    pub members: CsvFile,
    pub receipts: CsvFile,
    pub events: Output,
    pub redelivered: Output,
    pub event_rows: u64,
    pub surveys: SurveyFile,
    pub tickets: CsvFile,
    pub touches: CsvFile,
    pub reviews: Output,
    pub review_rows: u64,
    pub points: CsvFile,
    pub truth: Truth,
    pub row: Row,
}

/// A part that is on the disk.
pub struct Finished {
    pub truth: Truth,
    pub rows: Vec<(&'static str, u64)>,
}

/// Writes one part: the entities of `range`.
pub fn write(
    world: &World,
    root: &Path,
    number: usize,
    range: std::ops::Range<u64>,
) -> Result<Finished, DemoError> {
    let mut part = Part::create(world, root, number)?;
    let (mut owned, mut cards, mut orders) = (Vec::new(), Vec::new(), Vec::new());
    let (mut purchases, mut visits) = (Vec::new(), Vec::new());
    for index in range {
        let entity = Entity::new(&world.span, index);
        part.entity(&entity, &mut owned, &mut cards, &mut orders, &mut purchases, &mut visits)?;
        if index % 911 == 910 {
            accounts::write_future(&mut part, index)?;
        }
    }
    part.finish()
}

impl<'world> Part<'world> {
    fn create(world: &'world World, root: &Path, number: usize) -> Result<Self, DemoError> {
        let gzip_now_and_then = if number % 4 == 3 { Form::Gzip } else { Form::Utf8 };
        let csv = |folder: &str, form: Form, header: &[&str], mess, variant| {
            let path = root.join(format!("{folder}/part-{number:04}.csv{}", form.suffix()));
            CsvFile::create(path, form, header, mess, variant)
        };
        let account_form = if number % 4 == 1 { Form::Utf8WithBom } else { gzip_now_and_then };
        let member_form = [Form::Gb18030, Form::Utf8, Form::Gb18030, Form::Utf8WithBom][number % 4];
        let lines = |name: String, form: Form| Output::create(root.join(name), form);
        Ok(Self {
            world,
            number,
            accounts: csv("online/accounts", account_form, accounts::HEADER, accounts::MESS, number)?,
            order_files: OrderFiles::create(root, number)?,
            members: csv("offline/members", member_form, members::HEADER, members::MESS, number + 1)?,
            receipts: csv(
                "offline/receipts",
                gzip_now_and_then,
                receipts::HEADER,
                receipts::MESS,
                number + 2,
            )?,
            events: lines(format!("online/events/part-{number:04}.ndjson.gz"), Form::Gzip)?,
            redelivered: lines(format!("online/events/redelivered-{number:04}.ndjson.gz"), Form::Gzip)?,
            event_rows: 0,
            surveys: SurveyFile::create(
                root.join(format!("survey/responses/part-{number:04}.xlsx")),
                number,
            )?,
            tickets: csv("service/tickets", Form::Utf8, tickets::HEADER, tickets::MESS, number + 3)?,
            touches: csv("marketing/touches", gzip_now_and_then, touches::HEADER, touches::MESS, number)?,
            reviews: lines(format!("online/reviews/part-{number:04}.ndjson"), Form::Utf8)?,
            review_rows: 0,
            points: csv("loyalty/points", Form::Utf8, points::HEADER, points::MESS, number + 1)?,
            truth: Truth::default(),
            row: Row::default(),
        })
    }

    fn entity(
        &mut self,
        entity: &Entity,
        accounts: &mut Vec<Account>,
        cards: &mut Vec<Card>,
        orders: &mut Vec<Order>,
        purchases: &mut Vec<Purchase>,
        visits: &mut Vec<i64>,
    ) -> Result<(), DemoError> {
        let stream = |purpose| Rng::new(self.world.span.seed, purpose, entity.index);
        let (mut online, mut offline) = (stream(Purpose::Order), stream(Purpose::Receipt));
        let (mut browsing, mut asked) = (stream(Purpose::Event), stream(Purpose::Survey));
        let (mut reached, mut served) = (stream(Purpose::Touch), stream(Purpose::Ticket));
        accounts::write(self, entity, accounts)?;
        members::write(self, entity, accounts.is_empty(), cards)?;
        timeline::purchases(self.world, entity, entity.online_pace, 550, purchases, &mut online);
        touches::write(self, entity, accounts, cards, purchases, &mut reached)?;
        purchases.sort_unstable_by_key(|purchase| purchase.at);
        orders::write(self, entity, accounts, purchases, orders, &mut online)?;
        events::write(self, entity, accounts, orders, &mut browsing)?;
        receipts::write(self, entity, cards, visits, &mut offline)?;
        surveys::write(self, entity, accounts, cards, orders, &mut asked)?;
        tickets::write(self, entity, accounts, cards, orders, &mut served)?;
        reviews::write(self, entity, orders, &mut served)?;
        points::write(self, cards, visits, &mut offline)
    }

    fn finish(self) -> Result<Finished, DemoError> {
        let (orders, items) = self.order_files.finish()?;
        self.events.finish()?;
        self.redelivered.finish()?;
        self.reviews.finish()?;
        let rows = vec![
            ("online_account", self.accounts.finish()?),
            ("online_order", orders),
            ("online_order_item", items),
            ("online_event", self.event_rows),
            ("online_review", self.review_rows),
            ("offline_member", self.members.finish()?),
            ("offline_receipt", self.receipts.finish()?),
            ("survey_response", self.surveys.finish()?),
            ("service_ticket", self.tickets.finish()?),
            ("marketing_touch", self.touches.finish()?),
            ("loyalty_point", self.points.finish()?),
        ];
        Ok(Finished { truth: self.truth, rows })
    }
}
