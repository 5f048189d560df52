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

/// What the worker's role cannot do, whose password somebody has got hold of: there is an entry to be logged, and a log of five.
const OF_THE_WORKER: [(&str, &str); 8] = [
    ("a row is taken out of what waits", "DELETE FROM audit_pending"),
    (
        "a row is lost that is there",
        "SELECT sec.audit_incident(sec.tenant(), 'audit.lost', audit_id::text, 'x', now()) FROM audit_pending",
    ),
    (
        "a leaf of a row that does not wait",
        "INSERT INTO audit_leaf VALUES (sec.tenant(), 5, 1, sha256('x'), sha256('x'), NULL)",
    ),
    (
        "a leaf in the midst of others",
        "INSERT INTO audit_leaf SELECT sec.tenant(), 3, audit_id, sha256('x'), sha256('x'), NULL FROM audit_pending",
    ),
    ("a log that is larger than its leaves", "UPDATE audit_log SET size = 6"),
    ("a log that is smaller", "UPDATE audit_log SET size = 0"),
    (
        "a head of entries that are not there",
        "INSERT INTO audit_head VALUES (sec.tenant(), 99, sha256('x'), now(), 'x')",
    ),
    ("a head of fewer", "INSERT INTO audit_head VALUES (sec.tenant(), 4, sha256('x'), now(), 'x')"),
];

#[tokio::test]
async fn the_worker_takes_nothing_out_of_what_is_to_be_logged_and_signs_nothing_that_is_not_there() {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "zj", 5, 0, true).await;
    app.log_audit().await;
    testkit::write_audit(&app.owner, "zj", 1, 0, true).await;
    for (what, statement) in OF_THE_WORKER {
        let refused = app.as_worker("zj", statement).await;
        let refused = refused.expect_err(what);
        assert!(refused.starts_with("42501") || refused.starts_with("FD001"), "{what}: {refused}");
    }
    let waits: i64 = testkit::scalar(&app.owner, "SELECT count(*) FROM audit_pending").await;
    assert_eq!(waits, 1);
    assert_eq!(app.log_audit().await, 1, "and it comes into the log");
    let waits: i64 = testkit::scalar(&app.owner, "SELECT count(*) FROM audit_pending").await;
    assert_eq!(waits, 0, "its leaf is there: it waits no longer");
}

/// Rows of the audit that nobody may write, with what the database says.
const FORGED: [(&str, &str); 6] = [
    (
        "a number of one's own",
        "INSERT INTO audit (id, tenant_id, at, account_id, action, object_kind, object_id) OVERRIDING SYSTEM VALUE
        VALUES (7, sec.tenant(), now(), sec.who(), 'record.edit', 'record', 'record:0')",
    ),
    (
        "a time that no leaf holds",
        "INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id)
        VALUES (sec.tenant(), 'infinity', sec.who(), 'record.edit', 'record', 'record:0')",
    ),
    (
        "an act of the log's own",
        "INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id)
        VALUES (sec.tenant(), now(), sec.who(), 'audit.destroy', 'audit', '1')",
    ),
    (
        "an export by who is no auditor",
        "INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id)
        VALUES (sec.tenant(), now(), sec.who(), 'audit.export', 'audit', 'audit')",
    ),
    (
        "another one's doing",
        "INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id)
        SELECT sec.tenant(), now(), id, 'record.edit', 'record', 'record:0' FROM account WHERE id <> sec.who() LIMIT 1",
    ),
    (
        "nobody's doing",
        "INSERT INTO audit (tenant_id, at, action, object_kind, object_id)
        VALUES (sec.tenant(), now(), 'record.edit', 'record', 'record:0')",
    ),
];

#[tokio::test]
async fn the_application_writes_what_a_person_did_and_nothing_else_into_the_audit() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    for (what, statement) in FORGED {
        let refused = app.as_application(&recorder, statement).await.expect_err(what);
        let expected = if what == "a time that no leaf holds" { "23514" } else { "42501" };
        assert!(refused.starts_with(expected), "{what}: {refused}");
    }
    let own = "INSERT INTO audit (tenant_id, at, account_id, action, object_kind, object_id)
               VALUES (sec.tenant(), now(), sec.who(), 'record.edit', 'record', 'record:0')";
    assert_eq!(app.as_application(&recorder, own).await, Ok(1), "the same statement is no mistake");
}
