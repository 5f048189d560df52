//! An answer of the router, read whole.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Response},
};
use http_body_util::BodyExt as _;
use serde_json::Value;

/// Status, headers, body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    pub(crate) async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// What came by another way, as if it had come over HTTP.
    pub(crate) fn of(body: &Value) -> Self {
        Self { status: 200, headers: HeaderMap::new(), body: body.to_string().into() }
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// `extensions.code` of the first GraphQL error, or `error.code`; empty where there is none.
    pub fn code(&self) -> String {
        let body = self.json();
        let code = body["errors"][0]["extensions"]["code"].as_str().or_else(|| body["error"]["code"].as_str());
        code.unwrap_or_default().to_owned()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
