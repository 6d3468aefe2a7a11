//! `portrait demo`: a sample retailer from raw files to published Parquet.

use std::sync::Arc;
use std::time::Instant;

use super::args::{Demo, Global, Resources, Template};
use super::failure::Failure;
use super::{init, output, project, run};
use crate::demo::{self, Options};
use crate::identity::evidence::Train;
use crate::run::{Request, Reuse, Start, WhenHeld};

/// Writes the sources, lays the reference project beside them, runs it and says what to try next.
pub fn run(global: &Global, arguments: &Demo) -> Result<(), Failure> {
    let directory = std::path::absolute(&arguments.dir)
        .map_err(|error| Failure::io("failed to find the current folder", error))?;
    write_sources(global, arguments, &directory.join("data"))?;
    if !directory.join("pipelines").exists() {
        init::write(Template::Retail, &directory)?;
    }
    if arguments.no_run {
        return next(arguments);
    }
    let mut loaded = project::load_from(&directory, &global.env)?;
    let resources = Resources {
        data_root: Some(directory.join("data")),
        warehouse: Some(directory.join("warehouse").to_string_lossy().into_owned()),
        threads: arguments.threads,
        memory: arguments.memory.clone(),
    };
    project::apply(&mut loaded.project, &resources)?;
    let project = Arc::new(loaded.project);
    let request = Request {
        as_of: arguments.as_of,
        pipelines: Vec::new(),
        select: Vec::new(),
        exclude: Vec::new(),
        reuse: Reuse::Same,
        train: Train::IfNeeded,
    };
    let record = run::carry_out(global, &project, request, Start::New(run::new_id()), WhenHeld::Fail)?;
    run::conclude(global, &project, &record, false)?;
    next(arguments)
}

fn write_sources(global: &Global, arguments: &Demo, directory: &std::path::Path) -> Result<(), Failure> {
    let began = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let written = demo::write(&Options {
        directory: directory.to_path_buf(),
        people: arguments.people,
        seed: arguments.seed,
        as_of: arguments.as_of,
        threads: arguments.threads.map_or(cores, |threads| threads as usize),
    })
    .map_err(|error| Failure::usage(crate::run::message(&error)))?;
    if !global.quiet {
        let rows = written.rows.iter().map(|(_, rows)| rows).sum();
        output::say(format!(
            "wrote the sources of a retailer with {} people: {} rows in {} files, {}, in {}",
            output::count(arguments.people),
            output::count(rows),
            written.files,
            output::size(written.bytes),
            output::seconds(began.elapsed().as_secs_f64()),
        ));
    }
    Ok(())
}

fn next(arguments: &Demo) -> Result<(), Failure> {
    let directory = arguments.dir.display();
    output::print_line(format!(
        "\nwhat to try next:
  cd {directory}
  portrait query \"SELECT value_tier, COUNT(*) AS customers, SUM(historical_value) AS value FROM clv GROUP BY value_tier\"
  portrait rejects online_account --reveal
  portrait lineage +customer
  portrait run --as-of {}            # nothing has changed, so nothing is computed
  edit sql/customer/customer.sql, then: portrait check && portrait run --as-of {}",
        arguments.as_of, arguments.as_of,
    ))?;
    Ok(())
}
