//! One answer for each of many: what is somebody else's answers as what is not there, and stands in nobody's way.

use serde_json::{Value, json};
use testkit::{Actor, TestApp};

use super::world::{draft, send};

async fn sent(writer: &Actor<'_>) -> String {
    let (record, rev) = draft(writer).await;
    send(writer, &record, rev).await
}

async fn approve(actor: &Actor<'_>, key: &str, receipts: &[&str]) -> Vec<Value> {
    let document = "mutation($input: ApproveReceiptsInput!) {
        approveReceipts(input: $input) { items { id approved next { id no } error message problems { code message path } } } }";
    let input = json!({ "post": actor.post.to_string(), "idempotencyKey": key, "receipts": receipts });
    let data = actor.data(document, json!({ "input": input })).await;
    data["approveReceipts"]["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn in_a_batch_the_foreign_answers_as_the_absent() {
    let app = TestApp::new().await;
    let town = app.actor("zj/town/reviewer");
    let (own, second) = (sent(&app.actor("zj/village/recorder")).await, sent(&app.actor("zj/village2/recorder")).await);
    let beside = sent(&app.actor("zj/village3/recorder")).await;
    let abroad = sent(&app.actor("edu/branch/recorder")).await;
    let absent = format!("{}.999", own.rsplit_once('.').unwrap().0);
    let before = app.footprint().await;
    let strange: [&str; 5] = [&beside, &absent, &abroad, "receipt:none", "what"];

    // Nothing of one's own among them: nothing is written.
    let items = approve(&town, "a-batch-of-strangers", &strange).await;
    assert_eq!(app.footprint().await, before);
    let shown: Vec<_> = items.iter().zip(strange).map(|(item, id)| item.to_string().replace(id, "ID")).collect();
    assert!(shown.iter().all(|item| *item == shown[1]), "{items:#?}");
    assert_eq!((&items[0]["approved"], &items[0]["error"]), (&json!(false), &json!("NOT_FOUND")));

    // Among one's own they answer the same, and these are approved.
    let mixed = approve(&town, "a-batch-of-many-kinds", &[&own, &beside, &absent, &abroad, &second]).await;
    assert_eq!(mixed[1..4], items[..3]);
    for item in [&mixed[0], &mixed[4]] {
        assert_eq!((&item["approved"], &item["error"], &item["problems"]), (&json!(true), &json!(null), &json!([])));
    }
    let state = "query($id: ID!) { receipt(id: $id) { receipt { state } } }";
    let beside = app.actor("zj/town2/reviewer").data(state, json!({ "id": beside })).await;
    assert_eq!(beside["receipt"]["receipt"]["state"], "PENDING");
}
