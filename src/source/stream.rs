//! A file as a stream of unpacked bytes. Knows packing and positions, nothing of rows.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::{InputFile, SourceError};

/// How a file is packed, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    pub fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".gz") {
            Self::Gzip
        } else if name.ends_with(".zst") {
            Self::Zstd
        } else {
            Self::Plain
        }
    }
}

/// Unpacked bytes from the beginning of a file.
pub struct Stream {
    file: String,
    packing: Packing,
    inner: Box<dyn Read + Send>,
    /// Bytes taken from the file, before unpacking.
    taken: Arc<AtomicU64>,
    /// Bytes given out, after unpacking.
    given: u64,
}

impl Stream {
    pub fn open(file: &InputFile) -> Result<Self, SourceError> {
        let opened = open(file)?;
        let taken = Arc::new(AtomicU64::new(0));
        let counted = Counted { inner: opened, taken: Arc::clone(&taken) };
        let packing = Packing::of(&file.relative);
        let inner: Box<dyn Read + Send> = match packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 17, counted))),
            Packing::Zstd => {
                let decoder =
                    zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(1 << 17, counted))
                        .map_err(|source| SourceError::Open { file: file.relative.clone(), source })?;
                Box::new(decoder)
            }
        };
        Ok(Self { file: file.relative.clone(), packing, inner, taken, given: 0 })
    }

    /// Fills the buffer as far as the stream goes; less than its length only at the end.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, SourceError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.inner.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        self.given += filled as u64;
        Ok(filled)
    }

    fn failed(&self, source: io::Error) -> SourceError {
        let file = self.file.clone();
        let offset = self.taken.load(Ordering::Relaxed);
        match self.packing {
            Packing::Plain => SourceError::Read { file, offset: self.given, source },
            Packing::Gzip => SourceError::Compressed { file, codec: "gzip", offset, source },
            Packing::Zstd => SourceError::Compressed { file, codec: "zstd", offset, source },
        }
    }
}

/// Opens a file, refusing folders and devices.
pub fn open(file: &InputFile) -> Result<File, SourceError> {
    let failed = |source| SourceError::Open { file: file.relative.clone(), source };
    if !std::fs::metadata(&file.path).map_err(failed)?.is_file() {
        return Err(SourceError::NotAFile { file: file.relative.clone() });
    }
    File::open(&file.path).map_err(failed)
}

struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
