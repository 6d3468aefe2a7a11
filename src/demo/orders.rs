//! `online/orders/*.parquet` and `online/order_items/*.parquet`: what is bought on the web, how it ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, Decimal128Builder, Int32Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;

use super::accounts::{Account, push_account_id};
use super::calendar::{DAY, SHANGHAI_OFFSET};
use super::error::DemoError;
use super::mess::is_broken;
use super::part::Part;
use super::people::{Entity, Kind};
use super::rng::{Rng, scatter};
use super::table_file;
use super::tables::goods::MARKETPLACES;
use super::text::push_code;
use super::truth::Behind;
use super::world::Currency;

/// A web order, as far as surveys, tickets and reviews need it.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub id: u64,
    pub account: Account,
    /// Shanghai wall time.
    pub at: i64,
    pub sku: u64,
}

/// When somebody buys, and because of which campaign.
#[derive(Debug, Clone, Copy)]
pub struct Purchase {
    pub at: i64,
    pub campaign: Option<u64>,
}

pub fn push_order_id(out: &mut Vec<u8>, id: u64) {
    push_code(out, "W", id, 12);
}

fn money() -> DataType {
    DataType::Decimal128(12, 2)
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC")))
}

/// Rows of a row group.
const BATCH: usize = 32_768;

/// The two files of one part.
pub struct OrderFiles {
    orders: Table<OrderColumns>,
    items: Table<ItemColumns>,
    scratch: Vec<u8>,
}

struct Table<C> {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<File>,
    columns: C,
    rows: u64,
}

impl<C: Columns> Table<C> {
    fn create(path: PathBuf, distinct: &[&str], columns: C) -> Result<Self, DemoError> {
        let schema = Arc::new(Schema::new(C::fields()));
        let writer = table_file::create(&path, &schema, distinct)?;
        Ok(Self { path, schema, writer, columns, rows: 0 })
    }

    fn ended(&mut self) -> Result<(), DemoError> {
        self.rows += 1;
        if self.columns.builders()[0].len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), DemoError> {
        let failed = |source| DemoError::Parquet { path: self.path.clone(), source };
        let arrays = self.columns.builders().into_iter().map(|builder| builder.finish()).collect();
        let batch =
            RecordBatch::try_new(self.schema.clone(), arrays).map_err(|error| failed(error.into()))?;
        self.writer.write(&batch).map_err(failed)
    }

    fn finish(mut self) -> Result<u64, DemoError> {
        self.flush()?;
        let path = self.path;
        self.writer.close().map_err(|source| DemoError::Parquet { path, source })?;
        Ok(self.rows)
    }
}

/// The builders of a table's columns, in the schema's order.
trait Columns {
    fn fields() -> Vec<Field>;
    fn builders(&mut self) -> Vec<&mut dyn ArrayBuilder>;
}

#[derive(Default)]
struct OrderColumns {
    order_id: StringBuilder,
    account_id: StringBuilder,
    ordered_at: Instants,
    status: StringBuilder,
    currency: StringBuilder,
    total: Money,
    discount: Money,
    shipping_fee: Money,
    coupon_code: StringBuilder,
    campaign_id: StringBuilder,
    refunded_at: Instants,
    refunded_amount: Money,
    cancelled_at: Instants,
    marketplace: StringBuilder,
}

/// Decimal(12, 2)
struct Money(Decimal128Builder);

impl Default for Money {
    fn default() -> Self {
        Self(Decimal128Builder::new().with_data_type(money()))
    }
}

/// Microseconds in UTC from Shanghai seconds
struct Instants(TimestampMicrosecondBuilder);

impl Default for Instants {
    fn default() -> Self {
        Self(TimestampMicrosecondBuilder::new().with_data_type(instant()))
    }
}

impl Instants {
    fn append(&mut self, second: Option<i64>) {
        self.0.append_option(second.map(|second| (second - SHANGHAI_OFFSET) * 1_000_000));
    }
}

impl Columns for OrderColumns {
    fn fields() -> Vec<Field> {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        vec![
            text("order_id"),
            text("account_id"),
            Field::new("ordered_at", instant(), true),
            text("status"),
            text("currency"),
            Field::new("total", money(), true),
            Field::new("discount", money(), true),
            Field::new("shipping_fee", money(), true),
            text("coupon_code"),
            text("campaign_id"),
            Field::new("refunded_at", instant(), true),
            Field::new("refunded_amount", money(), true),
            Field::new("cancelled_at", instant(), true),
            text("marketplace"),
        ]
    }

    fn builders(&mut self) -> Vec<&mut dyn ArrayBuilder> {
        vec![
            &mut self.order_id,
            &mut self.account_id,
            &mut self.ordered_at.0,
            &mut self.status,
            &mut self.currency,
            &mut self.total.0,
            &mut self.discount.0,
            &mut self.shipping_fee.0,
            &mut self.coupon_code,
            &mut self.campaign_id,
            &mut self.refunded_at.0,
            &mut self.refunded_amount.0,
            &mut self.cancelled_at.0,
            &mut self.marketplace,
        ]
    }
}

#[derive(Default)]
struct ItemColumns {
    order_id: StringBuilder,
    line: Int32Builder,
    sku: StringBuilder,
    category: StringBuilder,
    quantity: Int32Builder,
    unit_price: Money,
    unit_cost: Money,
}

impl Columns for ItemColumns {
    fn fields() -> Vec<Field> {
        vec![
            Field::new("order_id", DataType::Utf8, true),
            Field::new("line", DataType::Int32, true),
            Field::new("sku", DataType::Utf8, true),
            Field::new("category", DataType::Utf8, true),
            Field::new("quantity", DataType::Int32, true),
            Field::new("unit_price", money(), true),
            Field::new("unit_cost", money(), true),
        ]
    }

    fn builders(&mut self) -> Vec<&mut dyn ArrayBuilder> {
        vec![
            &mut self.order_id,
            &mut self.line,
            &mut self.sku,
            &mut self.category,
            &mut self.quantity,
            &mut self.unit_price.0,
            &mut self.unit_cost.0,
        ]
    }
}

/// Text from bytes that the sample itself wrote: always valid.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

impl OrderFiles {
    pub fn create(root: &Path, part: usize) -> Result<Self, DemoError> {
        let path = |folder: &str| root.join(format!("online/{folder}/part-{part:04}.parquet"));
        Ok(Self {
            orders: Table::create(path("orders"), &["order_id", "account_id"], OrderColumns::default())?,
            items: Table::create(path("order_items"), &["order_id"], ItemColumns::default())?,
            scratch: Vec::new(),
        })
    }

    /// Rows of orders and of items.
    pub fn finish(self) -> Result<(u64, u64), DemoError> {
        Ok((self.orders.finish()?, self.items.finish()?))
    }

    fn code(&mut self, prefix: &str, number: u64, width: usize) -> &str {
        self.scratch.clear();
        push_code(&mut self.scratch, prefix, number, width);
        text(&self.scratch)
    }
}

/// How an order ended.
struct Ending {
    status: &'static str,
    refunded: Option<(i64, i64)>,
    cancelled: Option<i64>,
}

fn ending(rng: &mut Rng, at: i64, total: i64, end: i64, satisfaction: f64) -> Ending {
    let mut ending = Ending { status: "completed", refunded: None, cancelled: None };
    let luck = rng.below(1000);
    let later = |hours: i32| (at + i64::from(hours) * 3600).min(end - 60);
    if luck < 38 {
        ending.status = "cancelled";
        ending.cancelled = Some(later(rng.between(1, 30)));
    } else if luck < 38 + (95.0 * (1.15 - satisfaction)) as u32 && end - at > 3 * DAY {
        ending.status = "refunded";
        let share = if rng.chance(700) { 100 } else { i64::from(rng.between(20, 80)) };
        ending.refunded = Some((later(rng.between(50, 400)), total * share / 100));
    } else if end - at < 2 * DAY {
        ending.status = "paid";
    } else if end - at < 7 * DAY {
        ending.status = "shipped";
    }
    ending
}

/// Writes an entity's orders, in time, and gathers them in `orders`.
pub fn write(
    part: &mut Part,
    entity: &Entity,
    accounts: &[Account],
    purchases: &[Purchase],
    orders: &mut Vec<Order>,
    rng: &mut Rng,
) -> Result<(), DemoError> {
    orders.clear();
    if accounts.is_empty() {
        return Ok(());
    }
    let end = (i64::from(part.world.span.last_day) + 1) * DAY;
    for (ordinal, purchase) in purchases.iter().enumerate().take(1000) {
        let open = accounts.iter().filter(|account| account.created < purchase.at).count();
        let mut choices = accounts.iter().filter(|account| account.created < purchase.at);
        let Some(account) = choices.nth(rng.below(open.max(1) as u32) as usize) else { continue };
        let id = scatter(entity.index * 1024 + ordinal as u64, 1_000_000_000_000);
        let mut at = purchase.at.min(end - 1);
        // Now and then a clock runs ahead: these rows are not there yet.
        if part.order_files.orders.rows % 997 == 996 {
            at = end + DAY / 2;
        }
        let sku = one(part, entity, account, id, at, purchase.campaign, rng)?;
        part.truth.record(Behind::Order, entity.index, |out| push_order_id(out, id));
        if at < end {
            orders.push(Order { id, account: *account, at, sku });
        }
    }
    Ok(())
}

fn one(
    part: &mut Part,
    entity: &Entity,
    account: &Account,
    id: u64,
    at: i64,
    campaign: Option<u64>,
    rng: &mut Rng,
) -> Result<u64, DemoError> {
    let world = part.world;
    let files = &mut part.order_files;
    let currency =
        if rng.chance(15) { *rng.pick(&Currency::ALL) } else { Currency::of_country(entity.country()) };
    let lines = match rng.below(100) {
        0..54 => 1,
        54..80 => 2,
        80..93 => 3,
        _ => 4 + rng.below(3),
    };
    let (mut subtotal, mut first_sku) = (0, 0);
    for line in 1..=lines {
        let sku = *world.choose_sku(rng, entity.spending);
        first_sku = sku.number;
        let bulk = if entity.kind == Kind::Organisation { 4 } else { 1 };
        let quantity = bulk * if rng.chance(820) { 1 } else { 2 + rng.below(2) as i32 };
        let promotion = if rng.chance(150) { 85 } else { 100 };
        let price = currency.from_cny(sku.price * promotion / 100).max(100);
        subtotal += price * i64::from(quantity);
        let broken = is_broken(files.items.rows);
        files.code("W", id, 12);
        let columns = &mut files.items.columns;
        columns.order_id.append_option((!broken).then(|| text(&files.scratch)));
        columns.line.append_value(line as i32);
        files.code("SKU", sku.number, 5);
        let columns = &mut files.items.columns;
        columns.sku.append_value(text(&files.scratch));
        columns.category.append_value(sku.category);
        columns.quantity.append_value(quantity);
        columns.unit_price.0.append_value(i128::from(price));
        columns.unit_cost.0.append_option((!rng.chance(12)).then(|| i128::from(currency.from_cny(sku.cost))));
        files.items.ended()?;
    }
    let discount = if campaign.is_some() || rng.chance(140) {
        subtotal * i64::from(rng.between(5, 21)) / 100 / 100 * 100
    } else {
        0
    };
    let shipping = if subtotal * currency.worth() / 1_000_000 < 9_900 { currency.from_cny(1_000) } else { 0 };
    let total = subtotal - discount + shipping;
    let end = (i64::from(world.span.last_day) + 1) * DAY;
    let ending = ending(rng, at, total, end, entity.satisfaction);
    let marketplace = (entity.kind == Kind::Masked).then(|| rng.word(MARKETPLACES));
    let order =
        Written { id, account: account.id, at, currency, total, discount, shipping, campaign, marketplace };
    order.append(files, &ending, None)?;
    if is_broken(files.orders.rows) {
        order.append(files, &ending, Some(files.orders.rows / 401))?;
    }
    if files.orders.rows % 701 == 700 {
        order.append(files, &ending, None)?;
    }
    Ok(first_sku)
}

struct Written {
    id: u64,
    account: u64,
    at: i64,
    currency: Currency,
    total: i64,
    discount: i64,
    shipping: i64,
    campaign: Option<u64>,
    marketplace: Option<&'static str>,
}

impl Written {
    fn append(&self, files: &mut OrderFiles, ending: &Ending, broken: Option<u64>) -> Result<(), DemoError> {
        let wrong = broken.map(|number| number % 4);
        files.code("W", self.id, 12);
        let columns = &mut files.orders.columns;
        columns.order_id.append_option((wrong != Some(0)).then(|| text(&files.scratch)));
        files.scratch.clear();
        push_account_id(&mut files.scratch, self.account);
        let columns = &mut files.orders.columns;
        columns.account_id.append_option((wrong != Some(1)).then(|| text(&files.scratch)));
        columns.ordered_at.append((wrong != Some(2)).then_some(self.at));
        columns.status.append_value(if wrong == Some(3) { "lost" } else { ending.status });
        columns.currency.append_value(self.currency.code());
        columns.total.0.append_value(i128::from(self.total));
        columns.discount.0.append_option((self.discount > 0).then(|| i128::from(self.discount)));
        columns.shipping_fee.0.append_value(i128::from(self.shipping));
        columns.refunded_at.append(ending.refunded.map(|(at, _)| at));
        columns.refunded_amount.0.append_option(ending.refunded.map(|(_, amount)| i128::from(amount)));
        columns.cancelled_at.append(ending.cancelled);
        columns.marketplace.append_option(self.marketplace);
        match self.campaign {
            Some(campaign) => {
                files.code("SAVE", campaign, 3);
                files.orders.columns.coupon_code.append_value(text(&files.scratch));
                files.code("C", campaign, 3);
                files.orders.columns.campaign_id.append_value(text(&files.scratch));
            }
            None => {
                files.orders.columns.coupon_code.append_null();
                files.orders.columns.campaign_id.append_null();
            }
        }
        files.orders.ended()
    }
}
