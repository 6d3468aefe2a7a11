//! Queries under a small memory limit.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::TableReference;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool};
use datafusion::prelude::SessionContext;
use futures::TryStreamExt;
use portrait::engine::{
    EngineError, FairPool, Settings, batches, execute, explain, plan, session, with_sort_merge_join,
};
use portrait::plan::params::Params;

/// A session whose operators may hold so many megabytes.
fn small(megabytes: u64, directory: &tempfile::TempDir) -> SessionContext {
    session(&Settings {
        threads: 2,
        memory_bytes: megabytes << 21,
        spill_directory: directory.path().to_owned(),
        spill_limit_bytes: 4 << 30,
        business_timezone: chrono_tz::Asia::Shanghai,
    })
    .unwrap()
}

fn rows(context: &SessionContext, table: &str, count: i64, step: i64) {
    let schema = Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8View, false),
    ]));
    let all = (0..count)
        .step_by(8192)
        .map(|start| {
            let ids = (start..(start + 8192).min(count)).map(|row| (row * step) % count);
            let ids: Int64Array = ids.collect::<Vec<_>>().into();
            let texts: StringViewArray = ids
                .iter()
                .map(|id| Some(format!("a text that does not fit inline, number {}", id.unwrap())))
                .collect();
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(ids), Arc::new(texts)]).unwrap()
        })
        .collect();
    batches(context, &TableReference::bare(table), schema, all).unwrap();
}

async fn count(context: &SessionContext, sql: &str) -> Result<usize, EngineError> {
    let plan = plan(context, sql, &Params::new())?;
    let mut stream = execute(context, &plan).await?;
    let mut rows = 0;
    while let Some(batch) = stream.try_next().await.map_err(|error| EngineError::of_execution(&error))? {
        rows += batch.num_rows();
    }
    Ok(rows)
}

#[tokio::test]
async fn a_sort_and_a_distinct_spill() {
    let directory = tempfile::tempdir().unwrap();
    let context = small(32, &directory);
    rows(&context, "big", 400_000, 7919);
    assert_eq!(count(&context, "SELECT id, text FROM big ORDER BY text DESC, id").await.unwrap(), 400_000);
    assert_eq!(count(&context, "SELECT text, count(*) AS n FROM big GROUP BY text").await.unwrap(), 400_000);
}

/// Rows of one key, as of none, are in one piece, however many pieces there are.
#[tokio::test]
async fn a_join_that_runs_out_of_memory_succeeds_by_sorting() {
    let directory = tempfile::tempdir().unwrap();
    let context = small(24, &directory);
    rows(&context, "left_one", 500_000, 7919);
    rows(&context, "right_one", 500_000, 104_729);
    let keyed =
        |table: &str| format!("(SELECT id, text, CASE WHEN id % 100 = 0 THEN id END AS key FROM {table})");
    let sql = format!(
        "SELECT l.id, l.text, r.text AS other FROM {} AS l LEFT JOIN {} AS r ON l.key = r.key",
        keyed("left_one"),
        keyed("right_one")
    );
    let sql = sql.as_str();
    let error = count(&context, sql).await.unwrap_err();
    assert!(error.is_out_of_memory(), "{error}");
    assert_eq!(count(&with_sort_merge_join(&context), sql).await.unwrap(), 500_000);
}

/// In DataFusion 55 an exchange that spills from two inputs may wait for itself for ever: here none spills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aggregation_over_exchanges_ends() {
    let directory = tempfile::tempdir().unwrap();
    let context = small(48, &directory);
    rows(&context, "big", 200_000, 7919);
    let sql = "SELECT g, count(DISTINCT text) AS n FROM (SELECT text, id % 5000 AS g FROM big) GROUP BY g";
    for _ in 0..6 {
        let counted = tokio::time::timeout(Duration::from_secs(300), count(&context, sql)).await;
        assert_eq!(counted.expect("it waits for ever").unwrap(), 5000);
    }
}

/// The text of a join's output points into all that the join holds: a sort that counted that with every batch would need
/// gigabytes for these megabytes.
#[tokio::test]
async fn a_sort_holds_no_more_of_a_join_than_its_rows() {
    let directory = tempfile::tempdir().unwrap();
    let context = small(768, &directory);
    rows(&context, "left_one", 300_000, 7919);
    rows(&context, "right_one", 300_000, 104_729);
    let sql = "SELECT l.id, r.text FROM left_one AS l JOIN right_one AS r ON l.id = r.id ORDER BY l.id";
    assert_eq!(count(&context, sql).await.unwrap(), 300_000);
    let how = explained(&context, sql).await;
    let sort = how.lines().find(|line| line.contains("SortExec: expr")).unwrap();
    assert!(sort.contains("spill_count=0"), "{how}");
}

async fn explained(context: &SessionContext, sql: &str) -> String {
    explain(context, &plan(context, sql, &Params::new()).unwrap()).await.unwrap()
}

/// What is looked up is held, what looks it up streams: also where nobody can tell how many rows it has, and where it has
/// as many rows but narrow ones.
#[tokio::test]
async fn a_join_holds_its_lighter_side() {
    let directory = tempfile::tempdir().unwrap();
    let context = small(512, &directory);
    rows(&context, "big", 400_000, 7919);
    for (lookup, held) in [
        ("SELECT unnest(range(0, 100)) AS id", "join_type=Right"),
        ("SELECT id, count(*) AS n FROM big GROUP BY id", "join_type=Right"),
        ("SELECT id, max(text) AS one, min(text) AS other FROM big GROUP BY id", "join_type=Left"),
    ] {
        let sql =
            format!("SELECT big.text, looked_up.* FROM big LEFT JOIN ({lookup}) AS looked_up USING (id)");
        let how = explained(&context, &sql).await;
        assert!(how.contains(held), "{how}");
    }
}

#[test]
fn an_exchange_always_gets_memory_and_takes_it_from_nobody() {
    let pool: Arc<dyn MemoryPool> = Arc::new(FairPool::new(1000));
    let exchange = MemoryConsumer::new("RepartitionExec[0]").with_can_spill(true).register(&pool);
    let join = MemoryConsumer::new("HashJoinInput[0]").register(&pool);
    exchange.try_grow(5000).unwrap();
    join.try_grow(900).unwrap();
    assert!(join.try_grow(200).is_err());
    exchange.free();
    assert_eq!(pool.reserved(), 900);
}

#[test]
fn who_can_spill_gets_its_share_and_more_while_half_stays_free() {
    let pool: Arc<dyn MemoryPool> = Arc::new(FairPool::new(1000));
    let spiller = |at: u32| MemoryConsumer::new(format!("sort {at}")).with_can_spill(true).register(&pool);
    let sorts: Vec<_> = (0..4).map(spiller).collect();
    sorts[0].try_grow(450).unwrap();
    assert!(sorts[0].try_grow(100).is_err());
    // What is promised is given, whoever holds too much.
    sorts[1].try_grow(150).unwrap();
    assert!(sorts[1].try_grow(10).is_err());
    // It has let go of its rows and needs memory to sort them.
    sorts[0].free();
    sorts[0].try_grow(700).unwrap();
}

#[test]
fn the_first_half_of_an_aggregation_is_told_once_to_pass_on_what_it_has() {
    let megabyte = 1 << 20;
    let pool: Arc<dyn MemoryPool> = Arc::new(FairPool::new(1000 * megabyte));
    let half = MemoryConsumer::new("PartialHashAggregateStream[0]").with_can_spill(true).register(&pool);
    half.try_grow(20 * megabyte).unwrap();
    assert!(half.try_grow(20 * megabyte).is_err());
    // It has passed everything on, and one group is that large.
    half.try_grow(20 * megabyte).unwrap();
    half.shrink(30 * megabyte);
    assert!(half.try_grow(30 * megabyte).is_err());
}

#[test]
fn sorts_and_pieces_get_little_together() {
    let megabyte = 1 << 20;
    let pool: Arc<dyn MemoryPool> = Arc::new(FairPool::new(6400 * megabyte));
    let spool = || MemoryConsumer::new("SpoolExec").with_can_spill(true).register(&pool);
    let (one, other) = (spool(), spool());
    one.try_grow(150 * megabyte).unwrap();
    assert!(other.try_grow(100 * megabyte).is_err());
    one.shrink(120 * megabyte);
    other.try_grow(100 * megabyte).unwrap();

    let sort =
        |at: u32| MemoryConsumer::new(format!("ExternalSorter[{at}]")).with_can_spill(true).register(&pool);
    let (one, other) = (sort(0), sort(1));
    one.try_grow(101 * megabyte).unwrap();
    assert!(one.try_grow(megabyte).is_err());
    other.try_grow(90 * megabyte).unwrap();
    // What it sorts them into.
    one.new_empty().try_grow(80 * megabyte).unwrap();
}
