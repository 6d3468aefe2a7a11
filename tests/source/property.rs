//! Laws: any bytes are read without a panic and none of their rows is lost; the tokenizer agrees with the `csv-core` crate.

use portrait::config::column::ColumnType;
use portrait::config::raw::source::FileFormat;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Bytes in which structure is likely.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => prop::sample::select(b",,,\"\"\n\r\n\\{}[]:|\t 0123.-eTZ".to_vec()),
        1 => any::<u8>(),
    ];
    vec(byte, 0..400)
}

fn small() -> ReadOptions {
    ReadOptions { block_bytes: 64, max_record_bytes: 128, ..options() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in bytes(), header in any::<bool>(), format in 0..4_usize) {
        let format = [FileFormat::Csv, FileFormat::Ndjson, FileFormat::Parquet, FileFormat::Xlsx][format];
        let mut source = source(format, vec![required("id", ColumnType::Int), column("d", decimal(9, 2)), text("name")]);
        source.files.header = header;
        let _ = read_with(&source, "sample", &bytes, &small());
        let _ = read_with(&source, "sample.gz", &gzipped(&bytes), &small());
    }

    #[test]
    fn blocks_do_not_matter(bytes in bytes()) {
        let mut source = csv_source(vec![text("a"), text("b")]);
        source.files.header = false;
        let show = |block_bytes| {
            let options = ReadOptions { block_bytes, ..options() };
            let (report, kept) = read_with(&source, "sample", &bytes, &options).map_err(|error| error.to_string())?;
            Ok::<_, String>((report, shown(&kept.rows), shown_rejects(&kept.rejects)))
        };
        let whole = show(1 << 20);
        // What a file's encoding is may be decided on another stretch.
        if bytes.is_ascii() {
            prop_assert_eq!(whole, show(64));
        }
    }

    #[test]
    fn fields_are_those_of_csv_core(text in "[ab,\"\n]{0,80}") {
        let mut source = csv_source(vec![Column { trim: false, ..text_column("a") }, Column { trim: false, ..text_column("b") }]);
        source.files.header = false;
        let (report, kept) = read_with(&source, "sample", text.as_bytes(), &options()).unwrap();
        let unclosed = shown_rejects(&kept.rejects).iter().any(|reject| reject.contains("unclosed"));
        prop_assume!(!unclosed);
        let records = csv_core_records(text.as_bytes());
        prop_assert_eq!(report.rows_read as usize, records.len());
        let fitting: Vec<String> = records
            .iter()
            .filter(|record| record.len() == 2)
            .map(|record| record.iter().map(|field| if field.is_empty() { "-" } else { field }).collect::<Vec<_>>().join("|"))
            .collect();
        prop_assert_eq!(shown(&kept.rows), fitting);
    }

    #[test]
    fn decimals_are_read_as_they_are_written(value in -999_999_999_999_i64..999_999_999_999, places in 0..6_usize) {
        let kind = decimal(20, 6);
        let digits = format!("{:0width$}", value.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if value < 0 { "-" } else { "" };
        let text = if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
        let source = csv_source(vec![column("v", kind)]);
        let (_, kept) = read_with(&source, "sample", format!("v\n{text}\n").as_bytes(), &options()).unwrap();
        let array = kept.rows[0].column(0).as_primitive::<arrow::datatypes::Decimal128Type>().value(0);
        prop_assert_eq!(array, i128::from(value) * 10_i128.pow(6 - places as u32));
    }
}

use super::text as text_column;
use portrait::config::column::Column;

fn csv_core_records(mut input: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv_core::ReaderBuilder::new().terminator(csv_core::Terminator::Any(b'\n')).build();
    let (mut records, mut output, mut ends) = (Vec::new(), vec![0; 4096], vec![0; 256]);
    let (mut written, mut fields) = (0, 0);
    loop {
        let (result, read, out, ended) =
            reader.read_record(input, &mut output[written..], &mut ends[fields..]);
        input = &input[read..];
        written += out;
        fields += ended;
        match result {
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::Record => {
                let mut start = 0;
                let record = ends[..fields].iter().map(|end| {
                    let field = String::from_utf8(output[start..*end].to_vec()).unwrap();
                    start = *end;
                    field
                });
                records.push(record.collect());
                (written, fields) = (0, 0);
            }
            csv_core::ReadRecordResult::End => return records,
            other => panic!("{other:?}"),
        }
    }
}
