//! A small project in memory, and an engine to run its generated models in. Tests nothing itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::DataType;
use chrono::{Duration, NaiveDate};
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use indexmap::IndexMap;
use portrait::compile;
use portrait::config::files::ProjectFiles;
use portrait::config::problem::Location;
use portrait::config::project::{
    Environment, Figure, GrainKey, Metric, MetricRows, Metrics, Pipeline, Project, Segment, Segments, SqlText,
};
use portrait::config::raw::metric::Better;
use portrait::config::raw::segment::SegmentKind;
use portrait::name::{PipelineName, TableName};

pub fn at(line: u32, column: u32, length: u32) -> Location {
    Location { file: Arc::from("pipelines/operations.yaml"), line, column, length }
}

pub fn sql(text: &str) -> SqlText {
    SqlText { sql: text.to_owned(), at: at(7, 14, u32::try_from(text.chars().count()).unwrap()) }
}

pub fn table(name: &str) -> TableName {
    TableName::new(name).unwrap()
}

pub fn segments(conditions: &[(&str, &str)]) -> Segments {
    Segments {
        from: table("customer"),
        revenue: "net_revenue".to_owned(),
        members: conditions
            .iter()
            .map(|(name, condition)| Segment {
                name: (*name).to_owned(),
                description: format!("Who's {name}."),
                kind: SegmentKind::Value,
                condition: sql(condition),
                at: at(6, 5, 3),
            })
            .collect(),
        at: at(2, 1, 8),
    }
}

/// A monthly metric of `customer_order` by its `ordered_on`.
pub fn metric(name: &str, figure: Figure) -> Metric {
    Metric {
        name: name.to_owned(),
        description: format!("The {name}."),
        rows: MetricRows { from: table("customer_order"), date: sql("ordered_on"), condition: None },
        figure,
        grains: vec![GrainKey::Month],
        by: Vec::new(),
        interval: None,
        unit: None,
        target: None,
        better: Better::Higher,
        observable_after_days: 0,
        at: at(20, 5, 7),
    }
}

pub fn metrics(define: Vec<Metric>) -> Metrics {
    let periods = BTreeMap::from([(GrainKey::Day, 3), (GrainKey::Week, 2), (GrainKey::Month, 3)]);
    Metrics { periods, segments: None, define, at: at(18, 1, 7) }
}

pub fn project(segments: Option<Segments>, metrics: Option<Metrics>) -> Project {
    let pipeline = Pipeline {
        name: PipelineName::new("operations").unwrap(),
        description: None,
        after: Vec::new(),
        schedule: None,
        params: Vec::new(),
        sources: Vec::new(),
        identity: None,
        golden: None,
        segments,
        metrics,
        tables: IndexMap::new(),
        at: at(1, 1, 8),
    };
    Project {
        root: PathBuf::from("."),
        environment: Environment {
            name: "default".to_owned(),
            data_root: PathBuf::from("."),
            warehouse: "warehouse".to_owned(),
            business_timezone: chrono_tz::Asia::Shanghai,
            threads: None,
            memory_bytes: None,
            spill_directory: None,
            spill_limit_bytes: 0,
            reader_grace: Duration::hours(24),
            keep_releases: 1,
        },
        pipelines: vec![pipeline],
        models: Vec::new(),
        files: ProjectFiles::default(),
        unsound: Default::default(),
    }
}

/// An engine with tables, each made by a statement `CREATE TABLE …`.
pub struct Lab(pub SessionContext);

impl Lab {
    pub async fn with(tables: &[&str]) -> Self {
        let context = SessionContext::new();
        portrait::functions::register(&context, chrono_tz::Asia::Shanghai);
        let lab = Self(context);
        lab.run("CREATE SCHEMA previous").await;
        lab.run(
            "CREATE TABLE previous.segment_membership (as_of DATE, segment VARCHAR, customer_id BIGINT, entered_on DATE)",
        )
        .await;
        lab.run("CREATE TABLE previous.segment_summary (as_of DATE, segment VARCHAR, customers BIGINT)")
            .await;
        for table in tables {
            lab.run(table).await;
        }
        lab
    }

    pub async fn run(&self, statement: &str) {
        self.0.sql(statement).await.unwrap().collect().await.unwrap();
    }

    /// Runs every generated model as of a date; each becomes a table.
    pub async fn compute(&self, project: &Project, as_of: &str) {
        let date: NaiveDate = as_of.parse().unwrap();
        let days = ScalarValue::Date32(Some(portrait::name::AsOf(date).days()));
        for generated in compile::models(project).unwrap() {
            let sql = &generated.model.sql;
            let frame = self.0.sql(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
            let frame = frame.with_param_values(vec![("as_of", days.clone())]).unwrap();
            let schema = Arc::new(frame.schema().as_arrow().clone());
            for column in generated.table.columns.keys() {
                assert!(
                    schema.field_with_name(column).is_ok(),
                    "`{column}` is described but not there\n{sql}"
                );
            }
            assert_eq!(
                schema.fields().len(),
                generated.table.columns.len(),
                "every column is described\n{sql}"
            );
            let nothing = schema.fields().iter().find(|field| *field.data_type() == DataType::Null);
            assert!(nothing.is_none(), "a column has no type: {nothing:?}\n{sql}");
            let rows = frame.collect().await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
            let memory = MemTable::try_new(schema, vec![rows]).unwrap();
            self.0.register_table(generated.model.name.as_str(), Arc::new(memory)).unwrap();
        }
    }

    /// What a query answers, as a table of text.
    pub async fn answer(&self, query: &str) -> String {
        let rows = self.0.sql(query).await.unwrap().collect().await.unwrap();
        arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string()
    }
}

/// The SQL of one generated model.
pub fn generated_sql(project: &Project, name: &str) -> String {
    let models = compile::models(project).unwrap();
    models.iter().find(|made| made.model.name.as_str() == name).unwrap().model.sql.to_string()
}
