use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use domain::notice::Channel;
use mail::webhook::{Secret, verify};
use secrecy::SecretString;
use serde_json::{Value, json};
use testkit::{TestApp, TestPost};
use tokio_util::task::TaskTracker;

use crate::flow::desk::{Desk, done, example, remarks};

pub(super) type Calls = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A receiver on this machine.
pub(super) async fn receiver() -> (String, Calls) {
    let calls = Calls::default();
    let take = |State(calls): State<Calls>, headers: HeaderMap, body: Bytes| async move {
        calls.lock().unwrap().push((headers, body));
        r#"{"errcode":0,"code":0}"#
    };
    let router = Router::new().route("/hook", post(take)).with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    TaskTracker::new().spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/hook"), calls)
}

pub(super) async fn create(app: &TestApp, org: &str, reader: &str, url: &str, kinds: Value) -> Value {
    let input =
        json!({ "org": app.org(org).to_string(), "name": "工作群", "reader": reader, "url": url, "kinds": kinds });
    app.actor("zj/county/org_admin").mutate("createWebhook", input, "webhook { id host reader } secret").await
}

#[tokio::test]
async fn a_program_gets_a_signed_notice_and_nobody_sees_its_secret_again() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    let (url, calls) = receiver().await;
    let made = create(&app, "zj/town", "PROGRAM", &url, json!(["TO_REVIEW"])).await;
    let secret = made["secret"].as_str().unwrap_or_else(|| panic!("{made}"));
    let sent = Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    assert_eq!(app.sent(Channel::Webhook, ways.ways()).await, 1);
    let (headers, body) = calls.lock().unwrap().remove(0);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let key = Secret::read(&SecretString::from(secret)).unwrap();
    let now = domain::clock::Clock::now(&*app.clock);
    let (id, stamp, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    assert_eq!(verify(&key, &id, &stamp, &signature, &body, now), Ok(()));
    assert!(verify(&key, &id, &stamp, &signature, &body, now + chrono::TimeDelta::minutes(6)).is_err(), "replayed");
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["type"], "notice.to_review");
    assert!(told["data"]["link"].as_str().unwrap().ends_with(&sent.receipt.to_string()));
    let admin = app.actor("zj/county/org_admin");
    let seen = admin.data(
        "query($org: ID!) { webhooks(org: $org) { nodes { id name reader host kinds createdBy { name } } } }",
        json!({ "org": app.org("zj/town").to_string() }),
    );
    let seen = seen.await.to_string();
    assert!(seen.contains("工作群") && !seen.contains(secret) && !seen.contains("/hook"), "{seen}");
    let kept = "SELECT count(*) FROM (SELECT after::text AS text FROM audit UNION ALL SELECT answer::text FROM idempotency UNION ALL SELECT subject::text FROM outbox) x WHERE text LIKE '%whsec_%' OR text LIKE '%/hook%'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, kept).await, 0);
}

#[tokio::test]
async fn a_group_is_told_of_its_own_work_alone_and_of_nothing_internal_by_name() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    let (url, calls) = receiver().await;
    create(&app, "zj/town", "WE_COM", &url, json!(["TO_REVIEW", "RETURNED"])).await;
    let branch = Desk::of(&app, "zj/village/recorder");
    let mut internal = example("ZBDH");
    (internal.confidentiality, internal.title) = (1, "内部事项".to_owned());
    let record = branch.draft("ZBDH", internal).await;
    let sent = done(branch.submit(record, 1).await);
    Desk::of(&app, "zj/village3/recorder").send("ZBDH").await; // to the other town
    app.relayed().await;
    assert_eq!(app.sent(Channel::Webhook, ways.ways()).await, 1);
    let body: Value = serde_json::from_slice(&calls.lock().unwrap().remove(0).1).unwrap();
    let text = body["text"]["content"].as_str().unwrap();
    assert!(text.contains("待审核") && !text.contains("内部事项"), "{text}");
    // What came back is the branch's affair: the town's group hears nothing of it.
    done(Desk::of(&app, "zj/town/reviewer").give_back(sent.receipt, remarks()).await);
    app.relayed().await;
    assert_eq!(app.sent(Channel::Webhook, ways.ways()).await, 0);
}

#[tokio::test]
async fn a_trial_arrives_one_a_minute_and_a_removed_one_hears_nothing() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    let (url, calls) = receiver().await;
    let made = create(&app, "zj/town", "FEISHU", &url, json!(["TO_REVIEW"])).await;
    let (admin, id) = (app.actor("zj/town/org_admin"), made["webhook"]["id"].clone());
    assert_eq!(admin.mutate("testWebhook", json!({ "webhook": id }), "done").await["done"], true);
    let again = admin.mutate("testWebhook", json!({ "webhook": id }), "done").await;
    assert_eq!((again["done"].as_bool(), again["problems"][0]["code"].as_str()), (Some(false), Some("TOO_MANY")));
    assert_eq!(app.sent(Channel::Webhook, ways.ways()).await, 1);
    let body = String::from_utf8(calls.lock().unwrap().remove(0).1.to_vec()).unwrap();
    assert!(body.contains("测试消息"), "{body}");
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    assert_eq!(admin.mutate("removeWebhook", json!({ "webhook": id }), "done").await["done"], true);
    assert_eq!(app.sent(Channel::Webhook, ways.ways()).await, 1);
    assert!(calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_trail_says_what_a_webhook_was_and_nothing_that_it_signed_with() {
    let app = TestApp::new().await;
    let url = "https://hook.example.cn/send?key=confidential";
    let made = create(&app, "zj/town", "PROGRAM", url, json!(["RETURNED", "TO_REVIEW"])).await;
    let (admin, id) = (app.actor("zj/town/org_admin"), made["webhook"]["id"].clone());
    assert_eq!(admin.mutate("removeWebhook", json!({ "webhook": id }), "done").await["done"], true);
    let auditor = app.actor("zj/province/audit");
    let trail =
        auditor.data("query($id: ID!) { audit(object: $id) { nodes { action before after } } }", json!({ "id": id }));
    let trail = trail.await["audit"]["nodes"].clone();
    let was = json!({ "org": app.org("zj/town").to_string(), "name": "工作群", "reader": "program", "host": "hook.example.cn",
                      "kinds": ["to_review", "returned"] });
    let (created, removed) = (&trail[1], &trail[0]);
    assert_eq!(
        (&removed["action"], &removed["before"], &removed["after"]),
        (&json!("webhook.remove"), &was, &json!(null))
    );
    assert_eq!((&created["before"], &created["after"]), (&json!(null), &was));
    let secret = made["secret"].as_str().unwrap();
    assert!(!trail.to_string().contains(secret) && !trail.to_string().contains("confidential"), "{trail}");
}

#[tokio::test]
async fn a_webhook_that_leads_inside_is_given_up_and_seen() {
    let (app, ways) = (TestApp::new().await, TestPost::open().await);
    create(&app, "zj/town", "PROGRAM", "https://169.254.169.254/latest/meta-data/", json!(["TO_REVIEW"])).await;
    Desk::of(&app, "zj/village/recorder").send("ZBDH").await;
    app.relayed().await;
    assert_eq!(app.sent(Channel::Webhook, ways.ways()).await, 1);
    let system = app.actor("zj/province/system");
    let dead = system.data("{ deadLetters { nodes { reason channel webhookId } } }", json!({})).await;
    assert_eq!(dead["deadLetters"]["nodes"][0]["reason"], "webhook_forbidden", "{dead}");
}

#[tokio::test]
async fn who_does_not_administer_an_organisation_sets_up_nothing_there() {
    let app = TestApp::new().await;
    let input = |org: &str, url: &str, kinds: Value| json!({ "org": app.org(org).to_string(), "name": "群", "reader": "DING_TALK", "url": url, "kinds": kinds });
    let fine = "https://oapi.example.cn/robot";
    for (key, org) in [
        ("zj/town/reviewer", "zj/town"),
        ("zj/town/org_admin", "zj/town2"),
        ("zj/town/org_admin", "zj/county"),
        ("zj/province/security", "zj/town"),
        ("edu/university/org_admin", "zj/town"),
    ] {
        let refused =
            app.actor(key).try_mutate("createWebhook", input(org, fine, json!(["TO_REVIEW"])), "webhook { id }").await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{key} {org}: {refused}");
    }
    let admin = app.actor("zj/town/org_admin");
    for (url, kinds, path) in [
        ("ftp://x", json!(["TO_REVIEW"]), "url"),
        (fine, json!(["PASSWORD_CHANGED"]), "kinds"),
        (fine, json!([]), "kinds"),
    ] {
        let refused = admin.mutate("createWebhook", input("zj/town", url, kinds), "webhook { id }").await;
        assert_eq!(refused["problems"][0]["path"], json!([path]), "{refused}");
    }
}

/// An answer of before would say that notices go where they do not.
#[tokio::test]
async fn the_same_key_with_another_address_sets_up_nothing() {
    let app = TestApp::new().await;
    let admin = app.actor("zj/town/org_admin");
    let input = |url: &str| {
        json!({ "org": app.org("zj/town").to_string(), "name": "群", "reader": "DING_TALK", "url": url, "kinds": ["TO_REVIEW"],
                "idempotencyKey": "webhook-once" })
    };
    let made = admin.mutate("createWebhook", input("https://oapi.example.cn/robot"), "webhook { id }").await;
    assert_eq!(admin.mutate("createWebhook", input("https://oapi.example.cn/robot"), "webhook { id }").await, made);
    let other = admin.try_mutate("createWebhook", input("https://oapi.example.cn/another"), "webhook { id }").await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "CONFLICT", "{other}");
}
