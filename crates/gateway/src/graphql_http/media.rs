//! Method and media types: what is taken, and which of two types the answer has.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header},
};

use super::refusal::Refusal;

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Media {
    /// `application/json`, the older one: faults of the document are answered with 200.
    #[default]
    Json,
    /// `application/graphql-response+json`: they are answered with 400.
    Graphql,
}

impl Media {
    /// The type that the client prefers.
    ///
    /// # Errors
    /// None of the two is acceptable.
    pub fn negotiate(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut best: Option<(u16, u8, Self)> = None;
        let mut named = false;
        for value in headers.get_all(header::ACCEPT) {
            let text = value.to_str().map_err(|_| Refusal::Accept)?;
            for range in text.split(',').map(str::trim).filter(|range| !range.is_empty()) {
                named = true;
                let Some((media, exact, quality)) = Self::read(range) else { continue };
                // The first of equals wins.
                if quality > 0 && best.is_none_or(|(q, e, _)| (quality, exact) > (q, e)) {
                    best = Some((quality, exact, media));
                }
            }
        }
        match best {
            Some((_, _, media)) => Ok(media),
            None if named => Err(Refusal::Accept),
            None => Ok(Self::Json),
        }
    }

    /// One range of `Accept`: the type it selects, how exact it is, its quality in thousandths.
    fn read(range: &str) -> Option<(Self, u8, u16)> {
        let mut parts = range.split(';').map(str::trim);
        let (media, exact) = match parts.next()?.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => (Self::Graphql, 2),
            "application/json" => (Self::Json, 2),
            "application/*" => (Self::Json, 1),
            "*/*" => (Self::Json, 0),
            _ => return None,
        };
        let mut quality = 1000;
        for part in parts {
            let (name, value) = part.split_once('=')?;
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => quality = thousandths(value.trim())?,
                "charset" if !is_utf8(value) => return None,
                _ => {}
            }
        }
        Some((media, exact, quality))
    }

    /// The status of a request whose document is at fault.
    pub(super) const fn document_fault(self) -> StatusCode {
        match self {
            Self::Json => StatusCode::OK,
            Self::Graphql => StatusCode::BAD_REQUEST,
        }
    }

    /// An answer of this type, never kept by a cache.
    pub(super) fn write(self, status: StatusCode, body: Bytes) -> Response<Body> {
        let kind = match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        };
        let mut answer = Response::new(Body::from(body));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        answer
    }
}

/// Takes POST of `application/json` alone: anything else could be sent by a form of a foreign page.
pub(super) fn admit(method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    if method != Method::POST {
        return Err(Refusal::Method);
    }
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return Err(Refusal::ContentType) };
    let plain = headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    if plain && kind.to_str().is_ok_and(is_json) { Ok(()) } else { Err(Refusal::ContentType) }
}

fn is_json(kind: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"))
        && parts.filter(|part| !part.is_empty()).all(|part| {
            part.split_once('=').is_some_and(|(name, value)| !name.eq_ignore_ascii_case("charset") || is_utf8(value))
        })
}

fn is_utf8(charset: &str) -> bool {
    let name = charset.trim().trim_matches('"');
    name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8")
}

/// `0.85` is 850.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole: u16 = whole.parse().ok().filter(|&n| n <= 1)?;
    if part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    Some((whole * 1000 + part).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(text: &'static str) -> Result<Media, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(text));
        Media::negotiate(&headers)
    }

    #[test]
    fn negotiates_by_quality_exactness_and_order() {
        assert_eq!(Media::negotiate(&HeaderMap::new()), Ok(Media::Json));
        assert_eq!(accept("*/*"), Ok(Media::Json));
        assert_eq!(accept("application/graphql-response+json, application/json;q=0.9"), Ok(Media::Graphql));
        assert_eq!(accept("application/json, application/graphql-response+json;q=0.9"), Ok(Media::Json));
        assert_eq!(accept("*/*, application/graphql-response+json; charset=utf-8"), Ok(Media::Graphql));
        assert_eq!(accept("application/graphql-response+json, application/json"), Ok(Media::Graphql));
        assert_eq!(accept("text/html, application/xhtml+xml, */*;q=0.8"), Ok(Media::Json));
        for text in
            ["text/html", "application/json;q=0", "application/json;charset=gbk", "image/*", "application/json;q=x"]
        {
            assert_eq!(accept(text), Err(Refusal::Accept), "{text}");
        }
    }

    #[test]
    fn takes_json_in_utf8_alone() {
        for kind in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\";"] {
            assert!(is_json(kind), "{kind}");
        }
        for kind in ["", "text/plain", "application/json; charset=gbk", "application/jsonp", "application/graphql"] {
            assert!(!is_json(kind), "{kind}");
        }
    }
}
