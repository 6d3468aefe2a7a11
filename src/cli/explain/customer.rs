//! Why a customer is one: its records, what holds them together, from whom it was kept apart, what happened to it.

use arrow::array::RecordBatch;
use serde::Serialize;

use super::{bars, print_waterfall, record, unknown, write_svg};
use crate::cli::args::Explain;
use crate::cli::failure::Failure;
use crate::cli::identity::desk::Desk;
use crate::cli::identity::mask_of;
use crate::cli::identity::table::{self, Column};
use crate::cli::output::{print_json, print_line};
use crate::functions::masked;
use crate::identity::chronicle::{Chronicle, chronicle};
use crate::identity::columns::Fingerprint;
use crate::identity::hold::{By, Hold, Link, Value, hold};
use crate::identity::inquiry::{Held, Open};
use crate::report::waterfall::Titled;

/// So many neighbours are named.
const NEIGHBOURS: usize = 10;

#[derive(Serialize)]
struct Explained {
    #[serde(flatten)]
    chronicle: Chronicle,
    /// None of a customer without records.
    #[serde(flatten)]
    hold: Option<Hold>,
}

/// Explains a customer by its id, by one that it had, or by one of its records.
pub fn explain(desk: &Desk, arguments: &Explain, named: &str) -> Result<(), Failure> {
    let id = if named.contains(':') { id_of_record(&desk.map, named)? } else { named.to_owned() };
    let chronicle = chronicle(&desk.map, &desk.events, &desk.aliases, &id)?
        .ok_or_else(|| Failure::usage(format!("there is no customer `{id}`, and never was")))?;
    let hold = desk.ask(|inquiry| {
        let held = Held::read(&desk.map, inquiry.prepared)?;
        let records = held.records(&chronicle.customer_id);
        if records.is_empty() {
            return Ok(None);
        }
        Ok(Some(hold(inquiry, &held, &desk.state, &records, NEIGHBOURS)?))
    })?;
    let explained = Explained { chronicle, hold };
    if let (Some(path), Some(hold)) = (&arguments.svg, &explained.hold) {
        write_svg(path, &pictures(hold, arguments))?;
    }
    if arguments.json {
        return Ok(print_json(&explained)?);
    }
    print(desk, &explained, arguments)
}

fn id_of_record(map: &[RecordBatch], named: &str) -> Result<String, Failure> {
    let (source, key) = record(named)?;
    let open = Open::read(map)?;
    open.of.get(&Fingerprint::of(&[&source, &key])).cloned().ok_or_else(|| unknown(named))
}

fn pictures(hold: &Hold, arguments: &Explain) -> Vec<Titled> {
    let links = hold.links.iter().take(arguments.links);
    links
        .filter_map(|link| {
            let title = format!("{} and {}: {}", link.left, link.right, tied_by(link));
            Some(Titled { title, bars: bars(link.waterfall.as_ref()?, arguments) })
        })
        .collect()
}

fn print(desk: &Desk, explained: &Explained, arguments: &Explain) -> Result<(), Failure> {
    let Explained { chronicle, hold } = explained;
    let open = chronicle.records.iter().filter(|of| of.valid_to.is_none()).count();
    if let Some(old) = &chronicle.formerly {
        print_line(format!("{old} is {} today", chronicle.customer_id))?;
    }
    let plural = if open == 1 { "record" } else { "records" };
    print_line(format!("Customer {}: {open} {plural}", chronicle.customer_id))?;
    records(chronicle)?;
    if let Some(hold) = hold {
        values(desk, hold, arguments)?;
        links(hold, arguments)?;
        apart(hold)?;
    }
    events(chronicle)
}

fn records(chronicle: &Chronicle) -> Result<(), Failure> {
    let rows = &chronicle.records;
    let until = |to: &Option<String>| to.clone().unwrap_or_default();
    table::print(
        "",
        vec![
            (
                "record",
                Column::Words(rows.iter().map(|of| format!("{}:{}", of.source, of.source_key)).collect()),
            ),
            ("from", Column::Words(rows.iter().map(|of| of.valid_from.clone()).collect())),
            ("to", Column::Words(rows.iter().map(|of| until(&of.valid_to)).collect())),
            ("tied by", Column::Words(rows.iter().map(|of| of.method.clone()).collect())),
            ("confidence", Column::Figures(rows.iter().map(|of| of.confidence.clone()).collect())),
        ],
    )?;
    Ok(())
}

/// What its records say, as they are compared.
fn values(desk: &Desk, hold: &Hold, arguments: &Explain) -> Result<(), Failure> {
    if desk.declared.attributes.is_empty() {
        return Ok(());
    }
    let mut columns = vec![("record", Column::Words(hold.values.keys().cloned().collect()))];
    for (at, attribute) in desk.declared.attributes.iter().enumerate() {
        let cell = |of: &Vec<Value>| of.get(at).map_or_else(String::new, |of| seen(of, arguments.reveal));
        columns.push((attribute.column.as_str(), Column::Words(hold.values.values().map(cell).collect())));
    }
    Ok(table::print("What they say, as it is compared", columns)?)
}

fn seen(of: &Value, reveal: bool) -> String {
    match of.text.as_str() {
        "" => String::new(),
        text if reveal => text.to_owned(),
        text => masked(text, mask_of(Some(of.kind))),
    }
}

fn tied_by(link: &Link) -> String {
    match &link.by {
        By::Steward => "a steward says that they are the same".to_owned(),
        By::Key(key) => format!("the same `{key}`"),
        By::Match => "they are alike".to_owned(),
    }
}

fn links(hold: &Hold, arguments: &Explain) -> Result<(), Failure> {
    if hold.links.is_empty() {
        print_line("Nothing else belongs to it: the record is alone")?;
        return Ok(print_line("")?);
    }
    print_line(
        "What holds its records together: the strongest ties that connect them all, the weakest of them first",
    )?;
    for link in hold.links.iter().take(arguments.links) {
        print_line(format!("  {} and {}: {}", link.left, link.right, tied_by(link)))?;
        if let Some(of) = &link.waterfall {
            print_waterfall(of, arguments)?;
        }
        print_line("")?;
    }
    match hold.links.len().saturating_sub(arguments.links) {
        0 => {}
        more => print_line(format!("  and {more} more ties: `--links {}` shows all", hold.links.len()))?,
    }
    Ok(())
}

fn apart(hold: &Hold) -> Result<(), Failure> {
    let rows = &hold.kept_apart;
    if rows.is_empty() {
        return Ok(());
    }
    let other = |of: &crate::identity::hold::KeptApart| of.other_customer.clone().unwrap_or_default();
    table::print(
        "Kept apart from others that it matches",
        vec![
            ("record", Column::Words(rows.iter().map(|of| of.own.clone()).collect())),
            ("other record", Column::Words(rows.iter().map(|of| of.other.clone()).collect())),
            ("other customer", Column::Words(rows.iter().map(other).collect())),
            ("bits", Column::Figures(rows.iter().map(|of| format!("{:+.2}", of.weight_bits)).collect())),
            ("because", Column::Words(rows.iter().map(|of| of.because.clone()).collect())),
        ],
    )?;
    Ok(())
}

fn events(chronicle: &Chronicle) -> Result<(), Failure> {
    let rows = &chronicle.events;
    if rows.is_empty() {
        return Ok(());
    }
    let other = |other: &Option<String>| other.clone().unwrap_or_default();
    table::print(
        "Its history",
        vec![
            ("as of", Column::Words(rows.iter().map(|of| of.as_of.clone()).collect())),
            ("customer", Column::Words(rows.iter().map(|of| of.customer_id.clone()).collect())),
            ("event", Column::Words(rows.iter().map(|of| of.event.clone()).collect())),
            ("other", Column::Words(rows.iter().map(|of| other(&of.other_customer_id)).collect())),
            ("reason", Column::Words(rows.iter().map(|of| of.reason.clone()).collect())),
        ],
    )?;
    Ok(())
}
