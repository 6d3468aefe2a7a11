//! Stages done piece by piece: the same rows, with little memory.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::TableReference;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::TryStreamExt;
use portrait::engine::{
    EngineError, Settings, batches, execute, explain, plan, session, with_sort_merge_join,
};
use portrait::plan::params::Params;
use proptest::prelude::*;

fn limited(megabytes: u64, directory: &tempfile::TempDir) -> SessionContext {
    session(&Settings {
        threads: 2,
        memory_bytes: megabytes << 20,
        spill_directory: directory.path().to_owned(),
        spill_limit_bytes: 4 << 30,
        business_timezone: chrono_tz::Asia::Shanghai,
    })
    .unwrap()
}

type Row = (Option<i64>, Option<String>);

fn table(context: &SessionContext, name: &str, rows: &[Row]) {
    let schema = Arc::new(Schema::new(vec![
        Field::new("number", DataType::Int64, true),
        Field::new("text", DataType::Utf8View, true),
    ]));
    let batch = |rows: &[Row]| {
        let numbers: Int64Array = rows.iter().map(|(number, _)| *number).collect();
        let texts: StringViewArray = rows.iter().map(|(_, text)| text.as_deref()).collect();
        RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(numbers), Arc::new(texts)]).unwrap()
    };
    let all = rows.chunks(997).map(batch).collect();
    batches(context, &TableReference::bare(name), Arc::clone(&schema), all).unwrap();
}

/// The rows of a query as text, sorted.
async fn answer(context: &SessionContext, sql: &str) -> Result<Vec<String>, EngineError> {
    let mut stream = execute(context, &plan(context, sql, &Params::new())?).await?;
    let mut rows = Vec::new();
    while let Some(batch) = stream.try_next().await.map_err(|error| EngineError::of_execution(&error))? {
        let options = FormatOptions::new().with_null("NULL");
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            rows.push(
                columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"),
            );
        }
    }
    rows.sort_unstable();
    Ok(rows)
}

async fn explained(context: &SessionContext, sql: &str) -> String {
    explain(context, &plan(context, sql, &Params::new()).unwrap()).await.unwrap()
}

/// Stages of every kind, by themselves and one over another.
const QUERIES: [&str; 16] = [
    "SELECT text, count(*) AS n, sum(number) AS total FROM a GROUP BY text",
    "SELECT number, n, count(*) AS m FROM (SELECT number, text, count(*) AS n FROM a GROUP BY number, text) GROUP BY number, n",
    "SELECT DISTINCT number, text FROM a",
    "SELECT text, count(DISTINCT number) AS n FROM a GROUP BY text",
    "SELECT a.number, a.text, b.number AS other FROM a JOIN b ON a.text = b.text",
    "SELECT a.number, b.text FROM a LEFT JOIN b ON a.number = b.number AND a.text < b.text",
    "SELECT a.number, b.text FROM a RIGHT JOIN b ON a.number = b.number",
    "SELECT a.text, b.text AS other FROM a FULL JOIN b ON a.number = b.number AND a.text = b.text",
    "SELECT * FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.text = a.text)",
    "SELECT * FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.text = a.text)",
    "SELECT * FROM a WHERE number NOT IN (SELECT number FROM b WHERE number IS NOT NULL)",
    "SELECT number, text, row_number() OVER (PARTITION BY number ORDER BY text) AS place FROM a",
    "SELECT text, place, count(*) AS n FROM (SELECT text, rank() OVER (PARTITION BY text ORDER BY number) AS place FROM a) GROUP BY text, place",
    "SELECT number, count(*) AS n FROM (SELECT number FROM a GROUP BY number UNION ALL SELECT number FROM b GROUP BY number) GROUP BY number",
    "SELECT x.text, x.n, y.m, z.k FROM (SELECT text, count(*) AS n FROM a GROUP BY text) AS x \
     LEFT JOIN (SELECT text, max(number) AS m FROM b GROUP BY text) AS y ON x.text = y.text \
     LEFT JOIN (SELECT text, min(number) AS k FROM c GROUP BY text) AS z ON x.text = z.text",
    "SELECT a.number, sum(b.number) AS total FROM a JOIN b ON a.text = b.text JOIN c ON b.number = c.number GROUP BY a.number",
];

async fn compare(tables: &[(&str, Vec<Row>)]) {
    let directory = tempfile::tempdir().unwrap();
    // With one partition there is no exchange, and so no stage.
    let plain = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    let small = limited(32, &directory);
    let sorting = with_sort_merge_join(&small);
    for context in [&plain, &small] {
        tables.iter().for_each(|(name, rows)| table(context, name, rows));
    }
    for sql in QUERIES {
        let expected = answer(&plain, sql).await.unwrap();
        assert_eq!(answer(&small, sql).await.unwrap(), expected, "{sql}");
        assert_eq!(answer(&sorting, sql).await.unwrap(), expected, "{sql}");
    }
}

/// Rows of many keys, some of them NULL.
fn many(rows: i64, step: i64, keys: i64) -> Vec<Row> {
    let row = |row: i64| {
        let key = (row * step) % keys;
        let text = (row % 11 != 0).then(|| format!("a text that does not fit inline, number {key}"));
        ((row % 13 != 0).then_some(key / 3), text)
    };
    (0..rows).map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_that_are_written_aside_give_the_same_rows() {
    let tables = [
        ("a", many(30_000, 7919, 20_011)),
        ("b", many(25_000, 104_729, 22_013)),
        ("c", many(9_000, 31, 8_009)),
    ];
    compare(&tables).await;
    let directory = tempfile::tempdir().unwrap();
    let small = limited(32, &directory);
    tables.iter().for_each(|(name, rows)| table(&small, name, rows));
    let how = explained(&small, QUERIES[4]).await;
    assert!(how.contains("InTurnExec: pieces=32"), "{how}");
    let spools: Vec<&str> = how.lines().filter(|line| line.contains("SpoolExec")).collect();
    assert!(spools.iter().any(|line| !line.contains("spill_count=0")), "{how}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_stage_writes_nothing_and_lets_the_other_side_stream() {
    let directory = tempfile::tempdir().unwrap();
    let context = limited(512, &directory);
    table(&context, "a", &many(30_000, 7919, 20_011));
    table(&context, "b", &many(25_000, 104_729, 22_013));
    let how = explained(&context, QUERIES[4]).await;
    let spools: Vec<&str> = how.lines().filter(|line| line.contains("SpoolExec")).collect();
    assert_eq!(spools.len(), 2, "{how}");
    assert!(
        spools.iter().all(|line| !line.contains("spill_count") || line.contains("spill_count=0")),
        "{how}"
    );
}

/// An order that is asked for holds across pieces, and what counts on an order within partitions still has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let context = limited(32, &directory);
    table(&context, "a", &many(30_000, 7919, 20_011));
    for sql in [
        "SELECT number, text, row_number() OVER (PARTITION BY number ORDER BY text) AS place FROM a ORDER BY number, text",
        "SELECT number, max(text) AS text, 0 AS place FROM a GROUP BY number ORDER BY number, text",
    ] {
        let planned = plan(&context, sql, &Params::new()).unwrap();
        let rows: Vec<RecordBatch> = execute(&context, &planned).await.unwrap().try_collect().await.unwrap();
        let numbers: Vec<Option<i64>> = rows
            .iter()
            .flat_map(|batch| batch.column(0).as_any().downcast_ref::<Int64Array>().unwrap().iter())
            .collect();
        // NULL comes last.
        assert!(numbers.is_sorted_by_key(|number| number.unwrap_or(i64::MAX)), "{sql}");
    }
}

/// What is held of a join is a piece: a side may be many times larger than the memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_join_and_an_aggregation_larger_than_memory_need_no_sorting() {
    let directory = tempfile::tempdir().unwrap();
    let context = limited(24, &directory);
    table(&context, "a", &many(400_000, 7919, 399_989));
    table(&context, "b", &many(400_000, 104_729, 399_989));
    for sql in [
        "SELECT count(*) AS n FROM (SELECT a.number, a.text, b.text AS other FROM a JOIN b ON a.text = b.text)",
        "SELECT count(*) AS n FROM (SELECT number, text, count(*) AS n FROM a GROUP BY number, text)",
    ] {
        answer(&context, sql).await.unwrap();
        let how = explained(&context, sql).await;
        assert!(how.contains("SpoolExec"), "{how}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn pieces_change_no_answer(
        a in rows_of(400), b in rows_of(300), c in rows_of(40),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(compare(&[("a", a), ("b", b), ("c", c)]));
    }
}

fn rows_of(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let text =
        proptest::option::weighted(0.9, "[a-c]{1,2}| a rather long text that is not inline [a-c]{1,2}");
    proptest::collection::vec((proptest::option::weighted(0.9, -4..20_i64), text), 0..most)
}
