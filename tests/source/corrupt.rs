//! Damaged files of every kind: a clear error that names the file, never a panic.

use arrow::array::Int32Array;
use portrait::config::column::ColumnType;
use portrait::config::project::Source;
use portrait::config::raw::source::FileFormat;

use super::*;

fn of(format: FileFormat) -> Source {
    source(format, vec![required("id", ColumnType::Int), text("name")])
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        })
        .collect()
}

#[test]
fn packed_files_cut_short() {
    let rows: String = (0..20_000).map(|id| format!("{id},{}\n", id * 7919 % 10_007)).collect();
    let packed = gzipped(format!("id,name\n{rows}").as_bytes());
    let error = refused(&of(FileFormat::Csv), "a.csv.gz", &packed[..packed.len() / 2]);
    let offset = packed.len() / 2;
    assert!(
        error.contains(&format!("`a.csv.gz` is damaged or cut short at byte {offset} of its gzip stream")),
        "{error}"
    );
    let packed = zstd::encode_all(rows.as_bytes(), 3).unwrap();
    let error = refused(&of(FileFormat::Csv), "a.csv.zst", &packed[..packed.len() / 2]);
    assert!(error.contains("of its zstd stream"), "{error}");
    for name in ["a.csv.gz", "a.csv.zst", "a.ndjson.gz"] {
        let error = refused(&of(FileFormat::Csv), name, &noise(10_000));
        assert!(error.contains(&format!("`{name}` is damaged")), "{error}");
    }
    let error = refused(&of(FileFormat::Csv), "a.csv.gz", b"");
    assert!(error.contains("`a.csv.gz`"), "{error}");
}

#[test]
fn noise_is_refused_or_quarantined() {
    for format in [FileFormat::Csv, FileFormat::Parquet, FileFormat::Xlsx] {
        for length in [1, 7, 100, 100_000] {
            let error = refused(&of(format), "a.bin", &noise(length));
            assert!(error.contains("`a.bin`") && error.len() < 4000, "{format:?} {length}: {error}");
        }
    }
    let (report, _) = read_with(&of(FileFormat::Ndjson), "a.bin", &noise(100_000), &options()).unwrap();
    assert_eq!(report.rows_loaded, 0);
    assert!(report.rows_quarantined > 0);
}

#[test]
fn half_a_parquet_file() {
    let bytes = parquet_bytes(&batch(vec![("id", arc(Int32Array::from_iter_values(0..10_000)))]));
    for length in [0, 4, bytes.len() / 2, bytes.len() - 1, bytes.len() - 6] {
        let error = refused(&of(FileFormat::Parquet), "a.parquet", &bytes[..length]);
        assert!(error.contains("`a.parquet` is not a whole Parquet file"), "{length}: {error}");
    }
    for at in (4..bytes.len()).step_by(bytes.len() / 97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        let _ = read_with(&of(FileFormat::Parquet), "a.parquet", &damaged, &options());
    }
}

#[test]
fn a_folder_where_a_file_should_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = InputFile {
        path: folder.path().to_owned(),
        relative: "a.csv".to_owned(),
        bytes: 0,
        modified_micros: 0,
    };
    for format in [FileFormat::Csv, FileFormat::Ndjson, FileFormat::Parquet, FileFormat::Xlsx] {
        let error = read(&of(format), &file, &options(), &mut Kept::default()).unwrap_err();
        assert!(error.to_string().contains("`a.csv` is not a file"), "{error}");
    }
    let gone = InputFile { path: folder.path().join("gone"), ..file };
    let error = read(&of(FileFormat::Csv), &gone, &options(), &mut Kept::default()).unwrap_err();
    assert!(error.to_string().contains("failed to open `a.csv`"), "{error}");
}
