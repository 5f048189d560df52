//! The bytes of files: authorised at each request by the decision about the record, verified before they leave.
//!
//! What somebody uploaded is never shown inline: a browser keeps it, in a sandbox that runs nothing. Inline are the
//! pictures alone, which we have made ourselves.

use std::ops::Range;

use app::file::{BodyKey, Linked};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use blob::{ReadError, Sha256Digest};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, file::FileAddress, id::noun};
use intake::{
    FileName,
    disposition::{self, Disposition},
};

use crate::{
    Gateway, graphql_http::locale_of, server::told, session::refuse_foreign, sign_in::failure, toll, transfer::Transfer,
};

/// A page that is made of such bytes by mistake can do nothing.
const SANDBOX: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// No page of others embeds it.
const SAME_ORIGIN: (header::HeaderName, HeaderValue) =
    (header::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
/// What a link opens stays with who was given it.
const UNKEPT: HeaderValue = HeaderValue::from_static("private, no-store");

/// `GET /files/record/{record}/{version}/{n}`: a file of an own record.
pub(crate) async fn of_record(
    State(gateway): State<Gateway>,
    Path((record, version, n)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    answer(&gateway, request, FileAddress::of_record(&record, &version, &n), None).await
}

/// `GET /files/record/{record}/{version}/{n}/preview/{page}`: a picture of it.
pub(crate) async fn of_record_preview(
    State(gateway): State<Gateway>,
    Path((record, version, n, page)): Path<(String, String, String, String)>,
    request: Request,
) -> Response {
    answer(&gateway, request, FileAddress::of_record(&record, &version, &n), Some(&page)).await
}

/// `GET /files/receipt/{receipt}/{n}`: a file of a received record.
pub(crate) async fn of_receipt(
    State(gateway): State<Gateway>,
    Path((receipt, n)): Path<(String, String)>,
    request: Request,
) -> Response {
    answer(&gateway, request, FileAddress::of_receipt(&receipt, &n), None).await
}

/// `GET /files/receipt/{receipt}/{n}/preview/{page}`: a picture of it.
pub(crate) async fn of_receipt_preview(
    State(gateway): State<Gateway>,
    Path((receipt, n, page)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    answer(&gateway, request, FileAddress::of_receipt(&receipt, &n), Some(&page)).await
}

/// `GET /files/own/{file}/preview/{page}`: a picture of what one has uploaded.
pub(crate) async fn own_preview(
    State(gateway): State<Gateway>,
    Path((file, page)): Path<(String, String)>,
    request: Request,
) -> Response {
    answer(&gateway, request, FileAddress::own(&file), Some(&page)).await
}

/// `GET /files/link/{grant}/record/{record}/{version}/{n}`: by a signed link.
pub(crate) async fn linked_record(
    State(gateway): State<Gateway>,
    Path((grant, record, version, n)): Path<(String, String, String, String)>,
    request: Request,
) -> Response {
    by_link(&gateway, request, &grant, FileAddress::of_record(&record, &version, &n)).await
}

/// `GET /files/link/{grant}/receipt/{receipt}/{n}`: by a signed link.
pub(crate) async fn linked_receipt(
    State(gateway): State<Gateway>,
    Path((grant, receipt, n)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    by_link(&gateway, request, &grant, FileAddress::of_receipt(&receipt, &n)).await
}

/// Who asks for a file, so that he can be asked for again while it leaves.
#[derive(Debug, Clone)]
enum Asker {
    Session(app::Caller),
    /// By a link, whose use began then, from this address.
    Link(Linked, DateTime<Utc>, Option<String>),
}

impl Asker {
    async fn read(&self, app: &app::App) -> app::Result<app::Reader> {
        match self {
            Self::Session(caller) => app.read(caller).await,
            Self::Link(linked, begun, origin) => app::file::read_linked(app, linked, *begun, origin.clone()).await,
        }
    }

    const fn caching(&self) -> HeaderValue {
        match self {
            Self::Session(_) => PRIVATE,
            Self::Link(..) => UNKEPT,
        }
    }
}

/// What leaves.
#[derive(Debug)]
struct Outgoing {
    account: Id<noun::Account>,
    body: BodyKey,
    media_type: String,
    /// Of a file; a picture has none, and is shown inline.
    name: Option<String>,
}

async fn answer(gateway: &Gateway, request: Request, address: Option<FileAddress>, page: Option<&str>) -> Response {
    let (parts, _) = request.into_parts();
    let (inner, locale) = (gateway.inner(), locale_of(&parts.headers));
    let caller = match inner.door.caller(&parts.headers, &parts.extensions) {
        Ok(Some(caller)) => caller,
        Ok(None) => return failure(&app::Error::Unauthenticated, locale),
        // A page of our own links to a file without our header: the browser says where the link stands.
        Err(foreign) => match inner.door.linked(&parts.headers, &parts.extensions) {
            Some(caller) => caller,
            None => return refuse_foreign(foreign, &parts.headers),
        },
    };
    serve(gateway, &parts, Asker::Session(caller), address, page, locale).await
}

/// Neither cookies nor headers count here: the link is the whole of what is brought along.
async fn by_link(gateway: &Gateway, request: Request, grant: &str, address: Option<FileAddress>) -> Response {
    let (parts, _) = request.into_parts();
    let locale = locale_of(&parts.headers);
    let Some(linked) = address.and_then(|address| Linked::parse(grant, address)) else {
        return failure(&app::Error::NotFound, locale);
    };
    let origin = gateway.inner().door.address(&parts.headers, &parts.extensions).map(|address| address.to_string());
    let asker = Asker::Link(linked, gateway.inner().app.clock.now(), origin);
    serve(gateway, &parts, asker, address, None, locale).await
}

async fn serve(
    gateway: &Gateway,
    parts: &Parts,
    asker: Asker,
    address: Option<FileAddress>,
    page: Option<&str>,
    locale: Locale,
) -> Response {
    let inner = gateway.inner();
    let mut reader = match asker.read(&inner.app).await {
        Ok(reader) => reader,
        Err(error) => return failure(&error, locale),
    };
    let account = reader.actor.account;
    if let Err(refused) = toll::of_person(inner, account, locale).await {
        return *refused;
    }
    let found = async {
        let address = address.ok_or(app::Error::NotFound)?;
        Ok(if let Some(page) = page {
            let page = page.parse().map_err(|_| app::Error::NotFound)?;
            let preview = app::file::preview(&mut reader, address, page).await?;
            Outgoing { account, body: preview.body, media_type: "image/jpeg".to_owned(), name: None }
        } else {
            let file = app::file::find(&mut reader, address).await?;
            Outgoing { account, body: file.body, media_type: file.media_type, name: Some(file.name) }
        })
    };
    let out = match found.await {
        Ok(out) => out,
        Err(error) => return failure(&error, locale),
    };
    let transfer = match &out.name {
        Some(_) => inner.transfers.begin(out.account, locale),
        None => inner.transfers.picture(locale).await,
    };
    match transfer {
        Ok(transfer) => {
            let mut answer = served(gateway, parts, &out, (transfer, asker.clone(), address), locale).await;
            answer.headers_mut().insert(header::CACHE_CONTROL, asker.caching());
            answer
        }
        Err(refused) => *refused,
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
    gateway: &Gateway,
    parts: &Parts,
    file: &Outgoing,
    (transfer, asker, address): (Transfer, Asker, Option<FileAddress>),
    locale: Locale,
) -> Response {
    let (inner, headers) = (gateway.inner(), &parts.headers);
    let body = body_of(&file.body);
    let tag = format!("\"{}\"", body.sha256);
    let mut answer = Response::new(Body::empty());
    let out = answer.headers_mut();
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::CONTENT_SECURITY_POLICY, SANDBOX);
    out.insert(SAME_ORIGIN.0, SAME_ORIGIN.1);
    out.extend(HeaderValue::from_str(&tag).map(|tag| (header::ETAG, tag)));
    if matches(headers, &header::IF_NONE_MATCH, &tag) {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        return answer;
    }
    let media_type = HeaderValue::from_str(&file.media_type);
    out.insert(header::CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    let disposition = match &file.name {
        None => HeaderValue::from_static("inline"),
        Some(name) => {
            // A name that was taken under older rules may be none any more: a safe one stands in for it.
            let name = FileName::parse(name).unwrap_or_else(|_| FileName::standing_in(&file.media_type));
            let value = disposition::header(Disposition::Attachment, &name);
            HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
        }
    };
    out.insert(header::CONTENT_DISPOSITION, disposition);
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
    if parts.method == Method::HEAD {
        return answer;
    }
    match inner.bodies.read(&body, range).await {
        Ok(stream) => {
            let own = gateway.clone();
            let still = move || may_still(own.clone(), asker.clone(), address);
            *answer.body_mut() = inner.transfers.send(&inner.tasks, transfer, stream, still);
            answer
        }
        Err(error) => failed(error, locale),
    }
}

/// May he still read what stands at this address?
async fn may_still(gateway: Gateway, asker: Asker, address: Option<FileAddress>) -> bool {
    let app = &gateway.inner().app;
    let found = async {
        let mut reader = asker.read(app).await?;
        app::file::find(&mut reader, address.ok_or(app::Error::NotFound)?).await
    };
    // A database that does not answer takes no right away.
    matches!(found.await, Ok(_) | Err(app::Error::Unavailable(_)))
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
