//! `segments:` → what they are, who is in them, who came and went, how many and how much.

use super::Generated;
use super::declare::{Declared, Draft, Published, Unique};
use super::expression;
use super::writer::Writer;
use crate::config::problem::Problem;
use crate::config::project::{Layer, Pipeline, Segment, Segments};
use crate::config::raw::segment::SegmentKind;
use crate::config::sql::literal;
use crate::name::{NameError, TableName};

/// Conditions that are not expressions, and a block without any.
pub fn problems(segments: &Segments) -> Vec<Problem> {
    if segments.members.is_empty() {
        return vec![
            Problem::error(segments.at.clone(), "`segments` declares no segment")
                .help("write one under `members`, or remove `segments`"),
        ];
    }
    segments
        .members
        .iter()
        .filter_map(|segment| {
            expression::problem(&segment.condition, &format!("the condition of segment `{}`", segment.name))
        })
        .collect()
}

/// The four models.
pub fn models(
    pipeline: &Pipeline,
    segments: &Segments,
    declared: &Declared<'_>,
) -> Result<Vec<Generated>, NameError> {
    Ok(vec![
        definition(pipeline, segments, declared)?,
        membership(pipeline, segments, declared)?,
        change(pipeline, segments, declared)?,
        summary(pipeline, segments, declared)?,
    ])
}

fn definition(
    pipeline: &Pipeline,
    segments: &Segments,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is a segment.\n\
         SELECT\n  \
           CAST(segment AS VARCHAR) AS segment,\n  \
           CAST(description AS VARCHAR) AS description,\n  \
           CAST(kind AS VARCHAR) AS kind,\n  \
           CAST(condition AS VARCHAR) AS condition\n\
         FROM (\n  VALUES\n",
    );
    for (index, segment) in segments.members.iter().enumerate() {
        let row =
            [&segment.name, &segment.description, kind(segment), segment.condition.sql.trim()].map(literal);
        let comma = if index + 1 < segments.members.len() { "," } else { "" };
        writer.push(&format!("    ({}){comma}\n", row.join(", ")));
    }
    writer.push(") AS definition(segment, description, kind, condition)\n");
    let draft = Draft {
        name: TableName::new("segment_definition")?,
        layer: Layer::Segment,
        pipeline,
        at: &segments.at,
        description: "One row per segment: who is in it and what kind of difference it makes.".to_owned(),
        published: Published::Yes,
        key: &["segment"],
        columns: &[
            ("segment", "The segment."),
            ("description", "Who is in it, in words."),
            (
                "kind",
                "What kind of difference it makes: demographic, behaviour, value, lifecycle, satisfaction, firmographic.",
            ),
            ("condition", "Who is in it, as the SQL condition on a customer's row."),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

/// One scan of the customers: every condition is one element of an array, which is then unnested.
fn membership(
    pipeline: &Pipeline,
    segments: &Segments,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is a customer in a segment.\n\
         WITH\nmember AS (\n  SELECT\n    customer_id,\n    unnest(make_array(\n",
    );
    for (index, segment) in segments.members.iter().enumerate() {
        writer.push("      CASE WHEN ").parenthesised(&segment.condition);
        let comma = if index + 1 < segments.members.len() { "," } else { "" };
        writer.push(&format!(" THEN {} END{comma}\n", literal(&segment.name)));
    }
    writer.push(&format!(
        "    )) AS segment\n  FROM {from}\n)\n\
         SELECT\n  \
           $as_of AS as_of,\n  \
           CAST(member.segment AS VARCHAR) AS segment,\n  \
           member.customer_id,\n  \
           coalesce(earlier.entered_on, $as_of) AS entered_on\n\
         FROM member\n\
         LEFT JOIN previous.segment_membership AS earlier\n  \
           ON earlier.customer_id = member.customer_id\n  \
           AND earlier.segment = member.segment\n\
         WHERE member.segment IS NOT NULL\n",
        from = segments.from,
    ));
    let draft = Draft {
        name: TableName::new("segment_membership")?,
        layer: Layer::Segment,
        pipeline,
        at: &segments.at,
        description: "One row per customer and segment that the customer is in.".to_owned(),
        published: Published::WithHistory,
        key: &["as_of", "segment", "customer_id"],
        columns: &[
            ("as_of", "The date that the row is about."),
            ("segment", "The segment."),
            ("customer_id", "The customer."),
            (
                "entered_on",
                "The as-of date since which the customer has been in the segment without a break.",
            ),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

fn change(pipeline: &Pipeline, segments: &Segments, declared: &Declared<'_>) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(
        "-- One row is a customer's entry into a segment, or exit from it, since the previous as-of date.\n\
         SELECT\n  \
           $as_of AS as_of,\n  \
           coalesce(member.segment, earlier.segment) AS segment,\n  \
           coalesce(member.customer_id, earlier.customer_id) AS customer_id,\n  \
           CASE WHEN earlier.customer_id IS NULL THEN 'entered' ELSE 'left' END AS change\n\
         FROM segment_membership AS member\n\
         FULL JOIN previous.segment_membership AS earlier\n  \
           ON earlier.customer_id = member.customer_id\n  \
           AND earlier.segment = member.segment\n\
         WHERE earlier.customer_id IS NULL\n  \
           OR member.customer_id IS NULL\n",
    );
    let draft = Draft {
        name: TableName::new("segment_change")?,
        layer: Layer::Segment,
        pipeline,
        at: &segments.at,
        description: "One row per customer that entered or left a segment since the previous as-of date."
            .to_owned(),
        published: Published::WithHistory,
        key: &["as_of", "segment", "customer_id"],
        columns: &[
            ("as_of", "The date that the row is about."),
            ("segment", "The segment."),
            ("customer_id", "The customer."),
            ("change", "`entered` or `left`."),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

fn summary(
    pipeline: &Pipeline,
    segments: &Segments,
    declared: &Declared<'_>,
) -> Result<Generated, NameError> {
    let mut writer = Writer::default();
    writer.push(&format!(
        "-- One row is a segment's size and value.\n\
         WITH\n\
         everybody AS (\n  \
           SELECT\n    count(*) AS customers,\n    sum({revenue}) AS net_revenue\n  \
           FROM {from}\n\
         ),\n\
         member AS (\n  \
           SELECT\n    \
             segment_membership.segment,\n    \
             count(*) AS customers,\n    \
             sum({from}.{revenue}) AS net_revenue\n  \
           FROM segment_membership\n  \
           JOIN {from}\n    ON {from}.customer_id = segment_membership.customer_id\n  \
           GROUP BY segment_membership.segment\n\
         )\n\
         SELECT\n  \
           $as_of AS as_of,\n  \
           segment_definition.segment,\n  \
           coalesce(member.customers, 0) AS customers,\n  \
           coalesce(member.net_revenue, 0) AS net_revenue,\n  \
           CAST(coalesce(member.customers, 0) AS DOUBLE) / nullif(CAST(everybody.customers AS DOUBLE), 0) AS share,\n  \
           CAST(coalesce(member.net_revenue, 0) AS DOUBLE) / nullif(CAST(everybody.net_revenue AS DOUBLE), 0) AS revenue_share,\n  \
           earlier.customers AS previous_customers\n\
         FROM segment_definition\n\
         CROSS JOIN everybody\n\
         LEFT JOIN member\n  ON member.segment = segment_definition.segment\n\
         LEFT JOIN previous.segment_summary AS earlier\n  ON earlier.segment = segment_definition.segment\n",
        from = segments.from,
        revenue = segments.revenue,
    ));
    let draft = Draft {
        name: TableName::new("segment_summary")?,
        layer: Layer::Segment,
        pipeline,
        at: &segments.at,
        description: "One row per segment: its size and value.".to_owned(),
        published: Published::WithHistory,
        key: &["as_of", "segment"],
        columns: &[
            ("as_of", "The date that the row is about."),
            ("segment", "The segment."),
            ("customers", "How many customers are in it."),
            ("net_revenue", "What they have spent, net, in base currency."),
            ("share", "Their share of all customers, 0 to 1; null where there are none."),
            ("revenue_share", "Their share of all customers' net revenue; null where there is none."),
            ("previous_customers", "How many were in it on the previous as-of date; null for a new segment."),
        ],
        unique: Unique::ByConstruction,
    };
    Ok(draft.with_sql(writer, declared))
}

fn kind(segment: &Segment) -> &'static str {
    match segment.kind {
        SegmentKind::Demographic => "demographic",
        SegmentKind::Behaviour => "behaviour",
        SegmentKind::Value => "value",
        SegmentKind::Lifecycle => "lifecycle",
        SegmentKind::Satisfaction => "satisfaction",
        SegmentKind::Firmographic => "firmographic",
    }
}
