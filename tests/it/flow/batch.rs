use serde_json::json;
use testkit::TestApp;

use super::desk::{Desk, done};

/// Of a batch each item is answered for itself: what can be approved is, the rest says why not; repeated, nothing happens
/// twice.
#[tokio::test]
async fn a_batch_answers_item_by_item() {
    let app = TestApp::new().await;
    let recorder = Desk::of(&app, "zj/village/recorder");
    let town = Desk::of(&app, "zj/town/reviewer");
    let (one, two, three) = (recorder.send("ZBDH").await, recorder.send("ZZSHH").await, recorder.send("ZBDH").await);
    done(town.approve(two.receipt).await);
    let foreign = Desk::of(&app, "zj/village3/recorder").send("ZBDH").await;
    let receipts = [one.receipt, two.receipt, foreign.receipt, three.receipt];
    let names: Vec<_> = receipts.iter().map(ToString::to_string).collect();
    let input = json!({ "receipts": names, "idempotencyKey": "a-batch-of-four" });

    let actor = app.actor("zj/town/reviewer");
    let query = "mutation($input: ApproveReceiptsInput!) {
        approveReceipts(input: $input) { items { id approved error message problems { code } } } }";
    let mut input = input;
    input["post"] = json!(actor.post.to_string());
    let first = actor.data(query, json!({ "input": input.clone() })).await;
    let items = first["approveReceipts"]["items"].as_array().unwrap();
    let approved: Vec<_> = items.iter().map(|item| item["approved"].as_bool().unwrap()).collect();
    assert_eq!(approved, [true, false, false, true], "{first}");
    assert_eq!(items[1]["problems"][0]["code"], json!("WRONG_STATE"), "{first}");
    assert_eq!(items[2]["error"], json!("NOT_FOUND"), "{first}");
    let again = actor.data(query, json!({ "input": input })).await;
    assert_eq!(again, first);
    let county = "SELECT count(*) FROM receipt q JOIN org o ON o.id = q.org_id WHERE o.code = '330106'";
    assert_eq!(testkit::scalar::<i64>(&app.owner, county).await, 2);
}
