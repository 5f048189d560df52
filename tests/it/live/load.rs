//! Many sockets, and one that does not read.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Setup, TestApp};

use super::{SECOND, counting, end, socket, until, watching};
use crate::{
    flow::desk::Desk,
    walls::world::{draft, writing},
};

/// Whoever does not read is told the latest state when he does, and nothing is kept for him in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_told_the_latest_state() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, mut rev) = draft(&recorder).await;
    let mut slow = watching(&app, &recorder, &record).await;
    let began = Instant::now();
    for nth in 0..80 {
        let written = json!({ "record": record, "rev": rev, "writing": writing(&format!("第 {nth} 稿")) });
        recorder.mutate("saveDraft", written, "record { rev }").await;
        rev += 1;
    }
    let tenths = began.elapsed().as_millis() / 100;
    let (mut events, mut last) = (0, 0);
    while last < rev {
        last = slow.hear().await.next().1["recordChanged"]["rev"].as_i64().unwrap();
        events += 1;
    }
    assert!(events <= tenths + 3, "80 saves in {tenths} tenths of a second, {events} events");
    end(&app, vec![slow]).await;
}

/// A socket whose other end reads nothing at all holds up nobody else, and is closed when its session ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_is_stuck_holds_up_nobody() {
    let app = TestApp::with(Setup { max_connections: 12, ..Setup::default() }).await;
    let [recorder, county] = ["zj/village/recorder", "zj/county/reviewer"].map(|key| app.actor(key));
    // So many errors are written to it as its line can hold, and then some.
    let mut stuck = socket(&app, &recorder).await;
    let (query, patience) = (json!({}), Duration::from_millis(300));
    for _ in 0..40_000 {
        if tokio::time::timeout(patience, stuck.subscribe("x", "{ version }", &query)).await.is_err() {
            break;
        }
    }
    let (mut free, _) = counting(&app, &county).await;
    let began = Instant::now();
    Desk::of(&app, "zj/village/secretary").send("ZBDH").await;
    until(&mut free, "IN_REVIEW", 1).await;
    assert!(began.elapsed() < SECOND);
    app.revoke(&recorder).await;
    let revoked = Instant::now();
    while app.tasks.len() > 1 {
        assert!(revoked.elapsed() < 3 * SECOND, "a stuck socket outlives its session");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(stuck);
    end(&app, vec![free]).await;
}
