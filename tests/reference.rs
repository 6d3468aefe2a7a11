//! Tests of `reference`: the retailer's project in `pipelines/` and `sql/` is sound, publishes what BI tools rely on, and
//! its unit cases hold.

use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::common::ScalarValue;
use portrait::config::problem::Problem;
use portrait::config::project::{ParamValue, Pipeline, Project};
use portrait::engine::{self, Schemas, Settings};
use portrait::name::TableName;
use portrait::plan::graph::{self, Graph};
use portrait::plan::params::{self, Params};
use portrait::quality::case::{self, Case, Cell};
use portrait::{compile, config};

const ZONE: Tz = chrono_tz::Asia::Shanghai;

/// The contract with BI tools: tables, and the columns that none of them may lose.
const PUBLISHED: &[(&str, &str)] = &[
    ("customer_pii", "customer_id name email mobile birth_date address company_name tax_id"),
    (
        "customer",
        "customer_id customer_type gender birth_year country province city industry company_size interests \
         loyalty_level points_balance marketing_consent acquisition_campaign_id first_seen_at first_order_at \
         last_order_at order_count online_order_count offline_order_count gross_revenue net_revenue margin \
         average_order_value favourite_category favourite_channel session_count last_event_at last_nps_score \
         last_csat_score ticket_count referred_count record_count",
    ),
    (
        "customer_order",
        "order_key channel source_key customer_id ordered_at gross_amount discount refunded_amount net_amount margin \
         currency campaign_id store_id line_count",
    ),
    ("survey_response", "response_id customer_id survey score responded_at comment"),
    (
        "service_case",
        "ticket_id customer_id channel topic opened_at first_reply_minutes resolution_hours reopened satisfaction",
    ),
    ("identity_map", "source source_key customer_id valid_from valid_to method confidence"),
    ("identity_event", "as_of customer_id event other_customer_id reason"),
    ("golden_source", "customer_id column_name source source_key rule"),
    ("segment_definition", "segment description kind condition"),
    ("segment_membership", "as_of segment customer_id entered_on"),
    ("segment_change", "as_of segment customer_id change"),
    ("segment_summary", "as_of segment customers net_revenue share"),
    ("rfm_score", "as_of customer_id recency_days order_count net_revenue r f m"),
    (
        "clv",
        "as_of customer_id historical_value present_value p_alive expected_orders expected_order_value clv value_tier \
         churn_risk",
    ),
    (
        "metric_value",
        "as_of metric grain period_start dimension dimension_value value numerator denominator lower upper previous \
         change target status",
    ),
    ("cohort_retention", "cohort period customers active retention"),
    (
        "campaign_result",
        "campaign_id spend targeted converted conversion incremental_margin return_on_investment cost_per_acquisition \
         uplift lower upper p_value sample_ratio_ok",
    ),
];

struct Reference {
    project: Project,
    graph: Graph,
    schemas: Schemas,
    problems: Vec<Problem>,
}

fn reference() -> Reference {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = config::files::read(root).unwrap();
    let (project, mut problems) =
        config::load(&files, root, "default", &|_| None).into_valid().expect("the YAML is sound");
    let generated = compile::models(&project).unwrap();
    let (schemas, found) = engine::check(&project, &generated);
    problems.extend(found);
    let graph = graph::draft(&project, &generated).graph;
    Reference { project, graph, schemas, problems }
}

#[test]
fn the_project_has_no_problem() {
    let problems = reference().problems;
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn everything_published_is_there_and_described() {
    let Reference { graph, schemas, .. } = reference();
    for (name, columns) in PUBLISHED {
        let name = TableName::new(name).unwrap();
        let table = graph.table(&name).unwrap_or_else(|| panic!("nothing is said about {name}"));
        assert!(table.publish, "{name} is not published");
        assert_eq!(table.restricted, name.as_str() == "customer_pii", "{name}");
        for column in columns.split_whitespace() {
            assert!(schemas[&name].field_with_name(column).is_ok(), "{name} has no {column}");
        }
    }
    for (name, table) in graph.tables.iter().filter(|(_, table)| table.publish) {
        assert!(table.description.is_some(), "{name} has no description");
        for field in schemas[name].fields() {
            let described =
                table.columns.get(field.name()).is_some_and(|column| column.description.is_some());
            assert!(described, "{name}.{} has no description", field.name());
            let pii = table.columns.get(field.name()).is_some_and(|column| column.pii.is_some());
            assert!(!pii || table.restricted, "{name}.{} is personal", field.name());
        }
    }
}

#[tokio::test]
async fn the_unit_cases_hold() {
    let reference = reference();
    let mut failures = Vec::new();
    let mut cases = 0;
    for file in ["staging", "customer", "value", "metric"] {
        let path = format!("tests/cases/{file}.yaml");
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        for case in case::parse(&Arc::from(path), &text).unwrap() {
            cases += 1;
            if let Err(failure) = hold(&reference, &case).await {
                failures.push(format!("{}: {failure}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {cases} fail:\n{}", failures.len(), failures.join("\n"));
}

async fn hold(reference: &Reference, case: &Case) -> Result<(), String> {
    let step = reference.graph.maker(&case.model).ok_or("no such model")?;
    let model = step.model().ok_or("not a model")?;
    let pipeline =
        reference.project.pipelines.iter().find(|pipeline| pipeline.name == step.pipeline).unwrap();
    let settings = Settings {
        threads: 1,
        memory_bytes: 256 << 20,
        spill_directory: std::env::temp_dir(),
        spill_limit_bytes: 1 << 30,
        business_timezone: ZONE,
    };
    let context = engine::session(&settings).map_err(|error| error.to_string())?;
    for read in &step.reads {
        let schema = reference.schemas[read].clone();
        engine::empty(&context, &engine::reference(read), schema).map_err(|error| error.to_string())?;
    }
    for read in &step.reads_previous {
        let schema = reference.schemas[read].clone();
        engine::empty(&context, &engine::previous(read), schema).map_err(|error| error.to_string())?;
    }
    for given in &case.given {
        if let Some(before) = given.table.strip_prefix("previous.") {
            let table = TableName::new(before).unwrap();
            if !step.reads_previous.contains(&table) {
                return Err(format!("`{}` is not read", given.table));
            }
            let rows = case::batch(&given.table, &given.rows, &reference.schemas[&table])
                .map_err(|problems| format!("{problems:?}"))?;
            engine::batches(&context, &engine::previous(&table), rows.schema(), vec![rows])
                .map_err(|error| error.to_string())?;
            continue;
        }
        let table = match given.table.strip_prefix("source.") {
            Some(source) => TableName::of_source(&TableName::new(source).unwrap()),
            None => TableName::new(&given.table).unwrap(),
        };
        if !step.reads.contains(&table) {
            return Err(format!("`{}` is not read", given.table));
        }
        let rows = case::batch(&given.table, &given.rows, &reference.schemas[&table])
            .map_err(|problems| format!("{problems:?}"))?;
        engine::batches(&context, &engine::reference(&table), rows.schema(), vec![rows])
            .map_err(|error| error.to_string())?;
    }
    let params = params_of(pipeline, case);
    let plan = engine::plan(&context, &model.sql, &params).map_err(|error| format!("{error:?}"))?;
    let frame = context.execute_logical_plan(plan).await.map_err(|error| error.to_string())?;
    let rows = frame.collect().await.map_err(|error| error.to_string())?;
    let schema = &reference.schemas[&case.model];
    let difference = case::compare(case.model.as_str(), &case.expect, schema, &rows)
        .map_err(|problems| format!("{problems:?}"))?;
    if difference.is_empty() { Ok(()) } else { Err(format!("{difference:#?}")) }
}

fn params_of(pipeline: &Pipeline, case: &Case) -> Params {
    let as_of = case.as_of.expect("a case of the reference project says its date");
    let mut params = params::of_pipeline(pipeline, as_of, ZONE);
    for Cell { name, value, .. } in &case.params {
        let declared =
            pipeline.params.iter().find(|param| param.name == *name).expect("a declared parameter");
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = match declared.value {
            ParamValue::Int(_) => ScalarValue::Int64(Some(text.parse().unwrap())),
            ParamValue::Float(_) => ScalarValue::Float64(Some(text.parse().unwrap())),
            ParamValue::String(_) => ScalarValue::Utf8View(Some(text)),
            _ => panic!("a case sets `{name}`, of a type that no case has set yet"),
        };
        params.insert(name.clone(), value);
    }
    params
}
