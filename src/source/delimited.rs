//! A delimited text file, from its header to its last row.

use super::assemble::Assembler;
use super::csv::{Csv, UNWANTED};
use super::encoding::{Charset, decode_lossy};
use super::header::Layout;
use super::lines::{Lines, for_each_block};
use super::{ReadOptions, SourceError};
use crate::config::project::{Delimiter, Source};

/// Reads a file into an assembler.
pub fn read(assembler: &mut Assembler<'_>, options: &ReadOptions) -> Result<(), SourceError> {
    let source = assembler.source;
    let mut lines = Lines::open(assembler.file, Charset::declared(source.files.encoding), options)?;
    let layout = match source.files.header {
        true => header(&assembler.file.relative, source, &mut lines)?,
        false => Layout::positional(source),
    };
    let slots = layout.columns.iter().map(|column| column.map_or(UNWANTED, |index| index as u32)).collect();
    assembler.report.extra_columns = layout.extra;
    let mut csv = csv(source, slots);
    let width = source.columns.len();
    for_each_block(&mut lines, &mut csv, width, options.threads, |_| Ok(()), |block| assembler.block(block))
}

fn csv(source: &Source, slots: Vec<u32>) -> Csv {
    let delimiter = source.files.delimiter;
    // Only these bytes can stand second in a GB18030 character.
    let guarded = matches!(delimiter, Delimiter::Byte(0x30..=0x39 | 0x40..=0x7e));
    Csv::new(delimiter, source.files.quote, guarded, slots)
}

/// Reads the header and leaves the lines behind it.
fn header(file: &str, source: &Source, lines: &mut Lines) -> Result<Layout, SourceError> {
    let csv = csv(source, Vec::new());
    loop {
        lines.charset = lines.charset.decide(lines.at_hand());
        if let Some((fields, taken)) = csv.first_record(lines.at_hand(), lines.ended()) {
            lines.skip(taken);
            let names: Vec<String> = fields.iter().map(|field| decode_lossy(field, lines.charset)).collect();
            return Layout::matched(file, &names, source);
        }
        if lines.ended() {
            return Err(match lines.at_hand().iter().all(u8::is_ascii_whitespace) {
                true => SourceError::Empty { file: file.to_owned() },
                false => SourceError::HeaderUnclosed { file: file.to_owned() },
            });
        }
        let limit = lines.max_record_bytes();
        if lines.at_hand().len() >= limit {
            let delimiter = match source.files.delimiter {
                Delimiter::Byte(byte) => char::from(byte).escape_debug().to_string(),
                Delimiter::Whitespace => "whitespace".to_owned(),
            };
            return Err(SourceError::HeaderTooLong { file: file.to_owned(), limit, delimiter });
        }
        lines.fill((lines.at_hand().len() * 2).max(1024).min(limit))?;
    }
}
