//! Is the process up, and may it be sent requests.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::join_all;
use tokio::sync::Mutex;

/// Time that one check may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Time for which an answer is given again, so that asking costs nothing.
const FRESH: Duration = Duration::from_secs(1);

type Check = Box<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// What has to hold before requests are sent here.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Inner>);

#[derive(Default)]
struct Inner {
    checks: Vec<(&'static str, Check)>,
    last: Mutex<Option<(Instant, Vec<&'static str>)>>,
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.checks.iter().map(|(name, _)| name)).finish()
    }
}

/// Named checks on the way to a [`Readiness`].
#[derive(Default)]
#[must_use]
pub struct Checks(Vec<(&'static str, Check)>);

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Checks {
    /// Adds a check: `true` is well. The name is public.
    pub fn with<F, R>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = bool> + Send + 'static,
    {
        self.0.push((name, Box::new(move || Box::pin(check()))));
        self
    }

    /// All of them together.
    pub fn into_readiness(self) -> Readiness {
        Readiness(Arc::new(Inner { checks: self.0, last: Mutex::default() }))
    }
}

impl Readiness {
    /// The names of the checks that fail; at most a second old.
    pub async fn failed(&self) -> Vec<&'static str> {
        let mut last = self.0.last.lock().await;
        if let Some((at, failed)) = last.as_ref()
            && at.elapsed() < FRESH
        {
            return failed.clone();
        }
        let asked = self.0.checks.iter().map(|(name, check)| async move {
            let well = tokio::time::timeout(PATIENCE, check()).await.unwrap_or(false);
            (!well).then_some(*name)
        });
        let failed: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
        *last = Some((Instant::now(), failed.clone()));
        failed
    }

    /// The answer at `/readyz`: 200, or 503 with the names of what fails.
    pub async fn answer(&self) -> Response {
        let failed = self.failed().await;
        let status = if failed.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        fresh(status, &serde_json::json!({ "ready": failed.is_empty(), "failed": failed }))
    }
}

/// The answer at `/healthz`: the process is up.
pub fn alive() -> std::future::Ready<Response> {
    std::future::ready(fresh(StatusCode::OK, &serde_json::json!({ "alive": true })))
}

fn fresh(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use http_body_util::BodyExt;

    use super::*;

    async fn text(response: Response) -> (u16, String) {
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn names_only_what_fails() {
        assert_eq!(text(alive().await).await, (200, r#"{"alive":true}"#.into()));
        let well = Checks::default().with("database", || async { true }).into_readiness();
        assert_eq!(text(well.answer().await).await, (200, r#"{"failed":[],"ready":true}"#.into()));
        let ill = Checks::default().with("database", || async { true }).with("policy", || async { false });
        let ill = ill.into_readiness();
        assert_eq!(text(ill.answer().await).await, (503, r#"{"failed":["policy"],"ready":false}"#.into()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_has_failed() {
        let hung = Checks::default().with("database", std::future::pending).into_readiness();
        assert_eq!(hung.failed().await, ["database"]);
    }

    #[tokio::test]
    async fn asking_often_asks_the_database_once() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let readiness = Checks::default()
            .with("database", move || {
                count.fetch_add(1, Ordering::Relaxed);
                async { true }
            })
            .into_readiness();
        for _ in 0..100 {
            readiness.failed().await;
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }
}
