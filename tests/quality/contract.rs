//! What a source's contract asserts of the whole source.

use insta::assert_snapshot;
use portrait::quality::{Status, reject_ratio};

#[test]
fn rejected_rows_fail_a_source_only_past_the_limit() {
    assert_eq!(reject_ratio("online_order", 100, 1, 0.01).status, Status::Passed);
    assert_eq!(reject_ratio("online_order", 0, 0, 0.0).status, Status::Passed);
    let verdict = reject_ratio("online_order", 1000, 11, 0.01);
    assert_eq!(verdict.status, Status::Failed);
    assert_snapshot!(format!("{}: {}", verdict.name, verdict.message), @r#"
    source.online_order rejects: 11 of 1000 rows were rejected, 1.1 %; at most 1 % may be
    "#);
}
