//! `files:` of a source: where its files are and how they are written.

use globset::GlobBuilder;

use super::super::project::{Delimiter, Files};
use super::super::raw::source::{FileFormat, RawFiles};
use super::{Pass, Place};

/// Checks where a source's files are and how they are written.
pub fn files(raw: RawFiles, place: Place<'_>, pass: &mut Pass<'_>) -> Files {
    if raw.path.0.is_empty() {
        pass.error(
            place.key("path").at(),
            "`path` names no file",
            "write a path such as `online/orders/*.csv`",
        );
    }
    for (index, path) in raw.path.0.iter().enumerate() {
        check_path(path, place.key("path").item(index), pass);
    }
    let mut belongs = |key: &str, formats: &[FileFormat], to: &str| {
        if place.key(key).is_written() && !formats.contains(&raw.format) {
            let format = place.key("format").text().unwrap_or_default();
            let message = format!("`{key}` means nothing for `format: {format}`");
            pass.error(place.key(key).key_at(), message, format!("`{key}` belongs to {to}"));
        }
    };
    belongs("delimiter", &[FileFormat::Csv], "`csv`");
    belongs("quote", &[FileFormat::Csv], "`csv`");
    belongs("header", &[FileFormat::Csv, FileFormat::Xlsx], "`csv` and `xlsx`");
    belongs("encoding", &[FileFormat::Csv, FileFormat::Ndjson], "`csv` and `ndjson`");
    belongs("sheet", &[FileFormat::Xlsx], "`xlsx`");
    let delimiter = match raw.delimiter.as_deref() {
        None => Some(Delimiter::Byte(b',')),
        Some("whitespace") => Some(Delimiter::Whitespace),
        Some("\\t" | "tab") => Some(Delimiter::Byte(b'\t')),
        Some(text) => match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | b'"') => {
                Some(Delimiter::Byte(*byte))
            }
            _ => {
                let help = "write one ASCII character, such as `;`, `|` or `\\t`, or the word `whitespace`";
                pass.bad(place.key("delimiter"), "a delimiter", help);
                None
            }
        },
    };
    let quote = match raw.quote.as_deref() {
        None => Some(b'"'),
        Some("") => None,
        Some(text) => match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r') => Some(*byte),
            _ => {
                let help = "write one ASCII character, or an empty string for none";
                pass.bad(place.key("quote"), "a quote character", help);
                None
            }
        },
    };
    if let (Some(Delimiter::Byte(delimiter)), Some(quote)) = (delimiter, quote)
        && delimiter == quote
    {
        pass.error(
            place.key("quote").at(),
            "the quote is the delimiter",
            "choose another character for one of them",
        );
    }
    let mut null_values = raw.null_values.unwrap_or_default();
    if !null_values.iter().any(String::is_empty) {
        null_values.insert(0, String::new());
    }
    Files {
        paths: raw.path.0,
        format: raw.format,
        encoding: raw.encoding,
        delimiter: delimiter.unwrap_or(Delimiter::Byte(b',')),
        quote,
        header: raw.header.unwrap_or(true),
        sheet: raw.sheet,
        null_values,
    }
}

fn check_path(path: &str, place: Place<'_>, pass: &mut Pass<'_>) {
    if path.trim().is_empty() {
        pass.error(place.at(), "a path is missing here", "write a path such as `online/orders/*.csv`");
        return;
    }
    if path.starts_with('/') || path.starts_with('~') || path.contains('\\') || path.get(1..3) == Some(":/") {
        pass.bad(
            place,
            "a path under the data root",
            "write it relative to `data_root`, with `/` between folders",
        );
    } else if path.split('/').any(|part| part == "..") {
        pass.bad(place, "a path under the data root", "leave out `..`; `data_root` is set in `config/`");
    }
    let glob = path.replace("{as_of}", "2000-01-01");
    if let Err(error) = GlobBuilder::new(&glob).literal_separator(true).build() {
        pass.bad(place, "a path pattern", error.kind().to_string());
    }
}
