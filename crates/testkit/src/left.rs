//! What is left behind: after a request, and after a test, nothing goes on and no connection is inside a transaction.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::TestApp;

/// How long it may take on a loaded machine to come to an end: longer than any statement may run.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connections of the application and the worker that sit in a transaction.
const IN_TRANSACTION: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'fonds' AND state LIKE 'idle in transaction%'";
const QUEUE: &str = "SELECT to_regclass('graphile_worker._private_jobs') IS NOT NULL";
const JOBS: &str = "SELECT count(*) FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL";

/// What goes on at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Busy {
    /// Operations and loaders of the gateway.
    tasks: usize,
    /// Connections that are not in the pool.
    held: usize,
}

impl Busy {
    const fn within(self, bound: Self) -> bool {
        self.tasks <= bound.tasks && self.held <= bound.held
    }
}

/// A request under way; counted, so that only one that is alone is answerable for what it leaves behind.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    app: &'a TestApp,
    /// What went on before, where nobody else was sending.
    before: Option<Busy>,
}

impl<'a> Turn<'a> {
    pub(crate) fn begin(app: &'a TestApp) -> Self {
        let alone = app.requests.fetch_add(1, Ordering::SeqCst) == 0;
        Self { app, before: alone.then(|| app.busy()) }
    }

    /// Answered: nothing of it may go on.
    pub(crate) async fn end(self) {
        let Some(before) = self.before.filter(|_| self.app.requests.load(Ordering::SeqCst) == 1) else { return };
        if let Err(left) = self.app.calm(before, &self.app.requests).await {
            panic!("{PATIENCE:?} after its answer a request still goes on: {left:?}, {before:?} before it");
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.app.requests.fetch_sub(1, Ordering::SeqCst);
    }
}

impl TestApp {
    fn busy(&self) -> Busy {
        let (open, idle) = self.app.store.gauge();
        Busy { tasks: self.tasks.len(), held: usize::try_from(open).unwrap_or(usize::MAX).saturating_sub(idle) }
    }

    /// Waits until no more goes on than this, or until somebody else sends.
    async fn calm(&self, bound: Busy, requests: &AtomicUsize) -> Result<(), Busy> {
        let begun = Instant::now();
        for round in 0_u32.. {
            if self.busy().within(bound) || requests.load(Ordering::SeqCst) > 1 {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                break;
            }
            // Giving a connection back takes a fraction of a millisecond; anything longer may take its time.
            if round < 200 {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        Err(self.busy())
    }
}

/// A test that leaves something behind has failed, unless it has already.
impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // Where the runtime has other threads, what is on its way comes to its end. On a single one it stands still while
        // something is dropped: a connection that is just being given back is no fault there.
        if let Some(here) = many_threads() {
            let calm = self.calm(Busy::default(), &self.requests);
            let calm = tokio::task::block_in_place(|| here.block_on(calm));
            assert!(calm.is_ok(), "left behind by a test: {calm:?}");
        }
        let busy = self.busy();
        assert!(busy.tasks == 0, "left behind by a test: {busy:?}");
        let found = found_in(self.database.admin_url.clone());
        let (in_transaction, jobs) = found.unwrap_or_else(|error| panic!("what was left behind is not known: {error}"));
        let under_way = i64::try_from(busy.held).unwrap_or(i64::MAX);
        assert!(in_transaction <= under_way, "left behind by a test: {in_transaction} connections in a transaction");
        assert!(jobs == 0, "left behind by a test: {jobs} jobs under way");
    }
}

fn many_threads() -> Option<Handle> {
    Handle::try_current().ok().filter(|here| here.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// Asks the database, in a thread with a runtime of its own: a drop cannot wait for this one.
fn found_in(admin: String) -> Result<(i64, i64), String> {
    let asking = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(told)?;
        runtime.block_on(async {
            let mut database = PgConnection::connect(&admin).await.map_err(told)?;
            let in_transaction = sqlx::query_scalar(IN_TRANSACTION).fetch_one(&mut database).await.map_err(told)?;
            let jobs = if sqlx::query_scalar(QUEUE).fetch_one(&mut database).await.map_err(told)? {
                sqlx::query_scalar(JOBS).fetch_one(&mut database).await.map_err(told)?
            } else {
                0
            };
            Ok((in_transaction, jobs))
        })
    });
    asking.join().unwrap_or_else(|_| Err("a thread ended".to_owned()))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use axum::{body::Body, http::Request};
    use serde_json::json;

    use super::*;

    /// What a drop says; empty where it says nothing.
    fn said(app: TestApp) -> String {
        let fault = catch_unwind(AssertUnwindSafe(|| drop(app))).err();
        fault.map_or_else(String::new, |fault| fault.downcast_ref::<String>().cloned().unwrap_or_default())
    }

    async fn ask(app: &TestApp) {
        app.actor("zj/village/recorder").data("{ viewer { account { name } } }", json!({})).await;
    }

    #[tokio::test]
    async fn a_test_that_leaves_nothing_says_nothing() {
        let app = TestApp::new().await;
        ask(&app).await;
        assert_eq!(app.busy(), Busy::default(), "a request has ended when it is answered");
        assert_eq!(said(app), "");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_on_its_way_may_come_to_its_end() {
        let app = TestApp::new().await;
        app.tasks.spawn(tokio::time::sleep(Duration::from_millis(300)));
        let caller = app::Caller {
            entry: app::Entry::of_token(&app.actor("zj/village/recorder").token).expect("a token"),
            locale: None,
            origin: None,
        };
        drop(app.app.read(&caller).await.expect("an entered read"));
        assert_eq!(said(app), "");
    }

    #[tokio::test]
    async fn an_operation_that_nobody_waits_for_is_told() {
        let app = TestApp::new().await;
        ask(&app).await;
        app.tasks.spawn(std::future::pending::<()>());
        assert_eq!(said(app), "left behind by a test: Busy { tasks: 1, held: 0 }");
    }

    #[tokio::test]
    async fn a_connection_in_a_transaction_is_told() {
        let app = TestApp::new().await;
        ask(&app).await;
        let url = format!("{}&application_name=fonds", app.database.app_url);
        let mut stray = PgConnection::connect(&url).await.expect("a connection");
        sqlx::query("BEGIN").execute(&mut stray).await.expect("a transaction");
        assert_eq!(said(app), "left behind by a test: 1 connections in a transaction");
    }

    /// A dropped request goes on by itself; the next one is not answerable for it.
    #[tokio::test]
    async fn a_request_is_answerable_for_itself_alone() {
        let app = TestApp::new().await;
        app.tasks.spawn(std::future::pending::<()>());
        ask(&app).await;
        let request = Request::get("/healthz").body(Body::empty()).expect("a request");
        assert_eq!(app.send(request).await.status, 200);
        assert!(said(app).contains("tasks: 1"));
    }
}
