//! The bytes of files: authorised at each request by the decision about the record, verified before they leave.
//!
//! What somebody uploaded is never shown inline: a browser keeps it, in a sandbox that runs nothing.

use std::ops::Range;

use app::file::{Attachment, BodyKey};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use blob::{Bodies, ReadError, Sha256Digest};
use domain::{Id, Locale, id::noun};
use intake::{
    FileName,
    disposition::{self, Disposition},
};

use crate::{
    Gateway,
    graphql_http::locale_of,
    server::{Inner, told},
    session::refuse_foreign,
    sign_in::failure,
};

/// A page that is made of such bytes by mistake can do nothing.
const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// `GET /files/record/{record}/{version}/{n}`: a file of an own record.
pub(crate) async fn of_record(
    State(gateway): State<Gateway>,
    Path((record, version, n)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let asked = async |reader: &mut app::Reader| {
        let record: Id<noun::Record> = format!("record:{record}").parse().map_err(|_| app::Error::NotFound)?;
        let version = version.parse().map_err(|_| app::Error::NotFound)?;
        app::file::of_record(reader, record, version, numbered(&n)?).await
    };
    answer(gateway.inner(), request, asked).await
}

/// `GET /files/receipt/{receipt}/{n}`: a file of a received record.
pub(crate) async fn of_receipt(
    State(gateway): State<Gateway>,
    Path((receipt, n)): Path<(String, String)>,
    request: Request,
) -> Response {
    let asked = async |reader: &mut app::Reader| {
        let receipt = format!("receipt:{receipt}").parse().map_err(|_| app::Error::NotFound)?;
        app::file::of_receipt(reader, receipt, numbered(&n)?).await
    };
    answer(gateway.inner(), request, asked).await
}

fn numbered(n: &str) -> app::Result<i16> {
    n.parse().map_err(|_| app::Error::NotFound)
}

async fn answer(
    inner: &Inner,
    request: Request,
    asked: impl AsyncFnOnce(&mut app::Reader) -> app::Result<Attachment>,
) -> Response {
    let (parts, _) = request.into_parts();
    let locale = locale_of(&parts.headers);
    let caller = match inner.door.caller(&parts.headers, &parts.extensions) {
        Ok(Some(caller)) => caller,
        Ok(None) => return failure(&app::Error::Unauthenticated, locale),
        // A page of our own links to a file without our header: the browser says where the link stands.
        Err(foreign) => match inner.door.linked(&parts.headers, &parts.extensions) {
            Some(caller) => caller,
            None => return refuse_foreign(foreign, &parts.headers),
        },
    };
    let found = async {
        let mut reader = inner.app.read(&caller).await?;
        asked(&mut reader).await
    };
    match found.await {
        Ok(attachment) => served(&inner.bodies, &parts.method, &parts.headers, &attachment, locale).await,
        Err(error) => failure(&error, locale),
    }
}

/// Where the body is, in the words of its crate.
pub(crate) fn body_of(key: &BodyKey) -> blob::Body {
    blob::Body {
        tenant: key.tenant,
        sha256: Sha256Digest(key.sha256),
        chunks: Sha256Digest(key.chunks),
        len: u64::try_from(key.length).unwrap_or_default(),
    }
}

async fn served(
    bodies: &Bodies,
    method: &Method,
    headers: &HeaderMap,
    attachment: &Attachment,
    locale: Locale,
) -> Response {
    let body = body_of(&attachment.body);
    let tag = format!("\"{}\"", body.sha256);
    let mut answer = Response::new(Body::empty());
    let out = answer.headers_mut();
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::CACHE_CONTROL, PRIVATE);
    out.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    out.extend(HeaderValue::from_str(&tag).map(|tag| (header::ETAG, tag)));
    if matches(headers, &header::IF_NONE_MATCH, &tag) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    let media_type = HeaderValue::from_str(&attachment.attached.media_type);
    out.insert(header::CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    if let Ok(name) = FileName::parse(&attachment.attached.name) {
        let value = disposition::header(Disposition::Attachment, &name);
        out.extend(HeaderValue::from_str(&value).map(|value| (header::CONTENT_DISPOSITION, value)));
    }
    // A part is asked of the body that the client knows, else it gets the whole of this one.
    let part = headers.get(header::IF_RANGE).is_none_or(|of| of.as_bytes() == tag.as_bytes());
    let range = match part.then(|| headers.get(header::RANGE)).flatten().map(|range| asked_range(range, body.len)) {
        None | Some(Asked::All) => 0..body.len,
        Some(Asked::Part(range)) => {
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, body.len);
            answer.headers_mut().extend(HeaderValue::from_str(&text).map(|value| (header::CONTENT_RANGE, value)));
            range
        }
        Some(Asked::Nothing) => {
            *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            let text = format!("bytes */{}", body.len);
            answer.headers_mut().extend(HeaderValue::from_str(&text).map(|value| (header::CONTENT_RANGE, value)));
            return answer;
        }
    };
    answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if method == Method::HEAD {
        return answer;
    }
    match bodies.read(&body, range).await {
        Ok(stream) => {
            *answer.body_mut() = Body::from_stream(stream);
            answer
        }
        Err(error) => failed(error, locale),
    }
}

fn failed(error: ReadError, locale: Locale) -> Response {
    let (status, code, zh, en) = match error {
        ReadError::Damaged => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "DAMAGED",
            "存储中的文件已损坏，系统已报警，不提供错误内容；请联系系统管理员",
            "The stored file is damaged; it has been reported and nothing wrong is served: tell the system administrator",
        ),
        ReadError::Unavailable | ReadError::Range => (
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "存储暂时不可用，请稍后重试",
            "The store of files is away for the moment: try again",
        ),
    };
    told(status, code, locale.pick(zh, en)).into_response()
}

fn matches(headers: &HeaderMap, name: &header::HeaderName, tag: &str) -> bool {
    let given = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    given.map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

/// What a `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// No range that we know, or several: the whole is a right answer.
    All,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that are not there.
    Nothing,
}

fn asked_range(value: &HeaderValue, length: u64) -> Asked {
    let Some(spec) = value.to_str().ok().and_then(|text| text.trim().strip_prefix("bytes=")) else { return Asked::All };
    let Some((from, to)) = spec.trim().split_once('-') else { return Asked::All };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(from) || !digits(to) {
        return Asked::All;
    }
    let range = match (from.parse::<u64>().ok(), to.parse::<u64>().ok()) {
        (Some(from), Some(to)) if to < from => return Asked::All,
        (Some(from), Some(to)) => from..to.saturating_add(1).min(length),
        (Some(from), None) => from..length,
        (None, Some(last)) => length.saturating_sub(last)..length,
        (None, None) => return Asked::All,
    };
    if range.is_empty() { Asked::Nothing } else { Asked::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &'static str, length: u64) -> Asked {
        asked_range(&HeaderValue::from_static(text), length)
    }

    #[test]
    fn ranges_are_those_of_rfc_9110() {
        assert_eq!(range("bytes=0-0", 10), Asked::Part(0..1));
        assert_eq!(range("bytes=4-", 10), Asked::Part(4..10));
        assert_eq!(range("bytes=-3", 10), Asked::Part(7..10));
        assert_eq!(range("bytes=-30", 10), Asked::Part(0..10));
        assert_eq!(range("bytes=2-99", 10), Asked::Part(2..10));
        assert_eq!(range("bytes=10-", 10), Asked::Nothing);
        assert_eq!(range("bytes=-0", 10), Asked::Nothing);
        assert_eq!(range("bytes=5-2", 10), Asked::All);
        assert_eq!(range("bytes=0-1,4-5", 10), Asked::All);
        assert_eq!(range("lines=0-1", 10), Asked::All);
        assert_eq!(range("bytes=", 10), Asked::All);
    }
}
