//! The same warehouse in an object store: no links, no locks, the commit alone decides.

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use portrait::warehouse::{Warehouse, WarehouseError};

use super::journal::step_done;
use super::kit::{as_of, draft, instant, published, run_id, stage, table};

#[test]
fn a_warehouse_in_an_object_store_publishes_goes_back_and_collects() {
    let objects = Arc::new(InMemory::new());
    let warehouse = Warehouse::in_store(objects.clone(), "s3://bucket/place").unwrap();
    for run in 1..=3_u32 {
        let draft = draft(&warehouse, run, "2026-01-01", &[(published("customer"), &[i64::from(run)])]);
        let release = warehouse.publish(&draft).unwrap();
        assert_eq!(warehouse.refresh_current().unwrap().unwrap(), release);
    }
    let lost = draft(&warehouse, 9, "2026-01-01", &[]);
    let mut stale = lost.clone();
    stale.base = None;
    assert!(matches!(warehouse.publish(&stale), Err(WarehouseError::Raced { .. })));
    let latest = warehouse.latest().unwrap().unwrap();
    let file = latest.tables[&table("customer")].files().next().unwrap().clone();
    assert_eq!(warehouse.path_of(&file).to_str(), Some(format!("s3://bucket/place/{}", file.path).as_str()));
    let bytes = futures::executor::block_on(async {
        objects.get(&Path::from(&*file.path)).await.unwrap().bytes().await.unwrap()
    });
    assert_eq!((bytes.len() as u64, &bytes[..4]), (file.bytes, &b"PAR1"[..]));
    let script = futures::executor::block_on(async {
        objects.get(&Path::from("catalog.sql")).await.unwrap().bytes().await.unwrap()
    });
    assert!(String::from_utf8_lossy(&script).contains(&format!("'s3://bucket/place/{}'", file.path)));

    let staged = stage(&warehouse, &run_id(5), as_of("2026-01-02"), &published("clv"), &[5]).unwrap();
    warehouse.record_step(&run_id(5), &step_done("clv", staged)).unwrap();
    assert_eq!(warehouse.steps_done(&run_id(5)).unwrap().len(), 1);
    let far = chrono::Utc::now() + chrono::Duration::days(30);
    let garbage = warehouse.collect_garbage(far, chrono::Duration::hours(1), 1).unwrap();
    assert_eq!(garbage.releases.len(), 2);
    assert!(warehouse.rollback(latest.id, instant(9)).is_ok());
    assert!(warehouse.lock(&run_id(6)).is_ok());
}

#[test]
fn of_racing_publishers_in_a_store_one_wins() {
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let warehouse = Warehouse::in_store(objects, "s3://bucket").unwrap();
    let drafts: Vec<_> = (1..=8).map(|run| draft(&warehouse, run, "2026-01-01", &[])).collect();
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            drafts.iter().map(|draft| scope.spawn(|| warehouse.publish(draft).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
}

/// Callers may be in a runtime of their own, even in one with a single thread.
#[tokio::test]
async fn calls_work_inside_a_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = super::kit::open(folder.path());
    assert!(warehouse.latest().unwrap().is_none());
    drop(warehouse);
}
