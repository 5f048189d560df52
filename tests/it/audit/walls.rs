use testkit::{TestApp, seed};

use super::download;

#[tokio::test]
async fn the_export_is_the_auditors_alone() {
    let app = TestApp::new().await;
    for tenant in ["zj", "edu"] {
        testkit::write_audit(&app.owner, tenant, 5, 0, true).await;
    }
    app.log_audit().await;
    let before = app.footprint().await;
    for person in seed::people().iter().filter(|person| person.role != "audit_admin") {
        let answer = download(&app, &app.actor(&person.key)).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "FORBIDDEN"), "{}", person.key);
    }
    let nobody = app.get("/audit/export").await;
    assert_eq!((nobody.status, nobody.code().as_str()), (401, "UNAUTHENTICATED"));
    let auditor = app.actor("zj/province/audit");
    app.end_posts(std::slice::from_ref(&auditor)).await;
    assert_eq!(download(&app, &auditor).await.status, 403, "a post that has ended");
    app.mend().await;
    assert_eq!(app.footprint().await, before, "whoever may not leaves nothing");
    assert!(!download(&app, &app.actor("edu/university/audit")).await.text().contains("\"zj\""));
}

/// What the application's role may not do, whoever has entered.
const FORBIDDEN: [&str; 12] = [
    "UPDATE audit SET action = 'x'",
    "DELETE FROM audit",
    "SELECT * FROM audit_pending",
    "INSERT INTO audit_pending VALUES (sec.tenant(), 1)",
    "DELETE FROM audit_pending",
    "SELECT * FROM audit_log",
    "INSERT INTO audit_leaf VALUES (sec.tenant(), 99, 99, sha256('x'), sha256('x'), NULL)",
    "UPDATE audit_leaf SET salt = NULL",
    "UPDATE audit_tile SET hashes = hashes",
    "INSERT INTO audit_head VALUES (sec.tenant(), 99, sha256('x'), now(), 'x')",
    "SELECT sec.destroy_body(1, 'x', now(), NULL)",
    "SELECT sec.audit_incident(sec.tenant(), 'audit.lost', '1', 'x', now())",
];

#[tokio::test]
async fn the_role_of_the_application_writes_nothing_of_the_log_and_reads_it_for_the_auditor_alone() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 5, 0, true).await;
    app.log_audit().await;
    for key in ["zj/province/audit", "zj/province/system", "zj/village/recorder"] {
        for statement in FORBIDDEN {
            let refused = app.as_application(&app.actor(key), statement).await;
            assert!(refused.as_ref().is_err_and(|told| told.starts_with("42501")), "{key}: {statement}: {refused:?}");
        }
    }
    for table in ["SELECT index FROM audit_leaf", "SELECT index FROM audit_tile", "SELECT size FROM audit_head"] {
        let rows = async |key: &str| app.as_application(&app.actor(key), table).await.unwrap();
        assert!(rows("zj/province/audit").await > 0, "{table}");
        for key in ["zj/province/system", "zj/province/security", "zj/village/recorder", "edu/university/audit"] {
            assert_eq!(rows(key).await, 0, "{key}: {table}");
        }
    }
    // Nor does the worker change what was written.
    for statement in [
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "INSERT INTO audit (tenant_id, at, action, object_kind, object_id) VALUES (1, now(), 'x', 'x', 'x')",
        "UPDATE audit_leaf SET salt = NULL",
        "DELETE FROM audit_leaf",
        "DELETE FROM audit_tile",
        "UPDATE audit_head SET note = 'x'",
        "INSERT INTO outbox (tenant_id, topic, subject, at) VALUES (1, 'record.submit', '{}', now())",
    ] {
        let refused = app.as_worker("zj", statement).await;
        assert!(refused.as_ref().is_err_and(|told| told.starts_with("42501")), "{statement}: {refused:?}");
    }
    assert!(app.as_worker("zj", "SELECT id FROM audit").await.unwrap() > 0);
    let of_others = "SELECT id FROM audit WHERE tenant_id <> sec.tenant()";
    testkit::write_audit(&app.owner, "edu", 5, 0, true).await;
    assert_eq!(app.as_worker("zj", of_others).await, Ok(0));
}
