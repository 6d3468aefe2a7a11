//! Repeated keys: which rows stay.

use datafusion::prelude::SessionContext;
use portrait::config::column::ColumnType;
use portrait::config::project::{Source, UniqueKey};
use portrait::config::raw::source::Keep;
use portrait::source::unique::{KeyHashes, Tables, statements};

use super::*;

fn orders(keep: Keep) -> Source {
    let mut source = csv_source(vec![text("id"), column("n", ColumnType::Int), text("note")]);
    source.unique = Some(UniqueKey { columns: vec![0], keep, by: Some(1) });
    source
}

/// The rows kept, how many are removed, and the lines quarantined.
async fn deduplicated(source: &Source, bytes: &[u8]) -> (Vec<String>, i64, Vec<String>) {
    let (_, kept) = read_with(source, "sample", bytes, &options()).unwrap();
    let key = source.unique.as_ref().unwrap();
    let mut hashes = KeyHashes::new(&key.columns);
    let mut other = hashes.clone();
    for (index, batch) in kept.rows.iter().enumerate() {
        if index % 2 == 0 { hashes.add(batch) } else { other.add(batch) }
    }
    hashes.merge(other);
    let repeated = hashes.repeated();
    if repeated.is_empty() {
        return (shown(&kept.rows), 0, Vec::new());
    }
    let staged = arrow::compute::concat_batches(&schema::staged(source), &kept.rows).unwrap();
    let candidates = repeated.candidates(&staged.project(&key.columns).unwrap()).unwrap();
    assert!(candidates.num_rows() < staged.num_rows());
    let session = SessionContext::new();
    session.register_batch("staged", staged).unwrap();
    session.register_batch("candidates", candidates).unwrap();
    let tables = Tables { staged: "staged", candidates: "candidates", repeated: "repeated" };
    let statements = statements(source, key, tables);
    let query = async |sql: &str| session.sql(sql).await.unwrap().collect().await.unwrap();
    let repeated = query(&statements.repeated).await;
    let repeated = arrow::compute::concat_batches(&repeated[0].schema(), &repeated).unwrap();
    session.register_batch("repeated", repeated).unwrap();
    let mut rows = shown(&query(&statements.kept).await);
    rows.sort();
    let removed = shown(&query(&statements.removed).await)[0].parse().unwrap();
    let quarantined = match &statements.quarantined {
        Some(sql) => shown(&query(sql).await),
        None => Vec::new(),
    };
    (rows, removed, quarantined)
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
