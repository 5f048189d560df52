use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use secrecy::SecretString;
use serde_json::{Value, json};
use testkit::{Actor, TestApp, actor::new_key};

use super::served::{Served, binary, submit};
use crate::{
    fault::lengthened,
    flow::desk::{Desk, example},
};

const PEOPLE: [&str; 4] =
    ["zj/village/recorder", "zj/village/secretary", "zj/village2/recorder", "zj/village3/recorder"];
/// Drafts of each person for one life of the process: more than it can send.
const DRAFTS: usize = 40;

/// What each record has left behind.
const TRACES: &str = "SELECT jsonb_object_agg('record:' || replace(r.id::text, '-', ''), jsonb_build_object(
      'state', r.state,
      'submissions', (SELECT count(*) FROM submission s WHERE s.record_id = r.id),
      'told', (SELECT count(*) FROM event e WHERE e.record_id = r.id AND e.step = 'submitted'),
      'audited', (SELECT count(*) FROM audit a WHERE a.action = 'record.submit'
                     AND a.object_id = 'record:' || replace(r.id::text, '-', '')),
      'receipts', (SELECT jsonb_agg('receipt:' || replace(q.org_id::text, '-', '') || '.' || q.no) FROM receipt q
                    WHERE q.record_id = r.id)))
    FROM record r";
/// The same, counted in the figures of the topmost organisation.
const COUNTED: &str = "SELECT coalesce(sum(x.n), 0)::bigint FROM (
      SELECT n FROM rollup r JOIN org o ON o.id = r.org_id WHERE o.parent_id IS NULL AND r.type = '*' AND r.month % 100 = 0
      UNION ALL SELECT n FROM rollup_delta) x";
const GAPS: &str = "SELECT count(*) FROM counter c
    WHERE c.n <> (SELECT count(*) FROM receipt q WHERE q.org_id = c.org_id)
       OR c.n <> (SELECT max(q.no) FROM receipt q WHERE q.org_id = c.org_id)";
const STUCK: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND usename IN ('fonds_app', 'fonds_worker') AND state <> 'idle'";
const DIFFERENCES: &str = "SELECT count(*) FROM tenant t CROSS JOIN LATERAL sec.verify_rollups(t.id) v";

/// How often it is killed.
const LIVES: usize = 3;

/// Somebody who sends one record after the other, and keeps what was promised.
struct Sender<'a> {
    who: Actor<'a>,
    /// Records with the keys under which they are sent.
    waiting: Vec<(String, String)>,
    /// Record → receipt, as acknowledged.
    promised: BTreeMap<String, String>,
}

impl Sender<'_> {
    /// Until the process does not answer any more. What had no answer is asked again in its next life, or never.
    async fn send(&mut self, address: SocketAddr, again: bool, answers: &AtomicUsize) {
        while let Some((record, key)) = self.waiting.pop() {
            match submit(address, &self.who, &record, &key).await {
                Some(receipt) => {
                    self.promised.insert(record, receipt);
                    answers.fetch_add(1, Ordering::Relaxed);
                }
                None if again => return self.waiting.push((record, key)),
                None => return,
            }
        }
    }
}

/// Nothing that was acknowledged is lost, nothing is there twice, and nothing is left half done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_a_kill() {
    let binary = tokio::task::spawn_blocking(binary).await.unwrap();
    let app = TestApp::new().await;
    worker::queue::install(&SecretString::from(app.database.admin_url.clone())).await.unwrap();
    let mut senders: Vec<_> =
        PEOPLE.map(|key| Sender { who: app.actor(key), waiting: Vec::new(), promised: BTreeMap::new() }).into();
    let mut chance = StdRng::seed_from_u64(9);
    let lives = lengthened(LIVES);
    for life in 0..lives {
        for (sender, key) in senders.iter_mut().zip(PEOPLE) {
            let desk = Desk::of(&app, key);
            while sender.waiting.len() < DRAFTS {
                let record = desk.draft("ZZSHH", example("ZZSHH")).await;
                sender.waiting.insert(0, (record.to_string(), new_key()));
            }
        }
        let mut served = Served::start(&binary, &app).await;
        let (address, again) = (served.address, life % 2 == 0);
        let answers = AtomicUsize::new(0);
        let sending = join_all(senders.iter_mut().map(|sender| sender.send(address, again, &answers)));
        let killing = async {
            let enough = chance.random_range(10..60);
            for _ in 0..20_000 {
                if answers.load(Ordering::Relaxed) >= enough {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_micros(chance.random_range(0..20_000))).await;
            served.kill();
        };
        tokio::join!(sending, killing);
    }
    settled(&app).await;
    let promised: BTreeMap<_, _> = senders.into_iter().flat_map(|sender| sender.promised).collect();
    assert!(promised.len() >= lives * 10, "{} were acknowledged: nothing was tried", promised.len());
    check(&app, &promised).await;
}

/// The server ends what the dead process had begun.
async fn settled(app: &TestApp) {
    for _ in 0..100 {
        if testkit::scalar::<i64>(&app.owner, STUCK).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a connection is still in a transaction");
}

async fn check(app: &TestApp, promised: &BTreeMap<String, String>) {
    let traces: Value = testkit::scalar(&app.owner, TRACES).await;
    let traces = traces.as_object().unwrap();
    let mut sent = 0;
    for (record, trace) in traces {
        let whole = json!({ "state": "in_review", "submissions": 1, "told": 1, "audited": 1 });
        let nothing = json!({ "state": "draft", "submissions": 0, "told": 0, "audited": 0 });
        let mut left = trace.clone();
        let receipts = left.as_object_mut().unwrap().remove("receipts").unwrap();
        if let Some(receipt) = promised.get(record) {
            assert_eq!((&left, &receipts), (&whole, &json!([receipt])), "{record} was acknowledged");
        } else {
            assert!(
                (left == whole && receipts.as_array().is_some_and(|all| all.len() == 1)) || left == nothing,
                "{record}: {trace}"
            );
        }
        sent += i64::from(left == whole);
    }
    assert!(promised.keys().all(|record| traces.contains_key(record)), "a record is lost");
    assert_eq!(testkit::scalar::<i64>(&app.owner, GAPS).await, 0, "numbers have a gap");
    for folded in [false, true] {
        if folded {
            app.fold().await;
        }
        assert_eq!(testkit::scalar::<i64>(&app.owner, COUNTED).await, sent, "folded: {folded}");
        assert_eq!(testkit::scalar::<i64>(&app.owner, DIFFERENCES).await, 0, "folded: {folded}");
    }
}
