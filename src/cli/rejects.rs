//! `portrait rejects SOURCE`: what was rejected, where it stands and why; with `--reveal` also what it says.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema, UInt64Type};
use datafusion::common::TableReference;

use super::args::{Global, Rejects, RowFormat};
use super::failure::Failure;
use super::{output, project, query, runtime};
use crate::config::problem::nearest;
use crate::config::project::{Project, Source};
use crate::engine;
use crate::name::RunId;
use crate::plan::params::Params;
use crate::run;
use crate::source::reveal::{Stretch, reveal};
use crate::source::{self, InputFile};
use crate::warehouse::Warehouse;
use crate::warehouse::quarantine::run_that_read;

/// Lists the rejects of one run.
pub fn run(global: &Global, arguments: &Rejects) -> Result<(), Failure> {
    let mut project = project::load(global)?.project;
    project::apply(&mut project, &arguments.resources)?;
    let source = find(&project, &arguments.source)?;
    let warehouse = query::open(&project.environment.warehouse)?;
    let Some(run) = which_run(&warehouse, source, arguments.run.as_deref())? else {
        output::print_line(format!("no run has rejected anything of `{}`", source.name))?;
        return Ok(());
    };
    let files = warehouse.rejects_of(&source.name, &run)?;
    if files.is_empty() {
        output::print_line(format!("run {run} rejected nothing of `{}`", source.name))?;
        return Ok(());
    }
    let (rejects, total) = runtime::block_on(run::settings(&project).threads, async {
        let session = query::session(&project)?;
        let name = TableReference::bare("reject");
        engine::register_as(&session, &name, &files, source::reject::schema(), &[])?;
        let total = query::rows(&session, "SELECT COUNT(*) AS n FROM reject", &Params::new(), 1).await?;
        let sql = "SELECT file, line, byte_offset, byte_length, \"column\", reason, kind FROM reject ORDER BY file, line, \"column\"";
        Ok((query::rows(&session, sql, &Params::new(), arguments.limit).await?, total))
    })?;
    let rejects = whole(&rejects)?;
    let shown = if arguments.reveal { revealed(&project, source, rejects)? } else { rejects };
    let rows = shown.num_rows();
    output::print_rows(&[shown], arguments.format)?;
    let total = total
        .iter()
        .find(|batch| batch.num_rows() > 0)
        .map_or(0, |batch| batch.column(0).as_primitive::<arrow::datatypes::Int64Type>().value(0));
    if arguments.format == RowFormat::Table && !global.quiet {
        output::say(format!("{rows} of {total} rejects of `{}` in run {run}", source.name));
    }
    Ok(())
}

fn find<'a>(project: &'a Project, name: &str) -> Result<&'a Source, Failure> {
    let sources = || project.pipelines.iter().flat_map(|pipeline| &pipeline.sources);
    sources().find(|source| source.name.as_str() == name).ok_or_else(|| {
        let near = nearest(name, sources().map(|source| source.name.as_str()));
        let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Failure::usage(format!("there is no source `{name}`{help}"))
    })
}

/// The run that was named; else the newest that left rejects, be it one that failed; else the one that the release's rows
/// come from.
fn which_run(warehouse: &Warehouse, source: &Source, named: Option<&str>) -> Result<Option<RunId>, Failure> {
    if let Some(named) = named {
        return Ok(Some(named.parse().map_err(Failure::usage)?));
    }
    if let Some(newest) = warehouse.runs_with_rejects(&source.name)?.into_iter().next() {
        return Ok(Some(newest));
    }
    Ok(warehouse.latest()?.and_then(|release| run_that_read(&release, &source.name)))
}

fn whole(batches: &[RecordBatch]) -> Result<RecordBatch, Failure> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    concat_batches(&schema, batches).map_err(unusable)
}

fn unusable(error: arrow::error::ArrowError) -> Failure {
    Failure::usage(error)
}

/// Adds the raw text, read back from the files in one pass each. What has no place in bytes stays empty.
fn revealed(project: &Project, source: &Source, rejects: RecordBatch) -> Result<RecordBatch, Failure> {
    let texts_of =
        |name: &str| rejects.column_by_name(name).and_then(|column| column.as_string_view_opt().cloned());
    let numbers_of = |name: &str| {
        rejects.column_by_name(name).and_then(|column| column.as_primitive_opt::<UInt64Type>().cloned())
    };
    let (Some(files), Some(offsets), Some(lengths)) =
        (texts_of("file"), numbers_of("byte_offset"), numbers_of("byte_length"))
    else {
        return Ok(rejects);
    };
    let mut by_file: BTreeMap<&str, Vec<(usize, Stretch)>> = BTreeMap::new();
    for row in 0..rejects.num_rows() {
        if offsets.is_valid(row) && lengths.is_valid(row) {
            let stretch = Stretch { offset: offsets.value(row), length: lengths.value(row) };
            by_file.entry(files.value(row)).or_default().push((row, stretch));
        }
    }
    let mut raw: Vec<Option<String>> = vec![None; rejects.num_rows()];
    for (relative, stretches) in by_file {
        let wanted: Vec<Stretch> = stretches.iter().map(|(_, stretch)| *stretch).collect();
        let texts = reveal(&input_file(project, relative), source.files.encoding, &wanted)?;
        for ((row, _), text) in stretches.into_iter().zip(texts) {
            if let Some(place) = raw.get_mut(row) {
                *place = Some(text.trim_end_matches(['\r', '\n']).to_owned());
            }
        }
    }
    let mut fields: Vec<Field> =
        rejects.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields.push(Field::new("raw", DataType::Utf8, true));
    let mut columns = rejects.columns().to_vec();
    columns.push(Arc::new(StringArray::from(raw)));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(unusable)
}

fn input_file(project: &Project, relative: &str) -> InputFile {
    let path = project.environment.data_root.join(relative);
    let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    InputFile { path, relative: relative.to_owned(), bytes, modified_micros: 0 }
}
