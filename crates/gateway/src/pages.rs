//! The pages: what `web/` builds, embedded into the program. They hold nothing of anybody; what they show they ask for.
//!
//! A page may run the scripts and styles of this build and no others. A style that a script makes carries the nonce of the
//! page's own answer.

use std::fmt::Write as _;

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, Method, Request, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};

use crate::{graphql_http::Documents, server::nowhere};

/// A debug build reads the folder at every request, another one carries it; where it was not built, there are no pages.
#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Bytes of a nonce.
const NONCE: usize = 16;
/// What carries a hash in its name never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");
/// Addresses that are no pages, whatever a browser asks for there.
const DOORS: [&str; 8] =
    ["/graphql", "/auth/", "/uploads", "/files/", "/audit/export", "/assets/", "/healthz", "/readyz"];

/// The operations of the pages, by hash.
pub(crate) fn documents() -> Documents {
    let file = Dist::get("operations.json");
    file.and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
}

/// `GET /assets/{file}`: a script, a style, a picture of this build.
pub(crate) async fn asset(Path(file): Path<String>, request: Request<Body>) -> Response {
    // One segment of the address is one name; a folder's way up is none, in a debug build neither.
    let name = (!file.contains(['/', '\\'])).then(|| format!("assets/{file}"));
    sent(name.as_deref(), FOR_EVER, request).await
}

/// `GET /icon.svg`.
pub(crate) async fn icon(request: Request<Body>) -> Response {
    sent(Some("icon.svg"), EACH_TIME, request).await
}

/// `GET /manifest.webmanifest`.
pub(crate) async fn manifest(request: Request<Body>) -> Response {
    sent(Some("manifest.webmanifest"), EACH_TIME, request).await
}

/// Any other address: the page, where a browser asks for one, which then knows what is there.
pub(crate) async fn page(request: Request<Body>) -> Response {
    if !asks_for_a_page(request.method(), request.uri(), request.headers()) {
        return nowhere(request).await;
    }
    let Some(file) = Dist::get("index.html") else { return nowhere(request).await };
    let nonce = nonce();
    let html = String::from_utf8_lossy(&file.data).replace("<script ", &format!("<script nonce=\"{nonce}\" "));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' blob: data:; \
         media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let mut answer = html.into_response();
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    out.insert(header::CACHE_CONTROL, EACH_TIME);
    out.insert(header::VARY, HeaderValue::from_static("accept"));
    out.extend(HeaderValue::try_from(policy).map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    answer
}

fn asks_for_a_page(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let html =
        headers.get_all(header::ACCEPT).iter().any(|accept| accept.to_str().is_ok_and(|a| a.contains("text/html")));
    let (path, reads) = (uri.path(), method == Method::GET || method == Method::HEAD);
    html && reads && !DOORS.iter().any(|door| path.starts_with(door))
}

fn nonce() -> String {
    let bytes: [u8; NONCE] = rand::random();
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn sent(name: Option<&str>, keep: HeaderValue, request: Request<Body>) -> Response {
    let Some(mut answer) = name.and_then(|name| found(name, request.headers())) else { return nowhere(request).await };
    answer.headers_mut().insert(header::CACHE_CONTROL, keep);
    answer
}

fn found(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Dist::get(path)?;
    let brotli =
        headers.get_all(header::ACCEPT_ENCODING).iter().any(|accept| accept.to_str().is_ok_and(|a| a.contains("br")));
    let small = brotli.then(|| Dist::get(&format!("{path}.br"))).flatten();
    let encoded = small.is_some();
    let EmbeddedFile { data, .. } = small.unwrap_or(plain);
    let mut answer = data.into_owned().into_response();
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if encoded {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Some(answer)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(method: &Method, path: &str, accept: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        asks_for_a_page(method, &path.parse().unwrap(), &headers)
    }

    #[test]
    fn a_browser_gets_a_page_and_a_program_does_not() {
        assert!(asks(&Method::GET, "/records/record:01", "text/html,application/xhtml+xml"));
        assert!(asks(&Method::HEAD, "/", "text/html"));
        assert!(!asks(&Method::GET, "/records/record:01", "application/json"));
        assert!(!asks(&Method::POST, "/", "text/html"));
        for door in DOORS {
            assert!(!asks(&Method::GET, door, "text/html"), "{door}");
        }
    }

    #[test]
    fn every_page_has_a_nonce_of_its_own() {
        let (one, other) = (nonce(), nonce());
        assert!(one.len() == 2 * NONCE && one != other);
    }
}
