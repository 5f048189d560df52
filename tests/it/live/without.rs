//! Without redis, and when it goes in mid-stream.

use std::time::Instant;

use serde_json::json;
use testkit::{Setup, TestApp, redis::PrivateRedis};

use super::{SECOND, counting, end, quiet, until, watching};
use crate::{
    flow::desk::{Desk, done, example},
    walls::world::draft,
};

/// Steps that this process knows nothing of: it is told by nobody and finds them by looking.
async fn found(app: &TestApp, redis: Option<&mut PrivateRedis>) {
    let other = app.beside().await;
    let county = app.actor("zj/county/reviewer");
    let recorder = app.actor("zj/village/recorder");
    let (record, rev) = draft(&recorder).await;
    let ((mut at_county, _), mut of_record) = (counting(app, &county).await, watching(app, &recorder, &record).await);
    quiet(&mut at_county).await;
    if let Some(redis) = redis {
        redis.stop();
    }
    let desk = Desk::of(app, "zj/village/recorder");
    for round in 1..=3 {
        let id = desk.draft("ZBDH", example("ZBDH")).await;
        let began = Instant::now();
        done(app::record::submit(&other.app, &desk.caller, desk.command("record.submit", &id), id, 1).await);
        until(&mut at_county, "IN_REVIEW", round).await;
        assert!(began.elapsed() < 2 * SECOND, "round {round}: {:?}", began.elapsed());
    }
    let began = Instant::now();
    let id = record.parse().unwrap();
    done(
        app::record::submit(
            &other.app,
            &desk.caller,
            desk.command("record.submit", &record),
            id,
            i32::try_from(rev).unwrap(),
        )
        .await,
    );
    assert_eq!(of_record.hear().await.next().1["recordChanged"]["state"], "IN_REVIEW");
    assert!(began.elapsed() < 2 * SECOND);
    // What is taken away goes as fast.
    let began = Instant::now();
    recorder.mutate("signOutEverywhere", json!({}), "ended").await;
    assert_eq!(of_record.hear().await, testkit::Heard::Closed(4401));
    assert!(began.elapsed() < SECOND);
    other.stop().await;
    end(app, vec![at_county]).await;
}

#[tokio::test]
async fn without_redis_everything_is_found_within_two_seconds() {
    found(&TestApp::with(Setup { redis: None, ..Setup::default() }).await, None).await;
}

#[tokio::test]
async fn redis_killed_in_mid_stream_everything_goes_on() {
    let mut redis = PrivateRedis::start();
    let app = TestApp::with(Setup { redis: Some(redis.url()), ..Setup::default() }).await;
    found(&app, Some(&mut redis)).await;
}

/// A transaction that is long about its commit: its number was raised before, and it is found all the same.
#[tokio::test]
async fn a_step_that_is_slow_to_commit_is_not_missed() {
    let app = TestApp::with(Setup { redis: None, ..Setup::default() }).await;
    let county = app.actor("zj/county/reviewer");
    let desk = Desk::of(&app, "zj/village/recorder");
    desk.send("ZBDH").await;
    let (mut at_county, first) = counting(&app, &county).await;
    assert_eq!(super::count(&first, "IN_REVIEW"), 1);
    quiet(&mut at_county).await;
    let columns = "tenant_id, chain, type, tags, month, state, n, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12";
    let slow = format!(
        "INSERT INTO outbox (tenant_id, topic, subject, at) SELECT tenant_id, topic, subject, at FROM outbox LIMIT 1;
         INSERT INTO rollup_delta ({columns}) SELECT {columns} FROM rollup_delta"
    );
    let slow = testkit::held(&app.owner, &slow).await;
    quiet(&mut at_county).await;
    quiet(&mut at_county).await;
    let began = Instant::now();
    slow.commit().await;
    until(&mut at_county, "IN_REVIEW", 2).await;
    assert!(began.elapsed() < 2 * SECOND);
    end(&app, vec![at_county]).await;
}
