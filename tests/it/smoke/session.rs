use serde_json::json;
use testkit::TestApp;

const VERSION: &str = "{ __typename version }";
const SCHEMA: &str = "{ __schema { queryType { name } } }";

#[tokio::test]
async fn nobody_may_ask_what_is_no_secret() {
    let app = TestApp::new().await;
    let data = app.anonymous().data(VERSION, json!({})).await;
    assert_eq!(data["__typename"], "Query");
    assert!(data["version"].is_string());
    // A token of nobody is nobody's.
    let unknown = app.anonymous().with_token(&format!("zj.{}", "0".repeat(64)));
    assert_eq!(unknown.data("{ __typename }", json!({})).await, json!({ "__typename": "Query" }));
}

#[tokio::test]
async fn the_schema_is_described_to_whose_token_says_so() {
    let app = TestApp::new().await;
    let allowed = app.actor("zj/province/security").data(SCHEMA, json!({})).await;
    assert_eq!(allowed["__schema"]["queryType"]["name"], "Query");
    let security = app.actor("zj/province/security");
    let recorder = app.actor("zj/village/recorder");
    for refused in [&recorder, &app.anonymous(), &security.with_token("zj.nothing-of-the-kind-at-all")] {
        assert_eq!(refused.send(SCHEMA, json!({})).await.code(), "FORBIDDEN", "{}", refused.key);
    }
    app.revoke(&security).await;
    assert_eq!(security.send(SCHEMA, json!({})).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_cookie_alone_is_not_enough() {
    let app = TestApp::new().await;
    let token = app.actor("zj/village/recorder").token;
    let by_cookie = |headers: &[(&str, &str)]| {
        let mut request = app.anonymous().request("{ __typename }", &json!({}));
        request.headers_mut().insert("cookie", format!("fonds={token}").parse().unwrap());
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request
    };
    let foreign = app.send(by_cookie(&[("origin", "https://evil.example")])).await;
    assert_eq!((foreign.status, foreign.code().as_str()), (403, "FORBIDDEN"));
    let own = app.send(by_cookie(&[("x-fonds-request", "1"), ("sec-fetch-site", "same-origin")])).await;
    assert_eq!(own.status, 200);
}
