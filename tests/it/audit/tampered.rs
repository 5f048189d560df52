//! The whole loop: an export of a live database, rows changed by a superuser, an export again, and every change is named.

use testkit::TestApp;

use super::{checked, exported, heads, opened};

/// The tables as they were.
const KEEP: &str = "CREATE SCHEMA was; CREATE TABLE was.audit AS SELECT * FROM audit; CREATE TABLE was.audit_leaf AS SELECT * FROM audit_leaf;
    CREATE TABLE was.audit_tile AS SELECT * FROM audit_tile; CREATE TABLE was.audit_log AS SELECT * FROM audit_log;
    CREATE TABLE was.audit_head AS SELECT * FROM audit_head;";
const MEND: &str = "SET session_replication_role = replica; TRUNCATE audit, audit_leaf, audit_tile, audit_log, audit_head, audit_pending;
    INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT * FROM was.audit; INSERT INTO audit_leaf SELECT * FROM was.audit_leaf;
    INSERT INTO audit_tile SELECT * FROM was.audit_tile; INSERT INTO audit_log SELECT * FROM was.audit_log;
    INSERT INTO audit_head SELECT * FROM was.audit_head; SET session_replication_role = origin;";

/// What was done by a superuser past every trigger; what the check says, and of which entry.
const TAMPERINGS: [(&str, &str, u64, &str); 9] = [
    (
        "an entry is edited",
        "TAMPERED",
        300,
        "UPDATE audit a SET action = 'record.recall' FROM audit_leaf l, tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 300 AND a.tenant_id = t.id AND a.id = l.audit_id",
    ),
    (
        "what the object became is edited",
        "BODY_CHANGED",
        301,
        "UPDATE audit a SET after = '{\"state\":\"final\"}' FROM audit_leaf l, tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 301 AND a.tenant_id = t.id AND a.id = l.audit_id",
    ),
    (
        "what the object was and became is taken out as if by rule",
        "BODY_MISSING",
        305,
        "UPDATE audit a SET before = NULL, after = NULL FROM audit_leaf l, tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 305 AND a.tenant_id = t.id AND a.id = l.audit_id;
         UPDATE audit_leaf l SET salt = NULL FROM tenant t WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 305",
    ),
    (
        "an entry is deleted",
        "MISSING",
        302,
        "DELETE FROM audit a USING audit_leaf l, tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 302 AND a.tenant_id = t.id AND a.id = l.audit_id",
    ),
    (
        "an entry is deleted with its leaf, and the rest is renumbered",
        "MISSING",
        302,
        "DELETE FROM audit a USING audit_leaf l, tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 302 AND a.tenant_id = t.id AND a.id = l.audit_id;
         DELETE FROM audit_leaf l USING tenant t WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 302;
         UPDATE audit_leaf l SET index = index + 1000000 FROM tenant t WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index > 302;
         UPDATE audit_leaf SET index = index - 1000001 WHERE index > 1000000",
    ),
    (
        "two entries change places",
        "REORDERED",
        100,
        "UPDATE audit_leaf l SET index = index + 1000000 FROM tenant t WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index IN (100, 400);
         UPDATE audit_leaf SET index = CASE index WHEN 1000100 THEN 400 ELSE 100 END WHERE index > 1000000",
    ),
    (
        "an entry is slipped in",
        "INSERTED",
        200,
        "UPDATE audit_leaf l SET index = index + 1000000 FROM tenant t WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index >= 200;
         UPDATE audit_leaf SET index = index - 999999 WHERE index >= 1000000;
         WITH row AS (INSERT INTO audit (tenant_id, at, action, object_kind, object_id)
                      SELECT id, '2026-03-01', 'record.approve', 'record', 'record:0' FROM tenant WHERE key = 'zj' RETURNING tenant_id, id)
         INSERT INTO audit_leaf SELECT tenant_id, 200, id, sha256('leaf'), sha256('body'), sha256('salt') FROM row",
    ),
    (
        "the stored hash of an entry is changed",
        "LEAF_CHANGED",
        303,
        "UPDATE audit_leaf l SET hash = sha256('x') FROM tenant t WHERE t.key = 'zj' AND l.tenant_id = t.id AND l.index = 303",
    ),
    (
        "a tile is rewritten",
        "TILE_CHANGED",
        256,
        "UPDATE audit_tile l SET hashes = sha256('x') || substring(hashes FROM 33) FROM tenant t
          WHERE t.key = 'zj' AND l.tenant_id = t.id AND level = 0 AND index = 1",
    ),
];

/// Two tenants, 600 rows and more in one of them, a head in the middle.
async fn loaded() -> TestApp {
    let app = TestApp::new().await;
    testkit::write_audit(&app.owner, "edu", 30, 0, true).await;
    for rows in [290, 320] {
        testkit::write_audit(&app.owner, "zj", rows, 0, true).await;
        app.log_audit().await;
    }
    app
}

#[tokio::test]
async fn whatever_is_changed_by_sql_is_named() {
    let app = loaded().await;
    let kept = opened(&heads(&app, "zj/province/audit").await);
    assert_eq!(kept.iter().map(|head| head.size).collect::<Vec<_>>(), [290, 610]);
    let before = checked(&exported(&app, "zj/province/audit").await, &kept);
    assert!(before.clean() && before.entries == 610, "{before:?}");
    testkit::sql(&app.owner, KEEP).await;
    for (what, code, entry, sql) in TAMPERINGS {
        testkit::tamper(&app.owner, sql).await;
        let report = checked(&exported(&app, "zj/province/audit").await, &kept);
        let named = report.findings.iter().find(|found| found.kind.code() == code);
        let named = named.unwrap_or_else(|| panic!("{what}: {code} is not among {:?}", report.findings));
        assert!(!report.clean());
        let known = |from: u64| from == entry || (code == "REORDERED" && from == 400);
        assert!(known(named.entries.from), "{what}: {named:?}");
        assert!(report.findings.len() <= 3, "{what}: only what was done is named: {:?}", report.findings);
        // The other tenant's log is what it was.
        let beside = checked(&exported(&app, "edu/university/audit").await, &[]);
        assert!(beside.clean(), "{what}: {:?}", beside.findings);
        testkit::sql(&app.owner, MEND).await;
    }
    assert!(checked(&exported(&app, "zj/province/audit").await, &kept).clean(), "mended");
}

#[tokio::test]
async fn whoever_holds_database_and_key_is_betrayed_by_the_heads_that_were_sent_away() {
    let app = loaded().await;
    let kept = opened(&heads(&app, "zj/province/audit").await);
    testkit::sql(
        &app.owner,
        "SET session_replication_role = replica;
         UPDATE audit SET reason = '另一个理由' WHERE id = (SELECT max(audit_id) FROM audit_leaf l JOIN tenant t ON t.id = l.tenant_id WHERE t.key = 'zj' AND l.index = 400);
         TRUNCATE audit_leaf, audit_tile, audit_log, audit_head;
         INSERT INTO audit_pending SELECT tenant_id, id FROM audit ON CONFLICT DO NOTHING;
         SET session_replication_role = origin",
    )
    .await;
    app.log_audit().await;
    let export = exported(&app, "zj/province/audit").await;
    assert!(checked(&export, &[]).clean(), "whole by itself, and signed by the true key");
    let report = checked(&export, &kept);
    let codes: Vec<_> = report.findings.iter().map(|found| found.kind.code()).collect();
    assert!(codes.contains(&"HISTORY_REWRITTEN"), "{:?}", report.findings);
}

#[tokio::test]
async fn a_tile_that_does_not_begin_with_what_was_there_is_refused_to_everybody() {
    let app = loaded().await;
    let refused = testkit::attempt(
        &app.owner,
        "UPDATE audit_tile SET hashes = sha256('x') || substring(hashes FROM 33) WHERE level = 0 AND index = 0",
    )
    .await;
    assert!(refused.unwrap_err().contains("does not begin with what was there"));
    let cut =
        testkit::attempt(&app.owner, "UPDATE audit_tile SET hashes = substring(hashes FOR 32) WHERE level = 0").await;
    assert!(cut.is_err());
}

#[tokio::test]
async fn a_body_is_destroyed_by_rule_and_the_log_stands() {
    let app = loaded().await;
    let kept = opened(&heads(&app, "zj/province/audit").await);
    testkit::sql(
        &app.owner,
        "BEGIN; SELECT set_config('app.tenant', (SELECT id::text FROM tenant WHERE key = 'zj'), true);
         SELECT sec.destroy_body(audit_id, 'GB/T 18894-2016', '2026-03-01', NULL) FROM audit_leaf l JOIN tenant t ON t.id = l.tenant_id
          WHERE t.key = 'zj' AND l.index = 305; COMMIT",
    )
    .await;
    app.log_audit().await;
    let report = checked(&exported(&app, "zj/province/audit").await, &kept);
    assert!(report.clean(), "{:?}", report.findings);
    assert_eq!(report.destroyed, 1);
    let told = app.actor("zj/province/audit");
    let told =
        told.data("{ audit(action: \"audit.destroy\") { nodes { objectId reason } } }", serde_json::json!({})).await;
    assert_eq!(told["audit"]["nodes"][0]["reason"], "GB/T 18894-2016");
    let again = testkit::attempt(
        &app.owner,
        "DO $$ BEGIN PERFORM set_config('app.tenant', (SELECT id::text FROM tenant WHERE key = 'zj'), true);
           PERFORM sec.destroy_body((SELECT object_id::bigint FROM audit WHERE action = 'audit.destroy'), 'x', now(), NULL); END $$",
    )
    .await;
    assert!(again.is_err(), "once");
}
