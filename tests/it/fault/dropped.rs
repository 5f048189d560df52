use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use testkit::{Setup, TestApp};

use super::lengthened;

const REQUESTS: usize = 2000;
/// As many as connections: none waits for one, so that many are dropped while their transaction begins.
const AT_ONCE: usize = 8;
const SCHEMA: &str = "{ __schema { queryType { name } } }";

/// Connections of the application that sit in a transaction.
const STUCK: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'fonds_app' AND state LIKE 'idle in transaction%'";

/// Requests dropped at random moments leave no connection inside a transaction and no context behind
/// (docs/decisions/004-pool-guard.md: sqlx 0.9.0 alone does).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_requests_leave_nothing_behind() {
    let app = TestApp::with(Setup { max_connections: 8, ..Setup::default() }).await;
    // Who is who must not be mixed up meanwhile: two may ask for the schema, two may not.
    let people = ["zj/province/security", "zj/village/recorder", "edu/university/security", "edu/branch/secretary"];
    let people = people.map(|key| app.actor(key));
    let mut chance = StdRng::seed_from_u64(7);
    let (mut answered, mut dropped) = (0, 0);
    // How long a request may wait, at the most: as much as lets about half of them through on this machine, at this load.
    let mut reach = Duration::from_millis(10);
    for _ in 0..lengthened(REQUESTS) / AT_ONCE {
        let before = answered;
        let round = (0..AT_ONCE).map(|at| {
            let patience = reach.mul_f64(chance.random());
            tokio::time::timeout(patience, people[at % people.len()].send(SCHEMA, json!({})))
        });
        let answers: Vec<_> = futures_util::future::join_all(round).await;
        for (at, answer) in answers.into_iter().enumerate() {
            let Ok(answer) = answer else {
                dropped += 1;
                continue;
            };
            let code = if at % 2 == 0 { "" } else { "FORBIDDEN" };
            assert_eq!(answer.code(), code, "{}: {}", people[at % people.len()].key, answer.text());
            answered += 1;
        }
        // Between the rounds: a connection that is left over would be used, and cured, by the next one.
        assert_eq!(stuck(&app).await, 0, "connections idle in a transaction");
        reach = reach.mul_f64(if answered - before < AT_ONCE / 2 { 1.2 } else { 0.85 });
    }
    assert!(answered > 100 && dropped > 100, "{answered} answered, {dropped} dropped: nothing was tried");

    people[0].data(SCHEMA, json!({})).await;
}

/// Connections that stay in a transaction though nobody asks for anything; the last ones are given a second to end.
async fn stuck(app: &TestApp) -> i64 {
    for _ in 0..100 {
        if testkit::scalar::<i64>(&app.owner, STUCK).await == 0 {
            return 0;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    testkit::scalar(&app.owner, STUCK).await
}
