//! Dates and instants in every format that the sources use, and zones with their gaps.

use portrait::config::column::ColumnType;

use super::*;

fn one(kind: ColumnType, value: &str) -> Result<String, String> {
    let source = csv_source(vec![column("v", kind)]);
    let (_, kept) = read_with(&source, "sample", format!("v\n\"{value}\"\n").as_bytes(), &options()).unwrap();
    match shown_rejects(&kept.rejects).first() {
        Some(reject) => Err(reject.split(' ').nth(2).unwrap().to_owned()),
        None => Ok(shown(&kept.rows).remove(0)),
    }
}

fn good(kind: ColumnType, value: &str, expected: &str) {
    assert_eq!(one(kind, value).as_deref(), Ok(expected), "{value}");
}

fn bad(kind: ColumnType, value: &str, reason: &str) {
    assert_eq!(one(kind, value).unwrap_err(), reason, "{value}");
}

#[test]
fn dates() {
    good(date(&[]), "2024-02-29", "2024-02-29");
    good(date(&[]), "20240229", "2024-02-29");
    good(date(&["%Y/%m/%d"]), "2024/2/9", "2024-02-09");
    good(date(&["%Y-%m-%d", "%d.%m.%Y"]), "09.02.2024", "2024-02-09");
    good(date(&["%d %b %Y"]), "09 Feb 2024", "2024-02-09");
    good(date(&["%m/%d/%y"]), "12/01/70", "1970-12-01");
    good(date(&["%Y年%m月%d日"]), "2024年02月09日", "2024-02-09");
    for value in
        ["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "0000-00-00", "2024-02-29x", "1", "-024-02-01"]
    {
        bad(date(&[]), value, "not_date");
    }
    bad(date(&["%Y/%m/%d"]), "2024-02-09", "not_date");
}

#[test]
fn instants() {
    let spaced = || timestamp(&["%Y-%m-%d %H:%M:%S"], SHANGHAI);
    good(spaced(), "2024-02-29 08:00:01", "2024-02-29T00:00:01Z");
    good(timestamp(&["%Y/%m/%d %H:%M"], SHANGHAI), "2024/02/29 07:59", "2024-02-28T23:59:00Z");
    good(timestamp(&["%d/%m/%Y %I:%M %p"], SHANGHAI), "29/02/2024 08:00 AM", "2024-02-29T00:00:00Z");
    good(timestamp(&["%Y-%m-%d"], SHANGHAI), "2024-02-29", "2024-02-28T16:00:00Z");
    good(timestamp(&["%s"], SHANGHAI), "86400", "1970-01-02T00:00:00Z");
    bad(spaced(), "2024-02-29 24:00:00", "not_timestamp");
    bad(spaced(), "2024-02-29T08:00:01", "not_timestamp");
    let iso = || timestamp(&[], SHANGHAI);
    good(iso(), "2024-02-29T08:00:01Z", "2024-02-29T08:00:01Z");
    good(iso(), "2024-02-29T08:00:01.5+08:00", "2024-02-29T00:00:01.500Z");
    good(iso(), "2024-02-29 08:00:01.1234567-0330", "2024-02-29T11:30:01.123456Z");
    good(iso(), "2024-02-29T08:00", "2024-02-29T00:00:00Z");
    good(iso(), "2024-02-29", "2024-02-28T16:00:00Z");
    good(iso(), "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
    for value in [
        "2024-02-29T",
        "2024-02-29T08",
        "2024-02-29T08:00:00.",
        "2024-02-29T08:00:00+8",
        "2024-02-29T08:61",
        "20240229T08",
    ] {
        bad(iso(), value, "not_timestamp");
    }
}

#[test]
fn zones_change_their_clocks() {
    let berlin = || timestamp(&[], Tz::Europe__Berlin);
    good(berlin(), "2024-03-31T01:59:59", "2024-03-31T00:59:59Z");
    bad(berlin(), "2024-03-31T02:30:00", "local_time_skipped");
    good(berlin(), "2024-03-31T03:00:00", "2024-03-31T01:00:00Z");
    good(berlin(), "2024-10-27T02:30:00", "2024-10-27T00:30:00Z");
    good(berlin(), "2024-10-27T03:00:00", "2024-10-27T02:00:00Z");
    good(timestamp(&[], SHANGHAI), "1989-07-01T12:00:00", "1989-07-01T03:00:00Z");
    good(timestamp(&[], SHANGHAI), "1991-10-01T12:00:00", "1991-10-01T04:00:00Z");
}
