//! Each request has an id, which stands in the answer and in every log line, and leaves one line of its own.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

/// The header of the id, in the request (a UUID is taken over from a proxy, anything else is not) and in the answer.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request, among its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl RequestId {
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|value| Uuid::try_parse_ascii(value.as_bytes()).ok());
        Self(given.unwrap_or_else(|| uuid::Builder::from_random_bytes(rand::random()).into_uuid()))
    }

    fn header(self) -> HeaderValue {
        let mut buffer = Uuid::encode_buffer();
        let text: &str = self.0.hyphenated().encode_lower(&mut buffer);
        // Hexadecimal digits and hyphens always make a header.
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The layer: `axum::middleware::from_fn(request_id::trace)`, outermost: what catches panics stands inside.
pub async fn trace(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id);
    let span = tracing::info_span!("request", request.id = %id.0);
    let mut line = Line::new(&request, id);
    let mut response = next.run(request).instrument(span).await;
    line.status = Some(response.status());
    response.headers_mut().insert(HEADER, id.header());
    response
}

/// The line of a request, written when it is over, also when the client has gone before.
struct Line {
    id: RequestId,
    method: Method,
    path: String,
    begun: Instant,
    status: Option<StatusCode>,
}

impl Line {
    fn new(request: &Request, id: RequestId) -> Self {
        // The pattern where a route fits: it holds no ids. Never the query string.
        let path = match request.extensions().get::<MatchedPath>() {
            Some(pattern) => pattern.as_str().to_owned(),
            // A signed link with something wrong in it may still be one.
            None if request.uri().path().starts_with("/files/") => "/files/…".to_owned(),
            None => request.uri().path().chars().take(120).collect(),
        };
        Self { id, method: request.method().clone(), path, begun: Instant::now(), status: None }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // 499, as proxies write it: the client did not wait.
        let status = self.status.map_or(499, |status| status.as_u16());
        let duration_ms = milliseconds(self.begun.elapsed());
        let (method, path, id) = (self.method.as_str(), self.path.as_str(), self.id.0);
        tracing::info!(method, path, status, duration_ms, request.id = %id, "{method} {path} {status}");
    }
}

/// With three decimals.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    fn router() -> Router {
        Router::new()
            .route("/orgs/{id}", get(|| async { "" }))
            .route("/never", get(std::future::pending::<&str>))
            .layer(axum::middleware::from_fn(trace))
    }

    async fn id_for(given: Option<&str>) -> String {
        let mut request = Request::get("/orgs/7?secret=1");
        if let Some(given) = given {
            request = request.header(HEADER, given);
        }
        let response = router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        response.headers()[HEADER].to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_uuid_is_taken_over_and_nothing_else() {
        let given = "0190c0de-0000-7000-8000-000000000001";
        assert_eq!(id_for(Some(given)).await, given);
        let made = id_for(Some("evil\" status=200")).await;
        assert!(Uuid::try_parse(&made).is_ok());
        assert_ne!(made, id_for(None).await);
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn one_line_tells_of_one_request() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        id_for(None).await;
        let gone = router().oneshot(Request::get("/never").body(Body::empty()).unwrap());
        assert!(tokio::time::timeout(Duration::from_millis(20), gone).await.is_err());
        drop(guard);

        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("secret"), "{text}");
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2, "{text}");
        let fields = &lines[0]["fields"];
        assert_eq!((fields["method"].as_str(), fields["status"].as_u64()), (Some("GET"), Some(200)));
        assert_eq!(fields["path"], "/orgs/{id}");
        assert!(fields["duration_ms"].is_f64() && fields["request.id"].is_string(), "{text}");
        assert_eq!(lines[1]["fields"]["status"], 499);
    }
}
