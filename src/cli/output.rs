//! Writes results to standard output and words about them to standard error. A reader that goes away is no error.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::json::LineDelimitedWriter;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrow::util::pretty::pretty_format_batches_with_options;
use serde::Serialize;

use super::args::{Colour, RowFormat};
use super::failure::Failure;

/// Writes a result to standard output.
pub fn print(text: impl AsRef<str>) -> io::Result<()> {
    forgive_broken_pipe(io::stdout().lock().write_all(text.as_ref().as_bytes()))
}

/// Writes a line of a result to standard output.
pub fn print_line(text: impl AsRef<str>) -> io::Result<()> {
    forgive_broken_pipe(writeln!(io::stdout().lock(), "{}", text.as_ref()))
}

/// A result as JSON.
pub fn json(value: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Writes a result to standard output as JSON.
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(json(value)?)
}

/// Writes a result to a file.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::io(format!("failed to write `{}`", path.display()), error))
}

/// Writes a result to a file and says so, or to standard output where none is named.
pub fn hand_over(text: String, path: Option<&Path>, what: &str, quiet: bool) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(print(text)?) };
    write(path, text)?;
    if !quiet {
        say(format!("{what} in `{}`", path.display()));
    }
    Ok(())
}

/// Writes words about what happens to standard error.
pub fn say(text: impl AsRef<str>) {
    // Nobody can be told that standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{}", text.as_ref());
}

/// A reader such as `head` may have had enough.
fn forgive_broken_pipe(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Whether standard error takes colours.
pub fn colours_on_stderr(choice: Colour) -> bool {
    colours(choice, io::stderr().is_terminal())
}

fn colours(choice: Colour, terminal: bool) -> bool {
    match choice {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// The columns of the terminal that standard error is.
pub fn terminal_width() -> usize {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or(80, |(terminal_size::Width(columns), _)| usize::from(columns)).max(40)
}

/// Prints rows in the chosen form.
pub fn print_rows(batches: &[RecordBatch], format: RowFormat) -> io::Result<()> {
    let text = match format {
        RowFormat::Table => {
            pretty_format_batches_with_options(batches, &display()).map_err(io::Error::other)?.to_string()
                + "\n"
        }
        RowFormat::Csv => csv(batches)?,
        RowFormat::Json => {
            let mut writer = LineDelimitedWriter::new(Vec::new());
            for batch in batches {
                writer.write(batch).map_err(io::Error::other)?;
            }
            writer.finish().map_err(io::Error::other)?;
            String::from_utf8(writer.into_inner()).map_err(io::Error::other)?
        }
    };
    print(text)
}

fn display() -> FormatOptions<'static> {
    FormatOptions::default().with_null("").with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%:z"))
}

/// RFC 4180: fields with a comma, a quote or a line end are quoted; NULL is the empty field.
fn csv(batches: &[RecordBatch]) -> io::Result<String> {
    let mut text = String::new();
    let Some(first) = batches.first() else { return Ok(text) };
    for (i, field) in first.schema().fields().iter().enumerate() {
        push_field(&mut text, i, field.name());
    }
    text.push('\n');
    let options = display();
    for batch in batches {
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()
            .map_err(io::Error::other)?;
        for row in 0..batch.num_rows() {
            for (i, column) in columns.iter().enumerate() {
                push_field(&mut text, i, &column.value(row).to_string());
            }
            text.push('\n');
        }
    }
    Ok(text)
}

fn push_field(text: &mut String, index: usize, field: &str) {
    if index > 0 {
        text.push(',');
    }
    if field.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}

/// A count as people read it: `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size as people read it: `1.5 GB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A duration as people read it: `0.8 s`, `2 min 05 s`.
pub fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", (seconds / 60.0) as u64, (seconds % 60.0) as u64)
    }
}
