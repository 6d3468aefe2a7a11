//! `survey/responses/*.xlsx`: answers to NPS, CSAT and CES surveys; some half-empty, some with scores that cannot be.

use std::path::PathBuf;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::accounts::Account;
use super::calendar::{DAY, civil};
use super::error::DemoError;
use super::members::Card;
use super::mess::is_broken;
use super::orders::{Order, push_order_id};
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::{Rng, scatter};
use super::spelling::{push_email, push_mobile, push_name};
use super::tables::words::COMMENTS;
use super::text::push_code;
use super::truth::Behind;
use super::world::World;
use super::writer::create_file;

pub const HEADER: &[&str] = &[
    "response_id",
    "sent_at",
    "responded_at",
    "survey",
    "email",
    "mobile",
    "name",
    "order_ref",
    "score",
    "would_recommend_to",
    "comment",
];

/// A workbook of one sheet, `responses`.
pub struct SurveyFile {
    path: PathBuf,
    sheet: Worksheet,
    /// Instants as dates of the workbook; else as text.
    dates: Option<Format>,
    rows: u32,
    text: Vec<u8>,
}

impl SurveyFile {
    pub fn create(path: PathBuf, number: usize) -> Result<Self, DemoError> {
        let failed = |source| DemoError::Workbook { path: path.clone(), source };
        let mut sheet = Worksheet::new();
        sheet.set_name("responses").map_err(failed)?;
        for (column, name) in HEADER.iter().enumerate() {
            sheet.write_string(0, column as u16, *name).map_err(failed)?;
        }
        let dates = (number % 3 == 1).then(|| Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"));
        Ok(Self { path, sheet, dates, rows: 0, text: Vec::new() })
    }

    pub fn finish(self) -> Result<u64, DemoError> {
        let failed = |source| DemoError::Workbook { path: self.path.clone(), source };
        let mut workbook = Workbook::new();
        // The time of writing would make the bytes differ from run to run.
        let created = ExcelDateTime::from_ymd(2020, 1, 1).map_err(failed)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        workbook.push_worksheet(self.sheet);
        workbook.save_to_writer(create_file(&self.path)?).map_err(failed)?;
        Ok(u64::from(self.rows))
    }

    fn text(&mut self, column: u16, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), XlsxError> {
        self.text.clear();
        write(&mut self.text);
        if self.text.is_empty() {
            return Ok(());
        }
        self.sheet.write_string(self.rows, column, String::from_utf8_lossy(&self.text)).map(drop)
    }

    fn instant(&mut self, column: u16, world: &World, second: i64) -> Result<(), XlsxError> {
        if let Some(format) = &self.dates {
            let days = (second as f64) / DAY as f64 + 25_569.0;
            let (year, _, _) = civil((second / DAY) as i32);
            debug_assert!(year > 1990);
            return self.sheet.write_number_with_format(self.rows, column, days, format).map(drop);
        }
        self.text(column, |out| world.calendar.push_datetime(out, second))
    }
}

/// One answer.
struct Answer {
    id: u64,
    survey: &'static str,
    sent: i64,
    responded: Option<i64>,
    score: Option<i64>,
    order: Option<u64>,
}

/// Writes the answers of an entity.
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
    let end = (i64::from(span.last_day) + 1) * DAY - 60;
    let mut ordinal = 0;
    let mut ask = |part: &mut Part, survey, sent: i64, order, rng: &mut Rng| {
        if sent >= end {
            return Ok(());
        }
        let answered = rng.chance(880);
        let wait = (rng.exponential() * 20.0 * 3600.0) as i64 + 300;
        let answer = Answer {
            id: scatter(entity.index * 64 + ordinal, 10_000_000_000),
            survey,
            sent,
            responded: answered.then_some((sent + wait).min(end)),
            score: (answered && !rng.chance(25)).then(|| score(survey, entity.satisfaction, rng)),
            order,
        };
        ordinal += 1;
        row(part, entity, &answer, rng)
    };
    for order in orders.iter().take(30) {
        if rng.chance(55) {
            ask(part, "csat", order.at + 3 * DAY, Some(order.id), rng)?;
        }
    }
    // Twice a year a sample is asked whether they would recommend the shop.
    for wave in 0..4 {
        let day = span.first_day + 120 + wave * 180;
        if entity.joined_on < day && day < entity.leaves_on + 60 && rng.chance(160) {
            ask(part, "nps", i64::from(day + rng.between(0, 28)) * DAY + 36_000, None, rng)?;
        }
    }
    if rng.chance(25) {
        let day = rng.between(entity.joined_on.max(span.first_day), span.last_day);
        ask(part, "ces", i64::from(day) * DAY + 50_000, None, rng)?;
    }
    Ok(())
}

fn score(survey: &str, satisfaction: f64, rng: &mut Rng) -> i64 {
    if rng.chance(6) {
        return if survey == "nps" { 11 } else { 9 };
    }
    let mood = (satisfaction + 0.16 * (rng.unit() + rng.unit() - 1.0)).clamp(0.0, 1.0);
    let top = match survey {
        "nps" => 10.0,
        "ces" => 6.0,
        _ => 4.0,
    };
    let low = if survey == "nps" { 0 } else { 1 };
    low + (mood.powf(0.55) * top).round() as i64
}

fn row(part: &mut Part, entity: &Entity, answer: &Answer, rng: &mut Rng) -> Result<(), DemoError> {
    let file = &mut part.surveys;
    file.rows += 1;
    fill(file, part.world, entity, answer, rng)
        .map_err(|source| DemoError::Workbook { path: file.path.clone(), source })?;
    part.truth.record(Behind::Survey, entity.index, |out| push_code(out, "R", answer.id, 10));
    if is_broken(u64::from(file.rows)) {
        file.rows += 1;
        let row = file.rows;
        let broken = match row / 401 % 2 {
            0 => file.sheet.write_string(row, 0, "").and_then(|sheet| sheet.write_string(row, 3, "nps")),
            _ => file.sheet.write_string(row, 0, "RX").and_then(|sheet| sheet.write_string(row, 1, "soon")),
        };
        broken.map(drop).map_err(|source| DemoError::Workbook { path: file.path.clone(), source })?;
    }
    Ok(())
}

fn fill(
    file: &mut SurveyFile,
    world: &World,
    entity: &Entity,
    answer: &Answer,
    rng: &mut Rng,
) -> Result<(), XlsxError> {
    let row = file.rows;
    let day = (answer.sent / DAY) as i32;
    file.text(0, |out| push_code(out, "R", answer.id, 10))?;
    file.instant(1, world, answer.sent)?;
    if let Some(responded) = answer.responded {
        file.instant(2, world, responded)?;
    }
    file.sheet.write_string(row, 3, answer.survey)?;
    // At least one way to know who it was; now and then only another mailbox and a name.
    let ways = rng.below(100);
    let known = answer.order.is_some();
    if ways < 72 || known && ways < 90 {
        file.text(4, |out| push_email(out, entity, u64::from(ways >= 64), rng))?;
    }
    if ways >= 55 {
        file.text(5, |out| push_mobile(out, entity.mobile_on(day), entity.country(), rng))?;
    }
    if rng.chance(800) {
        file.text(6, |out| push_name(out, entity, rng))?;
    }
    if let Some(order) = answer.order {
        file.text(7, |out| push_order_id(out, order))?;
    }
    let Some(score) = answer.score else { return Ok(()) };
    if rng.chance(40) {
        file.sheet.write_string(row, 8, score.to_string())?;
    } else {
        file.sheet.write_number(row, 8, score as f64)?;
    }
    if answer.survey == "nps" && score >= 9 && rng.chance(120) {
        file.sheet.write_string(row, 9, if rng.chance(500) { "朋友" } else { "colleagues" })?;
    }
    if rng.chance(300) {
        let mood = match (answer.survey, score) {
            ("nps", 0..7) | (_, 0..3) => 0,
            ("nps", 7..9) | (_, 3) => 1,
            _ => 2,
        };
        file.sheet.write_string(row, 10, rng.word(COMMENTS[mood]))?;
    }
    Ok(())
}
