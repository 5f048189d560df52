//! Who may come in at all: the handshake, and the first word.

use axum::http::{HeaderMap, HeaderName};
use serde_json::json;
use testkit::{Heard, Setup, Socket, TestApp};

use super::{RECORD, end, over, socket};
use crate::walls::world::draft;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

/// A browser's socket comes by cookie, and from our own page alone: no other rule guards it.
#[tokio::test]
async fn a_cookie_comes_from_our_own_page() {
    let app = TestApp::new().await;
    let address = app.listen().await.address;
    let recorder = app.actor("zj/village/recorder");
    let (record, _) = draft(&recorder).await;
    let cookie = format!("fonds={}", recorder.token);
    let own = format!("http://{address}");
    for foreign in [
        vec![("cookie", cookie.as_str())],
        vec![("cookie", &cookie), ("origin", "http://evil.example")],
        vec![("cookie", &cookie), ("origin", "null")],
        vec![("cookie", &cookie), ("origin", &own), ("sec-fetch-site", "cross-site")],
    ] {
        assert_eq!(Socket::shake(address, &headers(&foreign)).await.unwrap_err(), 403, "{foreign:?}");
    }
    let mut socket = Socket::shake(address, &headers(&[("cookie", &cookie), ("origin", &own)])).await.unwrap();
    socket.say(&json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
    socket.subscribe("1", RECORD, &json!({ "record": record })).await;
    socket.hear().await.next();
    // A token in the first word stands over the cookie.
    let stranger = app.actor("zj/village2/secretary");
    let mut other = Socket::shake(address, &headers(&[("cookie", &cookie), ("origin", &own)])).await.unwrap();
    let payload = json!({ "authorization": format!("Bearer {}", stranger.token) });
    other.say(&json!({ "type": "connection_init", "payload": payload })).await;
    other.hear().await;
    other.subscribe("1", RECORD, &json!({ "record": record })).await;
    assert_eq!(other.hear().await.error().1, "NOT_FOUND");
    end(&app, vec![socket, other]).await;
}

#[tokio::test]
async fn a_token_comes_in_the_first_word_or_in_the_header() {
    let app = TestApp::new().await;
    let address = app.listen().await.address;
    let recorder = app.actor("zj/village/recorder");
    let bearer = format!("Bearer {}", recorder.token);
    let mut by_header = Socket::shake(address, &headers(&[("authorization", &bearer)])).await.unwrap();
    by_header.say(&json!({ "type": "connection_init", "payload": {} })).await;
    assert_eq!(by_header.hear().await, Heard::Said(json!({ "type": "connection_ack" })));
    by_header.close().await;

    let gone = recorder.with_token(&recorder.token.replace("zj.", "edu."));
    for payload in [
        json!(null),
        json!({}),
        json!({ "authorization": "" }),
        json!({ "authorization": recorder.token }),
        json!({ "authorization": "Bearer what" }),
        json!({ "authorization": format!("Bearer {}", gone.token) }),
    ] {
        let mut socket = Socket::shake(address, &HeaderMap::new()).await.unwrap();
        socket.say(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await, Heard::Closed(4403), "{payload}");
    }
    app.revoke(&recorder).await;
    assert_eq!(Socket::enter(address, &recorder).await.unwrap_err(), 4403);
    over(&app).await;
}

/// What is no handshake is told so, in the form of every other answer.
#[tokio::test]
async fn only_a_handshake_of_the_protocol_is_taken() {
    let app = TestApp::new().await;
    let address = app.listen().await.address;
    assert_eq!(app.get("/graphql/ws").await.status, 426);
    assert_eq!(app.post("/graphql/ws", &json!({ "query": "{ version }" })).await.status, 405);
    for protocol in ["graphql-ws", "soap", "graphql-transport-ws2"] {
        let shaken = Socket::shake_as(address, Some(protocol)).await;
        assert_eq!(shaken.unwrap_err(), 400, "{protocol}");
    }
    assert_eq!(Socket::shake_as(address, None).await.unwrap_err(), 400);
    Socket::shake_as(address, Some("soap, graphql-transport-ws")).await.unwrap().close().await;
    over(&app).await;
}

#[tokio::test]
async fn there_are_only_so_many() {
    let mut http = Setup::default().http;
    http.live =
        gateway_settings(json!({ "max_sockets": 8, "max_per_session": 2, "max_subscriptions": 3, "init_seconds": 1 }));
    let app = TestApp::with(Setup { http, ..Setup::default() }).await;
    let address = app.listen().await.address;
    let recorder = app.actor("zj/village/recorder");
    let (record, _) = draft(&recorder).await;
    let mut first = socket(&app, &recorder).await;
    let second = socket(&app, &recorder).await;
    assert_eq!(Socket::enter(address, &recorder).await.unwrap_err(), 1013, "the third of one session");
    settled(&app, 2).await;
    for id in ["a", "b", "c"] {
        first.subscribe(id, RECORD, &json!({ "record": record })).await;
        first.hear().await.next();
    }
    first.subscribe("d", RECORD, &json!({ "record": record })).await;
    assert_eq!(first.hear().await.error(), ("d".into(), "TOO_COSTLY".into()));
    first.say(&json!({ "id": "b", "type": "complete" })).await;
    first.subscribe("d", RECORD, &json!({ "record": record })).await;
    assert_eq!(first.hear().await.next().0, "d");

    // Of eight, one may not have said who it is; after a second it is let go.
    let mut early = Socket::shake(address, &HeaderMap::new()).await.unwrap();
    assert_eq!(Socket::shake(address, &HeaderMap::new()).await.unwrap_err(), 503);
    assert_eq!(early.hear().await, Heard::Closed(4408));
    early.close().await;
    settled(&app, 2).await;
    let keys = [
        "zj/town/reviewer",
        "zj/town/reviewer2",
        "zj/town/archivist",
        "zj/county/reviewer",
        "zj/city/reviewer",
        "zj/province/reviewer",
    ];
    let mut others = Vec::new();
    for key in keys {
        others.push(socket(&app, &app.actor(key)).await);
    }
    assert_eq!(Socket::shake(address, &HeaderMap::new()).await.unwrap_err(), 503, "the ninth");
    second.close().await;
    others.push(first);
    end(&app, others).await;
}

/// Waits until so many sockets are open.
async fn settled(app: &TestApp, sockets: usize) {
    while app.tasks.len() != sockets {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn gateway_settings(of: serde_json::Value) -> testkit::LiveSettings {
    serde_json::from_value(of).unwrap()
}
