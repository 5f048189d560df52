use std::sync::Arc;

use domain::{notice::Channel, seal::Keyring};
use serde_json::json;
use testkit::{Setup, TestApp, TestPost};

use super::webhook::{create, receiver};
use crate::flow::desk::Desk;

const NEWER: &str = "//////////////////////////////////////////8=";

/// Everything that the database knows of webhooks, as whoever steals a dump reads it.
async fn dumped(app: &TestApp) -> String {
    testkit::scalar(
        &app.owner,
        "SELECT string_agg(w::text || encode(coalesce(sealed, ''), 'escape'), '') FROM webhook w",
    )
    .await
}

fn ring(keys: &[&str]) -> Arc<Keyring> {
    Arc::new(keys.iter().try_fold(Keyring::default(), |ring, key| ring.and(key)).unwrap())
}

/// Sends a record and what follows of it. Gives how many calls arrived.
async fn told(app: &TestApp, ways: &TestPost, keyring: &Arc<Keyring>, calls: &super::webhook::Calls) -> usize {
    Desk::of(app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    app.sent(Channel::Webhook, worker::Post { keyring: Arc::clone(keyring), ..ways.ways() }).await;
    std::mem::take(&mut *calls.lock().unwrap()).len()
}

#[tokio::test]
async fn where_a_webhook_leads_is_not_in_the_database() {
    let app = TestApp::new().await;
    let made =
        create(&app, "zj/town", "PROGRAM", "https://hook.example.cn/send?key=robot-secret", json!(["TO_REVIEW"])).await;
    let (secret, dump) = (made["secret"].as_str().unwrap(), dumped(&app).await);
    assert!(!dump.contains("robot-secret") && !dump.contains(secret) && !dump.contains("whsec"), "{dump}");
    assert!(dump.contains(testkit::post::keyring().newest().unwrap()), "which key, it knows");
}

#[tokio::test]
async fn without_a_key_no_webhook_is_set_up() {
    let app = TestApp::with(Setup { keyring: Arc::default(), ..Setup::default() }).await;
    let input = json!({ "org": app.org("zj/town").to_string(), "name": "工作群", "reader": "PROGRAM", "url": "https://hook.example.cn/",
                        "kinds": ["TO_REVIEW"] });
    let refused = app
        .actor("zj/town/org_admin")
        .mutate("createWebhook", input, "webhook { id } secret problems { message path }")
        .await;
    assert!(refused["webhook"].is_null() && refused["secret"].is_null(), "{refused}");
    assert!(refused["problems"][0]["message"].as_str().unwrap().contains("mail.webhook_key"), "{refused}");
    assert_eq!(testkit::scalar::<i64>(&app.owner, "SELECT count(*) FROM webhook").await, 0);
}

#[tokio::test]
async fn what_stood_in_the_clear_goes_on_and_is_sealed() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    let (url, calls) = receiver().await;
    create(&app, "zj/town", "WE_COM", &url, json!(["TO_REVIEW"])).await;
    let before = format!("UPDATE webhook SET sealed = NULL, sealed_by = NULL, url = '{url}'");
    testkit::held(&app.owner, &before).await.commit().await;
    let keyring = testkit::post::keyring();
    assert_eq!(told(&app, &ways, &keyring, &calls).await, 1);
    assert_eq!((app.sealed(Arc::default()).await, dumped(&app).await.contains("/hook")), (0, true), "there is no key");
    assert_eq!((app.sealed(Arc::clone(&keyring)).await, app.sealed(Arc::clone(&keyring)).await), (1, 0));
    assert!(!dumped(&app).await.contains("/hook"));
    assert_eq!(told(&app, &ways, &keyring, &calls).await, 1);
}

#[tokio::test]
async fn keys_change_and_every_notice_arrives() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    let (url, calls) = receiver().await;
    create(&app, "zj/town", "PROGRAM", &url, json!(["TO_REVIEW"])).await;
    let (old, new) = (testkit::post::keyring(), ring(&[NEWER]));
    let both = Arc::new(ring(&[NEWER]).as_ref().clone().and(testkit::post::KEY).unwrap());
    assert_eq!(app.sealed(Arc::clone(&new)).await, 0, "whoever has not the old key seals nothing anew");
    assert_eq!(told(&app, &ways, &new, &calls).await, 0, "nor does he know where it leads: it waits");
    let waits = "SELECT count(*) FROM delivery WHERE state = 'waiting' AND reason = 'webhook_key'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, waits).await, 1);
    assert_eq!(told(&app, &ways, &both, &calls).await, 1);
    assert_eq!(app.sealed(both).await, 1);
    app.clock.turn(chrono::TimeDelta::minutes(2));
    assert_eq!(told(&app, &ways, &new, &calls).await, 2, "what had waited too");
    assert_eq!(told(&app, &ways, &old, &calls).await, 0);
}

/// A seal that somebody copies into his own row opens there to nobody.
#[tokio::test]
async fn a_seal_is_good_for_its_own_webhook_alone() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    let (url, calls) = receiver().await;
    create(&app, "zj/town", "PROGRAM", &url, json!(["TO_REVIEW"])).await;
    create(&app, "zj/town2", "PROGRAM", "https://hook.example.cn/", json!(["TO_REVIEW"])).await;
    let swap = "UPDATE webhook w SET sealed = o.sealed FROM webhook o WHERE o.id <> w.id";
    testkit::sql(&app.owner, swap).await;
    assert_eq!(told(&app, &ways, &testkit::post::keyring(), &calls).await, 0);
}
