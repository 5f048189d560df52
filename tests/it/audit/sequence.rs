use std::{
    future::Future,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use testkit::TestApp;
use tokio_util::sync::CancellationToken;

use super::{checked, exported, heads, opened};

/// Rows that are in the log, rows that there are, rows that wait, and whether the numbers are those from 0 on.
const STATE: &str = "SELECT (SELECT count(*) FROM audit_leaf) || ' ' || (SELECT count(*) FROM audit) || ' ' || (SELECT count(*) FROM audit_pending) || ' '
    || coalesce((SELECT bool_and(index = n) FROM (SELECT index, row_number() OVER (PARTITION BY tenant_id ORDER BY index) - 1 AS n FROM audit_leaf) AS x), true)
    || ' ' || coalesce((SELECT bool_and(l.size = (SELECT count(*) FROM audit_leaf f WHERE f.tenant_id = l.tenant_id)) FROM audit_log l), true)";

async fn state(app: &TestApp) -> Vec<String> {
    let state: String = testkit::scalar(&app.owner, STATE).await;
    state.split(' ').map(str::to_owned).collect()
}

/// Every committed row is in the log once, and the log is what its head says.
async fn whole(app: &TestApp, auditor: &str) {
    let state = state(app).await;
    assert_eq!(state[2..], ["0", "true", "true"], "{state:?}");
    assert_eq!(state[0], state[1], "as many leaves as rows: {state:?}");
    let kept = opened(&heads(app, auditor).await);
    let report = checked(&exported(app, auditor).await, &kept);
    assert!(report.clean(), "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_committed_row_is_in_the_log_once_whoever_writes_and_whoever_sequences() {
    for seed in 0..2 {
        let app = TestApp::new().await;
        let stop = CancellationToken::new();
        let sequencers = (0..2).map(|_| app.audit_log(&[1], None).run(stop.clone()));
        let writers = (0..4).map(|writer| {
            let owner = app.owner.clone();
            async move {
                let mut chance = StdRng::seed_from_u64(seed * 10 + writer);
                for _ in 0..12 {
                    let tenant = if chance.random_bool(0.7) { "zj" } else { "edu" };
                    let (rows, keep) = (chance.random_range(1..40), chance.random_bool(0.7));
                    // Numbers are handed out at once and committed late: the log must not be an order of numbers.
                    testkit::write_audit(&owner, tenant, rows, chance.random_range(0..30), keep).await;
                }
            }
        });
        let writing = async {
            futures_util::future::join_all(writers).await;
            stop.cancel();
        };
        futures_util::future::join(futures_util::future::join_all(sequencers), writing).await;
        app.log_audit().await;
        whole(&app, "zj/province/audit").await;
        app.log_audit().await;
        whole(&app, "edu/university/audit").await;
    }
}

#[tokio::test]
async fn what_was_numbered_early_and_committed_late_comes_late_and_is_not_passed_over() {
    let app = TestApp::new().await;
    let log = app.audit_log(&[1], None);
    let late = testkit::write_audit(&app.owner, "zj", 3, 2000, true);
    let early = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        testkit::write_audit(&app.owner, "zj", 2, 0, true).await;
        assert_eq!(log.once().await.unwrap(), 2, "what is not committed is not there");
    };
    futures_util::future::join(late, early).await;
    assert_eq!(log.once().await.unwrap(), 3);
    log.store.close().await;
    let order: String =
        testkit::scalar(&app.owner, "SELECT string_agg(audit_id::text, ' ' ORDER BY index) FROM audit_leaf").await;
    assert_eq!(order, "4 5 1 2 3");
    app.log_audit().await;
    whole(&app, "zj/province/audit").await;
}

/// Polls a future so many times and drops it, as a kill does.
async fn cut<T>(work: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        Pin::new(&mut work).as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn a_sequencer_that_is_killed_anywhere_leaves_the_log_whole() {
    let app = TestApp::new().await;
    let log = app.audit_log(&[1], None);
    let (mut polls, mut cuts) = (1, 0);
    loop {
        testkit::write_audit(&app.owner, "zj", 40, 0, true).await;
        let rows = cut(log.once(), polls).await;
        let signed = cut(log.heads(), polls).await;
        let state = state(&app).await;
        assert_eq!(state[3..], ["true", "true"], "cut after {polls}: {state:?}");
        if rows.is_some() && signed.is_some() {
            break;
        }
        (polls, cuts) = (polls + 1, cuts + 1);
        assert!(polls < 500, "it never came to its end");
    }
    // How often depends on how many answers of the database are there at once; each statement waits once.
    assert!(cuts > 5, "killed {cuts} times only");
    log.store.close().await;
    app.log_audit().await;
    whole(&app, "zj/province/audit").await;
}

#[tokio::test]
async fn a_round_that_is_rolled_back_leaves_no_tile_behind() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 700, 0, true).await;
    app.log_audit().await;
    let tiles = "SELECT md5(string_agg(level || ':' || index || ':' || encode(hashes, 'hex'), ',' ORDER BY level, index)) FROM audit_tile";
    let before: String = testkit::scalar(&app.owner, tiles).await;
    // The last statement of the round fails.
    testkit::sql(&app.owner, "ALTER TABLE audit_log ADD CONSTRAINT stop CHECK (size <= 700) NOT VALID").await;
    testkit::write_audit(&app.owner, "zj", 5000, 0, true).await;
    let log = app.audit_log(&[1], None);
    assert!(log.once().await.is_err());
    assert_eq!(testkit::scalar::<String>(&app.owner, tiles).await, before);
    testkit::sql(&app.owner, "ALTER TABLE audit_log DROP CONSTRAINT stop").await;
    assert_eq!(log.once().await.unwrap(), 5000, "several rounds until nothing is left");
    log.store.close().await;
    app.log_audit().await;
    whole(&app, "zj/province/audit").await;
}

#[tokio::test]
async fn a_row_that_is_gone_before_it_is_in_the_log_is_an_incident() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 3, 0, true).await;
    testkit::sql(&app.owner, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)").await;
    let told = "SELECT count(*) FROM audit a JOIN outbox o ON o.tenant_id = a.tenant_id AND o.topic = 'audit.incident'
                 WHERE a.action = 'audit.lost' AND a.object_id = o.subject ->> 'audit'";
    app.log_audit().await;
    assert_eq!(testkit::scalar::<i64>(&app.owner, told).await, 1);
    app.log_audit().await;
    assert_eq!(testkit::scalar::<i64>(&app.owner, told).await, 1, "once");
}
