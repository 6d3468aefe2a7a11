//! Why two records are, or are not, the same customer, in words.

use super::{bars, print_waterfall, unknown, write_svg};
use crate::cli::args::Explain;
use crate::cli::failure::Failure;
use crate::cli::identity::desk::Desk;
use crate::cli::output::{print_json, print_line};
use crate::identity::evaluation::Name;
use crate::identity::inquiry::Held;
use crate::identity::why::{Between, Meeting, Why, why};
use crate::report::waterfall::Titled;

/// Explains two records.
pub fn explain(desk: &Desk, arguments: &Explain, left: &Name, right: &Name) -> Result<(), Failure> {
    if left == right {
        return Err(Failure::usage("a record is the same as itself; name two"));
    }
    let why = desk.ask(|inquiry| {
        let held = Held::read(&desk.map, inquiry.prepared)?;
        let find = |(source, key): &Name| {
            let record = inquiry.prepared.record(source, key);
            record.ok_or_else(|| unknown(&format!("{source}:{key}")))
        };
        Ok(why(inquiry, &held, find(left)?, find(right)?)?)
    })?;
    if let (Some(path), Some(of)) = (&arguments.svg, &why.waterfall) {
        let title = format!("{} and {}", why.left, why.right);
        write_svg(path, &[Titled { title, bars: bars(of, arguments) }])?;
    }
    if arguments.json { Ok(print_json(&why)?) } else { print(&why, arguments) }
}

fn print(why: &Why, arguments: &Explain) -> Result<(), Failure> {
    print_line(verdict(why))?;
    print_line("")?;
    for key in &why.keys {
        print_line(match key.set_aside {
            false => format!("Key `{}` is the same: joins them with confidence {}", key.key, key.confidence),
            true => format!("Key `{}` is the same, but its value is set aside: it means nobody", key.key),
        })?;
    }
    if why.keys.is_empty() {
        print_line("No key is the same")?;
    }
    for said in &why.stewards {
        let says = if said.same { "the same" } else { "different" };
        let author = if said.author.is_empty() { "A steward" } else { &said.author };
        let reason = if said.reason.is_empty() { String::new() } else { format!(" ({})", said.reason) };
        print_line(format!(
            "{author} says that they are {says}{reason}, line {} of the overrides",
            said.line
        ))?;
    }
    for never in &why.never {
        print_line(format!("Never: {never}"))?;
    }
    for line in meetings(&why.meetings, why.waterfall.is_some()) {
        print_line(line)?;
    }
    if let Some(between) = &why.between {
        for line in apart(between) {
            print_line(line)?;
        }
    }
    if let Some(of) = &why.waterfall {
        print_line("")?;
        print_line("What the pair weighs, in bits")?;
        print_waterfall(of, arguments)?;
    }
    Ok(())
}

fn verdict(why: &Why) -> String {
    let (left, right) = (&why.left, &why.right);
    match (&why.left_customer, &why.right_customer) {
        (Some(a), Some(b)) if a == b => format!("{left} and {right} are the same customer, {a}"),
        (Some(a), Some(b)) => format!("{left} and {right} are two customers, {a} and {b}"),
        (None, _) => format!("{left} is in no customer of the last release"),
        (_, None) => format!("{right} is in no customer of the last release"),
    }
}

fn meetings(meetings: &[Meeting], compared: bool) -> Vec<String> {
    if !compared {
        return Vec::new();
    }
    let named = |of: &dyn Fn(&&Meeting) -> bool| -> Vec<String> {
        meetings.iter().filter(of).map(|meeting| format!("`{}`", meeting.rule)).collect()
    };
    let met = named(&|of| of.followed && !of.too_large);
    let large = named(&|of| of.followed && of.too_large);
    let unfollowed = named(&|of| !of.followed);
    let mut lines = Vec::new();
    lines.push(match met.as_slice() {
        [] => "No blocking rule that is followed brings them together".to_owned(),
        met => format!("Blocking rules bring them together: {}", met.join(", ")),
    });
    if !large.is_empty() {
        lines.push(format!("In blocks too large to be compared: {}", large.join(", ")));
    }
    if met.is_empty() && !unfollowed.is_empty() {
        lines.push(format!("Rules that are not followed would: {}", unfollowed.join(", ")));
    }
    lines
}

fn apart(between: &Between) -> Vec<String> {
    let mut lines = Vec::new();
    let pairs = between.pairs;
    if between.forbidden > 0 {
        let forbidden = between.forbidden;
        lines.push(format!(
            "Judgement: {forbidden} of {pairs} pairs between both customers may never be one, which keeps them apart"
        ));
    }
    if between.against > 0 {
        let against = between.against;
        lines.push(format!(
            "Judgement: a never rule counts against {against} of {pairs} pairs between both customers"
        ));
    }
    if let Some(mean) = between.mean_bits {
        let enough = if mean >= between.needed_bits { "enough" } else { "too little" };
        lines.push(format!(
            "Judgement: the pairs between both customers support one by {mean:+.2} bits on the mean, {enough} \
             for the {:.2} that are needed",
            between.needed_bits,
        ));
    }
    if between.too_many {
        lines.push("Judgement: together they would have more records than a customer may".to_owned());
    }
    lines
}
