//! A client that goes away does not take its write along: over a real connection.

use std::{sync::atomic::Ordering, time::Duration};

use axum::{Router, extract::State, routing::any};
use tokio::{io::AsyncWriteExt, net::TcpListener};

use super::sample::Client;
use super::*;

async fn serve(client: Client) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handle = |State(client): State<Client>, request: Request<Body>| async move {
        match client.handler.admit(request).await {
            Ok(admitted) => {
                let caller = Caller { who: "somebody".into(), introspect: false, data: Data::default() };
                client.handler.execute(admitted, caller).await
            }
            Err(refusal) => *refusal,
        }
    };
    let tasks = TaskTracker::new();
    tasks.spawn(axum::serve(listener, Router::new().route("/graphql", any(handle)).with_state(client)).into_future());
    address
}

#[tokio::test]
async fn a_write_outlives_its_connection() {
    let client = Client::new();
    let address = serve(client.clone()).await;
    let body = r#"{"query":"mutation { write(millis: 1000) }"}"#;
    for sent in 0..20 {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        // The request has arrived and runs when the connection is cut.
        while client.tasks.len() + client.written.0.load(Ordering::SeqCst) <= sent {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stream.set_zero_linger().unwrap();
    }
    for _ in 0..2_000 {
        if client.tasks.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(client.written.0.load(Ordering::SeqCst), 20);
}

#[tokio::test]
async fn a_write_outlives_the_future_that_waits_for_it() {
    let client = Client::new();
    let other = client.clone();
    let waiting = async move { other.query("mutation { write(millis: 100) }", serde_json::json!({})).await };
    assert!(tokio::time::timeout(Duration::from_millis(10), waiting).await.is_err());
    client.tasks.close();
    client.tasks.wait().await;
    assert_eq!(client.written.0.load(Ordering::SeqCst), 1);
}
