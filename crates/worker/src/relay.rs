//! The relay: takes events out of the outbox, finds who is told by rule, and writes notices and deliveries, in one
//! transaction. Killed at any line, it has either done all of it or nothing; the events come again.

mod event;
mod rule;
mod step;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use domain::{Id, clock::Clock, id::noun, tenant::TenantId};
use store::{
    Result,
    relay::{Relaying, Sought},
    worker::WorkerStore,
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::step::Events;
use crate::{failing::Failing, right::Policies, wake::Wake};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(200);
/// The longest pause after repeated failures.
const LONGEST: Duration = Duration::from_secs(30);
/// Events of one transaction.
const BATCH: i32 = 500;
/// What is done and was done longer ago is a fact, but no news. What waits for somebody is told however old it is.
const NEWS: TimeDelta = TimeDelta::days(7);

/// The loop. Any number of them may run: one at a time works on a tenant.
#[derive(Debug, Clone)]
pub struct Relay {
    /// As `fonds_worker`.
    pub store: WorkerStore,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Who may.
    pub policies: Policies,
    /// Is there a mail server? Without one there are no letters.
    pub letters: bool,
    /// Told that something waits to be sent.
    pub written: Arc<Notify>,
    /// Tells others that an inbox has something new.
    pub wake: Wake,
}

impl Relay {
    /// Until told to stop; the batch under way is finished first.
    pub async fn run(self, stop: CancellationToken) {
        metrics::describe_counter!("fonds_relayed_total", "events that were relayed");
        metrics::describe_counter!(
            "fonds_aged_total",
            "events that were told to nobody for their age: done, and no news"
        );
        metrics::describe_counter!("fonds_notices_total", "people who were told of something");
        let (mut pause, mut failing) = (LOOK, Failing::new(LOOK));
        while !stop.is_cancelled() {
            pause = match self.round(&mut failing, &stop).await {
                Ok(_) => LOOK,
                Err(error) => {
                    let pause = (pause * 2).min(LONGEST);
                    tracing::error!(%error, pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX), "events were not relayed");
                    pause
                }
            };
            let _ = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Everything that waits. Gives how many events were taken.
    ///
    /// # Errors
    /// The database does not answer; or the turn of a tenant failed, after all others have had theirs.
    pub async fn once(&self) -> Result<u64> {
        let mut failing = Failing::new(LOOK);
        let all = self.round(&mut failing, &CancellationToken::new()).await?;
        failing.or_error(all)
    }

    /// One batch of each tenant after the other, so that none waits for another's thousands, nor for one that fails.
    async fn round(&self, failing: &mut Failing, stop: &CancellationToken) -> Result<u64> {
        let mut all = 0;
        let mut tenants = self.store.tenants_with_events().await?;
        while !tenants.is_empty() && !stop.is_cancelled() {
            let mut left = Vec::new();
            for tenant in tenants {
                if failing.pauses(tenant) {
                    continue;
                }
                let came = self.turn(tenant).await;
                let Some(taken) = failing.heed(tenant, came, "the events of a tenant were not relayed") else {
                    continue;
                };
                all += taken;
                if taken == u64::from(BATCH.unsigned_abs()) {
                    left.push(tenant);
                }
            }
            tenants = left;
        }
        Ok(all)
    }

    async fn turn(&self, tenant: TenantId) -> Result<u64> {
        let mut relaying = self.store.relay(tenant).await?;
        let Some(taken) = relaying.take(&event::topics(), BATCH).await? else { return Ok(0) };
        let events = Events::read(&taken.events);
        let mut told = Vec::new();
        if !events.is_empty() {
            told = self.tell(&mut relaying, tenant, &events).await?;
        }
        relaying.commit().await?;
        metrics::counter!("fonds_relayed_total").increment(taken.count);
        metrics::counter!("fonds_notices_total").increment(told.len() as u64);
        if !events.is_empty() {
            self.written.notify_waiters();
            self.wake.inboxes(tenant, &told).await;
        }
        Ok(taken.count)
    }

    async fn tell(&self, relaying: &mut Relaying, tenant: TenantId, events: &Events) -> Result<Vec<Id<noun::Account>>> {
        let now = self.clock.now();
        let matters = relaying.matters(&events.asked()).await?;
        let (steps, aged) = events.steps(&matters, now - NEWS);
        if aged > 0 {
            metrics::counter!("fonds_aged_total").increment(aged);
            tracing::warn!(
                tenant = tenant.0,
                events = aged,
                "events are told to nobody: they are done, and older than a week"
            );
        }
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let mut sought = Sought::default();
        for step in &steps {
            step.seek(&mut sought);
        }
        let people = relaying.people(&sought, now).await?;
        let mut policy = self.policies.known(tenant, people.tenant.version);
        if policy.is_none() {
            let (version, rows) = relaying.policy().await?;
            policy = self.policies.load(tenant, version, &rows);
        }
        let Some(policy) = policy else { return Err(store::Error::Stored("policy of a tenant".to_owned())) };
        let (told, posted) = rule::tell(&steps, &matters, &people, &policy, now, self.letters);
        relaying.write(&told, &posted).await
    }
}
