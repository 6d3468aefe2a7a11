//! A gzip file (RFC 1952) around a deflate stream. The checksum of `flate2` takes longer than its compression when
//! nothing is optimised, and the sample must be quick in tests too.

use std::fs::File;
use std::io::{Error, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Magic, deflate, no flags, no time, fastest, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

/// A file of one gzip member.
pub struct GzipFile {
    deflate: DeflateEncoder<File>,
    checksum: crc32fast::Hasher,
    length: u32,
}

impl GzipFile {
    pub fn new(mut file: File) -> Result<Self, Error> {
        file.write_all(&HEADER)?;
        Ok(Self {
            deflate: DeflateEncoder::new(file, Compression::fast()),
            checksum: crc32fast::Hasher::new(),
            length: 0,
        })
    }

    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.checksum.update(bytes);
        self.length = self.length.wrapping_add(bytes.len() as u32);
        self.deflate.write_all(bytes)
    }

    pub fn finish(self) -> Result<(), Error> {
        let mut file = self.deflate.finish()?;
        file.write_all(&self.checksum.finalize().to_le_bytes())?;
        file.write_all(&self.length.to_le_bytes())
    }
}
