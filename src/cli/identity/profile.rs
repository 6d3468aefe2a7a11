//! `portrait identity profile`: what the records are like, what each blocking rule would make, what the model weighs.

use arrow::array::{Array, Float64Array};

use super::desk::{self, Desk};
use super::table::{self, Column};
use crate::cli::args::{Global, Profile as Arguments};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::functions::masked;
use crate::identity::columns::{numbers, text, value};
use crate::identity::profile::{ColumnProfile, ModelProfile, Profile, Role, RuleProfile, profile};

/// Profiles the records of the newest release; fails if a declared rule goes beyond its limit.
pub fn run(global: &Global, arguments: &Arguments) -> Result<(), Failure> {
    let desk = desk::open(global, &arguments.resources)?;
    let profile =
        desk.compute(|| Ok(profile(&desk.records, &desk.declared, &desk.state, arguments.values)?))?;
    if arguments.json {
        output::print_json(&profile)?;
    } else {
        print(&desk, &profile, arguments)?;
    }
    refuse_wide(&profile, desk.declared.settings.rule_pairs)
}

fn print(desk: &Desk, profile: &Profile, arguments: &Arguments) -> Result<(), Failure> {
    output::print_line(format!(
        "{} records of `{}`",
        output::count(profile.records as u64),
        desk.declared.records
    ))?;
    columns(profile)?;
    shared(profile, arguments)?;
    suspects(desk)?;
    rules(&profile.rules, desk.declared.blocking.is_empty())?;
    match &profile.model {
        Some(of) => model(of)?,
        None if desk.declared.attributes.is_empty() => {}
        None => output::print_line(
            "No model is trained for what `identity:` declares now: `portrait run` trains one",
        )?,
    }
    Ok(())
}

fn columns(profile: &Profile) -> Result<(), Failure> {
    let of = |cell: &dyn Fn(&ColumnProfile) -> String| profile.columns.iter().map(cell).collect::<Vec<_>>();
    let complete = |column: &ColumnProfile| {
        format!("{:.1} %", 100.0 * column.present as f64 / profile.records.max(1) as f64)
    };
    table::print(
        "",
        vec![
            ("column", Column::Words(of(&|column| column.column.clone()))),
            ("role", Column::Words(of(&|column| role(column.role).to_owned()))),
            ("complete", Column::Figures(of(&complete))),
            ("records", Column::Figures(of(&|column| output::count(column.present)))),
            ("distinct values", Column::Figures(of(&|column| output::count(column.distinct)))),
            ("set aside", Column::Figures(of(&|column| output::count(column.set_aside)))),
        ],
    )?;
    Ok(())
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Key => "key",
        Role::Attribute => "attribute",
    }
}

fn shared(profile: &Profile, arguments: &Arguments) -> Result<(), Failure> {
    let rows =
        || profile.columns.iter().flat_map(|column| column.shared.iter().map(move |shared| (column, shared)));
    if rows().next().is_none() {
        return Ok(());
    }
    let shown = rows().map(|(column, shared)| {
        if arguments.reveal {
            shared.value.clone()
        } else {
            masked(&shared.value, super::mask_of(column.kind))
        }
    });
    table::print(
        "The most shared values",
        vec![
            ("column", Column::Words(rows().map(|(column, _)| column.column.clone()).collect())),
            ("role", Column::Words(rows().map(|(column, _)| role(column.role).to_owned()).collect())),
            ("value", Column::Words(shown.collect())),
            ("hash", Column::Words(rows().map(|(_, shared)| shared.value_hash.clone()).collect())),
            ("records", Column::Figures(rows().map(|(_, shared)| output::count(shared.records)).collect())),
        ],
    )?;
    Ok(())
}

/// So many suspects are listed.
const SUSPECTS: usize = 20;

fn suspects(desk: &Desk) -> Result<(), Failure> {
    let batches = &desk.suspects;
    if batches.iter().all(|batch| batch.num_rows() == 0) {
        return Ok(());
    }
    let words = |name: &str| -> Result<Vec<String>, Failure> {
        let column = text(batches, name)?;
        Ok((0..column.len()).map(|row| value(&column, row).unwrap_or_default().to_owned()).collect())
    };
    let (keys, hashes, reasons) = (words("key")?, words("value_hash")?, words("reason")?);
    let (records, names) = (numbers(batches, "records")?, numbers(batches, "names")?);
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| records.value(*b).total_cmp(&records.value(*a)).then(a.cmp(b)));
    order.truncate(SUSPECTS);
    let pick = |of: &[String]| Column::Words(order.iter().map(|row| of[*row].clone()).collect());
    let number = |of: &Float64Array| {
        let cell = |row: &usize| {
            if of.is_valid(*row) { output::count(of.value(*row) as u64) } else { String::new() }
        };
        Column::Figures(order.iter().map(cell).collect())
    };
    let title = format!("Suspects: values that join nobody ({} in all)", output::count(keys.len() as u64));
    table::print(
        &title,
        vec![
            ("key", pick(&keys)),
            ("hash", pick(&hashes)),
            ("records", number(&records)),
            ("names", number(&names)),
            ("reason", pick(&reasons)),
        ],
    )?;
    Ok(())
}

fn rules(rules: &[RuleProfile], suggested: bool) -> Result<(), Failure> {
    if rules.is_empty() {
        return Ok(());
    }
    let of = |cell: &dyn Fn(&RuleProfile) -> String| rules.iter().map(cell).collect::<Vec<_>>();
    let followed = |rule: &RuleProfile| match (rule.followed, rule.too_wide) {
        (true, _) => "yes".to_owned(),
        (false, true) => "refused".to_owned(),
        (false, false) => String::new(),
    };
    let title =
        if suggested { "Blocking rules that the attributes suggest" } else { "Declared blocking rules" };
    table::print(
        title,
        vec![
            ("rule", Column::Words(of(&|rule| rule.rule.clone()))),
            ("pairs", Column::Figures(of(&|rule| output::count(rule.pairs)))),
            ("records in too large blocks", Column::Figures(of(&|rule| output::count(rule.in_large_blocks)))),
            ("followed", Column::Words(of(&followed))),
        ],
    )?;
    Ok(())
}

fn model(model: &ModelProfile) -> Result<(), Failure> {
    let title = format!(
        "The model, trained as of {} on {} records; prior: one pair in {} is a match, {:+.2} bits",
        model.trained_on,
        output::count(model.records),
        output::count((1.0 / model.prior).round() as u64),
        model.prior_bits,
    );
    let levels = &model.levels;
    let share = |of: f64| if of >= 0.001 || of == 0.0 { format!("{of:.5}") } else { format!("{of:.2e}") };
    table::print(
        &title,
        vec![
            ("comparison", Column::Words(levels.iter().map(|of| of.comparison.clone()).collect())),
            ("level", Column::Words(levels.iter().map(|of| of.level.clone()).collect())),
            ("m", Column::Figures(levels.iter().map(|of| share(of.m)).collect())),
            ("u", Column::Figures(levels.iter().map(|of| share(of.u)).collect())),
            ("bits", Column::Figures(levels.iter().map(|of| format!("{:+.2}", of.weight_bits)).collect())),
        ],
    )?;
    Ok(())
}

fn refuse_wide(profile: &Profile, most: u64) -> Result<(), Failure> {
    let wide: Vec<&RuleProfile> = profile.rules.iter().filter(|rule| rule.too_wide).collect();
    if wide.is_empty() {
        return Ok(());
    }
    for rule in wide {
        output::say(format!(
            "error: the blocking rule `{}` makes {} pairs; `limits.rule_pairs` allows {}",
            rule.rule,
            output::count(rule.pairs),
            output::count(most),
        ));
    }
    Err(Failure::Failed)
}
