//! Tenants that failed, each on its own, so that one does not hold up the others.

use std::{collections::HashMap, time::Duration};

use domain::tenant::TenantId;
use store::{Error, Result};
use tokio::time::Instant;

/// The longest pause after repeated failures.
const LONGEST: Duration = Duration::from_mins(1);

/// When to try again, and how long the pause was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) pause: Duration,
    until: Instant,
}

impl Backoff {
    pub(crate) fn after(earlier: Option<Self>, first: Duration) -> Self {
        let pause = earlier.map_or(first, |earlier| (earlier.pause * 2).min(LONGEST));
        Self { pause, until: Instant::now() + pause }
    }

    /// Is it too early to try again?
    pub(crate) fn is_on(self) -> bool {
        Instant::now() < self.until
    }
}

/// Who failed, until when each of them is passed over, and the first error.
#[derive(Debug)]
pub(crate) struct Failing {
    first: Duration,
    tenants: HashMap<TenantId, Backoff>,
    error: Option<Error>,
}

impl Failing {
    /// Nobody; a first failure pauses a tenant for so long.
    pub(crate) fn new(first: Duration) -> Self {
        Self { first, tenants: HashMap::new(), error: None }
    }

    /// Is it too early for this tenant?
    pub(crate) fn pauses(&self, tenant: TenantId) -> bool {
        self.tenants.get(&tenant).copied().is_some_and(Backoff::is_on)
    }

    /// What a tenant's turn came to; none where it failed, which is logged and pauses this tenant alone.
    pub(crate) fn heed<T>(&mut self, tenant: TenantId, came: Result<T>, what: &'static str) -> Option<T> {
        match came {
            Ok(value) => {
                self.tenants.remove(&tenant);
                Some(value)
            }
            Err(error) => {
                let backoff = Backoff::after(self.tenants.get(&tenant).copied(), self.first);
                tracing::error!(tenant = tenant.0, pause_ms = millis(backoff.pause), %error, "{what}");
                self.tenants.insert(tenant, backoff);
                self.error.get_or_insert(error);
                None
            }
        }
    }

    /// The value where nobody failed, else the first error.
    pub(crate) fn or_error<T>(self, value: T) -> Result<T> {
        self.error.map_or(Ok(value), Err)
    }
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_to_a_minute() {
        let mut backoff = None;
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let next = Backoff::after(backoff, Duration::from_secs(1));
            pauses.push(next.pause.as_secs());
            backoff = Some(next);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_fails_pauses_alone_and_is_tried_again() {
        let mut failing = Failing::new(Duration::from_secs(1));
        let (one, other) = (TenantId(1), TenantId(2));
        assert!(failing.heed(one, Err::<(), _>(Error::Stored("broken".to_owned())), "test").is_none());
        assert_eq!(failing.heed(other, Ok(7), "test"), Some(7));
        assert_eq!((failing.pauses(one), failing.pauses(other)), (true, false));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!failing.pauses(one));
        assert_eq!(failing.heed(one, Ok(7), "test"), Some(7));
        assert!(failing.or_error(()).is_err(), "whoever asks for one round is told");
    }
}
