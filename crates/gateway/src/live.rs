//! Subscriptions at `/graphql/ws`, by `graphql-transport-ws` (`docs/decisions/025`).
//!
//! A subscription is a loop: woken → entered → decided → read → told, where the version is another one. What wakes it is a
//! message without content ([`relay`]) or the check that a gateway makes for all its sockets together ([`watchman`]). A
//! lost right ends the subscription at the next look, an ended session closes the socket, both within a second.

mod end;
mod hub;
mod protocol;
mod relay;
mod settings;
mod socket;
mod watchman;

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    extract::{
        FromRequestParts as _, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderValue, Request, StatusCode, header},
    response::Response,
};
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::{hub::Hub, relay::Relay, socket::Socket};
use crate::{
    graphql_http::locale_of,
    server::{Gateway, told},
    session::{asked_locale, refuse_foreign},
};

pub use settings::Settings;

/// Bytes that are read at a time: what a socket keeps for it while nothing happens.
const READ: usize = 4 * 1024;

/// The sockets of a gateway.
#[derive(Debug, Clone)]
pub struct Live {
    hub: Arc<Hub>,
    relay: Relay,
    looks: Arc<Semaphore>,
    settings: Settings,
    /// Looked after until this; nobody is let in before.
    stop: Arc<OnceLock<CancellationToken>>,
}

impl Live {
    /// Sockets that are woken through the redis of that URL, or by looking alone. Has to be called inside the runtime.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(settings: Settings, redis: Option<&SecretString>) -> Result<Self, redis::RedisError> {
        describe();
        Ok(Self {
            hub: Arc::default(),
            relay: Relay::new(redis)?,
            looks: Arc::new(Semaphore::new(settings.looks_at_once)),
            settings,
            stop: Arc::default(),
        })
    }
}

impl Gateway {
    /// Looks after the sockets of subscriptions until told to stop, when they are closed. Without it none is let in.
    pub async fn look_after_sockets(self, stop: CancellationToken) {
        let live = &self.inner().live;
        if live.stop.set(stop.clone()).is_err() {
            tracing::error!("the sockets are looked after already");
            return;
        }
        let app = self.inner().app.clone();
        watchman::keep(app, Arc::clone(&live.hub), live.relay.clone(), live.settings.check(), stop).await;
    }
}

/// `/graphql/ws`: the handshake.
pub(crate) async fn open(State(gateway): State<Gateway>, request: Request<Body>) -> Response {
    let (mut parts, _) = request.into_parts();
    let locale = locale_of(&parts.headers);
    let inner = gateway.inner();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.protocols([protocol::NAME]),
        Err(rejection) => return no_handshake(&rejection, locale),
    };
    if upgrade.selected_protocol().is_none() {
        let message =
            locale.pick("须使用子协议 graphql-transport-ws", "The subprotocol graphql-transport-ws is required");
        return told(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    }
    let shaken = match inner.door.shaken(&parts.headers, &parts.extensions) {
        Ok(shaken) => shaken,
        Err(foreign) => return refuse_foreign(foreign, &parts.headers),
    };
    let stop = inner.live.stop.get().filter(|stop| !stop.is_cancelled());
    let address = inner.door.address(&parts.headers, &parts.extensions);
    let (Some(stop), Some(place)) = (stop.cloned(), inner.live.hub.admit(&inner.live.settings, address)) else {
        let message = locale.pick("连接过多，请稍后重试", "Too many sockets: try again later");
        let mut answer = told(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message);
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return answer;
    };
    let origin = address.map(|address| address.to_string());
    let (asked, counted) = (asked_locale(&parts.headers), inner.tasks.token());
    upgrade
        .read_buffer_size(READ)
        .write_buffer_size(READ)
        .max_message_size(protocol::MESSAGE_BYTES)
        .max_frame_size(protocol::MESSAGE_BYTES)
        .on_upgrade(move |wire| async move {
            Socket { gateway, wire, place, stop, shaken, locale: asked, origin }.run().await;
            drop(counted);
        })
}

fn no_handshake(rejection: &WebSocketUpgradeRejection, locale: domain::Locale) -> Response {
    let status = match rejection {
        WebSocketUpgradeRejection::MethodNotGet(_) => StatusCode::METHOD_NOT_ALLOWED,
        WebSocketUpgradeRejection::InvalidConnectionHeader(_) | WebSocketUpgradeRejection::InvalidUpgradeHeader(_) => {
            StatusCode::UPGRADE_REQUIRED
        }
        _ => StatusCode::BAD_REQUEST,
    };
    let code = if status == StatusCode::METHOD_NOT_ALLOWED { "METHOD_NOT_ALLOWED" } else { "BAD_REQUEST" };
    let mut answer = told(
        status,
        code,
        locale.pick("该地址只接受 WebSocket 连接", "This address takes WebSocket connections alone"),
    );
    if status == StatusCode::UPGRADE_REQUIRED {
        answer.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    }
    answer
}

fn describe() {
    metrics::describe_gauge!("fonds_live_sockets", "open sockets of subscriptions");
    metrics::describe_gauge!("fonds_live_subscriptions", "open subscriptions");
    metrics::describe_counter!("fonds_live_events_total", "events told, by field");
    metrics::describe_counter!(
        "fonds_live_failed_total",
        "subscriptions that ended with an error: a right lost, refused at once, a defect"
    );
    metrics::describe_counter!("fonds_live_closed_total", "sockets by the code they were closed with");
    metrics::describe_histogram!("fonds_live_check_seconds", "time of one check of all sockets");
}
