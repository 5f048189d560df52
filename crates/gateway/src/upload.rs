//! Uploads that survive a bad line: tus 1.0.0 (core, creation, creation-with-upload, expiration, checksum, termination).
//!
//! The offset that a client is told is what is durably stored. One writer at a time: a newer one, authorised and numbered
//! by the database, stops the one before. Another person's upload answers as if it did not exist.

mod metadata;
mod receive;
mod refusal;

use std::sync::Arc;

use app::file::Announce;
use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use blob::{AppendError, Checksum, Fence, Staging};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, Outcome, id::noun};
use intake::{FileName, Reason, reason::Place};
use tokio::sync::Notify;

use crate::{Gateway, graphql_http::locale_of, server::Inner, session::refuse_foreign, toll};

use self::{
    metadata::Metadata,
    receive::{Stopped, Taken, append, moved_on},
    refusal::{Refused, problems, refused, tus},
};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSION: HeaderName = HeaderName::from_static("tus-version");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const ALGORITHMS: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

const ONE: HeaderValue = HeaderValue::from_static("1.0.0");
const BYTES: &str = "application/offset+octet-stream";
const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-with-upload,expiration,checksum,termination");

/// Where uploads are received, and who is told of whole ones.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// The staging area.
    pub staging: Staging,
    /// Wakes whoever examines.
    pub received: Arc<Notify>,
}

/// `OPTIONS /uploads`: what this server can.
pub(crate) async fn options() -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let headers = answer.headers_mut();
    headers.insert(RESUMABLE, ONE);
    headers.insert(VERSION, ONE);
    headers.insert(EXTENSION, EXTENSIONS);
    headers.insert(ALGORITHMS, HeaderValue::from_static(Checksum::ALGORITHMS));
    answer
}

/// `POST /uploads`: announces a file; bytes may come with it.
pub(crate) async fn create(State(gateway): State<Gateway>, request: Request) -> Response {
    tus(create_or_refuse(gateway.inner(), request).await)
}

/// Everything at `/uploads/{id}`.
pub(crate) async fn reach(State(gateway): State<Gateway>, Path(id): Path<String>, request: Request) -> Response {
    let inner = gateway.inner();
    let method = match request.headers().get(OVERRIDE) {
        // For clients behind proxies that know no PATCH.
        Some(method) if request.method() == Method::POST => Method::from_bytes(method.as_bytes()).unwrap_or_default(),
        _ => request.method().clone(),
    };
    tus(match method {
        Method::HEAD => head_or_refuse(inner, &id, request.headers(), request.extensions()).await,
        Method::PATCH => patch_or_refuse(inner, &id, request).await,
        Method::DELETE => delete_or_refuse(inner, &id, request).await,
        Method::OPTIONS => Ok(options().await),
        _ => Err(refused(StatusCode::METHOD_NOT_ALLOWED, locale_of(request.headers())).into()),
    })
}

async fn create_or_refuse(inner: &Inner, request: Request) -> Result<Response, Box<Response>> {
    let (parts, body) = request.into_parts();
    let locale = locale_of(&parts.headers);
    check_version(&parts.headers)?;
    let caller = caller(inner, &parts.headers, &parts.extensions).await?;
    let length = number(&parts.headers, &LENGTH).ok_or_else(|| Refused::Length.told(locale))?;
    let metadata = Metadata::read(&parts.headers, &METADATA).ok_or_else(|| Refused::Metadata.told(locale))?;
    if parts.headers.contains_key(CHECKSUM) && checksum(&parts.headers).is_none() {
        return Err(Refused::Algorithm.told(locale).into());
    }
    let post = metadata.post.ok_or_else(|| Refused::Post.told(locale))?;
    let name = metadata.name.ok_or_else(|| Refused::Name.told(locale))?;
    let name = match FileName::parse(&name) {
        Ok(name) => name,
        Err(fault) => return Err(problems(&[intake::name::problem(fault)], locale).into()),
    };
    // Before a byte is taken: what is marked as a state secret does not belong here.
    if let Some(mark) = name.mark() {
        return Err(problems(&[Reason::Secret(mark, Place::Name).problem(&["name"])], locale).into());
    }
    let name = name.as_str().to_owned();
    let length = i64::try_from(length).map_err(|_| Refused::Length.told(locale))?;
    let Metadata { media_type, sha256, given, .. } = metadata;
    let what = Announce { name, length, media_type, sha256, metadata: given };
    let key = parts
        .headers
        .get(KEY)
        .and_then(|key| key.to_str().ok())
        .map_or_else(|| inner.app.id::<noun::File>().uuid().simple().to_string(), str::to_owned);
    let command = app::Command::new("file.begin", &key, post, &what);
    let (app, who) = (inner.app.clone(), caller.clone());
    let outcome = inner.finish(async move { app::file::announce(&app, &who, command, what).await }, locale).await?;
    let begun = match outcome.map_err(|error| crate::sign_in::failure(&error, locale))? {
        Outcome::Done(begun, _) => begun,
        Outcome::Refused(all) => return Err(problems(&all, locale).into()),
    };
    let length = u64::try_from(length).unwrap_or_default();
    // A repeated announcement may be of an upload that has ended since.
    let (app, who, id) = (inner.app.clone(), caller.clone(), begun.file);
    let taken = inner.finish(async move { app::file::take(&app, &who, id).await }, locale).await?;
    let (_, fence) = taken.map_err(|error| crate::sign_in::failure(&error, locale))?;
    let offset = match fence {
        Some(_) => {
            let begun = inner.uploads.staging.create(id, length).await;
            begun.map_err(|error| Refused::of_staging(&error).told(locale))?.offset
        }
        None => length,
    };
    let mut answer = StatusCode::CREATED.into_response();
    let location = format!("/uploads/{}", begun.file.uuid().simple());
    answer.headers_mut().extend(HeaderValue::from_str(&location).map(|value| (header::LOCATION, value)));
    expires(answer.headers_mut(), begun.expires_at);
    if is_bytes(&parts.headers) {
        // Creation with upload: what is refused now can be sent again by PATCH.
        let taken = append(inner, &caller, begun.file, offset, &parts.headers, body).await;
        return match taken {
            Ok(Taken { offset, expires: None }) => {
                answer.headers_mut().remove(EXPIRES);
                Ok(with_offset(answer, offset))
            }
            // Created it is, and where: only its bytes were not taken.
            Err(Stopped::Append(AppendError::Checksum { offset })) => {
                let mut refused = Refused::Checksum.told(locale);
                refused.headers_mut().extend(answer.headers().clone());
                Err(with_offset(refused, offset).into())
            }
            Ok(Taken { offset, .. })
            | Err(Stopped::Append(AppendError::Cut { offset } | AppendError::Offset { offset })) => {
                Ok(with_offset(answer, offset))
            }
            Err(_) => Ok(with_offset(answer, offset)),
        };
    }
    Ok(answer)
}

async fn head_or_refuse(
    inner: &Inner,
    id: &str,
    headers: &HeaderMap,
    extensions: &axum::http::Extensions,
) -> Result<Response, Box<Response>> {
    let locale = locale_of(headers);
    check_version(headers)?;
    let caller = caller(inner, headers, extensions).await?;
    let id = parse(id).ok_or_else(|| not_found(locale))?;
    let (app, who) = (inner.app.clone(), caller.clone());
    let taken = inner.finish(async move { app::file::take(&app, &who, id).await }, locale).await?;
    let (file, fence) = taken.map_err(|error| crate::sign_in::failure(&error, locale))?;
    let length = u64::try_from(file.length).unwrap_or_default();
    let offset = match fence {
        // Whoever still writes is stopped, so that the offset is final.
        Some(fence) => {
            match inner.uploads.staging.settle(id, Fence(fence)).await {
                Ok(progress) if progress.is_whole() => {
                    received(inner, &caller, id, locale).await?;
                    length
                }
                Ok(progress) => progress.offset,
                // Whole, examined and moved on between the two looks.
                Err(AppendError::Absent) if moved_on(inner, &caller, id).await => length,
                Err(error) => return Err(Refused::of_append(&error).told(locale).into()),
            }
        }
        None => length,
    };
    let mut answer = with_offset(StatusCode::OK.into_response(), offset);
    answer.headers_mut().insert(LENGTH, HeaderValue::from(length));
    let given = file.metadata.and_then(|given| HeaderValue::from_str(&given).ok());
    answer.headers_mut().extend(given.map(|given| (METADATA, given)));
    if offset < length {
        expires(answer.headers_mut(), file.expires_at);
    }
    Ok(answer)
}

async fn patch_or_refuse(inner: &Inner, id: &str, request: Request) -> Result<Response, Box<Response>> {
    let (parts, body) = request.into_parts();
    let locale = locale_of(&parts.headers);
    check_version(&parts.headers)?;
    let caller = caller(inner, &parts.headers, &parts.extensions).await?;
    let id = parse(id).ok_or_else(|| not_found(locale))?;
    if !is_bytes(&parts.headers) {
        return Err(Refused::MediaType.told(locale).into());
    }
    let at = number(&parts.headers, &OFFSET).ok_or_else(|| Refused::Offset.told(locale))?;
    if parts.headers.contains_key(CHECKSUM) && checksum(&parts.headers).is_none() {
        return Err(Refused::Algorithm.told(locale).into());
    }
    let taken = append(inner, &caller, id, at, &parts.headers, body).await.map_err(|stopped| match stopped {
        Stopped::Append(error) => Refused::of_append(&error).told(locale),
        Stopped::App(error) => crate::sign_in::failure(&error, locale),
        Stopped::Crowded(answer) => *answer,
    })?;
    let mut answer = with_offset(StatusCode::NO_CONTENT.into_response(), taken.offset);
    if let Some(at) = taken.expires {
        expires(answer.headers_mut(), at);
    }
    Ok(answer)
}

async fn delete_or_refuse(inner: &Inner, id: &str, request: Request) -> Result<Response, Box<Response>> {
    let (parts, _) = request.into_parts();
    let locale = locale_of(&parts.headers);
    check_version(&parts.headers)?;
    let caller = caller(inner, &parts.headers, &parts.extensions).await?;
    let id = parse(id).ok_or_else(|| not_found(locale))?;
    let (app, who) = (inner.app.clone(), caller);
    let given_up = inner.finish(async move { app::file::abandon(&app, &who, id).await }, locale).await?;
    if !given_up.map_err(|error| crate::sign_in::failure(&error, locale))? {
        return Err(not_found(locale).into());
    }
    // What stays behind when the disk fails now is cleared by the housekeeping.
    if let Err(error) = inner.uploads.staging.remove(id).await {
        tracing::warn!(file = %id, %error, "an upload that was given up is still there");
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn received(
    inner: &Inner,
    caller: &app::Caller,
    id: Id<noun::File>,
    locale: Locale,
) -> Result<(), Box<Response>> {
    let (app, who) = (inner.app.clone(), caller.clone());
    let told = inner.finish(async move { app::file::received(&app, &who, id).await }, locale).await?;
    told.map_err(|error| crate::sign_in::failure(&error, locale))?;
    inner.uploads.received.notify_one();
    Ok(())
}

/// Who asks, known by his session, with a request left in his minute.
async fn caller(
    inner: &Inner,
    headers: &HeaderMap,
    extensions: &axum::http::Extensions,
) -> Result<app::Caller, Box<Response>> {
    let locale = locale_of(headers);
    let caller = inner.door.caller(headers, extensions);
    let caller = caller.map_err(|foreign| Box::new(refuse_foreign(foreign, headers)))?;
    let caller = caller.ok_or_else(|| crate::sign_in::failure(&app::Error::Unauthenticated, locale))?;
    let reader = inner.app.read(&caller).await.map_err(|error| crate::sign_in::failure(&error, locale))?;
    let account = reader.actor.account;
    drop(reader); // its connection is somebody else's turn
    toll::of_person(inner, account, locale).await?;
    Ok(caller)
}

fn check_version(headers: &HeaderMap) -> Result<(), Box<Response>> {
    if headers.get(RESUMABLE) == Some(&ONE) { Ok(()) } else { Err(Refused::Version.told(locale_of(headers)).into()) }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    // Said twice is not said: a proxy might take the other one.
    let mut all = headers.get_all(name).iter();
    let (Some(one), None) = (all.next(), all.next()) else { return None };
    let text = one.to_str().ok()?;
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn checksum(headers: &HeaderMap) -> Option<Checksum> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let (algorithm, digest) = headers.get(CHECKSUM)?.to_str().ok()?.trim().split_once(' ')?;
    Checksum::new(algorithm, &STANDARD.decode(digest.trim()).ok()?)
}

fn is_bytes(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(BYTES.as_bytes()))
}

fn parse(id: &str) -> Option<Id<noun::File>> {
    format!("file:{id}").parse().ok()
}

fn not_found(locale: Locale) -> Response {
    crate::sign_in::failure(&app::Error::NotFound, locale)
}

fn with_offset(mut answer: Response, offset: u64) -> Response {
    answer.headers_mut().insert(OFFSET, HeaderValue::from(offset));
    answer
}

/// As tus asks for it: the date form of HTTP.
fn expires(headers: &mut HeaderMap, at: DateTime<Utc>) {
    let text = at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    headers.extend(HeaderValue::from_str(&text).map(|value| (EXPIRES, value)));
}
