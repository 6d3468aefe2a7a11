//! The same rows in another order and in other files: what must change nothing that is published.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Shuffles the rows of every file under a folder, but for workbooks, and splits files that a pattern finds in two, the
/// later rows in the file that comes first. Workbooks change their names, so that they come in another order.
/// Returns how many files were changed.
pub fn folder(folder: &Path) -> usize {
    let files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    let mut changed = 0;
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        // Found by their own names, not by a pattern: these stay one file.
        let single = !name.starts_with("part-");
        changed += 1;
        match name.trim_end_matches(".gz").rsplit('.').next().unwrap() {
            "csv" => delimited(path, single),
            "ndjson" => lines(path),
            "parquet" if path.starts_with(folder.join("truth")) => changed -= 1,
            "parquet" => table(path),
            "xlsx" => fs::rename(path, path.with_file_name(turned(name))).unwrap(),
            other => panic!("a file of a new kind: {other}"),
        }
    }
    changed
}

/// A name that sorts the other way round: digits are counted from nine down.
fn turned(name: &str) -> String {
    name.chars().map(|c| c.to_digit(10).map_or(c, |digit| char::from(b'9' - digit as u8))).collect()
}

/// A row's place in the new order: nothing that a row says in any column.
fn place(row: &[u8]) -> u64 {
    row.iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

fn read(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).unwrap();
    unpacked
}

fn write(path: &Path, bytes: &[u8]) {
    if path.extension().is_none_or(|extension| extension != "gz") {
        return fs::write(path, bytes).unwrap();
    }
    let mut packed = flate2::write::GzEncoder::new(File::create(path).unwrap(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap();
}

fn delimited(path: &Path, single: bool) {
    let bytes = read(path);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[..]);
    let mut records: Vec<csv::ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
    let header = records.remove(0);
    records.sort_by_key(|record| place(record.as_slice()));
    let written = |records: &[csv::ByteRecord]| {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_byte_record(&header).unwrap();
        records.iter().for_each(|record| writer.write_byte_record(record).unwrap());
        writer.into_inner().unwrap()
    };
    if single {
        return write(path, &written(&records));
    }
    let (first, second) = records.split_at(records.len() / 3);
    write(path, &written(first));
    write(&before(path), &written(second));
}

fn lines(path: &Path) {
    let bytes = read(path);
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    lines.sort_by_key(|line| place(line));
    let (first, second) = lines.split_at(lines.len() / 3);
    write(path, &first.concat());
    write(&before(path), &second.concat());
}

fn table(path: &Path) {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let rows = concat_batches(&batches[0].schema(), &batches).unwrap();
    let mut order: Vec<u32> = (0..rows.num_rows() as u32).collect();
    order.sort_by_key(|row| place(&row.to_le_bytes()));
    let rows = take_record_batch(&rows, &UInt32Array::from(order)).unwrap();
    let first = rows.num_rows() / 3;
    for (path, part) in
        [(path.to_owned(), rows.slice(0, first)), (before(path), rows.slice(first, rows.num_rows() - first))]
    {
        let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), part.schema(), None).unwrap();
        writer.write(&part).unwrap();
        writer.close().unwrap();
    }
}

/// A file beside this one that comes before all others.
fn before(path: &Path) -> PathBuf {
    path.with_file_name(format!("another-{}", path.file_name().unwrap().to_str().unwrap()))
}
