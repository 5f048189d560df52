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
    assert_eq!(app.get("/readyz").await.json()["redis"], "up");

    redis.stop();
    for _ in 0..20 {
        security.data(schema, json!({})).await;
    }
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status, &ready.json()["redis"]), (200, &json!("away")));
    app.revoke(&security).await;
    assert_eq!(security.send(schema, json!({})).await.code(), "FORBIDDEN");
}
