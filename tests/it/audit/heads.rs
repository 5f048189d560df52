use std::fs;

use domain::audit::{Head, head};
use serde_json::json;
use testkit::TestApp;

use super::{heads, opened, public};

#[tokio::test]
async fn a_head_is_signed_where_a_log_has_grown_and_none_contradicts_another() {
    let app = TestApp::new().await;
    let log = app.audit_log(&[1], None);
    for round in 0..6 {
        testkit::write_audit(&app.owner, "zj", 30 + round, 0, true).await;
        log.once().await.unwrap();
        // Two at once sign one head.
        let (one, other) = futures_util::future::join(log.heads(), log.heads()).await;
        assert_eq!(one.unwrap().signed + other.unwrap().signed, 1);
        assert_eq!(log.heads().await.unwrap().signed, 0, "nothing has grown");
    }
    log.store.close().await;
    let kept = opened(&heads(&app, "zj/province/audit").await);
    assert_eq!(kept.len(), 6);
    let auditor = app.actor("zj/province/audit");
    let prove =
        "query($from: Int, $to: Int) { auditConsistency(from: $from, to: $to) { from { size } to { size } path } }";
    for (from, to) in kept.iter().zip(&kept[1..]) {
        let proof = auditor.data(prove, json!({ "from": from.size, "to": to.size })).await;
        let path = proof["auditConsistency"]["path"].as_array().unwrap();
        let path: Vec<_> =
            path.iter().map(|hash| domain::merkle::Hash::parse(hash.as_str().unwrap()).unwrap()).collect();
        domain::merkle::verify_consistency(from.size, to.size, from.root, to.root, &path).unwrap();
    }
    let told: i64 =
        testkit::scalar(&app.owner, "SELECT count(*) FROM outbox WHERE topic = 'audit.head' AND subject ? 'size'")
            .await;
    assert_eq!(told, 6, "each is told to whoever sends it to the parent");
}

#[tokio::test]
async fn a_log_that_is_not_what_was_signed_gets_no_head_any_more() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 300, 0, true).await;
    testkit::write_audit(&app.owner, "edu", 5, 0, true).await;
    app.log_audit().await;
    testkit::sql(
        &app.owner,
        "SET session_replication_role = replica;
         UPDATE audit_tile l SET hashes = substring(hashes FOR 320) || sha256('x') || substring(hashes FROM 353) FROM tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND level = 0 AND index = 1; SET session_replication_role = origin",
    )
    .await;
    for tenant in ["zj", "edu"] {
        testkit::write_audit(&app.owner, tenant, 9, 0, true).await;
    }
    let log = app.audit_log(&[1], None);
    log.once().await.unwrap();
    let done = log.heads().await.unwrap();
    assert_eq!((done.signed, done.contradicted), (1, 1), "the other tenant's goes on");
    log.once().await.unwrap();
    assert_eq!(log.heads().await.unwrap().contradicted, 1);
    log.store.close().await;
    let auditor = app.actor("zj/province/audit");
    let told =
        auditor.data("{ audit(action: \"audit.contradiction\") { nodes { objectId reason } } }", json!({})).await;
    assert_eq!(told["audit"]["nodes"].as_array().unwrap().len(), 1, "an incident, told once");
    assert_eq!(told["audit"]["nodes"][0]["objectId"], "300");
    assert_eq!(heads(&app, "zj/province/audit").await.len(), 1);
}

#[tokio::test]
async fn a_log_that_cannot_be_signed_leaves_none_of_the_others_without_its_head() {
    let app = TestApp::new().await;
    let log = app.audit_log(&[1], None);
    for tenant in ["zj", "edu"] {
        testkit::write_audit(&app.owner, tenant, 9, 0, true).await;
    }
    log.once().await.unwrap();
    testkit::sql(&app.owner, "ALTER TABLE audit_head ADD CONSTRAINT stop CHECK (note NOT LIKE '%/zj%')").await;
    let done = log.heads().await.unwrap();
    assert_eq!((done.signed, done.unsigned), (1, 1));
    testkit::sql(&app.owner, "ALTER TABLE audit_head DROP CONSTRAINT stop").await;
    let done = log.heads().await.unwrap();
    assert_eq!((done.signed, done.unsigned), (1, 0), "the next time it has its own");
    log.store.close().await;
}

#[tokio::test]
async fn two_heads_of_which_one_is_not_there_are_not_compared() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 5, 0, true).await;
    app.log_audit().await;
    let auditor = app.actor("zj/province/audit");
    let prove = "query($from: Int, $to: Int) { auditConsistency(from: $from, to: $to) { from { size } to { size } } }";
    for (from, to) in [(json!(3), json!(null)), (json!(null), json!(9)), (json!(3), json!(5))] {
        let answer = auditor.query(prove, json!({ "from": from, "to": to })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{from} {to}: {answer}");
    }
    for (from, to) in [(json!(5), json!(null)), (json!(null), json!(5)), (json!(null), json!(null))] {
        let answer = auditor.data(prove, json!({ "from": from, "to": to })).await;
        assert_eq!(answer["auditConsistency"]["from"]["size"], 5, "one head is the beginning of itself");
    }
}

#[tokio::test]
async fn while_keys_change_both_sign_and_either_is_enough() {
    let app = TestApp::new().await;
    for seeds in [&[1][..], &[1, 2], &[2]] {
        testkit::write_audit(&app.owner, "zj", 20, 0, true).await;
        let log = app.audit_log(seeds, None);
        log.once().await.unwrap();
        assert_eq!(log.heads().await.unwrap().signed, 1);
        log.store.close().await;
    }
    let notes = heads(&app, "zj/province/audit").await;
    let opens = |seed| notes.iter().map(|note| Head::open(note, &[public(seed)]).is_ok()).collect::<Vec<_>>();
    assert_eq!(opens(1), [true, true, false]);
    assert_eq!(opens(2), [false, true, true]);
}

#[tokio::test]
async fn heads_are_sent_to_another_place_once_each_also_those_that_it_has_missed() {
    let app = TestApp::new().await;
    let folder = app.files.folder.path().join("heads");
    let log = app.audit_log(&[1], Some(folder.clone()));
    let mut signed = 0;
    for away in [true, false, true] {
        if !away {
            fs::rename(&folder, folder.with_extension("gone")).unwrap();
            fs::write(&folder, "no folder").unwrap();
        }
        testkit::write_audit(&app.owner, "zj", 3, 0, true).await;
        log.once().await.unwrap();
        let done = log.heads().await.unwrap();
        signed += done.signed;
        if !away {
            assert_eq!((done.signed, done.sent), (1, 0), "signed all the same");
            fs::remove_file(&folder).unwrap();
            fs::rename(folder.with_extension("gone"), &folder).unwrap();
        }
    }
    log.store.close().await;
    let file = fs::read(folder.join("zj.heads")).unwrap();
    let sent: Vec<_> = head::many(&file).map(|(note, _)| note.to_owned()).collect();
    assert_eq!((signed, &sent), (3, &heads(&app, "zj/province/audit").await));
}
