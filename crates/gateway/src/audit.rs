//! `GET /audit/export`: the whole audit log as JSON Lines, for the auditor to check elsewhere with `fonds verify audit`. It is read and
//! sent part by part; where a part fails the body ends without its head, and a check says what is missing.

use app::{App, Caller, audit::Export};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream::{self, Stream};

use crate::{Gateway, graphql_http::locale_of, session::refuse_foreign, sign_in::failure, transfer::Transfer};

const LINES: HeaderValue = HeaderValue::from_static("application/jsonl");

/// The route.
pub(crate) async fn export(State(gateway): State<Gateway>, request: Request) -> Response {
    let (inner, (parts, _)) = (gateway.inner(), request.into_parts());
    let locale = locale_of(&parts.headers);
    let caller = match inner.door.caller(&parts.headers, &parts.extensions) {
        Ok(Some(caller)) => caller,
        Ok(None) => return failure(&app::Error::Unauthenticated, locale),
        Err(foreign) => match inner.door.linked(&parts.headers, &parts.extensions) {
            Some(caller) => caller,
            None => return refuse_foreign(foreign, &parts.headers),
        },
    };
    let account = match inner.app.read(&caller).await {
        Ok(reader) => reader.actor.account,
        Err(error) => return failure(&error, locale),
    };
    let transfer = match inner.transfers.begin(account, locale) {
        Ok(transfer) => transfer,
        Err(refused) => return *refused,
    };
    match app::audit::begin_export(&inner.app, &caller).await {
        Ok((export, first)) => {
            let name =
                format!("attachment; filename=\"audit-{}-{}.jsonl\"", caller.entry.tenant.as_str(), export.size());
            let mut answer =
                Response::new(Body::from_stream(lines((inner.app.clone(), caller, transfer), export, first)));
            answer.headers_mut().insert(header::CONTENT_TYPE, LINES);
            answer.headers_mut().extend(HeaderValue::from_str(&name).map(|name| (header::CONTENT_DISPOSITION, name)));
            answer
        }
        Err(error) => failure(&error, locale),
    }
}

/// The place among so many transfers is held until the last line.
fn lines(held: (App, Caller, Transfer), export: Export, first: String) -> impl Stream<Item = app::Result<Bytes>> {
    stream::try_unfold((held, export, Some(first)), async |(held, mut export, first)| {
        let text = match first {
            Some(first) => Some(first),
            None => app::audit::export_part(&held.0, &held.1, &mut export)
                .await
                .inspect_err(|error| tracing::warn!(%error, "an export of the audit log ended before its end"))?,
        };
        Ok(text.map(|text| (Bytes::from(text), (held, export, None))))
    })
}
