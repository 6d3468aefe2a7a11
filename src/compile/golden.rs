//! `golden:` → one row per customer with the values that survive, and one row per cell with the record it comes from.

use super::Generated;
use super::declare::{Declared, Draft, Published, Unique};
use super::writer::Writer;
use crate::config::golden::{Attribute, Golden};
use crate::config::problem::{Problem, did_you_mean};
use crate::config::project::{Layer, Pipeline, Project, SqlText};
use crate::config::raw::golden::SurvivorRule;
use crate::config::sql::{Unsaid, column, literal, output_columns};
use crate::name::{NameError, TableName};

/// The columns of records that are no attributes.
const OF_RECORDS: [&str; 5] = ["customer_id", "source", "source_key", "seen_at", "updated_at"];

/// The columns that golden records have beside their attributes.
const OF_CUSTOMERS: [(&str, &str); 3] = [
    ("customer_id", "The customer."),
    ("record_count", "Source records that are this customer."),
    ("first_seen_at", "The earliest moment any record of the customer dates from."),
];

/// The two models.
///
/// # Errors
/// Columns that the records do not have, each where it is written.
pub fn models(
    project: &Project,
    pipeline: &Pipeline,
    golden: &Golden,
    declared: &Declared<'_>,
) -> Result<Vec<Generated>, Vec<Problem>> {
    let attributes = attributes(project, golden)?;
    let models = customers(pipeline, golden, &attributes, declared)
        .and_then(|customers| Ok(vec![customers, cells(pipeline, golden, &attributes, declared)?]));
    models.map_err(|name| vec![Problem::error(golden.at.clone(), name.to_string())])
}

/// Every attribute: those declared, and each other column of the records under the default rule.
fn attributes(project: &Project, golden: &Golden) -> Result<Vec<Attribute>, Vec<Problem>> {
    let problem = |message: String| Problem::error(golden.records_at.clone(), message);
    let Some(model) = project.models.iter().find(|model| model.name == golden.records) else {
        if project.unsound.contains(&golden.records) {
            return Ok(golden.attributes.clone());
        }
        let problem = problem(format!("`{}` is no SQL model", golden.records));
        return Err(vec![problem.help("name a file under `sql/` that yields the records of customers")]);
    };
    let columns = match output_columns(&model.sql) {
        Ok(columns) => columns,
        // What is wrong with the text is said by whoever plans it.
        Err(Unsaid::NoQuery) => return Ok(golden.attributes.clone()),
        Err(Unsaid::Unnamed) => {
            let message = format!("the columns of `{}` cannot be told from its SQL", golden.records);
            return Err(vec![
                problem(message).help(format!("name each column in the SELECT of `{}`", model.path)),
            ]);
        }
    };
    let mut problems: Vec<Problem> = OF_RECORDS
        .iter()
        .filter(|needed| !columns.iter().any(|column| column == *needed))
        .map(|needed| {
            problem(format!("`{}` has no column `{needed}`", golden.records)).help(format!(
                "records of customers have {}",
                OF_RECORDS.map(|name| format!("`{name}`")).join(", ")
            ))
        })
        .collect();
    let mut attributes = golden.attributes.clone();
    let named: Vec<&SqlText> = golden.attributes.iter().flat_map(mentioned).collect();
    for text in &named {
        if !columns.contains(&text.sql) {
            let message = format!("`{}` has no column `{}`", golden.records, text.sql);
            let help = did_you_mean(&text.sql, columns.iter().map(String::as_str));
            problems.push(Problem::error(text.at.clone(), message).help(help));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let others = columns.into_iter().filter(|column| {
        !OF_RECORDS.contains(&column.as_str()) && !named.iter().any(|text| text.sql == *column)
    });
    attributes.extend(others.map(|name| Attribute {
        rule: golden.default,
        by: None,
        values: Vec::new(),
        channel: None,
        columns: vec![SqlText { sql: name.clone(), at: golden.at.clone() }],
        shown_as: vec![name.clone()],
        at: golden.at.clone(),
        name,
    }));
    Ok(attributes)
}

/// The columns that an attribute names.
fn mentioned(attribute: &Attribute) -> impl Iterator<Item = &SqlText> {
    attribute.columns.iter().chain(&attribute.by).chain(&attribute.channel)
}

/// One pass over the records: one aggregate for each attribute.
fn customers(
    pipeline: &Pipeline,
    golden: &Golden,
    attributes: &[Attribute],
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push("-- One row is a customer with the values that survive, and the records that these come from.\nWITH\n");
    records(&mut writer, golden, attributes);
    writer.push(
        "survivor AS (\n  SELECT\n    customer_id,\n    count(*) AS record_count,\n    min(seen_at) AS first_seen_at",
    );
    for attribute in attributes {
        writer.push(",\n    ");
        survivor(&mut writer, attribute);
        writer.push(&format!(" AS {}", column(&attribute.name)));
    }
    writer.push("\n  FROM record\n  GROUP BY customer_id\n)\nSELECT\n  customer_id,\n  record_count,\n  first_seen_at");
    for attribute in attributes {
        for taken in &attribute.columns {
            writer.push(&format!(",\n  {} AS {}", value(attribute, taken), column(&taken.sql)));
        }
    }
    for attribute in attributes {
        let of = column(&attribute.name);
        writer.push(&format!(
            ",\n  named_struct(\n    \
               'source', {of}['source'], 'source_key', {of}['source_key'], \
               'stated', {of}['stated'], 'agreed', {of}['agreed']\n  \
             ) AS {}",
            origin(attribute),
        ));
    }
    writer.push("\nFROM survivor\n");

    let described: Vec<(&str, String)> = attributes
        .iter()
        .flat_map(|attribute| {
            attribute.columns.iter().map(move |column| (column.sql.as_str(), attribute.rule))
        })
        .map(|(column, rule)| (column, format!("The {} `{column}`.", adjective(rule))))
        .collect();
    let origins: Vec<(String, String)> = attributes
        .iter()
        .map(|attribute| {
            let said = format!("The record that `{}` comes from, of how many.", attribute.name);
            (format!("{}_origin", attribute.name), said)
        })
        .collect();
    let columns: Vec<(&str, &str)> = OF_CUSTOMERS
        .into_iter()
        .chain(described.iter().map(|(column, said)| (*column, said.as_str())))
        .chain(origins.iter().map(|(column, said)| (column.as_str(), said.as_str())))
        .collect();
    let draft = Draft {
        name: TableName::new("customer_golden")?,
        layer: Layer::Customer,
        pipeline,
        at: &golden.at,
        description: "One row per customer: of each attribute the value that survives.".to_owned(),
        published: Published::No,
        key: &["customer_id"],
        columns: &columns,
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

/// The records, with how far each is trusted.
fn records(writer: &mut Writer, golden: &Golden, attributes: &[Attribute]) {
    writer.push(
        "record AS (\n  SELECT\n    customer_id,\n    source,\n    source_key,\n    seen_at,\n    updated_at",
    );
    let mut written: Vec<&str> = OF_RECORDS.to_vec();
    for text in attributes.iter().flat_map(mentioned) {
        if !written.contains(&text.sql.as_str()) {
            writer.push(",\n    ");
            name(writer, text);
            written.push(&text.sql);
        }
    }
    let ranks: String = golden
        .trust
        .iter()
        .enumerate()
        .map(|(index, source)| format!(" WHEN {} THEN {}", literal(source), index + 1))
        .collect();
    let last = golden.trust.len() + 1;
    let rank =
        if ranks.is_empty() { last.to_string() } else { format!("CASE source{ranks} ELSE {last} END") };
    writer.push(&format!(",\n    {rank} AS trust_rank\n  FROM {}\n),\n", golden.records));
}

/// A column that YAML names.
fn name(writer: &mut Writer, text: &SqlText) {
    let sql = column(&text.sql);
    writer.written(&SqlText { sql, at: text.at.clone() });
}

/// The aggregate that chooses an attribute's value.
fn survivor(writer: &mut Writer, attribute: &Attribute) {
    let by = attribute.by.as_ref().map(|by| column(&by.sql));
    let moment = |default: &str| by.clone().unwrap_or_else(|| default.to_owned());
    let record = "trust_rank, updated_at, source, source_key";
    let first = attribute.columns.first().map(|first| column(&first.sql)).unwrap_or_default();
    let (function, compared) = match attribute.rule {
        SurvivorRule::MostTrusted => ("survivor", format!(", 0, {record}")),
        SurvivorRule::MostRecent => ("survivor", format!(", {}, {record}", moment("updated_at"))),
        SurvivorRule::Earliest => ("survivor", format!(", -CAST({} AS BIGINT), {record}", moment("seen_at"))),
        SurvivorRule::Longest => ("survivor", format!(", character_length({first}), {record}")),
        SurvivorRule::MostComplete => ("survivor", format!(", {}, {record}", completeness(attribute))),
        SurvivorRule::Preferred => {
            ("survivor", format!(", {}, {record}", preference(&first, &attribute.values)))
        }
        SurvivorRule::MostFrequent => ("frequent_survivor", format!(", {record}")),
        SurvivorRule::Consent => {
            let channel =
                attribute.channel.as_ref().map_or_else(|| "source".to_owned(), |text| column(&text.sql));
            let said = moment("updated_at");
            ("consent_survivor", format!(", {said}, {channel}, trust_rank, source, source_key"))
        }
    };
    let start = writer.sql.len();
    writer.push(function).push("(");
    match attribute.columns.as_slice() {
        [one] => name(writer, one),
        several => {
            let there: Vec<String> =
                several.iter().map(|part| format!("{} IS NOT NULL", column(&part.sql))).collect();
            writer.push(&format!("CASE WHEN {} THEN named_struct(", there.join(" OR ")));
            for (index, part) in several.iter().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                writer.push(&format!("{comma}{}, ", literal(&part.sql)));
                name(writer, part);
            }
            writer.push(") END");
        }
    }
    writer.push(&compared).push(")");
    // What does not suit the rule is said of the attribute.
    writer.origins.push((start..writer.sql.len(), attribute.at.clone()));
}

/// How many of the columns have a value.
fn completeness(attribute: &Attribute) -> String {
    let there: Vec<String> = attribute
        .columns
        .iter()
        .map(|part| format!("CASE WHEN {} IS NULL THEN 0 ELSE 1 END", column(&part.sql)))
        .collect();
    there.join(" + ")
}

/// The best of the values has the greatest number.
fn preference(value: &str, values: &[String]) -> String {
    let ranks: String = values
        .iter()
        .rev()
        .enumerate()
        .rev()
        .map(|(index, value)| format!(" WHEN {} THEN {}", literal(value), index + 1))
        .collect();
    format!("CASE {value}{ranks} ELSE 0 END")
}

/// What a column of an attribute comes to.
fn value(attribute: &Attribute, taken: &SqlText) -> String {
    let whole = format!("{}['value']", column(&attribute.name));
    if attribute.columns.len() > 1 { format!("{whole}[{}]", literal(&taken.sql)) } else { whole }
}

/// The column that says which record an attribute comes from.
fn origin(attribute: &Attribute) -> String {
    column(&format!("{}_origin", attribute.name))
}

/// The published cells in the order of their names: each with its attribute and the column that holds its value.
fn shown(attributes: &[Attribute]) -> Vec<(&str, &Attribute, &SqlText)> {
    let mut cells: Vec<(&str, &Attribute, &SqlText)> = Vec::new();
    for attribute in attributes {
        for (index, shown) in attribute.shown_as.iter().enumerate() {
            let several = attribute.columns.len() > 1;
            let value = attribute.columns.get(if several { index } else { 0 });
            cells.extend(value.map(|value| (shown.as_str(), attribute, value)));
        }
    }
    cells.sort_by_key(|(shown, ..)| *shown);
    cells
}

/// A rule as `golden_source` says it.
fn adjective(rule: SurvivorRule) -> &'static str {
    match rule {
        SurvivorRule::MostTrusted => "most trusted",
        SurvivorRule::MostRecent => "most recent",
        SurvivorRule::Earliest => "earliest",
        SurvivorRule::MostFrequent => "most frequent",
        SurvivorRule::Longest => "longest",
        SurvivorRule::MostComplete => "most complete",
        SurvivorRule::Preferred => "preferred",
        SurvivorRule::Consent => "strictest per channel",
    }
}

fn cells(
    pipeline: &Pipeline,
    golden: &Golden,
    attributes: &[Attribute],
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is a cell of a customer with the source record that its value comes from, and why.\n\
         WITH\ncell AS (\n",
    );
    for (index, (shown, attribute, value)) in shown(attributes).into_iter().enumerate() {
        let also = if index > 0 { "  UNION ALL\n" } else { "" };
        writer.push(&format!(
            "{also}  SELECT customer_id, {} AS column_name, {} AS rule, {} AS origin\n  \
               FROM customer_golden\n  WHERE {} IS NOT NULL\n",
            literal(shown),
            literal(adjective(attribute.rule)),
            origin(attribute),
            column(&value.sql),
        ));
    }
    writer.push(
        ")\nSELECT\n  \
           customer_id,\n  \
           column_name,\n  \
           origin['source'] AS source,\n  \
           origin['source_key'] AS source_key,\n  \
           CASE\n    \
             WHEN origin['stated'] = 1 THEN 'only one'\n    \
             WHEN origin['agreed'] THEN concat('same in all ', origin['stated'])\n    \
             ELSE concat(rule, ' of ', origin['stated'])\n  \
           END AS rule\n\
         FROM cell\n",
    );
    let draft = Draft {
        name: TableName::new("golden_source")?,
        layer: Layer::Customer,
        pipeline,
        at: &golden.at,
        description: "The source record that a cell of a customer comes from.".to_owned(),
        published: Published::Yes,
        key: &["customer_id", "column_name"],
        columns: &[
            ("customer_id", "The customer."),
            ("column_name", "The column of a published table that shows the value."),
            ("source", "The source of the record."),
            ("source_key", "The record's key in that source."),
            ("rule", "Why this record and no other, and of how many that say anything."),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}
