//! Raw text of rejects, read back.

use arrow::datatypes::UInt64Type;
use portrait::config::column::ColumnType;
use portrait::source::reveal::{Stretch, reveal};

use super::*;

fn stretches(kept: &Kept) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    for batch in &kept.rejects {
        let offsets = batch.column(3).as_primitive::<UInt64Type>();
        let lengths = batch.column(4).as_primitive::<UInt64Type>();
        stretches.extend(
            offsets
                .values()
                .iter()
                .zip(lengths.values())
                .map(|(offset, length)| Stretch { offset: *offset, length: *length }),
        );
    }
    stretches
}

#[test]
fn rejects_are_read_back() {
    let source = csv_source(vec![required("id", ColumnType::Int), text("name")]);
    let (gb, _, _) = encoding_rs::GB18030.encode("id,name\n1,\"王\n小\"\nx,\"李\n四\"\r\n3,c\ny\n");
    let utf8 = "\u{feff}id,name\n1,\"王\n小\"\nx,\"李\n四\"\r\n3,c\ny\n".as_bytes().to_vec();
    for (name, bytes) in [("a.csv", gb.to_vec()), ("a.csv.gz", gzipped(&gb)), ("b.csv", utf8)] {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path(), name, &bytes);
        let mut kept = Kept::default();
        read(&source, &file, &ReadOptions { block_bytes: 64, ..options() }, &mut kept).unwrap();
        let mut stretches = stretches(&kept);
        stretches.sort();
        let texts = reveal(&file, source.files.encoding, &stretches).unwrap();
        assert_eq!(texts, ["x,\"李\n四\"", "y"], "{name}");
        let gone = [Stretch { offset: 1 << 20, length: 5 }];
        assert!(reveal(&file, source.files.encoding, &gone).unwrap_err().to_string().contains("has changed"));
    }
}
