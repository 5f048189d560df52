//! Proofs out of a large log. Not in the ordinary run, which has small ones: `script/soak proof`, and shorter with `SOAK_SHORT=1`.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::TestApp;

/// The goal: the auditor's proof out of a million entries, from the question over HTTP to the checked file, in 20 ms at the most.
#[tokio::test]
#[ignore = "a part of script/soak: it builds a log of a million entries, and is timed"]
async fn a_proof_out_of_a_million_takes_twenty_milliseconds() {
    let entries = if std::env::var_os("FONDS_SOAK").is_some() { 1_000_000 } else { 20_000 };
    let app = TestApp::new().await;
    let begun = Instant::now();
    for _ in 0..10 {
        testkit::write_audit(&app.owner, "zj", entries / 10, 0, true).await;
    }
    let written = begun.elapsed();
    assert_eq!(app.log_audit().await, u64::try_from(entries).unwrap());
    println!("written in {written:?}, sequenced and signed after {:?}", begun.elapsed());
    testkit::sql(&app.owner, "VACUUM ANALYZE audit, audit_leaf, audit_tile, audit_pending").await;
    let auditor = app.actor("zj/province/audit");
    let query = "query($no: Int!) { auditProof(no: $no) { index file fault } }";
    let first: i64 = testkit::scalar(&app.owner, "SELECT min(audit_id) FROM audit_leaf").await;
    let mut times = Vec::new();
    for n in 0..1000_i64 {
        let no = first + n * 7919 % i64::from(entries);
        let begun = Instant::now();
        let answer = auditor.data(query, json!({ "no": no })).await;
        times.push(begun.elapsed());
        assert!(answer["auditProof"]["file"].is_string(), "{answer}");
    }
    times.sort();
    println!(
        "1,000 proofs: out of {entries} entries: median {:?}, p99 {:?}, slowest {:?}",
        times[500], times[990], times[999]
    );
    assert!(times[990] <= Duration::from_millis(20), "{:?}", times[990]);
}
