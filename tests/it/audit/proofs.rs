use domain::audit::{Proof, verify_proof};
use serde_json::{Value, json};
use testkit::TestApp;

use super::{begun, public, sent};

const OF_RECEIPT: &str = "query($id: ID!) { receiptProof(receipt: $id) { no index size file fault } }";
const OF_ENTRY: &str = "query($no: Int!) { auditProof(no: $no) { no index size file fault } }";

/// The entry that a proof proves to whoever has the public key and nothing else.
fn proved(answer: &Value) -> domain::audit::Entry {
    let file = answer["file"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let proof = Proof::parse(file).unwrap();
    verify_proof(&proof, &[public(1)]).unwrap().entry
}

#[tokio::test]
async fn the_receipt_of_any_record_is_proved_at_every_level() {
    let app = TestApp::new().await;
    let (recorder, town) = (app.actor("zj/village/recorder"), app.actor("zj/town/reviewer"));
    let record = begun(&recorder, false).await;
    let first = sent(&recorder, &record).await;
    let next = town.mutate("approveReceipt", json!({ "receipt": first }), "next { id }").await;
    let second = next["next"]["id"].as_str().unwrap().to_owned();
    // Taken back and given again: each receipt has an entry of its own.
    app.clock.turn(chrono::TimeDelta::minutes(1));
    testkit::write_audit(&app.owner, "zj", 300, 0, true).await;
    let recalled = town.mutate("recallApproval", json!({ "receipt": first }), "receipt { receipt { state } }").await;
    assert!(recalled["problems"].as_array().unwrap().is_empty(), "{recalled}");
    app.log_audit().await;
    testkit::write_audit(&app.owner, "zj", 9, 0, true).await;
    app.log_audit().await;
    let auditor = app.actor("zj/province/audit");
    let proof = async |receipt: &str| auditor.data(OF_RECEIPT, json!({ "id": receipt })).await["receiptProof"].take();
    for (receipt, action, who) in [(&first, "record.submit", &recorder), (&second, "receipt.approve", &town)] {
        let entry = proved(&proof(receipt).await);
        assert_eq!((entry.action.as_str(), entry.object_id.as_str()), (action, record.as_str()));
        assert_eq!((entry.account, entry.tenant.as_str()), (Some(who.account), "zj"));
    }
    let held = town
        .data(
            "query($org: ID!) { receipts(org: $org, queue: TO_REVIEW) { nodes { id } } }",
            json!({ "org": town.org.to_string() }),
        )
        .await;
    let again = held["receipts"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(proved(&proof(&again).await).action, "receipt.recall");
}

#[tokio::test]
async fn an_entry_that_was_changed_is_not_proved_and_says_so() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 20, 0, true).await;
    app.log_audit().await;
    let auditor = app.actor("zj/province/audit");
    let no: i64 = testkit::scalar(&app.owner, "SELECT min(id) + 7 FROM audit").await;
    let ask = async || auditor.data(OF_ENTRY, json!({ "no": no })).await["auditProof"].take();
    assert_eq!(proved(&ask().await).id, no);
    testkit::sql(&app.owner, "UPDATE audit SET after = '{\"n\":0}' WHERE id = (SELECT min(id) + 7 FROM audit)").await;
    let body = ask().await;
    assert!(body["file"].is_null() && body["fault"].as_str().unwrap().contains("变更前后"), "{body}");
    testkit::sql(&app.owner, "UPDATE audit SET at = at + interval '1 day' WHERE id = (SELECT min(id) + 7 FROM audit)")
        .await;
    let entry = ask().await;
    assert!(entry["file"].is_null() && entry["fault"].as_str().unwrap().contains("不符"), "{entry}");
}

#[tokio::test]
async fn an_entry_is_proved_as_soon_as_a_head_is_signed_over_it() {
    let app = TestApp::new().await;
    let auditor = app.actor("zj/province/audit");
    let code = async |no: i64| {
        let answer = auditor.query(OF_ENTRY, json!({ "no": no })).await;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    testkit::write_audit(&app.owner, "zj", 5, 0, true).await;
    let no: i64 = testkit::scalar(&app.owner, "SELECT max(id) FROM audit").await;
    assert_eq!(code(no).await, "NOT_FOUND", "it waits for the log");
    let log = app.audit_log(&[1], None);
    log.once().await.unwrap();
    assert_eq!(code(no).await, "UNAVAILABLE", "it waits for a head");
    log.heads().await.unwrap();
    log.store.close().await;
    assert_eq!(code(no).await, "");
    assert_eq!(code(no + 1000).await, "NOT_FOUND");
}
