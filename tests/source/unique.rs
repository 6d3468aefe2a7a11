//! Repeated keys: which rows stay.

use datafusion::prelude::SessionContext;
use portrait::config::column::ColumnType;
use portrait::config::project::{Source, UniqueKey};
use portrait::config::raw::source::Keep;
use portrait::plan::params;
use portrait::source::unique::{KeyHashes, keys_only, statements};

use super::*;

fn orders(keep: Keep) -> Source {
    let mut source = csv_source(vec![text("id"), column("n", ColumnType::Int), text("note")]);
    source.unique = Some(UniqueKey { columns: vec![0], keep, by: Some(1) });
    source
}

/// The rows kept, how many are removed, and the lines quarantined.
async fn deduplicated(source: &Source, bytes: &[u8]) -> (Vec<String>, i64, Vec<String>) {
    let versions = versions(source, bytes).await;
    (versions.rows, versions.removed, versions.quarantined)
}

struct Versions {
    rows: Vec<String>,
    removed: i64,
    quarantined: Vec<String>,
    later_updates: i64,
}

async fn versions(source: &Source, bytes: &[u8]) -> Versions {
    let key = source.unique.as_ref().unwrap();
    let (keys, columns) = keys_only(source, key);
    let (_, keys) = read_with(&keys, "sample", bytes, &options()).unwrap();
    let mut hashes = KeyHashes::new(&columns);
    let mut other = hashes.clone();
    for (index, batch) in keys.rows.iter().enumerate() {
        if index % 2 == 0 { hashes.add(batch) } else { other.add(batch) }
    }
    hashes.merge(other);
    let repeated = hashes.repeated(&key.columns);

    let (_, kept) = read_with(source, "sample", bytes, &options()).unwrap();
    let contract: Vec<usize> = (0..source.columns.len()).collect();
    let (mut rows, mut aside) = (Vec::new(), Vec::new());
    for batch in kept.rows {
        let split = repeated.split(batch).unwrap();
        rows.extend(shown(&[split.single.project(&contract).unwrap()]));
        aside.extend(split.repeated);
    }
    if aside.is_empty() {
        return Versions { rows, removed: 0, quarantined: Vec::new(), later_updates: 0 };
    }
    let aside = arrow::compute::concat_batches(&schema::staged(source), &aside).unwrap();
    let went_aside = aside.num_rows() as i64;
    let session = SessionContext::new();
    session.register_batch("aside", aside).unwrap();
    let statements = statements(source, key, "aside");
    let params = params::of_date(options().as_of, SHANGHAI);
    let query = async |sql: &str| {
        let plan = portrait::engine::plan(&session, sql, &params).unwrap();
        shown(&session.execute_logical_plan(plan).await.unwrap().collect().await.unwrap())
    };
    rows.extend(query(&statements.kept).await);
    rows.sort();
    let counts = query(&statements.counts).await.remove(0);
    let counts: Vec<i64> = counts.split('|').map(|count| count.parse().unwrap()).collect();
    let quarantined = match &statements.quarantined {
        Some(sql) => query(sql).await,
        None => Vec::new(),
    };
    Versions { rows, removed: went_aside - counts[0], quarantined, later_updates: counts[1] }
}

const ROWS: &[u8] = b"id,n,note\na,2,x\nb,1,y\na,1,z\n,1,p\n,1,p\nc,,q\nc,5,r\na,1,w\nc,,q\n";

#[tokio::test]
async fn one_of_repeats_is_kept() {
    let (rows, removed, _) = deduplicated(&orders(Keep::First), ROWS).await;
    assert_eq!(rows, ["-|1|p", "-|1|p", "a|1|w", "b|1|y", "c|5|r"]);
    assert_eq!(removed, 4);
    let (rows, _, _) = deduplicated(&orders(Keep::Last), ROWS).await;
    assert_eq!(rows, ["-|1|p", "-|1|p", "a|2|x", "b|1|y", "c|5|r"]);
    let (rows, removed, _) = deduplicated(&orders(Keep::First), b"id,n,note\na,1,x\nb,1,x\n").await;
    assert_eq!((rows.len(), removed), (2, 0));
}

#[tokio::test]
async fn none_of_repeats_is_kept() {
    let (rows, removed, mut quarantined) = deduplicated(&orders(Keep::None), ROWS).await;
    assert_eq!(rows, ["-|1|p", "-|1|p", "b|1|y"]);
    assert_eq!(removed, 6);
    quarantined.sort();
    assert_eq!(quarantined.len(), 6);
    assert!(quarantined.contains(&"sample|2|10|5".to_owned()), "{quarantined:?}");
}

/// As of 2026-01-31, Shanghai: `a` has a version of that day's last second, `b` only versions of later days.
#[tokio::test]
async fn a_version_from_after_the_as_of_date_is_kept_only_if_there_is_no_other() {
    let changed = column("changed_at", timestamp(&["%Y-%m-%d %H:%M:%S"], SHANGHAI));
    let mut source = csv_source(vec![text("id"), changed, text("note")]);
    source.updated_at = Some(1);
    let rows = b"id,changed_at,note\n\
        a,2026-01-30 00:00:00,old\na,2026-01-31 23:59:59,known\na,2026-02-01 00:00:00,tomorrow\na,,unknown\n\
        b,2026-02-03 00:00:00,later\nb,2026-02-02 00:00:00,sooner\nc,2026-03-01 00:00:00,alone\n";
    for (keep, of_a) in
        [(Keep::Last, "a|2026-01-31T15:59:59Z|known"), (Keep::First, "a|2026-01-29T16:00:00Z|old")]
    {
        source.unique = Some(UniqueKey { columns: vec![0], keep, by: Some(1) });
        let found = versions(&source, rows).await;
        assert_eq!(
            found.rows,
            [of_a, "b|2026-02-01T16:00:00Z|sooner", "c|2026-02-28T16:00:00Z|alone"],
            "{keep:?}"
        );
        assert_eq!((found.removed, found.later_updates), (4, 1));
    }
    let (report, _) = read_with(&source, "sample", rows, &options()).unwrap();
    assert_eq!((report.rows_loaded, report.rows_updated_later), (7, 4));
    let micros = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros();
    assert_eq!(report.max_updated, Some(micros("2026-01-31T23:59:59+08:00")));
    assert_eq!(report.min_updated_later, Some(micros("2026-02-01T00:00:00+08:00")));
}

#[tokio::test]
async fn words_are_ordered_as_the_contract_lists_them() {
    let mut status = text("status");
    status.accepted = Some(["paid", "shipped", "it's back"].map(str::to_owned).to_vec());
    let mut source = csv_source(vec![text("id"), status]);
    source.unique = Some(UniqueKey { columns: vec![0], keep: Keep::Last, by: Some(1) });
    let rows = b"id,status\na,shipped\na,paid\nb,it's back\nb,shipped\nc,paid\nc,nonsense\nd,paid\n";
    let (kept, _, _) = deduplicated(&source, rows).await;
    assert_eq!(kept, ["a|shipped", "b|it's back", "c|paid", "d|paid"]);
}
