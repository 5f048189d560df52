//! What is none of the protocol, and what asks for too much.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Heard, Setup, Socket, TestApp, seed};
use tokio_tungstenite::tungstenite::Message;

use super::{RECORD, end, over, socket, watching};
use crate::walls::world::draft;

async fn fresh(app: &TestApp) -> Socket {
    Socket::shake(app.listen().await.address, &axum::http::HeaderMap::new()).await.unwrap()
}

#[tokio::test]
async fn what_is_none_of_the_protocol_closes_the_socket() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, _) = draft(&recorder).await;
    // Before anybody has said who he is.
    let subscribe =
        json!({ "id": "1", "type": "subscribe", "payload": { "query": RECORD, "variables": { "record": record } } });
    for (message, code) in [
        (Message::text(subscribe.to_string()), 4401),
        (Message::text("{"), 4400),
        (Message::text("[]"), 4400),
        (Message::text(r#"{"type":"start"}"#), 4400),
        (Message::text(r#"{"type":"connection_init","payload":7}"#), 4400),
        (Message::text("[".repeat(60_000)), 4400),
        (Message::binary(vec![0_u8; 16]), 4400),
        (Message::text("x".repeat(70_000)), 1009),
    ] {
        let mut socket = fresh(&app).await;
        let told = format!("{:.60}", message.to_string());
        socket.send(message).await;
        let heard = socket.hear().await;
        assert!(heard == Heard::Closed(code) || (code == 1009 && heard == Heard::Closed(1006)), "{told}: {heard:?}");
    }
    // And afterwards.
    for (message, code) in [
        (json!({ "type": "connection_init" }), 4429),
        (json!({ "type": "connection_ack" }), 4400),
        (json!({ "type": "next", "id": "1", "payload": {} }), 4400),
        (json!({ "type": "subscribe", "id": "", "payload": {} }), 4400),
        (json!({ "type": "subscribe", "id": "x".repeat(65), "payload": {} }), 4400),
        (json!({ "type": "subscribe", "id": "1" }), 4400),
        (subscribe.clone(), 4409),
    ] {
        let mut socket = watching(&app, &recorder, &record).await;
        let message = if code == 4409 { with(&message, "id", "r") } else { message };
        socket.say(&message).await;
        assert_eq!(socket.hear().await, Heard::Closed(code), "{message}");
    }
    over(&app).await;
}

fn with(message: &Value, member: &str, value: &str) -> Value {
    let mut message = message.clone();
    message[member] = value.into();
    message
}

/// The document is held to the bounds of every other; refused, it ends that subscription and nothing else.
#[tokio::test]
async fn a_document_is_measured_as_everywhere() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder").in_english();
    let (record, _) = draft(&recorder).await;
    let mut socket = watching(&app, &recorder, &record).await;
    let deep = format!("subscription {{ {}a{} }}", "a {".repeat(40), "}".repeat(40));
    let bomb = (0..20).fold("subscription { recordChanged(record: \"x\") { ...f0 } }".to_owned(), |text, n| {
        format!("{text} fragment f{n} on Record {{ ...f{0} ...f{0} }}", n + 1)
    }) + " fragment f20 on Record { id }";
    for (payload, code) in [
        (json!({ "query": "{ version }" }), "BAD_REQUEST"),
        (
            json!({ "query": "mutation { signOutEverywhere(input: { idempotencyKey: \"12345678\" }) { ended } }" }),
            "BAD_REQUEST",
        ),
        (
            json!({ "query": "subscription { a: recordChanged(record: \"x\") { id } b: recordChanged(record: \"x\") { id } }" }),
            "BAD_REQUEST",
        ),
        (json!({ "query": "subscription { nothing { id } }" }), "BAD_REQUEST"),
        (json!({ "query": "subscription { recordChanged(record: \"x\") { nothing } }" }), "BAD_REQUEST"),
        (json!({ "query": "subscription { __typename }" }), "BAD_REQUEST"),
        (json!({ "query": "subscription { __schema { types { name } } }" }), "BAD_REQUEST"),
        (json!({ "query": "subscription { recordChanged(" }), "BAD_REQUEST"),
        (json!({ "query": RECORD }), "BAD_REQUEST"),
        (json!({ "query": RECORD, "variables": [] }), "BAD_REQUEST"),
        (json!({ "query": 7 }), "BAD_REQUEST"),
        (json!([]), "BAD_REQUEST"),
        (json!({ "query": deep }), "BAD_REQUEST"),
        (json!({ "query": bomb }), "TOO_COSTLY"),
        (json!({ "query": format!("subscription {{ {} }}", "x".repeat(20_000)) }), "TOO_LARGE"),
    ] {
        socket.say(&json!({ "id": "h", "type": "subscribe", "payload": payload })).await;
        let heard = socket.hear().await;
        let text = format!("{heard:?}");
        let (id, told) = heard.error();
        assert_eq!(id, "h");
        assert!(told == code || (told == "TOO_COSTLY" && code == "BAD_REQUEST"), "{payload}: {text}");
        assert!(!text.contains("Did you mean") && text.len() < 2_000, "{text}");
    }
    socket.say(&json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "pong" })));
    end(&app, vec![socket]).await;
}

/// Subscribing costs what asking costs.
#[tokio::test]
async fn subscribing_is_charged() {
    let mut http = Setup::default().http;
    http.cost_per_minute = 30;
    let app = TestApp::with(Setup { http, redis: None, ..Setup::default() }).await;
    let recorder = app.actor("zj/village/recorder");
    let absent = json!({ "record": format!("record:{}", "0".repeat(32)) });
    let mut socket = socket(&app, &recorder).await;
    let mut codes = Vec::new();
    for n in 0..20 {
        socket.subscribe(&n.to_string(), RECORD, &absent).await;
        codes.push(socket.hear().await.error().1);
    }
    assert_eq!((codes[0].as_str(), codes[19].as_str()), ("NOT_FOUND", "RATE_LIMITED"));
    end(&app, vec![socket]).await;
}

/// A silent line is pinged, and one that does not answer is let go.
#[tokio::test]
async fn a_line_that_is_dead_is_let_go() {
    let mut http = Setup::default().http;
    http.live.ping_seconds = 1;
    let app = TestApp::with(Setup { http, ..Setup::default() }).await;
    let mut lively = socket(&app, &app.actor("zj/village/recorder")).await;
    let dead = socket(&app, &app.actor("zj/village/secretary")).await;
    // The one answers pings while it listens; the other does nothing.
    assert_eq!(lively.hear_within(Duration::from_secs(4)).await, Heard::Nothing);
    assert_eq!(app.tasks.len(), 1, "the dead one is gone");
    drop(dead);
    end(&app, vec![lively]).await;
}

/// Neither a token nor a content stands in what is logged and measured.
#[tokio::test]
async fn what_is_measured_tells_nothing() {
    let app = TestApp::new().await;
    let recorder = app.actor("zj/village/recorder");
    let (record, _) = draft(&recorder).await;
    let watcher = watching(&app, &recorder, &record).await;
    let mut text = app.get("/metrics").await.text();
    while !text.contains("fonds_live_check_seconds_count") {
        tokio::time::sleep(Duration::from_millis(100)).await;
        text = app.get("/metrics").await.text();
    }
    for name in ["fonds_live_sockets", "fonds_live_subscriptions", "fonds_live_events_total"] {
        assert!(text.contains(name), "{name}");
    }
    let secret = seed::person("zj/village/recorder").unwrap().token();
    assert!(!text.contains(&secret) && !text.contains(&record[7..]));
    end(&app, vec![watcher]).await;
}
