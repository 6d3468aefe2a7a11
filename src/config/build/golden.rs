//! `golden:`: what each attribute's rule needs, and that no column is chosen twice. Whether the columns exist is known once
//! the records' SQL is read.

use std::collections::BTreeMap;

use super::super::golden::{Attribute, Golden};
use super::super::problem::Location;
use super::super::project::SqlText;
use super::super::raw::golden::{RawAttribute, RawGolden, SurvivorRule};
use super::{Pass, Place};

/// Checks how records become golden.
pub fn golden(raw: RawGolden, place: Place<'_>, pass: &mut Pass<'_>) -> Option<Golden> {
    let records = pass.table(&raw.records, place.key("records"));
    pass.distinct(&raw.trust, place.key("trust"));
    for (index, source) in raw.trust.iter().enumerate() {
        pass.source(source, place.key("trust").item(index));
    }
    let needs_more = match raw.default {
        SurvivorRule::Preferred => Some("`preferred` needs the values of one attribute"),
        SurvivorRule::Consent => Some("`consent` is about one attribute"),
        _ => None,
    };
    if let Some(message) = needs_more {
        pass.error(place.key("default").at(), message, "write the rule under `attributes`");
    }
    let mut taken = Taken::default();
    let mut attributes = Vec::with_capacity(raw.attributes.len());
    for (name, attribute) in raw.attributes {
        let place = place.key("attributes").key(&name);
        let rule = attribute.rule.unwrap_or(raw.default);
        attributes.extend(self::attribute(name, attribute, rule, place, &mut taken, pass));
    }
    let records_at = place.key("records").at();
    Some(Golden {
        records: records?,
        records_at,
        trust: raw.trust,
        default: raw.default,
        attributes,
        at: place.key_at(),
    })
}

/// The columns that attributes have taken, and the published names they are shown by.
#[derive(Default)]
struct Taken {
    columns: BTreeMap<String, Location>,
    shown: BTreeMap<String, Location>,
}

fn attribute(
    name: String,
    raw: RawAttribute,
    rule: SurvivorRule,
    place: Place<'_>,
    taken: &mut Taken,
    pass: &mut Pass<'_>,
) -> Option<Attribute> {
    let before = pass.count();
    pass.snake_case(&name, place.key_at());
    fits(&raw, rule, place, pass);
    pass.distinct(&raw.values, place.key("values"));
    let columns: Vec<SqlText> = match raw.together.as_slice() {
        [] => vec![SqlText { sql: name.clone(), at: place.key_at() }],
        together => together
            .iter()
            .enumerate()
            .map(|(index, column)| SqlText {
                sql: column.clone(),
                at: place.key("together").item(index).at(),
            })
            .collect(),
    };
    for column in &columns {
        once(&column.sql, &column.at, "chosen", &mut taken.columns, pass);
    }
    let shown_as: Vec<String> = match raw.shown_as.0.as_slice() {
        [] => columns.iter().map(|column| column.sql.clone()).collect(),
        shown => shown.to_vec(),
    };
    for (index, shown) in shown_as.iter().enumerate() {
        let at = match (raw.shown_as.0.is_empty(), columns.get(index)) {
            (true, Some(column)) => column.at.clone(),
            _ => place.key("shown_as").item(index).at(),
        };
        once(shown, &at, "shown", &mut taken.shown, pass);
    }
    let column = |key: &str, column: Option<String>| {
        column.map(|column| SqlText { sql: column, at: place.key(key).at() })
    };
    let by = column("by", raw.by);
    let channel = column("channel", raw.channel);
    (pass.count() == before).then(|| Attribute {
        name,
        rule,
        by,
        values: raw.values,
        channel,
        columns,
        shown_as,
        at: place.key_at(),
    })
}

fn once(column: &str, at: &Location, how: &str, taken: &mut BTreeMap<String, Location>, pass: &mut Pass<'_>) {
    match taken.get(column) {
        Some(first) => {
            let help = format!("the other is at {first}; keep one of them");
            pass.error(at.clone(), format!("`{column}` is {how} twice"), help);
        }
        None => {
            taken.insert(column.to_owned(), at.clone());
        }
    }
}

/// Keys that the rule does not read, or lacks.
fn fits(raw: &RawAttribute, rule: SurvivorRule, place: Place<'_>, pass: &mut Pass<'_>) {
    use SurvivorRule::{Consent, Earliest, Longest, MostRecent, Preferred};
    if raw.by.is_some() && !matches!(rule, MostRecent | Earliest | Consent) {
        let help = "`by` goes with `most_recent`, `earliest` and `consent`; remove it, or change `rule`";
        pass.error(place.key("by").key_at(), "this rule compares no moment", help);
    }
    if raw.channel.is_some() && rule != Consent {
        let help = "`channel` goes with `consent`; remove it, or change `rule`";
        pass.error(place.key("channel").key_at(), "this rule knows no channel", help);
    }
    if !raw.values.is_empty() && rule != Preferred {
        let help = "`values` go with `preferred`; remove them, or change `rule`";
        pass.error(place.key("values").key_at(), "this rule compares no values", help);
    }
    if raw.values.is_empty() && rule == Preferred {
        let help = "add `values:`, best first: `values: [business, individual]`";
        pass.absent(place, "`preferred` says no values", help);
    }
    if raw.together.is_empty() {
        return;
    }
    if matches!(rule, Longest | Preferred | Consent) {
        let help = "parts go together by `most_complete`, `most_recent`, `most_trusted`, `most_frequent` or `earliest`";
        pass.error(place.key("together").key_at(), "this rule is about one column", help);
    }
    if !raw.shown_as.0.is_empty() {
        let help = "remove it: parts are shown by their own names";
        pass.error(place.key("shown_as").key_at(), "`shown_as` is about one column", help);
    }
}
