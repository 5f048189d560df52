//! A word over redis that an inbox has something new: a wake-up that may be lost, nothing else.

use std::{fmt, time::Duration};

use domain::{
    Id,
    id::noun,
    live::{CHANNEL, Topic, Wake as Word},
    tenant::TenantId,
};
use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret as _, SecretString};

/// Time that it may take; then it is lost, and whoever follows looks by himself.
const PATIENCE: Duration = Duration::from_millis(200);

/// The way to redis, where there is one.
#[derive(Clone, Default)]
pub struct Wake(Option<ConnectionManager>);

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wake").field(&self.0.is_some()).finish()
    }
}

impl Wake {
    /// Does not connect yet; has to be called inside the runtime.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(url: Option<&SecretString>) -> Result<Self, RedisError> {
        let config = || {
            ConnectionManagerConfig::new()
                .set_connection_timeout(Some(PATIENCE * 4))
                .set_response_timeout(Some(PATIENCE))
                .set_number_of_retries(0)
        };
        let open =
            |url: &SecretString| ConnectionManager::new_lazy_with_config(Client::open(url.expose_secret())?, config());
        Ok(Self(url.map(open).transpose()?))
    }

    /// These people have something new in the inbox.
    pub(crate) async fn inboxes(&self, tenant: TenantId, told: &[Id<noun::Account>]) {
        let Some(connection) = self.0.as_ref().filter(|_| !told.is_empty()) else { return };
        let mut connection = connection.clone();
        let mut pipe = redis::pipe();
        for account in told {
            let Ok(word) = serde_json::to_string(&Word { tenant, topic: Topic::Inbox(*account) }) else { continue };
            pipe.publish(CHANNEL, word).ignore();
        }
        let said = tokio::time::timeout(PATIENCE, pipe.query_async::<()>(&mut connection)).await;
        if !matches!(said, Ok(Ok(()))) {
            tracing::debug!("redis was not told of new notices");
        }
    }
}
