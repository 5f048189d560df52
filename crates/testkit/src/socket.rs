//! A socket of subscriptions at the real router, and the other end of it.

use std::{net::SocketAddr, time::Duration};

use axum::http::HeaderMap;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{Actor, Answer, TestApp, left::Turn};

/// How long a test waits for a word.
const PATIENCE: Duration = Duration::from_secs(10);

/// The router at an address of its own, its sockets looked after; until it is dropped.
#[derive(Debug)]
pub struct Served {
    /// Where.
    pub address: SocketAddr,
    stop: CancellationToken,
    parts: TaskTracker,
    _until: DropGuard,
}

impl Served {
    pub(crate) async fn begin(gateway: gateway::Gateway) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, parts) = (CancellationToken::new(), TaskTracker::new());
        parts.spawn(gateway.clone().look_after_sockets(stop.clone()));
        let service = gateway.router().into_make_service_with_connect_info::<SocketAddr>();
        let until = stop.clone().cancelled_owned();
        parts.spawn(async move { axum::serve(listener, service).with_graceful_shutdown(until).await });
        parts.close();
        Self { address, _until: stop.clone().drop_guard(), stop, parts }
    }

    /// Stops as the server does. Gives when all its parts have ended.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.parts.wait().await;
    }
}

/// What came.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A message of the protocol.
    Said(Value),
    /// The socket was closed with this code; 1006 without one.
    Closed(u16),
    /// Nothing, for as long as was waited.
    Nothing,
}

impl Heard {
    /// `data` of a `next`, and the id.
    #[track_caller]
    pub fn next(self) -> (String, Value) {
        match self {
            Self::Said(mut said) if said["type"] == "next" && said["payload"]["errors"].is_null() => {
                (said["id"].as_str().unwrap_or_default().to_owned(), said["payload"]["data"].take())
            }
            other => panic!("no event: {other:?}"),
        }
    }

    /// The code of an `error`, and the id.
    #[track_caller]
    pub fn error(self) -> (String, String) {
        match self {
            Self::Said(said) if said["type"] == "error" => {
                let code = said["payload"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
                (said["id"].as_str().unwrap_or_default().to_owned(), code)
            }
            other => panic!("no error: {other:?}"),
        }
    }
}

/// A client's end.
#[derive(Debug)]
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Shakes hands with headers beside the subprotocol. Err: the status that refuses it.
    pub async fn shake(address: SocketAddr, headers: &HeaderMap) -> Result<Self, u16> {
        Self::connect(address, headers, Some("graphql-transport-ws")).await
    }

    /// Shakes hands under another subprotocol, or under none.
    pub async fn shake_as(address: SocketAddr, protocol: Option<&str>) -> Result<Self, u16> {
        Self::connect(address, &HeaderMap::new(), protocol).await
    }

    async fn connect(address: SocketAddr, headers: &HeaderMap, protocol: Option<&str>) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().expect("an address");
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a name"));
        }
        for (name, value) in headers {
            request.headers_mut().insert(name, value.clone());
        }
        match connect_async(request).await {
            Ok((wire, _)) => Ok(Self(wire)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    /// Shakes hands and says who it is. Err: the code that closed it.
    pub async fn enter(address: SocketAddr, actor: &Actor<'_>) -> Result<Self, u16> {
        let mut headers = HeaderMap::new();
        headers.insert("accept-language", actor.language.parse().expect("a language"));
        let mut socket = Self::shake(address, &headers).await.expect("a handshake");
        let payload = json!({ "authorization": format!("Bearer {}", actor.token) });
        socket.say(&json!({ "type": "connection_init", "payload": payload })).await;
        match socket.hear().await {
            Heard::Said(said) if said["type"] == "connection_ack" => Ok(socket),
            Heard::Closed(code) => Err(code),
            other => panic!("no acknowledgement: {other:?}"),
        }
    }

    /// Says a message.
    pub async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends anything. A line that is closed already is no fault.
    pub async fn send(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    /// Subscribes.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: &Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(&json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// Waits for a message.
    pub async fn hear(&mut self) -> Heard {
        self.hear_within(PATIENCE).await
    }

    /// Waits so long for a message.
    pub async fn hear_within(&mut self, time: Duration) -> Heard {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => {
                        return Heard::Said(serde_json::from_str(text.as_str()).expect("JSON"));
                    }
                    Some(Ok(Message::Close(frame))) => {
                        return Heard::Closed(frame.map_or(1005, |frame| frame.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Heard::Closed(1006),
                }
            }
        };
        tokio::time::timeout(time, next).await.unwrap_or(Heard::Nothing)
    }

    /// Closes, and waits until the other end has. Gives whether it has answered, as it has to.
    pub async fn close(mut self) -> bool {
        let _ = self.0.close(None).await;
        let mut answered = false;
        while let Some(Ok(message)) = self.0.next().await {
            answered |= message.is_close();
        }
        answered
    }
}

/// Another process on the same database: its application, and its gateway.
#[derive(Debug)]
pub struct Beside {
    /// The use cases there.
    pub app: app::App,
    /// Its gateway.
    pub served: Served,
}

impl Beside {
    /// Stops it.
    pub async fn stop(self) {
        self.served.stop().await;
        self.app.store.close().await;
    }
}

impl TestApp {
    /// Another process on the same database.
    pub async fn beside(&self) -> Beside {
        let (app, gateway) = self.another().await;
        Beside { app, served: Served::begin(gateway).await }
    }

    /// The router at a real address; the first time it begins to listen.
    pub async fn listen(&self) -> &Served {
        self.served.get_or_init(|| Served::begin(self.gateway.clone())).await
    }

    /// What a subscription answers at once, as if it had come over HTTP; a socket that is closed for want of a session is
    /// told as every field would tell it.
    pub(crate) async fn watch(&self, actor: &Actor<'_>, query: &str, variables: &Value) -> Answer {
        let address = self.listen().await.address;
        let turn = Turn::begin(self);
        let body = match Socket::enter(address, actor).await {
            Err(4403) => json!({ "data": null, "errors": [{ "extensions": { "code": "UNAUTHENTICATED" } }] }),
            Err(code) => panic!("closed with {code}"),
            Ok(mut socket) => {
                socket.subscribe("1", query, variables).await;
                let body = match socket.hear().await {
                    Heard::Said(mut said) if said["type"] == "next" => said["payload"].take(),
                    Heard::Said(mut said) if said["type"] == "error" => {
                        json!({ "data": null, "errors": said["payload"].take() })
                    }
                    other => panic!("no answer: {other:?}"),
                };
                socket.close().await;
                body
            }
        };
        turn.end().await;
        Answer::of(&body)
    }
}
