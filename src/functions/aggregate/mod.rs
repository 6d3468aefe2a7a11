//! The aggregate functions that SQL lacks. Answers never depend on the order of rows.

mod components;
mod extreme;
mod groups;
mod most_frequent;
mod quantile;
mod survivor;

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, DocSection, Documentation};

/// Every aggregate function.
pub fn all() -> Vec<Arc<AggregateUDF>> {
    vec![
        Arc::new(AggregateUDF::new_from_impl(most_frequent::Mode::new())),
        Arc::new(AggregateUDF::new_from_impl(components::ConnectedComponents::new())),
        Arc::new(AggregateUDF::new_from_impl(extreme::By::new(extreme::Which::Greatest))),
        Arc::new(AggregateUDF::new_from_impl(extreme::By::new(extreme::Which::Least))),
        Arc::new(AggregateUDF::new_from_impl(quantile::Quantile::new(quantile::Wanted::Percentile))),
        Arc::new(AggregateUDF::new_from_impl(quantile::Quantile::new(quantile::Wanted::Edges))),
        Arc::new(AggregateUDF::new_from_impl(survivor::Survivor::new(survivor::Rule::Greatest))),
        Arc::new(AggregateUDF::new_from_impl(survivor::Survivor::new(survivor::Rule::MostFrequent))),
        Arc::new(AggregateUDF::new_from_impl(survivor::Survivor::new(survivor::Rule::Consent))),
    ]
}

fn documentation(
    description: &str,
    syntax: &str,
    example: &str,
    arguments: &[(&str, &str)],
) -> Documentation {
    let section = DocSection { include: true, label: "Portrait", description: None };
    let builder = Documentation::builder(section, description, syntax).with_sql_example(example);
    arguments.iter().fold(builder, |builder, (name, meaning)| builder.with_argument(*name, *meaning)).build()
}
