//! Subscriptions: what is told, to whom, when, and when no more.

mod hostile;
mod load;
mod shaken;
mod taken;
mod told;
mod without;

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Actor, Heard, Socket, TestApp};

pub(crate) const RECORD: &str = "subscription($record: ID!) { recordChanged(record: $record) { title state rev } }";
pub(crate) const FIGURES: &str = "subscription($org: ID!) {
    rollupChanged(input: { org: $org, from: 202601, to: 202612 }) { state count } }";
/// Within which something that was taken away has ended.
pub(crate) const SECOND: Duration = Duration::from_secs(1);
/// How long nothing has to come, for a test to say that nothing comes.
pub(crate) const QUIET: Duration = Duration::from_millis(1200);

/// A socket of somebody.
pub(crate) async fn socket(app: &TestApp, actor: &Actor<'_>) -> Socket {
    Socket::enter(app.listen().await.address, actor).await.unwrap()
}

/// A socket that watches a record and has heard how it stands.
pub(crate) async fn watching(app: &TestApp, actor: &Actor<'_>, record: &str) -> Socket {
    let mut socket = socket(app, actor).await;
    socket.subscribe("r", RECORD, &json!({ "record": record })).await;
    assert_eq!(socket.hear().await.next().0, "r");
    socket
}

/// A socket that watches the figures of the actor's own organisation, and what it has heard first.
pub(crate) async fn counting(app: &TestApp, actor: &Actor<'_>) -> (Socket, Value) {
    let mut socket = socket(app, actor).await;
    socket.subscribe("f", FIGURES, &json!({ "org": actor.org.to_string() })).await;
    let first = socket.hear().await.next().1;
    (socket, first)
}

/// How many are in a state.
pub(crate) fn count(figures: &Value, state: &str) -> i64 {
    let cells = figures["rollupChanged"].as_array().unwrap();
    cells.iter().filter(|cell| cell["state"] == state).map(|cell| cell["count"].as_i64().unwrap()).sum()
}

/// Waits until the figures say so; every event before may say less.
pub(crate) async fn until(socket: &mut Socket, state: &str, wanted: i64) {
    loop {
        let (_, figures) = socket.hear().await.next();
        if count(&figures, state) == wanted {
            return;
        }
    }
}

/// Nothing comes.
pub(crate) async fn quiet(socket: &mut Socket) {
    assert_eq!(socket.hear_within(QUIET).await, Heard::Nothing);
}

/// Closes the sockets and stops the server: all of it ends at once.
pub(crate) async fn end(app: &TestApp, sockets: Vec<Socket>) {
    for socket in sockets {
        socket.close().await;
    }
    over(app).await;
}

/// Stops the server; every socket ends.
pub(crate) async fn over(app: &TestApp) {
    app.listen().await.stop().await;
    let begun = std::time::Instant::now();
    while !app.tasks.is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(5), "sockets outlive their server");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
