//! UTF-8 or GB18030: which a file is, and how its values become UTF-8.
//!
//! Rows and fields are found in the undecoded bytes, so that offsets are the file's own; only values are decoded. In
//! GB18030 a second or fourth byte may be a digit, a letter or one of ``@[\]^_`{|}~``, never a comma, a quote, a tab, a
//! semicolon or a line end.

use encoding_rs::GB18030;

use super::block::{Block, Decoded};
use super::error::SourceError;
use crate::config::raw::source::Encoding;

/// What is known of a file's encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Nothing but ASCII so far.
    Undecided,
    Utf8,
    Gb18030,
}

impl Charset {
    pub fn declared(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Auto => Self::Undecided,
            Encoding::Utf8 => Self::Utf8,
            Encoding::Gb18030 => Self::Gb18030,
        }
    }

    /// Decides on the first stretch that holds a byte beyond ASCII.
    ///
    /// Valid UTF-8 is UTF-8. A stretch with a few invalid bytes among many valid characters is UTF-8 too: those values
    /// become rejects, the rest is not garbled. Everything else is GB18030. Once decided, a file stays what it is.
    pub fn decide(self, bytes: &[u8]) -> Self {
        if self != Self::Undecided || bytes.is_ascii() {
            return self;
        }
        let (mut valid, mut invalid) = (0_usize, 0_usize);
        for chunk in bytes.utf8_chunks() {
            valid += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
            let cut_short =
                std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            invalid += usize::from(!chunk.invalid().is_empty() && !cut_short);
        }
        if invalid == 0 || valid > 20 * invalid { Self::Utf8 } else { Self::Gb18030 }
    }
}

/// Leaves in a block nothing but UTF-8.
pub fn decode(block: &mut Block, charset: Charset) {
    match charset {
        Charset::Undecided => {}
        Charset::Utf8 => {
            if std::str::from_utf8(&block.bytes).is_err() || std::str::from_utf8(&block.beside).is_err() {
                block.decode(|text, _| match std::str::from_utf8(text) {
                    Ok(_) => Decoded::Same,
                    Err(_) => Decoded::Invalid,
                });
            }
        }
        Charset::Gb18030 => {
            if !block.bytes.is_ascii() || !block.beside.is_ascii() {
                block.decode(|text, out| {
                    if text.is_ascii() {
                        return Decoded::Same;
                    }
                    match GB18030.decode_without_bom_handling_and_without_replacement(text) {
                        Some(decoded) => {
                            out.extend_from_slice(decoded.as_bytes());
                            Decoded::Written
                        }
                        None => Decoded::Invalid,
                    }
                });
            }
        }
    }
}

/// One text, decoded with replacement characters: for headers and for people's eyes.
pub fn decode_lossy(text: &[u8], charset: Charset) -> String {
    match charset {
        Charset::Gb18030 => GB18030.decode_without_bom_handling(text).0.into_owned(),
        Charset::Utf8 | Charset::Undecided => String::from_utf8_lossy(text).into_owned(),
    }
}

/// The length of a UTF-8 byte order mark at the beginning, or an error if the file says that it is UTF-16.
pub fn byte_order_mark(file: &str, bytes: &[u8]) -> Result<usize, SourceError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(SourceError::NotText { file: file.to_owned(), found: "UTF-16" });
    }
    Ok(if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 })
}
