//! Heads go by letter to addresses outside: the committee above, an auditor's own mailbox. Whoever owns database, disks and every account of a
//! tenant does not own these. The first head of a day is sent; a letter that goes twice has the same `Message-ID`.

use std::{sync::Arc, time::Duration};

use chrono::{TimeDelta, Utc};
use domain::{Id, Locale, clock::Clock, tenant::TenantSettings};
use mail::{
    Outcome,
    render::{self, Matter, Notice, Reader},
};
use sha2::{Digest as _, Sha256};
use store::{
    Result,
    audit_log::{HeadLetter, head::Log},
    worker::WorkerStore,
};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::{deliver::Letters, failing::Failing};

/// How often it looks.
const LOOK: Duration = Duration::from_mins(1);
/// How long one is taken for, and so the pause before another attempt.
const TAKEN: TimeDelta = TimeDelta::minutes(10);
/// Whom it greets: an address, not a person.
const KEEPER: &str = "审计签名保管人";

/// The loop. Any number of them may run: a letter is one worker's at a time.
#[derive(Debug, Clone)]
pub struct HeadLetters {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The mail server.
    pub letters: Letters,
    /// Where the platform is.
    pub public: Url,
    /// Where they go.
    pub to: Arc<[String]>,
}

impl HeadLetters {
    /// Until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut failing = Failing::new(LOOK);
        while !stop.is_cancelled() {
            if let Err(error) = self.round(&mut failing).await {
                tracing::error!(%error, "whether heads of the audit log are to be sent is not known");
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        }
    }

    /// Sends what is due. Gives how many letters went.
    ///
    /// # Errors
    /// The database does not answer; or a log failed, after all others have had their turn.
    pub async fn once(&self) -> Result<u64> {
        let mut failing = Failing::new(LOOK);
        let sent = self.round(&mut failing).await?;
        failing.or_error(sent)
    }

    async fn round(&self, failing: &mut Failing) -> Result<u64> {
        let mut sent = 0;
        for log in self.store.audit_logs().await? {
            if failing.pauses(log.tenant) {
                continue;
            }
            let came = self.of_log(&log).await;
            sent += failing.heed(log.tenant, came, "the head of an audit log was not sent by letter").unwrap_or(0);
        }
        Ok(sent)
    }

    async fn of_log(&self, log: &Log) -> Result<u64> {
        let Some(head) = self.store.newest_head(log.tenant).await? else { return Ok(0) };
        let (day, zone) = (head.at.date_naive(), TenantSettings::default().time_zone);
        let at = head.at.with_timezone(&zone).naive_local();
        let link = self.public.join("audit").unwrap_or_else(|_| self.public.clone());
        let event = id(&format!("head {} {day}", log.key.as_str()));
        let matter = Matter::AuditHead { size: head.size, at, note: head.note };
        let notice = Notice { event, matter, link, ask: None };
        let mut sent = 0;
        for address in self.to.iter() {
            let letter = HeadLetter { tenant: log.tenant, day, address: Sha256::digest(address).into() };
            let now = self.clock.now();
            if self.store.take_head_letter(letter, now, now + TAKEN).await? && self.send(address, &notice, now).await {
                self.store.head_letter_sent(letter, self.clock.now()).await?;
                sent += 1;
            }
        }
        Ok(sent)
    }

    async fn send(&self, address: &str, notice: &Notice, now: chrono::DateTime<Utc>) -> bool {
        let (account, locale) = (Id::of(id(&format!("keeper {address}"))), Locale::Zh);
        let reader = Reader { account, name: KEEPER.to_owned(), address: address.to_owned(), locale };
        let outcome = match render::letter(&self.letters.sender, &reader, notice, now) {
            Ok(letter) => self.letters.smtp.send(&letter).await,
            Err(reason) => Outcome::Refused(reason),
        };
        match outcome {
            Outcome::Sent => true,
            Outcome::TryLater(reason) | Outcome::Refused(reason) => {
                metrics::counter!("fonds_audit_unsent_total").increment(1);
                tracing::error!(%reason, "a head of the audit log was not sent by letter (audit.mail_to)");
                false
            }
        }
    }
}

/// The same at every attempt and in every process.
fn id(of: &str) -> Uuid {
    let digest = Sha256::digest(of);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
