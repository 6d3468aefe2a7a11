//! What a machine does to a run: a full disk, a warehouse that cannot be written, a line without an end.
//!
//! Disks are made small or read-only in a mount namespace of the child's own (`unshare`), which needs no rights on Linux
//! with user namespaces. Where the machine has none the tests fall back to a limit on the size of files, and to a
//! folder where a file is wanted.

use std::fs;
use std::process::Command;

use crate::support::{Shop, checkout, source_report};

const AS_OF: &str = "2026-06-30";

/// Runs a shell script in which disks can be mounted; `None` where that is not permitted.
fn in_namespace(shop: &Shop, script: &str) -> Option<Vec<String>> {
    let unshare = |command: &mut Command| {
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    };
    let mut probe = Command::new("unshare");
    unshare(&mut probe);
    let permitted =
        probe.arg("mount -t tmpfs tmpfs /mnt").output().is_ok_and(|output| output.status.success());
    if !permitted {
        return None;
    }
    let mut command = Command::new("unshare");
    unshare(&mut command);
    let output = command
        .arg(script)
        .env("PORTRAIT", env!("CARGO_BIN_EXE_portrait"))
        .env("SHOP", shop.folder.path())
        .env("AS_OF", AS_OF)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(said.lines().map(str::to_owned).collect())
}

/// Orders that make a good deal of Parquet: nothing in them repeats.
fn many_orders() -> String {
    let mut text = "order_id,ordered_at,email,status,amount\n".to_owned();
    for n in 0..40_000_u64 {
        let noise = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        text.push_str(&format!(
            "N{noise:x},2026-06-01 10:00:00,{noise:x}@example.com,paid,{}.00\n",
            noise % 1000
        ));
    }
    text
}

#[test]
fn a_full_disk_fails_the_run_and_the_last_release_stays() {
    let shop = Shop::copy_of(&checkout("templates/small"), None);
    shop.write("more.csv", many_orders());
    let script = r#"
        set -u; cd "$SHOP"; mkdir warehouse; mount -t tmpfs -o size=3m tmpfs warehouse
        "$PORTRAIT" run -q --as-of "$AS_OF" > first.txt 2>&1; echo "first $?"
        cp more.csv data/orders/
        dd if=/dev/zero of=warehouse/filler bs=1k count=2600 2> /dev/null
        "$PORTRAIT" run --as-of "$AS_OF" > full.txt 2>&1; echo "full $?"
        "$PORTRAIT" query --format json "SELECT COUNT(*) AS n FROM customer"
        ls warehouse/releases
        rm warehouse/filler; mount -o remount,size=100m warehouse
        "$PORTRAIT" retry > retried.txt 2>&1; echo "retried $?"
        "$PORTRAIT" query --format json "SELECT COUNT(*) AS n FROM customer"
        find warehouse -name '.*.tmp' | wc -l
    "#;
    let Some(said) = in_namespace(&shop, script) else { return a_limit_stands_for_a_full_disk(&shop) };
    let full = fs::read_to_string(shop.path("full.txt")).unwrap();
    assert_eq!(said[..4], ["first 0", "full 1", "{\"n\":8}", "000001.json"], "{said:?}\n{full}");
    assert!(full.to_lowercase().contains("no space left"), "{full}");
    assert!(!full.contains("panicked"), "{full}");
    assert_eq!(said[4..], ["retried 0", "{\"n\":40008}", "0"], "{said:?}");
}

/// The same through a limit on the size of files, for machines that let nobody mount.
fn a_limit_stands_for_a_full_disk(shop: &Shop) {
    shop.run(AS_OF);
    fs::rename(shop.path("more.csv"), shop.path("data/orders/more.csv")).unwrap();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" run -C \"$1\" --as-of \"$2\""])
        .args([env!("CARGO_BIN_EXE_portrait"), shop.folder.path().to_str().unwrap(), AS_OF])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(shop.query_row("SELECT COUNT(*) AS n FROM customer")["n"], 8);
}

#[test]
fn a_read_only_warehouse_is_a_clear_error_and_can_still_be_read() {
    let shop = Shop::copy_of(&checkout("templates/small"), None);
    shop.run(AS_OF);
    shop.write("data/orders/more.csv", many_orders());
    let script = r#"
        set -u; cd "$SHOP"; mount --bind warehouse warehouse; mount -o remount,bind,ro warehouse
        "$PORTRAIT" run --as-of "$AS_OF" > refused.txt 2>&1; echo "refused $?"
        "$PORTRAIT" retry > retried.txt 2>&1; echo "retried $?"
        "$PORTRAIT" releases rollback 1 > rollback.txt 2>&1; echo "rollback $?"
        "$PORTRAIT" query --format json "SELECT COUNT(*) AS n FROM customer"
        "$PORTRAIT" releases --json | wc -l
    "#;
    match in_namespace(&shop, script) {
        Some(said) => {
            assert_eq!(said, ["refused 2", "retried 2", "rollback 2", "{\"n\":8}", "1"]);
            let refused = fs::read_to_string(shop.path("refused.txt")).unwrap();
            assert!(refused.to_lowercase().contains("read-only"), "{refused}");
            assert!(refused.contains("warehouse"), "{refused}");
        }
        None => {
            shop.write("file", "");
            let elsewhere = shop.path("file/warehouse");
            let said = shop.portrait(&["run", "--as-of", AS_OF, "--warehouse", elsewhere.to_str().unwrap()]);
            assert!(said.expect_code(2).err.contains("file/warehouse"));
        }
    }
    shop.run(AS_OF);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_one_rejected_row() {
    let shop = Shop::copy_of(&checkout("templates/small"), None);
    let mut bytes =
        b"order_id,ordered_at,email,status,amount\nL1,2026-06-01 10:00:00,l@example.com,paid,1.00\n".to_vec();
    bytes.resize(bytes.len() + (100 << 20), b'x');
    bytes.extend_from_slice(b"\nL2,2026-06-02 10:00:00,l@example.com,paid,2.00\n");
    shop.write("data/orders/long.csv", bytes);
    let record = shop.run(AS_OF);
    let report = source_report(&record, "shop_order");
    assert_eq!(report["row_rejects"]["record_too_long"], 1, "{report:#}");
    assert_eq!((&report["read"], &report["loaded"]), (&44.into(), &41.into()), "{report:#}");
    // A record of at most 16 MiB is held, and a copy while it grows; the program alone takes some 300 MB unoptimised.
    let peak = record["peak_memory_bytes"].as_u64().unwrap();
    assert!(peak < 700_000_000, "{peak}");
    let rejects = shop.portrait(&["rejects", "shop_order", "--format", "json"]).expect_code(0);
    let place = rejects.out.lines().find(|line| line.contains("record_too_long")).unwrap();
    assert!(place.contains("\"line\":3") && place.contains(&(100_u64 << 20).to_string()), "{place}");
}
