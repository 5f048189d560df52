use serde_json::json;
use testkit::TestApp;

use super::code;

const ASK: &str = "query($account: ID, $action: String!, $object: ID) {
    explain(account: $account, action: $action, object: $object) { allowed steps } }";

#[tokio::test]
async fn the_reasons_are_given_in_the_language_asked_for() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let own = json!({ "action": "record.create", "object": recorder.org.to_string() });
    let data = recorder.data(ASK, own.clone()).await;
    assert_eq!(data["explain"]["allowed"], true);
    let steps = data["explain"]["steps"].to_string();
    for word in ["三墩镇华联村党支部", "支部记录员", "结论：允许"] {
        assert!(steps.contains(word), "{word}: {steps}");
    }
    let english = recorder.in_english().data(ASK, own).await["explain"]["steps"].to_string();
    assert!(english.contains("Therefore: allowed"), "{english}");
    let town = json!({ "action": "record.create", "object": app.org("zj/town").to_string() });
    assert_eq!(recorder.data(ASK, town).await["explain"]["allowed"], false);
}

/// The policy would allow it; the state does not.
#[tokio::test]
async fn the_state_of_the_object_has_the_last_word() {
    let app = TestApp::new().await;
    let (recorder, town) = (app.actor("zj/village/recorder"), app.actor("zj/town/reviewer"));
    let desk = crate::flow::desk::Desk::of(&app, "zj/village/recorder");
    let sent = desk.send("ZBDH").await;
    let edit = json!({ "action": "record.edit", "object": sent.record.to_string() });
    let told = recorder.data(ASK, edit).await["explain"].clone();
    assert_eq!(told["allowed"], false, "{told}");
    assert!(told["steps"].to_string().contains("审核中"), "{told}");
    let receipt = sent.receipt.to_string();
    let approve = json!({ "action": "receipt.approve", "object": receipt });
    assert_eq!(town.data(ASK, approve.clone()).await["explain"]["allowed"], true);
    crate::flow::desk::done(crate::flow::desk::Desk::of(&app, "zj/town/reviewer").approve(sent.receipt).await);
    assert_eq!(town.data(ASK, approve).await["explain"]["allowed"], false);
    let recall = json!({ "action": "receipt.recall", "object": receipt });
    assert_eq!(town.data(ASK, recall).await["explain"]["allowed"], true);
    // An action that is none is told, and where the list is.
    let wrong = recorder.query(ASK, json!({ "action": "record.fly" })).await;
    assert_eq!(code(&wrong), "BAD_REQUEST");
    let actions = recorder.data("{ actions { name label } }", json!({})).await;
    assert!(actions["actions"].to_string().contains("record.submit"), "{actions}");
}

#[tokio::test]
async fn about_others_only_the_security_administrator_asks() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let about = json!({ "account": recorder.account.to_string(), "action": "record.submit", "object": recorder.org.to_string() });
    assert_eq!(app.actor("zj/province/security").data(ASK, about.clone()).await["explain"]["allowed"], true);
    for key in [
        "zj/village/secretary",
        "zj/town/org_admin",
        "zj/province/system",
        "zj/province/audit",
        "edu/university/security",
    ] {
        assert_eq!(code(&app.actor(key).query(ASK, about.clone()).await), "NOT_FOUND", "{key}");
    }
    // Of a tenant's things everybody may ask for himself.
    let own = app.actor("zj/province/audit").data(ASK, json!({ "action": "audit.view" })).await;
    assert_eq!(own["explain"]["allowed"], true);
}

/// Hidden, of another tenant, of another kind, absent: the same answer.
#[tokio::test]
async fn an_object_that_one_may_not_know_of_is_not_there() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let absent =
        recorder.query(ASK, json!({ "action": "org.view", "object": format!("org:{}", "0".repeat(32)) })).await;
    assert_eq!(code(&absent), "NOT_FOUND");
    let sibling = app.actor("zj/village2/recorder");
    for (action, object) in [
        ("org.view", app.org("edu/branch").to_string()),
        ("post.view", sibling.post.to_string()),
        ("post.end", sibling.post.to_string()),
        ("record.view", sibling.post.to_string()),
        ("tenant.view", app.org("zj/village").to_string()),
        ("record.view", "nothing at all".to_owned()),
    ] {
        let body = recorder.query(ASK, json!({ "action": action, "object": object })).await;
        assert_eq!(body, absent, "{action} {object}");
    }
}

/// A draft is its branch's: neither the sibling nor the committee above learns that it is there.
#[tokio::test]
async fn a_draft_is_explained_in_its_branch_alone() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let writing = json!({ "title": "二〇二六年工作总结", "occurredOn": "2026-03-01", "content": {} });
    let draft = json!({ "ofType": "GZZJ", "writing": writing });
    let record = recorder.mutate("createDraft", draft, "record { id }").await["record"]["id"].clone();
    let ask = json!({ "action": "record.submit", "object": record });
    assert_eq!(recorder.data(ASK, ask.clone()).await["explain"]["allowed"], true);
    let absent = json!({ "action": "record.submit", "object": format!("record:{}", "0".repeat(32)) });
    for key in ["zj/village2/recorder", "zj/town/reviewer", "zj/province/security", "edu/branch/recorder"] {
        let actor = app.actor(key);
        let hidden = actor.query(ASK, ask.clone()).await;
        assert_eq!((code(&hidden), &hidden), ("NOT_FOUND", &actor.query(ASK, absent.clone()).await), "{key}");
    }
}
