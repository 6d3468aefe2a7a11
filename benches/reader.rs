//! How fast each kind of file is read into typed batches, one thread, batches thrown away. Files are made anew.
//!
//! `cargo bench --bench reader -- [MEGABYTES]`: one line a format, in megabytes of unpacked text a second.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use arrow::array::RecordBatch;
use chrono_tz::Tz;
use portrait::config::column::{Column, ColumnType};
use portrait::config::problem::Location;
use portrait::config::project::{Delimiter, Files, Source};
use portrait::config::raw::source::{Channel, Encoding, ExtraColumns, FileFormat, OnError};
use portrait::name::TableName;
use portrait::source::{InputFile, ReadOptions, Sink, SinkError, read};

fn main() -> Result<(), Box<dyn Error>> {
    let megabytes = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(200_usize);
    let folder = tempfile::tempdir()?;
    for (name, format, columns, row) in cases() {
        let file = write(folder.path(), name, megabytes << 20, row)?;
        let source = source(format, columns)?;
        let mut best = f64::MAX;
        let mut rows = 0;
        for _ in 0..3 {
            let began = Instant::now();
            let options = ReadOptions::new(
                "20260131T020000Z-3f9a1c".parse()?,
                "2030-01-01".parse()?,
                Tz::Asia__Shanghai,
            );
            let report = read(&source, &file.0, &options, &mut Dropped)?;
            best = best.min(began.elapsed().as_secs_f64());
            assert_eq!((report.rows_quarantined, report.cell_rejects), (0, 0));
            rows = report.rows_loaded;
        }
        let megabytes = file.1 as f64 / 1e6;
        writeln!(
            std::io::stdout(),
            "{name:20} {:7.0} MB/s {:9.0} rows/s",
            megabytes / best,
            rows as f64 / best
        )?;
    }
    Ok(())
}

type Case = (&'static str, FileFormat, Vec<Column>, fn(&mut String, u64));

fn cases() -> Vec<Case> {
    let string = |name| column(name, ColumnType::String);
    let at = |name, format: &str| {
        let formats = if format.is_empty() { Vec::new() } else { vec![format.to_owned()] };
        column(name, ColumnType::Timestamp { formats, zone: Tz::Asia__Shanghai })
    };
    let money = |name| column(name, ColumnType::Decimal { precision: 12, scale: 2 });
    let receipts = || {
        vec![
            string("receipt_no"),
            column("line", ColumnType::Int),
            string("store_id"),
            at("sold_at", "%Y/%m/%d %H:%M"),
            string("member_no"),
            string("mobile"),
            string("sku"),
            string("category"),
            column("quantity", ColumnType::Int),
            money("amount"),
            money("unit_cost"),
        ]
    };
    let accounts = vec![
        string("account_id"),
        at("created_at", "%Y-%m-%d %H:%M:%S"),
        string("name"),
        string("email"),
        string("mobile"),
        column("birth_date", ColumnType::Date { formats: vec!["%Y-%m-%d".to_owned()] }),
        string("address"),
        column(
            "marketing_consent",
            ColumnType::Boolean {
                true_words: vec!["true".to_owned()],
                false_words: vec!["false".to_owned()],
            },
        ),
    ];
    let events = || {
        ["event_id", "type", "session_id", "device_id", "account_id", "sku", "query"]
            .into_iter()
            .map(string)
            .chain([at("occurred_at", "")])
            .collect::<Vec<_>>()
    };
    vec![
        ("receipts.csv", FileFormat::Csv, receipts(), receipt),
        ("receipts.csv.gz", FileFormat::Csv, receipts(), receipt),
        ("accounts.csv", FileFormat::Csv, accounts, account),
        ("events.ndjson", FileFormat::Ndjson, events(), event),
        ("events.ndjson.gz", FileFormat::Ndjson, events(), event),
    ]
}

fn receipt(out: &mut String, row: u64) {
    if row == 0 {
        out.push_str(
            "receipt_no,line,store_id,sold_at,member_no,mobile,sku,category,quantity,amount,unit_cost\n",
        );
    }
    let (day, minute, cents) = (row / 7 % 28 + 1, row % 60, row % 97);
    let _ = writeln!(
        out,
        "R{:08},{},S{:03},2025/{:02}/{day:02} {:02}:{minute:02},M{:07},138{:08},SKU{:05},home,{},{}.{cents:02},{}.5",
        row / 3,
        row % 3 + 1,
        row % 80,
        row / 200 % 12 + 1,
        row % 24,
        row % 50_000,
        row % 99_999_999,
        row % 4000,
        row % 5 + 1,
        row % 300,
        row % 200,
    );
}

fn account(out: &mut String, row: u64) {
    if row == 0 {
        out.push_str("account_id,created_at,name,email,mobile,birth_date,address,marketing_consent\n");
    }
    let _ = writeln!(
        out,
        "A{row:08},2025-{:02}-{:02} 12:{:02}:07,王小明{},user.number.{row}@example.com,138{:08},19{:02}-05-17,\"上海市徐汇区漕溪北路{}号, 3单元\",{}",
        row / 100 % 12 + 1,
        row % 28 + 1,
        row % 60,
        row % 10,
        row % 99_999_999,
        row % 60 + 40,
        row % 900,
        if row.is_multiple_of(3) { "true" } else { "" },
    );
}

fn event(out: &mut String, row: u64) {
    let _ = writeln!(
        out,
        r#"{{"event_id":"e{row:010}","occurred_at":"2025-{:02}-{:02}T08:{:02}:09+08:00","type":"view","session_id":"s{:08}","device_id":"d{:07}","account_id":"A{:08}","sku":"SKU{:05}"}}"#,
        row / 500 % 12 + 1,
        row % 28 + 1,
        row % 60,
        row / 9,
        row / 40,
        row / 70,
        row % 4000,
    );
}

fn write(
    folder: &Path,
    name: &str,
    bytes: usize,
    row: fn(&mut String, u64),
) -> Result<(InputFile, usize), Box<dyn Error>> {
    let path = folder.join(name);
    let file = BufWriter::new(File::create(&path)?);
    let mut out: Box<dyn Write> = match name.ends_with(".gz") {
        true => Box::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast())),
        false => Box::new(file),
    };
    let (mut text, mut written, mut number) = (String::new(), 0, 0);
    while written < bytes {
        text.clear();
        for _ in 0..1000 {
            row(&mut text, number);
            number += 1;
        }
        out.write_all(text.as_bytes())?;
        written += text.len();
    }
    drop(out);
    let packed = std::fs::metadata(&path)?.len();
    Ok((InputFile { path, relative: name.to_owned(), bytes: packed, modified_micros: 0 }, written))
}

/// Takes batches and forgets them.
struct Dropped;

impl Sink for Dropped {
    fn rows(&mut self, _batch: RecordBatch) -> Result<(), SinkError> {
        Ok(())
    }

    fn rejects(&mut self, _batch: RecordBatch) -> Result<(), SinkError> {
        Ok(())
    }
}

fn column(name: &str, kind: ColumnType) -> Column {
    Column {
        name: name.to_owned(),
        headers: vec![name.to_owned()],
        kind,
        description: None,
        required: false,
        trim: true,
        null_values: Vec::new(),
        accepted: None,
        pattern: None,
        range: None,
        pii: None,
        on_error: OnError::Null,
    }
}

fn source(format: FileFormat, columns: Vec<Column>) -> Result<Source, Box<dyn Error>> {
    Ok(Source {
        name: TableName::new("sample")?,
        channel: Channel::Online,
        description: None,
        files: Files {
            paths: Vec::new(),
            format,
            encoding: Encoding::Auto,
            delimiter: Delimiter::Byte(b','),
            quote: Some(b'"'),
            header: true,
            sheet: None,
            null_values: Vec::new(),
        },
        columns,
        unique: None,
        dated_by: None,
        updated_at: None,
        max_reject_ratio: 1.0,
        freshness: None,
        extra_columns: ExtraColumns::Ignore,
        optional: false,
        at: Location { file: "reader.rs".into(), line: 1, column: 1, length: 1 },
    })
}
