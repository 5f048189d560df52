//! The reconciler of the figures: folds each tenant's pending steps into the ancestors.

use std::{collections::HashMap, time::Duration};

use domain::tenant::TenantId;
use store::{Result, worker::WorkerStore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    Settings,
    failing::{Backoff, millis},
};

/// Time between two counts of what waits: counting is not free.
const COUNT_EVERY: Duration = Duration::from_secs(30);

/// The loop. Any number of them may run: the database lets one fold a tenant at a time.
#[derive(Debug)]
pub struct Fold {
    store: WorkerStore,
    settings: Settings,
    /// Tenants that failed, each on its own, so that one does not hold up the others.
    failing: HashMap<TenantId, Backoff>,
    /// Since when something has been waiting.
    behind_since: Option<Instant>,
    counted: Option<Instant>,
}

impl Fold {
    /// On the worker's connections.
    pub fn new(store: WorkerStore, settings: Settings) -> Self {
        Self { store, settings, failing: HashMap::new(), behind_since: None, counted: None }
    }

    /// Until told to stop; the batch under way is finished first.
    pub async fn run(mut self, stop: CancellationToken) {
        describe();
        let mut failing = None;
        while !stop.is_cancelled() {
            let pause = match self.turn(&stop).await {
                Ok(()) => {
                    failing = None;
                    self.settings.fold_pause()
                }
                Err(error) => {
                    let backoff = Backoff::after(failing, self.settings.fold_pause());
                    tracing::error!(%error, pause_ms = millis(backoff.pause), "what waits to be folded is not known");
                    failing = Some(backoff);
                    backoff.pause
                }
            };
            self.tell().await;
            let _ = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Every tenant with pending steps, until less than a full batch is left of each. Gives how many steps were folded.
    pub async fn once(&mut self) -> Result<u64> {
        let mut folded = 0;
        for pending in self.store.tenants_with_work().await? {
            folded += self.drain(pending.tenant, &CancellationToken::new()).await?;
        }
        Ok(folded)
    }

    async fn turn(&mut self, stop: &CancellationToken) -> Result<()> {
        let waiting = self.store.tenants_with_work().await?;
        if waiting.is_empty() {
            self.behind_since = None;
        } else {
            self.behind_since.get_or_insert_with(Instant::now);
        }
        for pending in waiting {
            let earlier = self.failing.get(&pending.tenant).copied();
            if stop.is_cancelled() || earlier.is_some_and(Backoff::is_on) {
                continue;
            }
            if let Err(error) = self.drain(pending.tenant, stop).await {
                let backoff = Backoff::after(earlier, self.settings.fold_pause());
                let (tenant, pause_ms) = (pending.tenant.0, millis(backoff.pause));
                tracing::error!(tenant, pause_ms, %error, "the figures of a tenant were not folded");
                self.failing.insert(pending.tenant, backoff);
            } else {
                self.failing.remove(&pending.tenant);
            }
        }
        Ok(())
    }

    async fn drain(&self, tenant: TenantId, stop: &CancellationToken) -> Result<u64> {
        let full = u64::try_from(self.settings.fold_batch).unwrap_or(1);
        let mut folded = 0;
        loop {
            let begun = Instant::now();
            let taken = self.store.fold(tenant, self.settings.fold_batch).await?;
            folded += taken;
            metrics::counter!("fonds_folded_total").increment(taken);
            metrics::histogram!("fonds_fold_seconds").record(begun.elapsed().as_secs_f64());
            if taken < full || stop.is_cancelled() {
                return Ok(folded);
            }
        }
    }

    /// Figures for the operator.
    async fn tell(&mut self) {
        let lag = self.behind_since.map_or(0.0, |since| since.elapsed().as_secs_f64());
        metrics::gauge!("fonds_fold_lag_seconds").set(lag);
        if self.counted.is_some_and(|at| at.elapsed() < COUNT_EVERY) {
            return;
        }
        self.counted = Some(Instant::now());
        match self.store.queue_depth().await {
            Ok(depth) => {
                metrics::gauge!("fonds_fold_pending").set(count(depth.deltas));
                metrics::gauge!("fonds_outbox_pending").set(count(depth.outbox));
            }
            Err(error) => tracing::warn!(%error, "what waits could not be counted"),
        }
    }
}

fn describe() {
    metrics::describe_gauge!("fonds_fold_lag_seconds", "time for which steps have been waiting to be folded");
    metrics::describe_gauge!("fonds_fold_pending", "steps that wait to be folded");
    metrics::describe_gauge!("fonds_outbox_pending", "events that wait to be relayed");
    metrics::describe_counter!("fonds_folded_total", "steps that were folded");
    metrics::describe_histogram!("fonds_fold_seconds", "time of one batch");
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; a number of rows is far below 2^52")]
fn count(rows: i64) -> f64 {
    rows as f64
}
