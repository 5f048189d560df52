use std::time::Duration;

use serde_json::json;
use testkit::{Setup, TestApp, redis::PrivateRedis};

/// Redis holds only what may be lost: stopped in mid-run, answers go on, and a revocation holds at the next request.
#[tokio::test]
async fn redis_stopped_everything_goes_on() {
    let mut redis = PrivateRedis::start();
    let app = TestApp::with(Setup { redis: Some(redis.url()), ..Setup::default() }).await;
    let security = app.actor("zj/province/security");
    let schema = "{ __schema { queryType { name } } }";
    security.data(schema, json!({})).await;
    told(&app, "up").await;

    redis.stop();
    for _ in 0..20 {
        security.data(schema, json!({})).await;
    }
    told(&app, "away").await;
    app.revoke(&security).await;
    assert_eq!(security.send(schema, json!({})).await.code(), "FORBIDDEN");
}

/// Ready all the time, and sooner or later saying so of redis: it is asked again only after some seconds.
async fn told(app: &TestApp, redis: &str) {
    for _ in 0..200 {
        let ready = app.get("/readyz").await;
        assert_eq!(ready.status, 200, "redis is nothing that Fonds waits for");
        if ready.json()["redis"] == redis {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("redis was never told to be {redis}");
}
