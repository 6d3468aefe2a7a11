//! One object a line: escapes, nesting, bad lines.

use portrait::config::column::ColumnType;
use portrait::config::project::Source;
use portrait::config::raw::source::{ExtraColumns, FileFormat};

use super::*;

fn event() -> Source {
    source(
        FileFormat::Ndjson,
        vec![
            required("id", ColumnType::String),
            column("n", decimal(9, 2)),
            column("at", timestamp(&[], SHANGHAI)),
            column("tags", ColumnType::Json),
            text("note"),
        ],
    )
}

#[test]
fn objects_are_rows() {
    let report = check(
        &event(),
        "{\"id\":\"a\",\"n\":1.5,\"at\":\"2026-01-01T08:00:00+08:00\",\"tags\":[1, {\"x\":\"}\"}],\"note\":\"安\"}\n\n  \
         { \"note\" : {\"k\" : true} , \"ID\" : 7, \"n\":\"2\", \"other\": null }  \r\n{\"id\":\"c\",\"note\":null,\"tags\":\"s\"}"
            .as_bytes(),
        &["a|1.50|2026-01-01T00:00:00Z|[1, {\"x\":\"}\"}]|安", "7|2.00|-|-|{\"k\" : true}", "c|-|-|\"s\"|-"],
        &[],
    );
    assert_eq!(report.extra_columns, ["other"]);
}

#[test]
fn escapes_are_undone() {
    check(
        &event(),
        br#"{"id":"a\"b\\c\/\n\u738b\ud83d\ude00","note":"","n":1e1}
{"\u0069d":"b","tags":"\n"}
"#,
        &["a\"b\\c/\n王😀|10.00|-|-|-", "b|-|-|\"\\n\"|-"],
        &[],
    );
}

#[test]
fn bad_lines_are_quarantined_by_themselves() {
    let report = check(
        &event(),
        b"{\"id\":\"a\"}\n{\"id\":\"b\"\nnot json\n[1]\n7\n{\"id\":01}\n{\"id\":\"\\ud800\"}\n{\"id\":\"c\"} x\n{\"id\":1,}\n{\"x\":[1,,2]}\n{}\n{\"id\":\"d\",\"n\":\"x\"}\n",
        &["a|-|-|-|-", "d|-|-|-|-"],
        &[
            "2 - json_syntax row",
            "3 - json_syntax row",
            "4 - json_not_object row",
            "5 - json_not_object row",
            "6 - json_syntax row",
            "7 - json_syntax row",
            "8 - json_syntax row",
            "9 - json_syntax row",
            "10 - json_syntax row",
            "11 id missing_value row",
            "12 n not_decimal cell",
        ],
    );
    assert_eq!((report.rows_read, report.rows_quarantined), (12, 10));
}

#[test]
fn gb18030_and_broken_text() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("{\"id\":\"王\",\"note\":\"亅\\\\\"}\n{\"id\":\"b\"}\n");
    check(&event(), &bytes, &["王|-|-|-|亅\\", "b|-|-|-|-"], &[]);
    let mut source = event();
    source.files.encoding = Encoding::Utf8;
    check(&source, b"{\"id\":\"a\",\"note\":\"\xff\"}\n", &["a|-|-|-|-"], &["1 note invalid_encoding cell"]);
}

#[test]
fn unknown_keys_fail_where_the_source_says_so() {
    let mut source = event();
    source.extra_columns = ExtraColumns::Fail;
    assert!(refused(&source, "a.ndjson", b"{\"id\":\"a\",\"more\":1}\n").contains("`more`"));
}

#[test]
fn long_lines_and_empty_files() {
    check(&event(), b"", &[], &[]);
    let mut bytes = b"{\"id\":\"a\"}\n{\"id\":\"".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 100_000));
    bytes.extend(b"\"}\n{\"id\":\"c\"}\n");
    let options = ReadOptions { max_record_bytes: 1000, block_bytes: 100, ..options() };
    let (_, kept) = read_with(&event(), "sample", &bytes, &options).unwrap();
    assert_eq!(shown_rejects(&kept.rejects), ["2 - record_too_long row"]);
    assert_eq!(shown(&kept.rows).len(), 2);
}
