//! The province: see `load.sql`.

use testkit::{Setup, TestApp, tap::Planned};

const LOAD: &str = include_str!("load.sql");

/// An application on the loaded province. Its one connection tells the plan of every statement.
pub(crate) async fn loaded() -> TestApp {
    let app = TestApp::with(Setup { max_connections: 1, ..Setup::default() }).await;
    testkit::sql(&app.owner, LOAD).await;
    testkit::sql(&app.owner, "INSERT INTO audit_pending SELECT tenant_id, id FROM audit ON CONFLICT DO NOTHING").await;
    // A head for every few entries, so that there are pages of them.
    app.log_audit().await;
    for _ in 0..60 {
        testkit::write_audit(&app.owner, "zj", 3, 0, true).await;
        app.log_audit().await;
    }
    testkit::sql(&app.owner, "ANALYZE audit_leaf, audit_tile, audit_head").await;
    app
}

/// Both ways in which a prepared statement may be planned.
pub(crate) const WAYS: [Planned; 2] = [Planned::ForValues, Planned::ForAny];
