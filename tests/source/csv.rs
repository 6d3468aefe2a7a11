//! Delimited text: quotes, headers, encodings, types, rules, dates.

use portrait::config::column::{Column, ColumnType, ValueRange};
use portrait::config::project::{Delimiter, Source};
use portrait::config::raw::source::{Encoding, ExtraColumns, OnError};
use regex::Regex;

use super::*;

fn two() -> Source {
    csv_source(vec![required("id", ColumnType::Int), text("name")])
}

#[test]
fn rows_are_read() {
    check(&two(), b"id,name\n1,Ann\n2,Bob\n", &["1|Ann", "2|Bob"], &[]);
    check(&two(), b"id,name\r\n1,Ann\r\n2,Bob", &["1|Ann", "2|Bob"], &[]);
    check(&two(), b"\n\nid,name\n\n1,Ann\n\n\r\n2,\n", &["1|Ann", "2|-"], &[]);
    check(&two(), b"id,name\n", &[], &[]);
    check(&two(), b"id,name", &[], &[]);
    check(&two(), "\u{feff}id,name\n1,安\n".as_bytes(), &["1|安"], &[]);
    check(
        &two(),
        b"id,name\n1,a much longer name than fits into a view\n",
        &["1|a much longer name than fits into a view"],
        &[],
    );
}

#[test]
fn quotes_are_understood() {
    check(
        &two(),
        b"id,name\n1,\"A,n\"\n2,\"say \"\"hi\"\"\"\n3,\"\"\n",
        &["1|A,n", "2|say \"hi\"", "3|-"],
        &[],
    );
    check(&two(), b"id,name\n1,\"two\nlines\"\nx,\"\n\"\n", &["1|two\nlines"], &["4 id not_int row"]);
    check(&two(), b"id,name\n\"1\",5\" nail\n\"2\",\"a\"b\n", &["1|5\" nail", "2|ab"], &[]);
    let mut bare = two();
    bare.files.quote = None;
    check(&bare, b"id,name\n1,\"Ann\n", &["1|\"Ann"], &[]);
}

#[test]
fn ragged_lines_are_quarantined() {
    let report = check(
        &two(),
        b"id,name\n1\n2,Bob,x\n3,Cy\n",
        &["3|Cy"],
        &["2 - too_few_fields row", "3 - too_many_fields row"],
    );
    assert_eq!((report.rows_read, report.rows_quarantined), (3, 2));
}

#[test]
fn an_open_quote_costs_one_line() {
    let rejects = &["3 - unclosed_quote row"];
    check(&two(), b"id,name\n1,Ann\n2,\"Bob\n3,Cy\n4,Di\n", &["1|Ann", "3|Cy", "4|Di"], rejects);
    let options = ReadOptions { max_record_bytes: 256, block_bytes: 64, ..options() };
    let mut bytes = b"id,name\n1,Ann\n2,\"Bob\n".to_vec();
    bytes.extend((3..200).flat_map(|id| format!("{id},Cy\n").into_bytes()));
    let (report, kept) = read_with(&two(), "sample", &bytes, &options).unwrap();
    assert_eq!(
        (report.rows_loaded, shown_rejects(&kept.rejects)),
        (198, vec!["3 - unclosed_quote row".to_owned()])
    );
}

#[test]
fn a_long_line_is_quarantined_without_being_held() {
    let mut bytes = b"id,name\n1,Ann\n2,".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 100_000));
    bytes.extend(b"\n3,Cy\n");
    let options = ReadOptions { max_record_bytes: 1000, block_bytes: 100, ..options() };
    let (_, kept) = read_with(&two(), "sample", &bytes, &options).unwrap();
    assert_eq!(shown(&kept.rows), ["1|Ann", "3|Cy"]);
    assert_eq!(shown_rejects(&kept.rejects), ["3 - record_too_long row"]);
    bytes.truncate(50_000);
    let (_, kept) = read_with(&two(), "sample", &bytes, &options).unwrap();
    assert_eq!(shown(&kept.rows), ["1|Ann"]);
}

#[test]
fn columns_are_matched_by_header() {
    let report = check(&two(), b" Name ,age, ID\nAnn,7,1\n", &["1|Ann"], &[]);
    assert_eq!(report.extra_columns, ["age"]);
    check(&two(), b"id\n1\n2\n", &["1|-", "2|-"], &[]);
    let mut other = two();
    other.columns[0].headers = vec!["编号".to_owned(), "no".to_owned()];
    check(&other, "name,编号\nAnn,1\n".as_bytes(), &["1|Ann"], &[]);
    check(&other, b"name,NO\nAnn,1\n", &["1|Ann"], &[]);
    other.extra_columns = ExtraColumns::Ignore;
    assert!(check(&other, b"no,x\n1,2\n", &["1|-"], &[]).extra_columns.is_empty());
    other.extra_columns = ExtraColumns::Fail;
    let error = refused(&other, "a.csv", b"no,x\n1,2\n");
    assert!(error.contains("`a.csv` has columns that `sample` does not name: `x`"), "{error}");
}

#[test]
fn headers_that_do_not_serve_are_errors() {
    let error = refused(&two(), "a.csv", b"idd,name\n1,Ann\n");
    assert!(error.contains("`a.csv` has no column `id`, which `sample` requires"), "{error}");
    assert!(error.contains("if `idd` is meant"), "{error}");
    let error = refused(&two(), "a.csv", b"id,name,id\n1,Ann,2\n");
    assert!(error.contains("has the column `id` twice"), "{error}");
    assert!(refused(&two(), "a.csv", b"").contains("is empty"));
    assert!(refused(&two(), "a.csv", b"\xff\xfei\0d\0").contains("UTF-16"));
    assert!(refused(&two(), "a.csv", b"\"id,name\n1,Ann\n").contains("quote that is never closed"));
}

#[test]
fn files_without_a_header_and_with_other_delimiters() {
    let mut bare = two();
    bare.files.header = false;
    check(&bare, b"1,Ann\n2,Bob\n", &["1|Ann", "2|Bob"], &[]);
    bare.files.delimiter = Delimiter::Whitespace;
    check(&bare, b"  1   Ann  \n\t2\tBob\r\n3 \"C y\"\n", &["1|Ann", "2|Bob", "3|C y"], &[]);
    bare.files.delimiter = Delimiter::Byte(b'|');
    check(&bare, b"1|Ann\n", &["1|Ann"], &[]);
}

#[test]
fn gb18030_is_recognised_and_decoded() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("id,name\n1,王小明\n2,䶮\n3,plain\n");
    check(&two(), &bytes, &["1|王小明", "2|䶮", "3|plain"], &[]);
    let mut declared = two();
    declared.files.encoding = Encoding::Gb18030;
    check(&declared, &bytes, &["1|王小明", "2|䶮", "3|plain"], &[]);
    // `亅` is 81 7C: its second byte is the delimiter.
    declared.files.delimiter = Delimiter::Byte(b'|');
    let (bytes, _, _) = encoding_rs::GB18030.encode("id|name\n1|亅亅王\n");
    assert!(bytes.windows(2).any(|pair| pair == [0x81, 0x7c]));
    check(&declared, &bytes, &["1|亅亅王"], &[]);
}

#[test]
fn bytes_that_are_no_text_cost_one_value() {
    let mut bytes = b"id,name\n".to_vec();
    bytes.extend("1,王小明王小明王小明王小明王小明王小明王小明王小明\n".repeat(3).as_bytes());
    bytes.extend(b"2,a\xffb\n");
    let mut utf8 = two();
    utf8.files.encoding = Encoding::Utf8;
    let name = "王小明".repeat(8);
    let row = format!("1|{name}");
    check(&utf8, &bytes, &[&row, &row, &row, "2|-"], &["5 name invalid_encoding cell"]);
    let (_, kept) = read_with(&two(), "sample", &bytes, &options()).unwrap();
    assert_eq!(shown(&kept.rows), [&row, &row, &row, "2|-"], "a stray byte does not make UTF-8 GB18030");
}

#[test]
fn values_are_trimmed_and_words_stand_for_nothing() {
    let mut source =
        csv_source(vec![text("a"), Column { trim: false, ..text("b") }, column("c", ColumnType::Int)]);
    source.files.null_values = vec!["N/A".to_owned()];
    source.columns[0].null_values = vec!["无".to_owned()];
    let bytes = "a,b,c\n\u{3000}x\u{a0}, y ,\t7 \nN/A, N/A,N/A\n无,无,\n".as_bytes();
    check(&source, bytes, &["x| y |7", "-| N/A|-", "-|无|-"], &[]);
}

#[test]
fn every_type_is_parsed_or_says_why_not() {
    let source = csv_source(vec![
        column("b", boolean()),
        column("i", ColumnType::Int),
        column("f", ColumnType::Float),
        column("d", decimal(5, 2)),
        column("j", ColumnType::Json),
    ]);
    check(
        &source,
        b"b,i,f,d,j\nTRUE,6.0,1.5e2,-12.5,\"{\"\"a\"\":[1]}\"\nF,-9223372036854775808,.5,999.990000000000000000000,null\n",
        &["true|6|150.0|-12.50|{\"a\":[1]}", "false|-9223372036854775808|0.5|999.99|null"],
        &[],
    );
    check(
        &source,
        b"b,i,f,d,j\nmaybe,6.5,nan,1.234,{\n,9223372036854775808,inf,1000,\n,,,x,\n,1e2,,1e2,\n",
        &["-|-|-|-|-", "-|-|-|-|-", "-|-|-|-|-", "-|100|-|100.00|-"],
        &[
            "2 b not_boolean cell",
            "2 i not_int cell",
            "2 f not_float cell",
            "2 d decimal_scale cell",
            "2 j not_json cell",
            "3 i not_int cell",
            "3 f not_float cell",
            "3 d decimal_overflow cell",
            "4 d not_decimal cell",
        ],
    );
}

#[test]
fn rules_reject() {
    let accepted = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    let source = csv_source(vec![
        Column { accepted: accepted(&["F", "M"]), ..text("g") },
        Column { pattern: Some(Regex::new("^(?:[a-z]+@[a-z.]+)$").unwrap()), ..text("m") },
        Column {
            range: Some(ValueRange::Int { min: Some(0), max: Some(10) }),
            ..column("s", ColumnType::Int)
        },
        Column { accepted: accepted(&["1.50"]), ..column("p", decimal(9, 2)) },
        Column {
            on_error: OnError::Row,
            range: Some(ValueRange::Date { min: Some(0), max: None }),
            ..column("o", date(&[]))
        },
    ]);
    let report = check(
        &source,
        b"g,m,s,p,o\nF,a@b.c,10,1.5,2026-01-01\nX,a,11,2,2026-01-01\n,,,,1969-12-31\n,,-1,,bad\n",
        &["F|a@b.c|10|1.50|2026-01-01", "-|-|-|-|2026-01-01"],
        &[
            "3 g not_accepted cell",
            "3 m pattern_mismatch cell",
            "3 s out_of_range cell",
            "3 p not_accepted cell",
            "4 o out_of_range row",
            "5 s out_of_range row",
            "5 o not_date row",
        ],
    );
    assert_eq!((report.rows_quarantined, report.cell_rejects), (2, 4));
}

#[test]
fn a_missing_required_value_sends_the_row_away() {
    let report = check(
        &two(),
        b"id,name\n,Ann\n x ,Bob\n3,Cy\n",
        &["3|Cy"],
        &["2 id missing_value row", "3 id not_int row"],
    );
    assert_eq!((report.rows_read, report.rows_loaded, report.rows_quarantined), (3, 1, 2));
}

#[test]
fn rows_after_the_as_of_date_are_not_there_yet() {
    let mut source = csv_source(vec![column("i", ColumnType::Int), required("at", timestamp(&[], SHANGHAI))]);
    source.dated_by = Some(1);
    let bytes = b"i,at\n1,2026-01-31 23:59:59.999999\n2,2026-02-01 00:00:00\nx,2026-03-01 00:00:00\n3,2026-01-30T16:00:00Z\n";
    let report = check(&source, bytes, &["1|2026-01-31T15:59:59.999999Z", "3|2026-01-30T16:00:00Z"], &[]);
    assert_eq!((report.rows_read, report.rows_later, report.cell_rejects), (2, 2, 0));
    assert_eq!(report.min_later, Some(1_769_875_200_000_000));
    assert_eq!(report.max_loaded, Some(1_769_875_199_999_999));

    let mut source = csv_source(vec![column("on", date(&[]))]);
    source.dated_by = Some(0);
    let report =
        check(&source, b"on\n2026-01-31\n2026-02-01\nbad\n", &["2026-01-31", "-"], &["4 on not_date cell"]);
    assert_eq!((report.max_loaded, report.min_later, report.rows_later), (Some(20484), Some(20485), 1));
}

#[test]
fn packed_files_are_unpacked() {
    let mut packed = gzipped(b"id,name\n1,Ann\n");
    packed.extend(gzipped(b"2,Bob\n"));
    check_named(&two(), "a.csv.gz", &packed, &["1|Ann", "2|Bob"], &[]);
    let packed = zstd::encode_all(&b"id,name\n1,Ann\n"[..], 3).unwrap();
    check_named(&two(), "a.csv.zst", &packed, &["1|Ann"], &[]);
}
