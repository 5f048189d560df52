use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use testkit::{Setup, TestApp};

const REQUESTS: usize = 2000;
const AT_ONCE: usize = 16;
const SCHEMA: &str = "{ __schema { queryType { name } } }";

/// Connections of the application that sit in a transaction.
const STUCK: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'fonds_app' AND state LIKE 'idle in transaction%'";

/// Requests dropped at random moments leave no connection inside a transaction and no context behind
/// (docs/decisions/004-pool-guard.md: sqlx 0.9.0 alone does).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_requests_leave_nothing_behind() {
    let app = TestApp::with(Setup { max_connections: 4, ..Setup::default() }).await;
    // Who is who must not be mixed up meanwhile: two may ask for the schema, two may not.
    let people = ["zj/province/security", "zj/village/recorder", "edu/university/security", "edu/branch/secretary"];
    let people = people.map(|key| app.actor(key));
    let mut chance = StdRng::seed_from_u64(7);
    let (mut answered, mut dropped) = (0, 0);
    // How long a request may wait, at the most: as much as lets about half of them through on this machine, at this load.
    let mut reach = Duration::from_millis(10);
    for _ in 0..REQUESTS / AT_ONCE {
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
        reach = reach.mul_f64(if answered - before < AT_ONCE / 2 { 1.2 } else { 0.85 });
    }
    assert!(answered > 100 && dropped > 100, "{answered} answered, {dropped} dropped: nothing was tried");

    // The last transactions end by themselves, or they do not end.
    let mut stuck = 1;
    for _ in 0..20 {
        stuck = testkit::scalar::<i64>(&app.owner, STUCK).await;
        if stuck == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(stuck, 0, "connections idle in a transaction");
    people[0].data(SCHEMA, json!({})).await;
}
