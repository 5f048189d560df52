//! The end of a socket: what of a message ends it, and how it is closed.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};

use super::protocol::{self, Close, Said};

/// Time that the other end may take to say that it has closed.
const CLOSING: Duration = Duration::from_secs(1);

/// How a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With a code.
    Close(Close),
    /// The other end has closed it: it is answered.
    Left,
    /// The other end is away, or does not read.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// What a message says; nothing where it is one of the line itself.
pub(super) fn heard(message: Option<Result<Message, axum::Error>>) -> Result<Option<Said>, End> {
    match message {
        Some(Ok(Message::Text(text))) => Ok(Some(protocol::read(&text)?)),
        Some(Ok(Message::Binary(_))) => Err(Close::BAD.into()),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) => Err(End::Left),
        None => Err(End::Gone),
        Some(Err(error)) => Err(if error.to_string().contains("too long") || error.to_string().contains("too big") {
            Close::TOO_LARGE.into()
        } else {
            End::Gone
        }),
    }
}

/// Says goodbye, and waits a moment for the answer.
pub(super) async fn close(wire: &mut WebSocket, end: End) {
    let why = match end {
        End::Gone => "gone".to_owned(),
        End::Left => "left".to_owned(),
        End::Close(close) => close.code.to_string(),
    };
    metrics::counter!("fonds_live_closed_total", "code" => why).increment(1);
    let goodbye = async {
        let said = match end {
            End::Gone => false,
            End::Left => true,
            End::Close(close) => wire.send(close.message()).await.is_ok(),
        };
        // The answer to a close goes out, and comes in, while one reads.
        while said && let Some(Ok(_)) = wire.recv().await {}
    };
    let _ = tokio::time::timeout(CLOSING, goodbye).await;
}
