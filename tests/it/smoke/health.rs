use authz::Action;
use serde_json::json;
use testkit::TestApp;

#[tokio::test]
async fn it_is_alive_and_ready_and_counts() {
    let app = TestApp::new().await;
    let alive = app.get("/healthz").await;
    assert_eq!((alive.status, alive.json()), (200, json!({ "alive": true })));
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status, ready.json()), (200, json!({ "ready": true, "failed": [], "redis": "up" })));

    app.anonymous().data("{ version }", json!({})).await;
    let figures = app.get("/metrics").await;
    let text = figures.text();
    assert_eq!(figures.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in ["fonds_graphql_operation_seconds_count{field=\"version\"", "fonds_pool_connections "] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

/// What the first wall has decided so far on an action, as `/metrics` tells it.
async fn decided(app: &TestApp, action: Action, outcome: &str) -> u64 {
    let line = format!("fonds_decisions_total{{action=\"{}\",outcome=\"{outcome}\"}} ", action.as_str());
    let text = app.get("/metrics").await.text();
    let told = text.lines().find_map(|told| told.strip_prefix(&line));
    told.unwrap_or_else(|| panic!("{line}\n{text}")).parse().unwrap()
}

#[tokio::test]
async fn every_decision_is_counted_by_action_and_outcome() {
    let app = TestApp::new().await;
    let before = (decided(&app, Action::ViewRecord, "allow").await, decided(&app, Action::ViewAudit, "deny").await);
    let recorder = app.actor("zj/village/recorder");
    let org = recorder.org.to_string();
    recorder
        .data("query($org: ID!) { records(org: $org, state: DRAFT) { nodes { id } } }", json!({ "org": org }))
        .await;
    recorder.send("{ audit { nodes { no } } }", json!({})).await;
    let after = (decided(&app, Action::ViewRecord, "allow").await, decided(&app, Action::ViewAudit, "deny").await);
    assert!(after.0 > before.0 && after.1 > before.1, "{before:?} {after:?}");

    // Of bounded number: what was never asked is there as well, and nothing of who, where or what.
    let text = app.get("/metrics").await.text();
    let told = text.lines().filter(|line| line.starts_with("fonds_decisions_total{")).count();
    assert_eq!(told, 2 * Action::ALL.len(), "{text}");
}

#[tokio::test]
async fn it_is_not_ready_on_a_database_of_another_version() {
    let app = TestApp::new().await;
    testkit::sql(&app.owner, "UPDATE sec.schema_state SET fingerprint = 'another'").await;
    let ready = app.get("/readyz").await;
    assert_eq!((ready.status, &ready.json()["failed"]), (503, &json!(["migrations"])));
}

#[tokio::test]
async fn answers_are_kept_by_nobody_and_run_nothing() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/graphql", "/nowhere"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
    }
    assert_eq!(app.get("/graphql").await.status, 405);
    let nowhere = app.get("/nowhere").await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "NOT_FOUND"));
}
