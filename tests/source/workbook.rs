//! Workbooks: cells of every kind, sheets, bombs.

use std::io::Write;

use portrait::config::column::ColumnType;
use portrait::config::project::Source;
use portrait::config::raw::source::FileFormat;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;

fn responses() -> Source {
    source(
        FileFormat::Xlsx,
        vec![
            required("id", ColumnType::String),
            column("sent_at", timestamp(&["%Y-%m-%d %H:%M:%S"], SHANGHAI)),
            column("on", date(&[])),
            column("score", ColumnType::Int),
            column("amount", decimal(9, 2)),
            column("yes", boolean()),
        ],
    )
}

fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("cover").unwrap().write(0, 0, "nothing here").unwrap();
    let sheet = workbook.add_worksheet().set_name("responses").unwrap();
    for (column, name) in ["score", "id", "sent_at", "on", "amount", "yes", "more"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    let (instant, day) =
        (Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"), Format::new().set_num_format("yyyy-mm-dd"));
    sheet.write(1, 0, 9).unwrap();
    sheet.write(1, 1, " r1 ").unwrap();
    let at = ExcelDateTime::parse_from_str("2026-01-05 08:30:15").unwrap();
    sheet.write_with_format(1, 2, &at, &instant).unwrap();
    sheet.write_with_format(1, 3, ExcelDateTime::parse_from_str("2026-01-05").unwrap(), &day).unwrap();
    sheet.write(1, 4, 0.1 + 0.2).unwrap();
    sheet.write(1, 5, true).unwrap();
    sheet.write(1, 6, "x").unwrap();
    sheet.write(3, 0, "nine").unwrap();
    sheet.write(3, 1, 12345678901_f64).unwrap();
    sheet.write(3, 2, "2026-01-05 00:00:00").unwrap();
    sheet.write(3, 3, "2026-01-06").unwrap();
    sheet.write(4, 0, 1).unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn cells_become_values() {
    let mut source = responses();
    source.files.sheet = Some("responses".to_owned());
    let report = check(
        &source,
        &workbook(),
        &[
            "r1|2026-01-05T00:30:15Z|2026-01-05|9|0.30|true",
            "12345678901|2026-01-04T16:00:00Z|2026-01-06|-|-|-",
        ],
        &["4 score not_int cell", "5 id missing_value row"],
    );
    assert_eq!(report.extra_columns, ["more"]);
    check_named(
        &source,
        "a.xlsx.gz",
        &gzipped(&workbook()),
        &[
            "r1|2026-01-05T00:30:15Z|2026-01-05|9|0.30|true",
            "12345678901|2026-01-04T16:00:00Z|2026-01-06|-|-|-",
        ],
        &["4 score not_int cell", "5 id missing_value row"],
    );
}

#[test]
fn sheets_and_headers_that_are_not_there() {
    let mut source = responses();
    let error = refused(&source, "a.xlsx", &workbook());
    assert!(error.contains("`a.xlsx` has no column `id`"), "{error}");
    source.files.sheet = Some("answers".to_owned());
    let error = refused(&source, "a.xlsx", &workbook());
    assert!(error.contains("`a.xlsx` has no sheet `answers`; it has `cover`, `responses`"), "{error}");
    let mut empty = Workbook::new();
    empty.add_worksheet();
    source.files.sheet = None;
    assert!(refused(&source, "a.xlsx", &empty.save_to_buffer().unwrap()).contains("is empty"));
}

#[test]
fn a_bomb_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/sharedStrings.xml", options).unwrap();
    zip.write_all(&[b'x'; 100]).unwrap();
    let mut bytes = zip.finish().unwrap().into_inner();
    // The directory says four gigabytes.
    let entry = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    let error = refused(&responses(), "a.xlsx", &bytes);
    assert!(error.contains("`a.xlsx` would unpack to 4294967280 bytes"), "{error}");
}

/// The directory and the entry's own header both say that a hundred bytes come out of what is four megabytes.
#[test]
fn a_bomb_that_lies_about_its_size_is_refused() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/sharedStrings.xml", options).unwrap();
    let megabyte = vec![b' '; 1 << 20];
    for _ in 0..4 {
        zip.write_all(&megabyte).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    for (mark, size_at) in [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)] {
        let header = bytes.windows(4).position(|bytes| bytes == mark).unwrap();
        bytes[header + size_at..header + size_at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    // The library stops where more comes out than was declared; nothing is held meanwhile.
    let error = refused(&responses(), "a.xlsx", &bytes);
    assert!(error.contains("`a.xlsx`") && error.contains("larger than its declared"), "{error}");
}
