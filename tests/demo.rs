//! Tests of `demo`: the files of the contract are all there, the same for any number of threads, with their truth.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use arrow::array::AsArray;
use calamine::Reader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use portrait::demo::{self, Options, Summary};

fn sample(directory: &Path, people: u64, seed: u64, threads: usize) -> Summary {
    let as_of = "2026-06-30".parse().expect("a date");
    demo::write(&Options { directory: directory.to_owned(), people, seed, as_of, threads }).expect("a sample")
}

/// Path under the root → hash of the bytes.
fn hashes(root: &Path) -> BTreeMap<String, blake3::Hash> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path =
                entry.path().strip_prefix(root).expect("under the root").to_string_lossy().into_owned();
            (path, blake3::hash(&std::fs::read(entry.path()).expect("a file")))
        })
        .collect()
}

#[test]
fn same_seed_same_bytes_for_any_threads() {
    let [one, two, other] = [(), (), ()].map(|()| tempfile::tempdir().expect("a folder"));
    let first = sample(one.path(), 900, 7, 1);
    let second = sample(two.path(), 900, 7, 2);
    sample(other.path(), 900, 8, 2);
    assert_eq!(first, second);
    assert_eq!(hashes(one.path()), hashes(two.path()));
    assert_ne!(hashes(one.path()), hashes(other.path()));
}

#[test]
fn a_smaller_sample_leaves_nothing_of_a_larger_one() {
    let (folder, fresh) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    sample(folder.path(), 1100, 7, 2);
    sample(folder.path(), 300, 7, 2);
    sample(fresh.path(), 300, 7, 2);
    assert_eq!(hashes(folder.path()), hashes(fresh.path()));
}

#[test]
fn nobody_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let as_of = "2026-06-30".parse().expect("a date");
    let options = Options { directory: folder.path().to_owned(), people: 0, seed: 1, as_of, threads: 1 };
    assert_eq!(demo::write(&options).unwrap_err().to_string(), "a sample needs at least one person");
}

/// The contract: folder or file, columns of which those before the bar are required.
const CONTRACT: &[(&str, &str)] = &[
    (
        "online/accounts/",
        "account_id,created_at|name,email,mobile,gender,birth_date,country,province,city,address,postcode,\
         wechat_unionid,customer_type,company_name,tax_id,industry,company_size,acquisition_campaign_id,\
         referred_by_account_id,marketing_consent,consent_at,education,income_band,interests,updated_at",
    ),
    (
        "offline/members/",
        "member_no,joined_on|name,mobile,email,birthday,gender,card_level,home_store_id,address,updated_at",
    ),
    (
        "offline/receipts/",
        "receipt_no,line,store_id,sold_at,sku,quantity,amount|member_no,mobile,category,unit_cost",
    ),
    ("offline/stores.csv", "store_id|name,city,region,opened_on"),
    (
        "service/tickets/",
        "ticket_id,opened_at|first_reply_at,resolved_at,email,mobile,channel,topic,reopened,satisfaction,comment,\
         handling_minutes",
    ),
    (
        "marketing/campaigns.csv",
        "campaign_id,starts_on|name,channel,ends_on,spend,currency,goal,control_share",
    ),
    ("marketing/touches/", "campaign_id,sent_at,variant|account_id,member_no,email,opened,clicked"),
    ("market/competitor_prices/", "seen_on,competitor,sku|price,currency"),
    ("market/competitor_service/", "seen_on,competitor,aspect|own_score,competitor_score"),
    ("loyalty/points/", "entry_id,member_no,at,points|reason"),
    ("reference/exchange_rates.csv", "date,currency,rate_to_base|"),
];

fn text(path: &Path) -> String {
    let mut bytes = std::fs::read(path).expect("a file");
    if path.extension().is_some_and(|extension| extension == "gz") {
        let packed = std::mem::take(&mut bytes);
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("gzip");
    }
    match String::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(error) => encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned(),
    }
}

#[test]
fn headers_follow_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    sample(folder.path(), 1000, 7, 2);
    let files = hashes(folder.path());
    for (path, columns) in CONTRACT {
        let (required, optional) = columns.split_once('|').expect("a bar");
        let known: BTreeSet<&str> = required.split(',').chain(optional.split(',')).collect();
        let matching: Vec<&String> = files.keys().filter(|file| file.starts_with(path)).collect();
        assert!(!matching.is_empty(), "no file of `{path}`");
        for file in matching {
            let text = text(&folder.path().join(file));
            let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
            for column in required.split(',') {
                assert!(header.contains(&column), "`{file}` lacks `{column}`");
            }
            for column in header {
                assert!(known.contains(column) || column == "loaded_by", "`{file}` has `{column}`");
            }
        }
    }
    for path in
        ["online/orders/", "online/order_items/", "online/events/", "online/reviews/", "market/mentions/"]
    {
        assert!(files.keys().any(|file| file.starts_with(path)), "no file of `{path}`");
    }
    let encodings = |suffix: &str| files.keys().filter(|file| file.ends_with(suffix)).count();
    assert!(encodings(".csv.gz") > 0 && encodings(".ndjson.gz") > 0);
}

/// Keys of good rows: neither empty nor marked as a line of the wrong length.
fn csv_keys(root: &Path, folder: &str, key: &str, date: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
        let text = text(&entry.expect("an entry").path());
        // The lines of this test's columns come before any field with a line end only if the field is not first:
        // so rows are parsed with quotes in mind.
        let mut rows = records(&text).into_iter();
        let header = rows.next().expect("a header");
        let position = |name: &str| header.iter().position(|column| column == name).expect("a column");
        let (key, date) = (position(key), position(date));
        for row in rows.filter(|row| row.len() == header.len()) {
            let good =
                row[date].starts_with("20") && !row[date].contains("13-45") && !row[date].contains("13/45");
            if good && !row[key].is_empty() && !row[key].ends_with('X') {
                keys.insert(row[key].clone());
            }
        }
    }
    keys
}

fn records(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (vec![], vec![], String::new(), false);
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            _ => field.push(character),
        }
    }
    rows
}

fn column(path: &Path, name: &str) -> Vec<String> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("parquet");
    let mut values = vec![];
    for batch in reader.build().expect("a reader") {
        let batch = batch.expect("a batch");
        let column = arrow::compute::cast(
            batch.column_by_name(name).expect("a column"),
            &arrow::datatypes::DataType::Utf8,
        )
        .expect("text");
        values.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    values
}

#[test]
fn truth_covers_every_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    sample(root, 1500, 11, 2);
    let truth = root.join("truth/people.parquet");
    let known: BTreeSet<(String, String)> =
        column(&truth, "source").into_iter().zip(column(&truth, "source_key")).collect();
    assert_eq!(known.len(), column(&truth, "person_id").len(), "a key stands twice");
    let keys_of = |source: &str| -> BTreeSet<String> {
        known.iter().filter(|(name, _)| name == source).map(|(_, key)| key.clone()).collect()
    };
    assert_eq!(keys_of("online_account"), csv_keys(root, "online/accounts", "account_id", "created_at"));
    assert_eq!(keys_of("offline_member"), csv_keys(root, "offline/members", "member_no", "joined_on"));
    assert_eq!(keys_of("service_ticket"), csv_keys(root, "service/tickets", "ticket_id", "opened_at"));
    let mut answers = BTreeSet::new();
    for entry in std::fs::read_dir(root.join("survey/responses")).expect("a folder") {
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook(entry.expect("an entry").path()).expect("a workbook");
        let sheet = book.worksheet_range("responses").expect("the sheet");
        answers.extend(sheet.rows().skip(1).map(|row| row[0].to_string()).filter(|key| key.len() == 11));
    }
    assert_eq!(keys_of("survey_response"), answers);
    let people: BTreeSet<String> = column(&truth, "person_id").into_iter().collect();
    assert!((1400..=1500 + 10).contains(&people.len()), "{} people", people.len());
}

#[test]
fn the_benchmark_project_is_sound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/load_clean_aggregate/project");
    let checked = portrait::cli::check::check(&root, "default", &|_| None);
    let problems: Vec<String> = checked.problems.iter().map(|problem| format!("{problem:?}")).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
