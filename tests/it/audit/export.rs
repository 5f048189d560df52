use serde_json::json;
use testkit::TestApp;

use super::{checked, download, exported, heads, opened};

#[tokio::test]
async fn the_export_of_the_auditor_and_of_the_operator_is_the_same_and_is_written_down() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 1500, 0, true).await;
    testkit::write_audit(&app.owner, "edu", 10, 0, true).await;
    app.log_audit().await;
    let auditor = app.actor("zj/province/audit");
    let answer = download(&app, &auditor).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/jsonl"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"audit-zj-1500.jsonl\""));
    let kept = opened(&heads(&app, "zj/province/audit").await);
    let report = checked(&answer.text(), &kept);
    assert!(report.clean(), "{:?}", report.findings);
    assert_eq!((report.entries, report.unproved, report.origin.as_str()), (1500, 0, "archive.example.cn/audit/zj"));
    assert!(!answer.text().contains("\"tenant\":\"edu\""), "nothing of another tenant");

    let (operators, unlogged) = app.export_as_operator("zj").await;
    let body = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(body(&operators), body(&answer.text()), "but for the time in the header");
    assert!(unlogged.is_empty());
    let told = auditor.data("{ audit(action: \"audit.export\") { nodes { accountId after } } }", json!({})).await;
    let told: Vec<_> = told["audit"]["nodes"].as_array().unwrap().iter().map(|node| &node["accountId"]).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.contains(&&json!(auditor.account.to_string())) && told.contains(&&json!(null)));
}

#[tokio::test]
async fn a_row_that_was_put_in_past_the_log_is_told_to_the_operator() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 5, 0, true).await;
    app.log_audit().await;
    testkit::tamper(
        &app.owner,
        "INSERT INTO audit (tenant_id, at, action, object_kind, object_id) SELECT id, now(), 'record.approve', 'record', 'record:0' FROM tenant WHERE key = 'zj'",
    )
    .await;
    let (_, unlogged) = app.export_as_operator("zj").await;
    assert_eq!(unlogged.len(), 1);
}

#[tokio::test]
async fn before_the_first_head_there_is_nothing_to_export() {
    let app = TestApp::new().await;
    let none = download(&app, &app.actor("zj/province/audit")).await;
    assert_eq!((none.status, none.code().as_str()), (404, "NOT_FOUND"));
    testkit::write_audit(&app.owner, "zj", 1, 0, true).await;
    app.log_audit().await;
    assert!(checked(&exported(&app, "zj/province/audit").await, &[]).clean(), "a log of one entry");
}
