//! The audit log's reconciler: takes what waits into each tenant's log, signs heads of those that have grown, and sends the heads away.
//! docs/decisions/021-audit-log.md.

mod away;
mod letter;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use domain::{
    audit::SigningKey,
    clock::Clock,
    tenant::{TenantId, TenantKey},
};
use store::{
    Result,
    audit_log::head::{Log, Signing},
    worker::WorkerStore,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub use self::letter::HeadLetters;
use crate::failing::Backoff;

/// Rows of one transaction at the most.
const BATCH: i64 = 4096;
/// Heads of one look.
const HEADS: i64 = 1000;

/// The loop. Any number of them may run: the row of a log lets one work on it at a time.
#[derive(Debug, Clone)]
pub struct AuditLog {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where salts come from.
    pub chance: fn(&mut [u8]),
    /// Keys that sign, all of one name; none: nothing is signed.
    pub keys: Arc<[SigningKey]>,
    /// A folder on other disks, to which heads are written as well.
    pub away: Option<PathBuf>,
    /// Pause between two looks at what waits.
    pub pause: Duration,
    /// Time between two heads.
    pub every: Duration,
}

/// What a round of signing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heads {
    /// Heads that were signed.
    pub signed: u64,
    /// Logs that could not be signed.
    pub unsigned: u64,
    /// Logs that are not what was signed.
    pub contradicted: u64,
    /// Heads that were written to the other place.
    pub sent: u64,
}

impl AuditLog {
    /// Until told to stop; the round under way is finished first.
    pub async fn run(self, stop: CancellationToken) {
        describe();
        if self.keys.is_empty() {
            tracing::warn!(
                "no key signs the heads of the audit log (audit.key): whoever owns the database can deny it"
            );
        }
        let mut failing = HashMap::new();
        let mut signed: Option<Instant> = None;
        while !stop.is_cancelled() {
            self.turn(&mut failing, &stop).await;
            if !self.keys.is_empty() && signed.is_none_or(|at| at.elapsed() >= self.every) {
                signed = Some(Instant::now());
                if let Err(error) = self.heads().await {
                    metrics::counter!("fonds_audit_failures_total").increment(1);
                    tracing::error!(%error, "the heads of the audit log were not signed");
                }
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(self.pause)).await;
        }
    }

    /// Takes everything that waits. Gives how many rows.
    ///
    /// # Errors
    /// The database; or a log that cannot grow.
    pub async fn once(&self) -> Result<u64> {
        let mut taken = 0;
        for (tenant, key) in self.store.audit_waiting().await? {
            taken += self.drain((tenant, &key), &CancellationToken::new()).await?;
        }
        Ok(taken)
    }

    /// Signs a head of every log that has grown, and sends away what was not yet sent.
    ///
    /// # Errors
    /// The database.
    pub async fn heads(&self) -> Result<Heads> {
        let mut done = Heads::default();
        let keys: Vec<_> = self.keys.iter().collect();
        for Log { tenant, key, grown } in self.store.audit_logs().await? {
            let signing = if grown {
                self.store.sign((tenant, &key), &keys, self.clock.now()).await
            } else {
                Ok(Signing::Nothing)
            };
            match signing {
                Ok(Signing::Nothing) => {}
                Ok(Signing::Signed(_)) => done.signed += 1,
                // One log that cannot be read leaves none of the others without its head.
                Err(error) => {
                    done.unsigned += 1;
                    tracing::error!(tenant = tenant.0, %error, "the head of an audit log was not signed");
                }
                Ok(Signing::Contradicted(what)) => {
                    done.contradicted += 1;
                    tracing::error!(
                        tenant = tenant.0,
                        what,
                        "INCIDENT: the audit log is not what was signed; no head is signed"
                    );
                }
            }
            done.sent += self.send_away((tenant, &key)).await;
        }
        metrics::counter!("fonds_audit_heads_total").increment(done.signed);
        metrics::counter!("fonds_audit_failures_total").increment(done.unsigned);
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; a number of tenants is small")]
        metrics::gauge!("fonds_audit_contradicted").set(done.contradicted as f64);
        Ok(done)
    }

    async fn turn(&self, failing: &mut HashMap<TenantId, Backoff>, stop: &CancellationToken) {
        let waiting = match self.store.audit_waiting().await {
            Ok(waiting) => waiting,
            Err(error) => {
                metrics::counter!("fonds_audit_failures_total").increment(1);
                tracing::error!(%error, "what waits for the audit log is not known");
                return;
            }
        };
        for (tenant, key) in waiting {
            let earlier = failing.get(&tenant).copied();
            if stop.is_cancelled() || earlier.is_some_and(Backoff::is_on) {
                continue;
            }
            if let Err(error) = self.drain((tenant, &key), stop).await {
                metrics::counter!("fonds_audit_failures_total").increment(1);
                tracing::error!(tenant = tenant.0, %error, "the audit log of a tenant did not grow");
                failing.insert(tenant, Backoff::after(earlier, self.pause));
            } else {
                failing.remove(&tenant);
            }
        }
    }

    async fn drain(&self, log: (TenantId, &TenantKey), stop: &CancellationToken) -> Result<u64> {
        let mut taken = 0;
        loop {
            let begun = Instant::now();
            let round = self.store.sequence(log, BATCH, self.chance, self.clock.now()).await?;
            taken += round.taken;
            metrics::counter!("fonds_audit_sequenced_total").increment(round.taken);
            metrics::histogram!("fonds_audit_sequence_seconds").record(begun.elapsed().as_secs_f64());
            if round.lost > 0 {
                metrics::counter!("fonds_audit_lost_total").increment(round.lost);
                tracing::error!(
                    tenant = log.0.0,
                    rows = round.lost,
                    "INCIDENT: audit rows were gone before they were in the log"
                );
            }
            if round.taken < BATCH.unsigned_abs() || stop.is_cancelled() {
                return Ok(taken);
            }
        }
    }

    /// Heads that the other place does not have yet. What cannot be written now is written with the next head.
    async fn send_away(&self, (tenant, key): (TenantId, &TenantKey)) -> u64 {
        let Some(folder) = &self.away else { return 0 };
        let sent = async {
            let file = folder.join(format!("{}.heads", key.as_str()));
            let last = away::last(file.clone()).await?;
            let heads = self.store.heads_above(tenant, last, HEADS).await.map_err(std::io::Error::other)?;
            let count = heads.len() as u64;
            if count > 0 {
                away::append(file, heads.into_iter().map(|head| head.note).collect()).await?;
            }
            Ok::<_, std::io::Error>(count)
        };
        sent.await.unwrap_or_else(|error| {
            metrics::counter!("fonds_audit_unsent_total").increment(1);
            tracing::error!(tenant = tenant.0, %error, folder = %folder.display(), "heads of the audit log were not sent away");
            0
        })
    }
}

fn describe() {
    metrics::describe_counter!("fonds_audit_sequenced_total", "audit rows that came into the log");
    metrics::describe_histogram!("fonds_audit_sequence_seconds", "time of one round of the sequencer");
    metrics::describe_counter!("fonds_audit_failures_total", "rounds of the audit log that failed");
    metrics::describe_counter!("fonds_audit_lost_total", "audit rows that were gone before they were in the log");
    metrics::describe_counter!("fonds_audit_heads_total", "heads that were signed");
    metrics::describe_counter!("fonds_audit_unsent_total", "times that heads could not be written to the other place");
    metrics::describe_gauge!("fonds_audit_contradicted", "logs that are not what was signed");
}
