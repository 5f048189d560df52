//! Wake-ups between processes, by redis. They may be lost: whoever relies on them asks whether redis carries them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::live::{CHANNEL, Wake};
use futures_util::StreamExt as _;
use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

/// Time that one message may take on its way into redis.
const PATIENCE: Duration = Duration::from_millis(100);
/// Time that subscribing may take, and pause after it failed.
const CONNECTING: Duration = Duration::from_secs(1);

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// Something was committed.
    Wake(Wake),
    /// Listening has begun (again): what was said before is not known.
    Anew,
}

/// A message. A worker's carries no sender.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    #[serde(flatten)]
    wake: Wake,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<uuid::Uuid>,
}

/// A sign of life that a gateway sends to itself: it comes back where redis carries wake-ups.
#[derive(Debug, Serialize, Deserialize)]
struct Beat {
    beat: u64,
    from: uuid::Uuid,
}

/// The way through redis, or none.
#[derive(Clone)]
pub(super) struct Relay(Option<Arc<Inner>>);

struct Inner {
    client: Client,
    out: ConnectionManager,
    me: uuid::Uuid,
    sent: AtomicU64,
    come_back: AtomicU64,
    silent: AtomicBool,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").field("redis", &self.0.is_some()).finish()
    }
}

impl Relay {
    /// Through the redis of that URL. Does not connect yet; has to be called inside the runtime.
    pub(super) fn new(url: Option<&SecretString>) -> Result<Self, RedisError> {
        let Some(url) = url else { return Ok(Self(None)) };
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE * 2))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        let client = Client::open(url.expose_secret())?;
        Ok(Self(Some(Arc::new(Inner {
            out: ConnectionManager::new_lazy_with_config(client.clone(), config)?,
            client,
            me: uuid::Uuid::from_bytes(rand::random()),
            sent: AtomicU64::new(0),
            come_back: AtomicU64::new(0),
            silent: AtomicBool::new(false),
        }))))
    }

    /// Whether what is told is heard: the last sign of life has come back.
    pub(super) fn carries(&self) -> bool {
        self.0.as_ref().is_some_and(|inner| {
            let sent = inner.sent.load(Ordering::SeqCst);
            sent > 0 && inner.come_back.load(Ordering::SeqCst) == sent
        })
    }

    /// Sends a sign of life.
    pub(super) async fn beat(&self) {
        let Some(inner) = &self.0 else { return };
        let beat = inner.sent.fetch_add(1, Ordering::SeqCst) + 1;
        let Ok(text) = serde_json::to_string(&Beat { beat, from: inner.me }) else { return };
        inner.publish(&[text]).await;
    }

    /// Tells the other processes. What cannot be told is dropped.
    pub(super) async fn tell(&self, wakes: &[Wake]) {
        let Some(inner) = &self.0 else { return };
        let texts: Vec<_> = wakes
            .iter()
            .filter_map(|wake| serde_json::to_string(&Message { wake: *wake, from: Some(inner.me) }).ok())
            .collect();
        inner.publish(&texts).await;
    }

    /// Listens for ever. What this process has said itself is passed over.
    pub(super) async fn hear(&self, mut heard: impl FnMut(Heard)) {
        let Some(inner) = &self.0 else { return std::future::pending().await };
        loop {
            let listening = async {
                let mut ear = inner.client.get_async_pubsub().await?;
                ear.subscribe(CHANNEL).await?;
                Ok::<_, RedisError>(ear.into_on_message())
            };
            if let Ok(Ok(mut messages)) = tokio::time::timeout(CONNECTING, listening).await {
                heard(Heard::Anew);
                while let Some(message) = messages.next().await {
                    if let Ok(text) = message.get_payload::<String>()
                        && let Some(wake) = inner.read(&text)
                    {
                        heard(Heard::Wake(wake));
                    }
                }
            }
            inner.fails("no subscription");
            tokio::time::sleep(CONNECTING).await;
        }
    }
}

impl Inner {
    fn read(&self, text: &str) -> Option<Wake> {
        if let Ok(message) = serde_json::from_str::<Message>(text) {
            return (message.from != Some(self.me)).then_some(message.wake);
        }
        let beat = serde_json::from_str::<Beat>(text).ok().filter(|beat| beat.from == self.me)?;
        self.come_back.fetch_max(beat.beat, Ordering::SeqCst);
        if self.silent.swap(false, Ordering::Relaxed) {
            tracing::info!("redis carries wake-ups again");
        }
        None
    }

    async fn publish(&self, texts: &[String]) {
        let mut pipeline = redis::pipe();
        for text in texts {
            pipeline.publish(CHANNEL, text).ignore();
        }
        let mut out = self.out.clone();
        match tokio::time::timeout(PATIENCE, pipeline.query_async::<()>(&mut out)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.fails(error.category()),
            Err(_) => self.fails("no answer in time"),
        }
    }

    fn fails(&self, cause: &str) {
        if !self.silent.swap(true, Ordering::Relaxed) {
            tracing::warn!(cause, "redis carries no wake-ups: what changes is found by looking");
        }
    }
}
