//! Queries under a small memory limit.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use futures::TryStreamExt;
use portrait::engine::{EngineError, Settings, batches, execute, plan, session, with_sort_merge_join};
use portrait::plan::params::Params;

fn small(megabytes: u64, directory: &tempfile::TempDir) -> SessionContext {
    session(&Settings {
        threads: 2,
        memory_bytes: megabytes << 20,
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
    let context = small(40, &directory);
    rows(&context, "big", 400_000, 7919);
    assert_eq!(count(&context, "SELECT id, text FROM big ORDER BY text DESC, id").await.unwrap(), 400_000);
    assert_eq!(count(&context, "SELECT text, count(*) AS n FROM big GROUP BY text").await.unwrap(), 400_000);
}

#[tokio::test]
async fn a_join_that_runs_out_of_memory_succeeds_by_sorting() {
    let directory = tempfile::tempdir().unwrap();
    let context = small(48, &directory);
    rows(&context, "left_one", 500_000, 7919);
    rows(&context, "right_one", 500_000, 104_729);
    let sql =
        "SELECT l.id, l.text, r.text AS other FROM left_one AS l JOIN right_one AS r ON l.text = r.text";
    let error = count(&context, sql).await.unwrap_err();
    assert!(error.is_out_of_memory(), "{error}");
    assert_eq!(count(&with_sort_merge_join(&context), sql).await.unwrap(), 500_000);
}
