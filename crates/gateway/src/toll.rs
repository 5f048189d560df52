//! How many requests for bytes of files a minute holds: of an address before anybody is asked for, of a person once he is
//! known. Wide: a phone that resumes and a page of thumbnails never meet it.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use domain::{Id, Locale, id::noun};

use crate::{
    Gateway,
    graphql_http::locale_of,
    limit::RetryAfter,
    server::{Inner, told},
};

/// Before authentication: what an address may ask.
pub(crate) async fn of_address(State(gateway): State<Gateway>, request: Request<Body>, next: Next) -> Response {
    let inner = gateway.inner();
    let address = inner.door.address(request.headers(), request.extensions());
    let key = address.map_or_else(|| "files:nobody".to_owned(), |address| format!("files:{address}"));
    match inner.limits.spend(&key, 1, inner.settings.file_requests_per_address).await {
        Ok(()) => next.run(request).await,
        Err(wait) => too_often(wait, locale_of(request.headers())),
    }
}

/// What a person may ask, whatever his sessions.
pub(crate) async fn of_person(inner: &Inner, account: Id<noun::Account>, locale: Locale) -> Result<(), Box<Response>> {
    let spent = inner.limits.spend(&format!("files:{account}"), 1, inner.settings.file_requests_per_minute).await;
    spent.map_err(|wait| Box::new(too_often(wait, locale)))
}

fn too_often(wait: RetryAfter, locale: Locale) -> Response {
    let seconds = wait.seconds();
    let (zh, en) = (
        format!("文件请求过于频繁，请 {seconds} 秒后再试；已上传的部分不会丢失"),
        format!("Too many requests for files: wait {seconds} seconds; what was uploaded is kept"),
    );
    let mut answer = told(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", locale.pick(&zh, &en));
    answer.headers_mut().insert(header::RETRY_AFTER, wait.header());
    answer
}
