//! Files that must be read out of order, where they are packed: unpacked to a temporary file that is gone when dropped.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use super::stream::{Packing, Stream, open};
use super::{InputFile, SourceError};

/// A file that can be read at any place. A packed one is unpacked first, up to `limit` bytes.
pub fn seekable(file: &InputFile, limit: u64) -> Result<File, SourceError> {
    if Packing::of(&file.relative) == Packing::Plain {
        return open(file);
    }
    let failed = |source| SourceError::Spool { file: file.relative.clone(), source };
    let mut stream = Stream::open(file)?;
    let mut spool = tempfile::tempfile().map_err(failed)?;
    let mut buffer = vec![0; 1 << 18];
    let mut written = 0_u64;
    loop {
        let bytes = stream.fill(&mut buffer)?;
        if bytes == 0 {
            break;
        }
        written += bytes as u64;
        if written > limit {
            return Err(SourceError::ZipBomb { file: file.relative.clone(), bytes: written, limit });
        }
        spool.write_all(&buffer[..bytes]).map_err(failed)?;
    }
    spool.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(spool)
}
