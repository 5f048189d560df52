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
