//! The words of `graphql-transport-ws`: what a client sends, what it is sent, and with which codes a socket is closed.

use axum::extract::ws::{CloseFrame, Message};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The subprotocol, the only one.
pub(super) const NAME: &str = "graphql-transport-ws";
/// Bytes of one message of a client, frames and all.
pub(super) const MESSAGE_BYTES: usize = 64 * 1024;
/// Bytes of the id that a client gives a subscription.
const ID_BYTES: usize = 64;

/// A close code and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

impl Close {
    pub(super) const RESTART: Self = Self { code: 1012, reason: "Service restart" };
    pub(super) const LATER: Self = Self { code: 1013, reason: "Try again later" };
    pub(super) const TOO_LARGE: Self = Self { code: 1009, reason: "Message too large" };
    pub(super) const BAD: Self = Self { code: 4400, reason: "Bad request" };
    /// Nobody has said who he is.
    pub(super) const UNAUTHORIZED: Self = Self { code: 4401, reason: "Unauthorized" };
    /// The session has ended. Clients do not come again by themselves after this code.
    pub(super) const ENDED: Self = Self { code: 4401, reason: "Session ended" };
    pub(super) const FORBIDDEN: Self = Self { code: 4403, reason: "Forbidden" };
    pub(super) const INIT_LATE: Self = Self { code: 4408, reason: "Connection initialisation timeout" };
    pub(super) const TAKEN: Self = Self { code: 4409, reason: "Subscriber already exists" };
    pub(super) const INIT_AGAIN: Self = Self { code: 4429, reason: "Too many initialisation requests" };
    pub(super) const INTERNAL: Self = Self { code: 4500, reason: "Internal error" };

    pub(super) fn message(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

/// What a client says.
#[derive(Debug)]
pub(super) enum Said {
    Init(Option<String>),
    Ping,
    Pong,
    Subscribe(String, Box<RawValue>),
    Complete(String),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Init {
    #[serde(alias = "Authorization")]
    authorization: Option<String>,
}

/// Reads a message.
///
/// # Errors
/// It is none of the protocol.
pub(super) fn read(text: &str) -> Result<Said, Close> {
    let Envelope { kind, id, payload } = serde_json::from_str(text).map_err(|_| Close::BAD)?;
    let id = || id.clone().filter(|id| (1..=ID_BYTES).contains(&id.len())).ok_or(Close::BAD);
    match kind {
        "connection_init" => {
            let init: Option<Init> =
                payload.map_or(Ok(None), |payload| serde_json::from_str(payload.get())).map_err(|_| Close::BAD)?;
            Ok(Said::Init(init.unwrap_or_default().authorization))
        }
        "ping" => Ok(Said::Ping),
        "pong" => Ok(Said::Pong),
        "subscribe" => Ok(Said::Subscribe(id()?, payload.ok_or(Close::BAD)?.to_owned())),
        "complete" => Ok(Said::Complete(id()?)),
        _ => Err(Close::BAD),
    }
}

pub(super) fn ack() -> Message {
    Message::text(r#"{"type":"connection_ack"}"#)
}

pub(super) fn pong() -> Message {
    Message::text(r#"{"type":"pong"}"#)
}

/// `payload` is JSON.
pub(super) fn next(id: &str, payload: &str) -> Message {
    with_payload("next", id, payload)
}

/// `errors` is JSON. The subscription is over.
pub(super) fn error(id: &str, errors: &str) -> Message {
    with_payload("error", id, errors)
}

fn with_payload(kind: &str, id: &str, payload: &str) -> Message {
    let id = serde_json::Value::from(id);
    Message::text(format!(r#"{{"id":{id},"type":"{kind}","payload":{payload}}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Close {
        read(text).unwrap_err()
    }

    #[test]
    fn messages_of_the_protocol_are_read() {
        for (text, token) in [
            (r#"{"type":"connection_init"}"#, None),
            (r#"{"type":"connection_init","payload":null}"#, None),
            (r#"{"type":"connection_init","payload":{"more":[1]}}"#, None),
            (r#"{"type":"connection_init","payload":{"authorization":"Bearer t.s"}}"#, Some("Bearer t.s")),
            (r#"{"payload":{"Authorization":"Bearer t.s"},"type":"connection_init"}"#, Some("Bearer t.s")),
        ] {
            assert!(matches!(read(text), Ok(Said::Init(given)) if given.as_deref() == token), "{text}");
        }
        assert!(matches!(read(r#"{"type":"ping","payload":{}}"#), Ok(Said::Ping)));
        assert!(matches!(read(r#"{"type":"pong"}"#), Ok(Said::Pong)));
        assert!(matches!(read(r#"{"id":"1","type":"complete"}"#), Ok(Said::Complete(id)) if id == "1"));
        let subscribe = read(r#"{"id":"a","type":"subscribe","payload":{"query":"{a}"}}"#);
        assert!(matches!(subscribe, Ok(Said::Subscribe(id, body)) if id == "a" && body.get() == r#"{"query":"{a}"}"#));
    }

    #[test]
    fn anything_else_is_a_bad_request() {
        let long = format!(r#"{{"id":"{}","type":"complete"}}"#, "x".repeat(65));
        let deep = "[".repeat(60_000);
        for text in [
            "",
            "1",
            "[]",
            "{}",
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":1}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":7,"payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"connection_init","payload":{"authorization":1}}"#,
            &long,
            &deep,
        ] {
            assert_eq!(refused(text), Close::BAD, "{}", &text[..text.len().min(80)]);
        }
    }

    #[test]
    fn an_id_is_given_back_as_json() {
        let Message::Text(text) = next("a\"b", r#"{"data":{}}"#) else { panic!("no text") };
        assert_eq!(text.as_str(), r#"{"id":"a\"b","type":"next","payload":{"data":{}}}"#);
    }
}
