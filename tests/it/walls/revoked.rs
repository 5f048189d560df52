//! What is taken away is gone at the next request, with redis and without it.

use serde_json::{Value, json};
use testkit::{Actor, Setup, TestApp, redis::PrivateRedis};

use super::world::draft;

const RECORD: &str = "query($id: ID!) { record(id: $id) { title } }";

async fn code(person: &Actor<'_>, record: &str) -> String {
    person.send(RECORD, json!({ "id": record })).await.code()
}

/// Seven ways to take something away; each from somebody who could read the record a request before.
async fn everything_is_taken_away(app: &TestApp) {
    let (security, admin) = (app.actor("zj/province/security"), app.actor("zj/town/org_admin"));
    let [recorder, recorder2, secretary] =
        ["zj/village/recorder", "zj/village/recorder2", "zj/village/secretary"].map(|key| app.actor(key));
    let (record, _) = draft(&recorder).await;
    for person in [&recorder, &recorder2, &secretary] {
        assert_eq!(code(person, &record).await, "");
    }
    // A line of the policy.
    let deny = json!({ "role": "branch_secretary", "kind": "record", "action": "view", "relation": "self",
                       "levelFrom": 1, "levelTo": 12, "ceiling": 0, "effect": "deny" });
    let edited = security.mutate("editPolicy", json!({ "add": [deny], "dryRun": false }), "applied").await;
    assert_eq!(edited["applied"], true);
    assert_eq!(code(&secretary, &record).await, "NOT_FOUND");
    // A post.
    admin.mutate("endPost", json!({ "id": recorder2.post.to_string() }), "post { id }").await;
    assert_eq!(code(&recorder2, &record).await, "NOT_FOUND");
    // A person.
    admin.mutate("suspendAccount", json!({ "account": secretary.account.to_string() }), "account { id }").await;
    assert_eq!(code(&secretary, &record).await, "UNAUTHENTICATED");
    // One session of two.
    let made = recorder.mutate("createToken", json!({ "label": "另一个", "days": 1 }), "session { id } token").await;
    let other = recorder.with_token(made["token"].as_str().unwrap());
    assert_eq!(code(&other, &record).await, "");
    security.mutate("endSession", json!({ "session": made["session"]["id"] }), "session { id }").await;
    assert_eq!(
        (code(&other, &record).await.as_str(), code(&recorder, &record).await.as_str()),
        ("UNAUTHENTICATED", "")
    );
    // Time: a post of one day is over with the day.
    let grant = json!({ "account": recorder2.account.to_string(), "org": recorder.org.to_string(),
                        "role": "branch_recorder", "until": "2026-03-02" });
    let granted: Value = admin.mutate("grantPost", grant, "post { validTo }").await;
    assert!(granted["post"].is_object(), "{granted}");
    assert_eq!(code(&recorder2, &record).await, "");
    app.clock.turn(chrono::TimeDelta::hours(15));
    assert_eq!(code(&recorder2, &record).await, "NOT_FOUND");
    // Everything of one's own.
    recorder.mutate("signOutEverywhere", json!({}), "ended").await;
    assert_eq!(code(&recorder, &record).await, "UNAUTHENTICATED");
    // The tenant.
    let town = app.actor("zj/town/reviewer");
    assert_eq!(code(&town, &record).await, "NOT_FOUND");
    testkit::sql(&app.owner, "UPDATE tenant SET state = 'suspended' WHERE key = 'zj'").await;
    assert_eq!(code(&town, &record).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_is_taken_away_is_gone_at_the_next_request() {
    everything_is_taken_away(&TestApp::new().await).await;
}

#[tokio::test]
async fn with_redis_stopped_it_is_gone_as_well() {
    let mut redis = PrivateRedis::start();
    let app = TestApp::with(Setup { redis: Some(redis.url()), ..Setup::default() }).await;
    app.actor("zj/village/recorder").data("{ viewer { tenantKey } }", json!({})).await;
    redis.stop();
    everything_is_taken_away(&app).await;
}
