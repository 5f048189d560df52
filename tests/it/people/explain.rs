use serde_json::json;
use testkit::TestApp;

use super::code;
use crate::flow::desk::{Desk, done, example};

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
    let desk = Desk::of(&app, "zj/village/recorder");
    let sent = desk.send("ZBDH").await;
    let edit = json!({ "action": "record.edit", "object": sent.record.to_string() });
    let told = recorder.data(ASK, edit).await["explain"].clone();
    assert_eq!(told["allowed"], false, "{told}");
    assert!(told["steps"].to_string().contains("审核中"), "{told}");
    let receipt = sent.receipt.to_string();
    let approve = json!({ "action": "receipt.approve", "object": receipt });
    assert_eq!(town.data(ASK, approve.clone()).await["explain"]["allowed"], true);
    done(Desk::of(&app, "zj/town/reviewer").approve(sent.receipt).await);
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
    for key in [
        "zj/village2/recorder",
        "zj/town/reviewer",
        "zj/province/system",
        "zj/province/audit",
        "edu/university/security",
    ] {
        let actor = app.actor(key);
        let hidden = actor.query(ASK, ask.clone()).await;
        assert_eq!((code(&hidden), &hidden), ("NOT_FOUND", &actor.query(ASK, absent.clone()).await), "{key}");
    }
}

/// Who writes a draft does not confirm it; what is asked of no single record is told to be the general case.
#[tokio::test]
async fn nobody_is_told_that_he_may_confirm_his_own() {
    let app = TestApp::new().await;
    let desk = Desk::of(&app, "zj/village/recorder");
    let (recorder, secretary) = (app.actor("zj/village/recorder"), app.actor("zj/village/secretary"));
    let draft = desk.draft("DK", example("DK")).await;
    let ask = json!({ "action": "record.submit", "object": draft.to_string() });
    let own = recorder.data(ASK, ask.clone()).await["explain"].clone();
    assert_eq!(own["allowed"], false, "{own}");
    let steps: Vec<_> = own["steps"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
    let [.., right, rule, conclusion] = steps.as_slice() else { panic!("{own}") };
    assert!(right.contains("有这项权限") && rule.contains("另一人确认"), "{own}");
    assert!(conclusion.contains("现在不允许") && !own.to_string().contains("结论：允许"), "{own}");
    assert_eq!(secretary.data(ASK, ask).await["explain"]["allowed"], true);
    let general = json!({ "action": "record.submit", "object": recorder.org.to_string() });
    let told = recorder.data(ASK, general).await["explain"].clone();
    assert_eq!(told["allowed"], true);
    assert!(told["steps"].to_string().contains("一般情况"), "{told}");
}

/// What was sent is recalled by its sender alone, and while nobody has decided.
#[tokio::test]
async fn a_recall_is_explained_as_it_would_be_answered() {
    let app = TestApp::new().await;
    let desk = Desk::of(&app, "zj/village/recorder");
    let (recorder, secretary) = (app.actor("zj/village/recorder"), app.actor("zj/village/secretary"));
    let sent = desk.send("ZBDH").await;
    let ask = json!({ "action": "record.recall", "object": sent.record.to_string() });
    assert_eq!(recorder.data(ASK, ask.clone()).await["explain"]["allowed"], true);
    let other = secretary.data(ASK, ask.clone()).await["explain"].clone();
    assert_eq!(other["allowed"], false);
    assert!(other.to_string().contains("报送人本人"), "{other}");
    done(Desk::of(&app, "zj/town/reviewer").approve(sent.receipt).await);
    let late = recorder.data(ASK, ask).await["explain"].clone();
    assert_eq!(late["allowed"], false);
    assert!(late.to_string().contains("上级已审核通过"), "{late}");
}

/// He answers for the permissions of the whole tenant: he is told where an object stands and what stands against it, and reads nothing.
#[tokio::test]
async fn the_security_administrator_asks_about_what_he_does_not_read() {
    let app = TestApp::new().await;
    let desk = Desk::of(&app, "zj/village/recorder");
    let (recorder, secretary) = (app.actor("zj/village/recorder"), app.actor("zj/village/secretary"));
    let (security, reviewer) = (app.actor("zj/province/security"), app.actor("zj/town/reviewer"));
    let draft = desk.draft("DK", example("DK")).await;
    let sent = desk.send("ZBDH").await;
    let of = |who: &testkit::Actor<'_>, action: &str, object: String| json!({ "account": who.account.to_string(), "action": action, "object": object });
    for (asked, allowed, word) in [
        (of(&recorder, "record.submit", draft.to_string()), false, "另一人确认"),
        (of(&secretary, "record.submit", draft.to_string()), true, "三墩镇华联村党支部"),
        (of(&recorder, "record.edit", sent.record.to_string()), false, "审核中"),
        (of(&reviewer, "receipt.approve", sent.receipt.to_string()), true, "结论：允许"),
        (of(&recorder, "receipt.approve", sent.receipt.to_string()), false, "没有"),
    ] {
        let told = security.data(ASK, asked.clone()).await["explain"].clone();
        assert_eq!(told["allowed"], allowed, "{asked} {told}");
        assert!(told["steps"].to_string().contains(word), "{asked} {told}");
        for title in [example("DK").title, example("ZBDH").title] {
            assert!(!told.to_string().contains(&title), "{told}");
        }
    }
    let absent = of(&recorder, "record.submit", format!("record:{}", "0".repeat(32)));
    assert_eq!(code(&security.query(ASK, absent).await), "NOT_FOUND");
    let reads =
        security.query("query($id: ID!) { record(id: $id) { title } }", json!({ "id": draft.to_string() })).await;
    assert_eq!(code(&reads), "NOT_FOUND");
    let receipt = json!({ "id": sent.receipt.to_string() });
    let reads = security.query("query($id: ID!) { receipt(id: $id) { receipt { title } } }", receipt).await;
    assert_eq!(code(&reads), "NOT_FOUND");
    let foreign = app.actor("edu/university/security");
    let asked = json!({ "action": "record.submit", "object": draft.to_string() });
    assert_eq!(code(&foreign.query(ASK, asked).await), "NOT_FOUND");
}
