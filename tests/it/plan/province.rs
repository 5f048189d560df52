//! The province: see `load.sql`.

use testkit::{Setup, TestApp, tap::Planned};

const LOAD: &str = include_str!("load.sql");

/// As many kinds of actions as there are in truth, and everything waits for the log.
const LOG: &str = "UPDATE audit SET action = 'record.' || id % 50 WHERE id % 50 > 9; INSERT INTO audit_pending SELECT tenant_id, id FROM audit ON CONFLICT DO NOTHING; ANALYZE audit";
const BESIDE: &str = "
    INSERT INTO audit_head SELECT t.id, n, sha256('root'), '2026-03-01', 'note' FROM tenant t CROSS JOIN generate_series(1, 20000) AS n WHERE t.key = 'edu';
    INSERT INTO audit_tile SELECT t.id, 0, n, sha256('hash') FROM tenant t CROSS JOIN generate_series(1, 20000) AS n WHERE t.key = 'edu';
    ANALYZE audit_leaf, audit_tile, audit_head";

/// An application on the loaded province. Its one connection tells the plan of every statement.
pub(crate) async fn loaded() -> TestApp {
    let app = TestApp::with(Setup { max_connections: 1, ..Setup::default() }).await;
    testkit::sql(&app.owner, LOAD).await;
    testkit::sql(&app.owner, LOG).await;
    // A head for every few entries, so that there are pages of them; and another tenant's log, far larger.
    app.log_audit().await;
    for _ in 0..60 {
        testkit::write_audit(&app.owner, "zj", 3, 0, true).await;
        app.log_audit().await;
    }
    testkit::sql(&app.owner, BESIDE).await;
    app
}

/// Both ways in which a prepared statement may be planned.
pub(crate) const WAYS: [Planned; 2] = [Planned::ForValues, Planned::ForAny];
