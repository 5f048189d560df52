//! Webhooks that the newest key has not sealed: those in the clear from before there was one, and those of an older key.

use std::{sync::Arc, time::Duration};

use domain::seal::{Keyring, NONCE};
use store::{
    Result,
    webhook::{self, Kept, Unsealed},
    worker::WorkerStore,
};
use tokio_util::sync::CancellationToken;

/// How often it looks.
const LOOK: Duration = Duration::from_hours(1);
/// Webhooks of one look.
const BATCH: i32 = 500;

/// The loop. Any number of them may run: of two that seal the same webhook, one does.
#[derive(Debug, Clone)]
pub struct Seals {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// The first key seals, all of them open.
    pub keyring: Arc<Keyring>,
    /// Where nonces come from.
    pub chance: fn(&mut [u8]),
}

impl Seals {
    /// At once, and every hour, until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.once().await {
                Ok(0) => {}
                Ok(sealed) => tracing::info!(sealed, "webhooks were sealed by the newest key"),
                Err(error) => tracing::error!(%error, "webhooks could not be sealed"),
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        }
    }

    /// Seals all of them. Gives how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn once(&self) -> Result<u64> {
        let Some(key) = self.keyring.newest() else { return Ok(0) };
        let mut all = 0;
        loop {
            let mut sealed = 0;
            for found in self.store.webhooks_to_seal(key, BATCH).await? {
                sealed += u64::from(self.seal(&found).await?);
            }
            all += sealed;
            if sealed == 0 {
                return Ok(all);
            }
        }
    }

    async fn seal(&self, found: &Unsealed) -> Result<bool> {
        let place = (found.tenant, found.id);
        let opened = match &found.kept {
            Kept::Clear { url, secret } => Some((url.clone(), secret.clone())),
            Kept::Sealed(sealed) => webhook::open(&self.keyring, place, sealed),
        };
        let Some((url, secret)) = opened else {
            tracing::error!(webhook = %found.id, "no key opens a webhook (mail.webhook_key, mail.other_webhook_key)");
            return Ok(false);
        };
        let mut nonce = [0; NONCE];
        (self.chance)(&mut nonce);
        match webhook::seal(&self.keyring, nonce, place, &url, secret.as_ref()) {
            Some(sealed) => self.store.seal_webhook(found, &sealed).await,
            None => Ok(false),
        }
    }
}
