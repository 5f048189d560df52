//! What is denied is null where it was asked for, under its path and code; what stands beside it is answered.

use serde_json::{Value, json};
use testkit::TestApp;

use super::world::{draft, writing};

/// Where and under which code, in the order of the paths.
fn told(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let path = |error: &Value| error["path"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(".");
    let errors = body["errors"].as_array().into_iter().flatten();
    let mut told: Vec<_> = errors.map(|error| (path(error), text(&error["extensions"]["code"]))).collect();
    told.sort();
    told
}

fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(path, code)| (path.to_owned(), code.to_owned())).collect()
}

#[tokio::test]
async fn a_denied_field_is_null_and_the_one_beside_it_is_answered() {
    let app = TestApp::new().await;
    let (theirs, _) = draft(&app.actor("zj/village2/recorder")).await;
    let recorder = app.actor("zj/village/recorder");
    let query = "query($id: ID!) { me: viewer { tenantKey } theirs: record(id: $id) { title } }";
    let body = recorder.query(query, json!({ "id": theirs })).await;
    assert_eq!(body["data"], json!({ "me": { "tenantKey": "zj" }, "theirs": null }));
    assert_eq!(told(&body), expected(&[("theirs", "NOT_FOUND")]));
    assert!(body["errors"][0]["message"].as_str().unwrap().starts_with("未找到"), "{body}");
    let english = recorder.in_english().query(query, json!({ "id": theirs })).await;
    assert!(english["errors"][0]["message"].as_str().unwrap().starts_with("not found"), "{english}");
}

#[tokio::test]
async fn a_denied_field_of_an_object_leaves_the_object_standing() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let query =
        "query($id: ID!) { org(id: $id) { code contact { telephone } below: children(first: 0) { nodes { code } }
                   children { nodes { code contact { telephone } } } } }";
    let body = recorder.query(query, json!({ "id": app.org("zj/town").to_string() })).await;
    let child = |code: &str| json!({ "code": code, "contact": null });
    let children = json!({ "nodes": [child("330106109201"), child("330106109202")] });
    assert_eq!(
        body["data"]["org"],
        json!({ "code": "330106109", "contact": null, "below": null, "children": children })
    );
    let denied = [
        ("org.below", "BAD_REQUEST"),
        ("org.children.nodes.0.contact", "FORBIDDEN"),
        ("org.children.nodes.1.contact", "FORBIDDEN"),
        ("org.contact", "FORBIDDEN"),
    ];
    assert_eq!(told(&body), expected(&denied));
}

#[tokio::test]
async fn without_a_session_what_is_everybodys_is_answered_all_the_same() {
    let app = TestApp::new().await;
    let body = app.anonymous().query("{ version viewer { tenantKey } roles { name } }", json!({})).await;
    assert_eq!(body["data"], json!({ "version": env!("CARGO_PKG_VERSION"), "viewer": null, "roles": null }));
    assert_eq!(told(&body), expected(&[("roles", "UNAUTHENTICATED"), ("viewer", "UNAUTHENTICATED")]));
}

/// What a document has done before one of its mutations is refused, is done, and says so.
#[tokio::test]
async fn a_refused_mutation_leaves_the_answers_of_the_others_standing() {
    let app = TestApp::new().await;
    let (theirs, rev) = draft(&app.actor("zj/village2/recorder")).await;
    let recorder = app.actor("zj/village/recorder");
    let post = recorder.post.to_string();
    let begin =
        |key: &str| json!({ "post": post, "idempotencyKey": key, "ofType": "ZBDH", "writing": writing("会议") });
    let send = json!({ "post": post, "idempotencyKey": "key-of-a-stranger", "record": theirs, "rev": rev });
    let document = "mutation($first: CreateDraftInput!, $second: SubmitRecordInput!, $third: CreateDraftInput!) {
        first: createDraft(input: $first) { record { title state } }
        second: submitRecord(input: $second) { record { title } problems { code } }
        third: createDraft(input: $third) { record { title state } } }";
    let variables = json!({ "first": begin("key-number-one"), "second": send, "third": begin("key-number-two") });
    let body = recorder.query(document, variables).await;
    let draft = json!({ "record": { "title": "会议", "state": "DRAFT" } });
    assert_eq!(body["data"], json!({ "first": draft, "second": null, "third": draft }));
    assert_eq!(told(&body), expected(&[("second", "NOT_FOUND")]));
    let drafts = "query($org: ID!) { records(org: $org, state: DRAFT) { nodes { title } } }";
    let drafts = recorder.data(drafts, json!({ "org": recorder.org.to_string() })).await;
    assert_eq!(drafts["records"]["nodes"].as_array().unwrap().len(), 2);
}
