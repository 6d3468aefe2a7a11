//! Every function that SQL can call, asked over a real session: `tests/functions/*.slt`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};
use portrait::functions;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

struct Session(SessionContext);

fn session(threads: usize) -> Session {
    let config = SessionConfig::new().with_target_partitions(threads).with_batch_size(7);
    let mut config = config;
    config.options_mut().sql_parser.map_string_types_to_utf8view = true;
    let context = SessionContext::new_with_config(config);
    functions::register(&context, chrono_tz::Asia::Shanghai);
    Session(context)
}

fn rows_of(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<ArrayFormatter> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let cell = |column: &ArrayFormatter| match column.value(row).to_string() {
                empty if empty.is_empty() => "(empty)".to_owned(),
                value => value,
            };
            rows.push(columns.iter().map(cell).collect());
        }
    }
    rows
}

#[async_trait]
impl AsyncDB for Session {
    type Error = DataFusionError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, DataFusionError> {
        let frame = self.0.sql(sql).await?;
        let types = vec![DefaultColumnType::Any; frame.schema().fields().len()];
        let rows = rows_of(&frame.collect().await?);
        Ok(DBOutput::Rows { types, rows })
    }

    async fn shutdown(&mut self) {}
}

fn run(file: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/functions").join(file);
    for threads in [1, 2] {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let mut runner = Runner::new(move || async move { Ok(session(threads)) });
        runner.with_column_validator(|_, _| true);
        if let Err(error) = runtime.block_on(runner.run_file_async(&path)) {
            panic!("{}", error.display(false));
        }
    }
}

macro_rules! files {
    ($($name:ident),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                run(concat!(stringify!($name), ".slt"));
            }
        )+

        #[test]
        fn every_file_is_run() {
            let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/functions");
            let mut found: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            found.sort();
            let mut named = vec![$(stringify!($name).to_owned()),+];
            named.sort();
            assert_eq!(found, named);
        }
    };
}

files!(time, name, contact, similarity, text, statistics, aggregate, mask);

#[test]
fn every_function_is_documented_and_tested() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/functions");
    let tests: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let functions = functions::all(chrono_tz::Asia::Shanghai);
    let scalars = functions.scalars.iter().map(|f| (f.name().to_owned(), f.documentation().cloned()));
    let aggregates = functions.aggregates.iter().map(|f| (f.name().to_owned(), f.documentation().cloned()));
    for (name, documentation) in scalars.chain(aggregates) {
        let documentation = documentation.unwrap_or_else(|| panic!("`{name}` is not documented"));
        assert!(documentation.syntax_example.starts_with(&name), "`{name}` is documented as another");
        assert!(tests.contains(&format!("{name}(")), "`{name}` has no test");
    }
}

/// Scores by how often a real shop's customers bought until 1997-09-30, against published numbers.
#[test]
fn frequency_scores_of_a_real_shop() {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared/data"));
    let Some(file) = folders.map(|folder| folder.join("cdnow/CDNOW_sample.txt")).find(|file| file.exists())
    else {
        return;
    };
    let text = std::fs::read_to_string(file).unwrap();
    let days: BTreeSet<(&str, &str)> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() >= 3 && fields[2] <= "19970930")
        .map(|fields| (fields[0], fields[2]))
        .collect();
    let values: Vec<String> = days.iter().map(|(customer, day)| format!("('{customer}', '{day}')")).collect();
    let sql = format!(
        "WITH bought AS (SELECT customer, count(*) AS times FROM (VALUES {}) AS t (customer, day) GROUP BY customer),
         edge AS (SELECT quantile_edges(times, 5) AS edges FROM bought)
         SELECT cut(times, edges) AS score, count(*) FROM bought CROSS JOIN edge GROUP BY score ORDER BY score",
        values.join(", ")
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rows = runtime.block_on(async { session(2).0.sql(&sql).await.unwrap().collect().await.unwrap() });
    assert_eq!(rows_of(&rows), [["1", "1411"], ["3", "439"], ["4", "214"], ["5", "293"]]);
}
