//! Overdue reviews: what has waited for longer than the tenant allows leaves one event, which the relay tells of. Nothing is
//! read where nothing has become overdue, and a worker that dies has noted all of a batch or nothing.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use domain::clock::Clock;
use store::{Result, worker::WorkerStore};
use tokio_util::sync::CancellationToken;

use crate::failing::Failing;

/// How often it looks.
const LOOK: Duration = Duration::from_mins(1);
/// Events of one transaction.
const BATCH: i32 = 500;
/// What had become overdue longer ago when a tenant is looked at for the first time is in the list, but no news.
const NEWS: TimeDelta = TimeDelta::days(7);

/// The loop. Any number of them may run: a tenant's mark lets one work on it at a time.
#[derive(Debug, Clone)]
pub struct Overdue {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

impl Overdue {
    /// Until told to stop; the batch under way is finished first.
    pub async fn run(self, stop: CancellationToken) {
        metrics::describe_counter!("fonds_overdue_total", "reviews that were noted as overdue");
        let mut failing = Failing::new(LOOK);
        while !stop.is_cancelled() {
            if let Err(error) = self.round(&mut failing, &stop).await {
                tracing::error!(%error, "overdue reviews were not noted");
            }
            let _ = stop.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        }
    }

    /// Everything that has become overdue. Gives how many reviews.
    ///
    /// # Errors
    /// The database does not answer; or the turn of a tenant failed, after all others have had theirs.
    pub async fn once(&self) -> Result<u64> {
        let mut failing = Failing::new(LOOK);
        let all = self.round(&mut failing, &CancellationToken::new()).await?;
        failing.or_error(all)
    }

    /// One batch of each tenant after the other; one that fails holds up none of the others.
    async fn round(&self, failing: &mut Failing, stop: &CancellationToken) -> Result<u64> {
        let mut all = 0;
        let mut tenants = self.store.tenants_overdue(self.clock.now()).await?;
        while !tenants.is_empty() && !stop.is_cancelled() {
            let mut left = Vec::new();
            for tenant in tenants {
                if failing.pauses(tenant) {
                    continue;
                }
                let came = self.store.note_overdue(tenant, self.clock.now(), NEWS, BATCH).await;
                let Some(noted) = failing.heed(tenant, came, "overdue reviews of a tenant were not noted") else {
                    continue;
                };
                all += u64::from(noted.unsigned_abs());
                if noted == BATCH {
                    left.push(tenant);
                }
            }
            tenants = left;
        }
        metrics::counter!("fonds_overdue_total").increment(all);
        Ok(all)
    }
}
