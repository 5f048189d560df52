use chrono::TimeDelta;
use serde_json::json;
use testkit::TestApp;

use super::code;

const SEARCH: &str = "query($account: ID, $object: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
    audit(account: $account, object: $object, from: $from, to: $to, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { no action objectId before after reason postId account { name } } } }";

#[tokio::test]
async fn the_auditor_finds_what_was_done_by_whom_to_what_and_when() {
    let app = TestApp::new().await;
    let (admin, recorder, audit) =
        (app.actor("zj/town/org_admin"), app.actor("zj/village/recorder"), app.actor("zj/province/audit"));
    let grant =
        json!({ "account": recorder.account.to_string(), "org": admin.org.to_string(), "role": "committee_archivist" });
    let post = admin.mutate("grantPost", grant, "post { id }").await["post"]["id"].clone();
    app.clock.turn(TimeDelta::hours(1));
    admin.mutate("endPost", json!({ "id": post, "reason": "误授" }), "post { id }").await;

    let of_object = audit.data(SEARCH, json!({ "object": post })).await;
    let nodes = of_object["audit"]["nodes"].as_array().unwrap();
    let actions: Vec<_> = nodes.iter().map(|node| node["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["post.end", "post.grant"], "newest first");
    assert_eq!(nodes[0]["reason"], "误授");
    assert_eq!(nodes[0]["postId"], admin.post.to_string());
    assert!(nodes[0]["before"]["to"].is_null() && !nodes[0]["after"]["to"].is_null());

    let by_person = json!({ "account": admin.account.to_string(), "first": 1 });
    let page = audit.data(SEARCH, by_person).await;
    assert_eq!(page["audit"]["pageInfo"]["hasNextPage"], true);
    let after = &page["audit"]["pageInfo"]["endCursor"];
    let next = audit.data(SEARCH, json!({ "account": admin.account.to_string(), "first": 1, "after": after })).await;
    assert_eq!(next["audit"]["nodes"][0]["action"], "post.grant");
    let begun = testkit::TestClock::beginning();
    let early = json!({ "from": begun, "to": begun + TimeDelta::minutes(1) });
    let actions = audit.data(SEARCH, early).await["audit"]["nodes"].as_array().unwrap().len();
    assert_eq!(actions, 1, "the grant alone");
}

#[tokio::test]
async fn the_trail_is_the_auditors_alone() {
    let app = TestApp::new().await;
    for key in ["zj/village/recorder", "zj/province/org_admin", "zj/province/system", "zj/province/security"] {
        assert_eq!(code(&app.actor(key).query(SEARCH, json!({})).await), "FORBIDDEN", "{key}");
    }
    let foreign = app.actor("edu/university/audit").data(SEARCH, json!({})).await;
    assert_eq!(foreign["audit"]["nodes"], json!([]));
}
