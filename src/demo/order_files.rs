//! `online/orders/*.parquet` and `online/order_items/*.parquet`: columns, row groups, rows that break the contract.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, Decimal128Builder, Int32Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;

use super::accounts::push_account_id;
use super::calendar::SHANGHAI_OFFSET;
use super::error::DemoError;
use super::mess::is_broken;
use super::table_file;
use super::text::push_code;
use super::world::Currency;

/// How an order ended, in Shanghai wall time and hundredths.
pub struct Ending {
    pub status: &'static str,
    pub refunded: Option<(i64, i64)>,
    pub cancelled: Option<i64>,
}
/// An order, money in hundredths of its currency.
pub struct WrittenOrder {
    pub id: u64,
    pub account: u64,
    /// Shanghai wall time.
    pub at: i64,
    pub currency: Currency,
    pub total: i64,
    pub discount: i64,
    pub shipping: i64,
    pub campaign: Option<u64>,
    pub marketplace: Option<&'static str>,
    pub ending: Ending,
}

/// A line of an order, money in hundredths of the order's currency.
pub struct WrittenItem {
    pub order: u64,
    pub line: i32,
    pub sku: u64,
    pub category: &'static str,
    pub quantity: i32,
    pub price: i64,
    pub cost: Option<i64>,
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

    fn code(&mut self, prefix: &str, number: u64, width: usize) {
        self.scratch.clear();
        push_code(&mut self.scratch, prefix, number, width);
    }

    pub fn order_rows(&self) -> u64 {
        self.orders.rows
    }

    /// An order; now and then it is followed by a row that breaks the contract, or by itself again.
    pub fn order(&mut self, order: &WrittenOrder) -> Result<(), DemoError> {
        self.append_order(order, None)?;
        if is_broken(self.orders.rows) {
            self.append_order(order, Some(self.orders.rows / 401 % 4))?;
        }
        if self.orders.rows % 701 == 700 { self.append_order(order, None) } else { Ok(()) }
    }

    /// A line; now and then it is followed by one without an order.
    pub fn item(&mut self, item: &WrittenItem) -> Result<(), DemoError> {
        self.append_item(item, true)?;
        if is_broken(self.items.rows) { self.append_item(item, false) } else { Ok(()) }
    }

    fn append_item(&mut self, item: &WrittenItem, of_order: bool) -> Result<(), DemoError> {
        self.code("W", item.order, 12);
        let columns = &mut self.items.columns;
        columns.order_id.append_option(of_order.then(|| text(&self.scratch)));
        columns.line.append_value(item.line);
        self.code("SKU", item.sku, 5);
        let columns = &mut self.items.columns;
        columns.sku.append_value(text(&self.scratch));
        columns.category.append_value(item.category);
        columns.quantity.append_value(item.quantity);
        columns.unit_price.0.append_value(i128::from(item.price));
        columns.unit_cost.0.append_option(item.cost.map(i128::from));
        self.items.ended()
    }

    /// `wrong`: which required column holds no good value.
    fn append_order(&mut self, order: &WrittenOrder, wrong: Option<u64>) -> Result<(), DemoError> {
        self.code("W", order.id, 12);
        let columns = &mut self.orders.columns;
        columns.order_id.append_option((wrong != Some(0)).then(|| text(&self.scratch)));
        self.scratch.clear();
        push_account_id(&mut self.scratch, order.account);
        let columns = &mut self.orders.columns;
        columns.account_id.append_option((wrong != Some(1)).then(|| text(&self.scratch)));
        columns.ordered_at.append((wrong != Some(2)).then_some(order.at));
        columns.status.append_value(if wrong == Some(3) { "lost" } else { order.ending.status });
        columns.currency.append_value(order.currency.code());
        columns.total.0.append_value(i128::from(order.total));
        columns.discount.0.append_option((order.discount > 0).then(|| i128::from(order.discount)));
        columns.shipping_fee.0.append_value(i128::from(order.shipping));
        columns.refunded_at.append(order.ending.refunded.map(|(at, _)| at));
        columns.refunded_amount.0.append_option(order.ending.refunded.map(|(_, amount)| i128::from(amount)));
        columns.cancelled_at.append(order.ending.cancelled);
        columns.marketplace.append_option(order.marketplace);
        match order.campaign {
            Some(campaign) => {
                self.code("SAVE", campaign, 3);
                self.orders.columns.coupon_code.append_value(text(&self.scratch));
                self.code("C", campaign, 3);
                self.orders.columns.campaign_id.append_value(text(&self.scratch));
            }
            None => {
                self.orders.columns.coupon_code.append_null();
                self.orders.columns.campaign_id.append_null();
            }
        }
        self.orders.ended()
    }
}
