//! `identity:`: keys, attributes, what keeps records apart, limits; each word checked against the attributes there are.

use std::sync::Arc;

use super::super::files::ProjectFiles;
use super::super::identity::{
    Attribute, BlockingRule, Guard, Identity, IdentityKey, Level, MatchSettings, ModelFile, NeverRule,
};
use super::super::problem::did_you_mean;
use super::super::raw::identity::{RawAttribute, RawIdentity, RawIdentityKey, RawLevel, RawNever};
use super::overrides;
use super::{Pass, Place};

/// Checks how records become customers.
pub fn identity(
    raw: RawIdentity,
    place: Place<'_>,
    files: &ProjectFiles,
    pass: &mut Pass<'_>,
) -> Option<Identity> {
    let records = pass.table(&raw.records, place.key("records"));
    if raw.keys.is_empty() && raw.attributes.is_empty() {
        pass.absent(
            place,
            "`identity` names neither `keys` nor `attributes`",
            "add the columns by which records are told to be one: `attributes: { name: person_name, email: email }`",
        );
    }
    let settings = settings(&raw, place, pass);
    let keys = raw.keys.into_iter().map(|(column, raw)| key(column, raw, place.key("keys"), pass)).collect();
    let names: Vec<String> = raw.attributes.keys().cloned().collect();
    let attributes: Vec<Attribute> = raw
        .attributes
        .into_iter()
        .map(|(column, raw)| attribute(column, raw.whole, &names, place.key("attributes"), pass))
        .collect();
    if attributes.len() > MOST_ATTRIBUTES {
        let help = format!("leave out those that say least; at most {MOST_ATTRIBUTES} are compared");
        pass.error(
            place.key("attributes").key_at(),
            format!("{} attributes are too many", attributes.len()),
            help,
        );
    }
    let blocking = place.key("blocking");
    let rules = raw.blocking.into_iter().enumerate().map(|(at, sql)| {
        pass.sql(&sql, blocking.item(at));
        BlockingRule { sql, at: blocking.item(at).at() }
    });
    let rules: Vec<BlockingRule> = rules.collect();
    if blocking.is_written() && attributes.is_empty() {
        pass.error(
            blocking.key_at(),
            "`blocking` without `attributes` compares nothing",
            "add `attributes:`",
        );
    }
    let never = place.key("never");
    let never: Vec<NeverRule> =
        raw.never.into_iter().enumerate().map(|(at, raw)| apart(raw, &names, never.item(at), pass)).collect();
    let overrides = raw.overrides.and_then(|path| overrides::read(path, place.key("overrides"), files, pass));
    let model = raw.model.and_then(|path| model(path, place.key("model"), files, pass));
    Some(Identity {
        records: records?,
        keys,
        attributes,
        blocking: rules,
        never,
        settings,
        overrides,
        model,
        at: place.key_at(),
    })
}

/// The model's file. Whether it fits what is declared shows when the plan is checked.
fn model(path: String, place: Place<'_>, files: &ProjectFiles, pass: &mut Pass<'_>) -> Option<ModelFile> {
    let text = Arc::clone(pass.file(&path, ("config/", ".json"), place, files)?);
    Some(ModelFile { text, path, at: place.at() })
}

/// A pattern of levels has four bits for each attribute.
const MOST_ATTRIBUTES: usize = 16;
/// And so a level is one of sixteen, missing and differing among them.
const MOST_LEVELS: usize = 14;

fn key(column: String, raw: RawIdentityKey, keys: Place<'_>, pass: &mut Pass<'_>) -> IdentityKey {
    let place = keys.key(&column);
    pass.snake_case(&column, place.key_at());
    let confidence = raw.confidence.unwrap_or(1.0);
    share(Some(confidence), place.key("confidence"), "a confidence", pass);
    let guard = Guard {
        max_records: raw.max_records,
        max_names: raw.max_names,
        names: raw.names,
        placeholders: raw.placeholders,
    };
    check_guard(&guard, place, pass);
    IdentityKey { column, confidence, guard, at: place.key_at() }
}

fn check_guard(guard: &Guard, place: Place<'_>, pass: &mut Pass<'_>) {
    for (name, limit) in [("max_records", guard.max_records), ("max_names", guard.max_names)] {
        if limit == Some(0) {
            let help = "write 1 or more, or leave the key out";
            pass.error(place.key(name).at(), format!("`{name}: 0` lets no record join"), help);
        }
    }
    if guard.max_names.is_some() && guard.names.is_none() && !place.is_lacking() {
        let help = "add `names:` with the column whose distinct values are counted";
        pass.error(place.key("max_names").key_at(), "`max_names` needs `names`", help);
    }
}

fn share(value: Option<f64>, place: Place<'_>, what: &str, pass: &mut Pass<'_>) {
    if value.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
        pass.bad(place, what, "write a number from 0 to 1");
    }
}

fn attribute(
    column: String,
    raw: RawAttribute,
    names: &[String],
    attributes: Place<'_>,
    pass: &mut Pass<'_>,
) -> Attribute {
    let place = attributes.key(&column);
    pass.snake_case(&column, place.key_at());
    let guard = Guard {
        max_records: raw.max_records,
        max_names: raw.max_names,
        names: raw.names,
        placeholders: raw.placeholders,
    };
    check_guard(&guard, place, pass);
    let at_levels = place.key("levels");
    if raw.levels.len() > MOST_LEVELS {
        let help = format!("at most {MOST_LEVELS} are told apart");
        pass.error(at_levels.key_at(), format!("{} levels are too many", raw.levels.len()), help);
    }
    let levels = raw.levels.into_iter().enumerate();
    let levels = levels.map(|(at, raw)| level(raw.whole, &column, names, at_levels.item(at), pass)).collect();
    Attribute {
        column,
        kind: raw.kind,
        levels,
        term_frequency: raw.term_frequency,
        guard,
        at: place.key_at(),
    }
}

fn level(raw: RawLevel, own: &str, names: &[String], place: Place<'_>, pass: &mut Pass<'_>) -> Level {
    match raw {
        RawLevel::Exact(_) => Level::Exact,
        RawLevel::Same(sql) => {
            pass.sql(&sql, place.key("same"));
            Level::Same(sql)
        }
        RawLevel::JaroWinkler(at_least) => {
            share(Some(at_least), place.key("jaro_winkler"), "a similarity", pass);
            Level::JaroWinkler(at_least)
        }
        RawLevel::Edits(at_most) => Level::Edits(at_most),
        RawLevel::Tokens(at_least) => {
            share(Some(at_least), place.key("tokens"), "a similarity", pass);
            Level::Tokens(at_least)
        }
        RawLevel::Begins(at_least) => Level::Begins(at_least),
        RawLevel::Date(slip) => Level::Date(slip),
        RawLevel::Days(at_most) => Level::Days(at_most),
        RawLevel::SwappedWith(other) => {
            known(&other, names, place.key("swapped_with"), pass);
            if other == own {
                let help = "name the other attribute";
                pass.error(place.key("swapped_with").at(), format!("`{own}` is swapped with itself"), help);
            }
            Level::SwappedWith(other)
        }
    }
}

/// An attribute that is meant by name.
fn known(name: &str, names: &[String], place: Place<'_>, pass: &mut Pass<'_>) {
    if !names.iter().any(|known| known == name) {
        let help = did_you_mean(name, names.iter().map(String::as_str));
        pass.error(place.at(), format!("there is no attribute `{name}`"), help);
    }
}

fn apart(raw: RawNever, names: &[String], place: Place<'_>, pass: &mut Pass<'_>) -> NeverRule {
    for (key, attributes) in [("differ", &raw.differ), ("agree", &raw.agree)] {
        for (at, name) in attributes.iter().enumerate() {
            known(name, names, place.key(key).item(at), pass);
        }
    }
    if raw.differ.is_empty() {
        let help = "list the attributes that differ: `differ: [tax_id]`";
        pass.error(place.at(), "a rule under `never` names no attribute that differs", help);
    }
    NeverRule { differ: raw.differ, agree: raw.agree, at: place.at() }
}

fn settings(raw: &RawIdentity, place: Place<'_>, pass: &mut Pass<'_>) -> MatchSettings {
    let (of_match, limits) = (place.key("match"), place.key("limits"));
    share(raw.settings.probability, of_match.key("probability"), "a probability", pass);
    share(raw.settings.prior, of_match.key("prior"), "a share", pass);
    share(raw.limits.changed_ids, limits.key("changed_ids"), "a share", pass);
    let usual = MatchSettings::default();
    MatchSettings {
        probability: raw.settings.probability.unwrap_or(usual.probability),
        support_bits: raw.settings.support_bits.unwrap_or(usual.support_bits),
        prior: raw.settings.prior.filter(|prior| *prior > 0.0 && *prior < 1.0),
        block_records: raw.limits.block_records.unwrap_or(usual.block_records).max(2),
        rule_pairs: raw.limits.rule_pairs.unwrap_or(usual.rule_pairs),
        pairs_per_record: raw.limits.pairs_per_record.unwrap_or(usual.pairs_per_record),
        cluster_records: raw.limits.cluster_records.unwrap_or(usual.cluster_records).max(1),
        changed_ids: raw.limits.changed_ids.unwrap_or(usual.changed_ids),
    }
}
