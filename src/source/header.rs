//! Which field of a file is which column of the contract.

use crate::config::problem::nearest;
use crate::config::project::Source;
use crate::config::raw::source::ExtraColumns;

use super::SourceError;

/// Where the contract's columns stand in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Field of the file → column of the contract.
    pub columns: Vec<Option<usize>>,
    /// Fields that the contract does not name, where the source says `warn`.
    pub extra: Vec<String>,
}

impl Layout {
    /// A file without a header: fields come in the contract's order.
    pub fn positional(source: &Source) -> Self {
        Self { columns: (0..source.columns.len()).map(Some).collect(), extra: Vec::new() }
    }

    /// Matches names with the contract: as they are written, then whatever their case. Blanks around a name mean nothing.
    ///
    /// A name that stands twice is an error if a column means it. A column that is not there is NULL throughout; if the
    /// contract requires it, that is an error. `on_extra` decides about names that no column means.
    pub fn matched(file: &str, names: &[String], source: &Source) -> Result<Self, SourceError> {
        let names: Vec<&str> = names.iter().map(|name| name.trim_matches(is_blank)).collect();
        let mut columns = vec![None; names.len()];
        for (index, column) in source.columns.iter().enumerate() {
            match column.headers.iter().find_map(|header| position(&names, header)) {
                Some((at, 1)) => match columns.get_mut(at) {
                    Some(slot @ None) => *slot = Some(index),
                    _ => {
                        return Err(SourceError::DuplicateHeader {
                            file: file.to_owned(),
                            header: names[at].to_owned(),
                        });
                    }
                },
                Some((at, _)) => {
                    return Err(SourceError::DuplicateHeader {
                        file: file.to_owned(),
                        header: names[at].to_owned(),
                    });
                }
                None if column.required => {
                    return Err(missing(file, &names, source, column.headers.first(), &column.name));
                }
                None => {}
            }
        }
        let mut extra: Vec<String> = names
            .iter()
            .zip(&columns)
            .filter(|(name, column)| column.is_none() && !name.is_empty())
            .map(|(name, _)| (*name).to_owned())
            .collect();
        match source.extra_columns {
            ExtraColumns::Fail if !extra.is_empty() => {
                return Err(SourceError::ExtraColumns {
                    file: file.to_owned(),
                    name: source.name.to_string(),
                    columns: listed(extra.iter().map(String::as_str)),
                });
            }
            ExtraColumns::Ignore => extra.clear(),
            _ => {}
        }
        Ok(Self { columns, extra })
    }
}

/// Blanks of any script, and marks that have no width.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

/// The first place of a name, and how often it stands there.
fn position(names: &[&str], header: &str) -> Option<(usize, usize)> {
    let count = |same: &dyn Fn(&str) -> bool| {
        let first = names.iter().position(|name| same(name))?;
        Some((first, names.iter().filter(|name| same(name)).count()))
    };
    let lower = header.to_lowercase();
    count(&|name| name == header).or_else(|| count(&|name| name.to_lowercase() == lower))
}

fn missing(
    file: &str,
    names: &[&str],
    source: &Source,
    header: Option<&String>,
    column: &str,
) -> SourceError {
    let header = header.map_or(column, String::as_str);
    let help = nearest(header, names.iter().copied())
        .map_or_else(String::new, |name| format!("; if `{name}` is meant, name it as the column's `header`"));
    SourceError::MissingColumn {
        file: file.to_owned(),
        name: source.name.to_string(),
        header: header.to_owned(),
        found: listed(names.iter().copied()),
        help,
    }
}

/// Names for a message: a binary file's first line must not fill a screen.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 20;
    let mut shown: Vec<String> = Vec::new();
    for (at, name) in names.enumerate() {
        if at == MOST {
            shown.push("…".to_owned());
            break;
        }
        let short: String = name.chars().take(40).flat_map(char::escape_debug).collect();
        shown.push(format!("`{short}`"));
    }
    if shown.is_empty() { "no columns".to_owned() } else { shown.join(", ") }
}
