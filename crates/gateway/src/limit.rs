//! Budgets per minute: in redis, shared by all gateways, or in this process while redis is away.
//!
//! What is lost with redis is one minute's counts, nothing else. A key is kept as a digest: it may hold a login.

use std::{
    collections::HashMap,
    fmt,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::http::HeaderValue;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use redis::{
    Client, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::graphql_http::Budget;

/// Time that one question to redis may take.
const PATIENCE: Duration = Duration::from_millis(50);
/// Time without questions after one that failed.
const PAUSE: Duration = Duration::from_secs(5);
/// Keys of idle persons are dropped after so many spendings in the process.
const SWEEP: u64 = 4096;

/// One window of a minute, which begins with its first spending. Answers 0, or the milliseconds to wait.
const SPEND: &str = r"
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local cost, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
if used + cost > limit then
  local left = redis.call('PTTL', KEYS[1])
  if left < 1 then left = 60000 end
  return left
end
redis.call('INCRBY', KEYS[1], cost)
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], 60000) end
return 0";

/// The minute's budget is spent: how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the budget of this minute is spent")]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// Whole seconds, at least one.
    pub fn seconds(self) -> u64 {
        self.0.as_millis().div_ceil(1000).try_into().unwrap_or(60).max(1)
    }

    /// The value of `Retry-After`.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from(self.seconds())
    }
}

/// Budgets per key and minute.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    shared: Option<Shared>,
    local: Local,
}

struct Shared {
    connection: ConnectionManager,
    patience: Duration,
    script: Script,
    /// Not asked before this many milliseconds after `since`.
    closed_until: AtomicU64,
    since: Instant,
}

type Limiter = Arc<DefaultKeyedRateLimiter<String>>;

#[derive(Default)]
struct Local {
    by_quota: Mutex<HashMap<NonZeroU32, Limiter>>,
    spendings: AtomicU64,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("redis", &self.0.shared.is_some()).finish_non_exhaustive()
    }
}

impl Limits {
    /// Budgets in the redis of that URL, or in this process without one. Does not connect yet; has to be called
    /// inside the runtime.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(url: Option<&SecretString>) -> Result<Self, RedisError> {
        Self::patient(url, PATIENCE)
    }

    fn patient(url: Option<&SecretString>, patience: Duration) -> Result<Self, RedisError> {
        let shared = url.map(|url| Shared::new(url.expose_secret(), patience)).transpose()?;
        Ok(Self(Arc::new(Inner { shared, local: Local::default() })))
    }

    /// Takes `cost` from the minute of `key`, which holds `per_minute`.
    ///
    /// # Errors
    /// It does not hold that much any more; nothing was taken.
    pub async fn spend(&self, key: &str, cost: u32, per_minute: u32) -> Result<(), RetryAfter> {
        let (Some(cost), Some(quota)) = (NonZeroU32::new(cost), NonZeroU32::new(per_minute)) else {
            return if cost == 0 { Ok(()) } else { Err(RetryAfter(Duration::from_mins(1))) };
        };
        let key = hex::encode(&Sha256::digest(key.as_bytes())[..16]);
        if let Some(shared) = &self.0.shared
            && let Some(answer) = shared.spend(&key, cost, quota).await
        {
            return answer;
        }
        self.0.local.spend(&key, cost, quota)
    }

    /// Whether redis answers; `None` where there is none to ask.
    pub async fn ping(&self) -> Option<bool> {
        let shared = self.0.shared.as_ref()?;
        let mut connection = shared.connection.clone();
        let ask = async { redis::cmd("PING").query_async::<String>(&mut connection).await };
        Some(tokio::time::timeout(shared.patience * 4, ask).await.is_ok_and(|answer| answer.is_ok()))
    }
}

impl Shared {
    fn new(url: &str, patience: Duration) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(patience * 4))
            .set_response_timeout(Some(patience))
            .set_number_of_retries(0);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?,
            patience,
            script: Script::new(SPEND),
            closed_until: AtomicU64::new(0),
            since: Instant::now(),
        })
    }

    /// `None` where redis cannot be asked.
    async fn spend(&self, key: &str, cost: NonZeroU32, quota: NonZeroU32) -> Option<Result<(), RetryAfter>> {
        let closed_until = self.closed_until.load(Ordering::Relaxed);
        if self.now() < closed_until {
            return None;
        }
        let mut connection = self.connection.clone();
        let mut call = self.script.key(format!("fonds:budget:{key}"));
        let ask = call.arg(cost.get()).arg(quota.get()).invoke_async::<u64>(&mut connection);
        let failure = match tokio::time::timeout(self.patience, ask).await {
            Ok(Ok(wait)) => {
                if closed_until > 0 && self.closed_until.swap(0, Ordering::Relaxed) > 0 {
                    tracing::info!("redis answers again: budgets are shared");
                }
                return Some(if wait == 0 { Ok(()) } else { Err(RetryAfter(Duration::from_millis(wait))) });
            }
            Ok(Err(error)) => error.category().to_owned(),
            Err(_) => format!("no answer in {} ms", self.patience.as_millis()),
        };
        if self.closed_until.swap(self.now() + millis(PAUSE), Ordering::Relaxed) == 0 {
            tracing::warn!(cause = failure, "redis does not answer: budgets are kept in this process");
        }
        None
    }

    fn now(&self) -> u64 {
        millis(self.since.elapsed())
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Local {
    fn spend(&self, key: &str, cost: NonZeroU32, quota: NonZeroU32) -> Result<(), RetryAfter> {
        let limiter = {
            let mut all = self.by_quota.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(quota).or_insert_with(|| Arc::new(RateLimiter::keyed(Quota::per_minute(quota)))).clone()
        };
        if self.spendings.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            limiter.retain_recent();
        }
        match limiter.check_key_n(&key.to_owned(), cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(early)) => Err(RetryAfter(early.wait_time_from(limiter.clock().now()))),
            Err(_) => Err(RetryAfter(Duration::from_mins(1))),
        }
    }
}

/// What GraphQL operations may cost a person in a minute.
#[derive(Debug, Clone)]
pub struct CostBudget {
    limits: Limits,
    per_minute: u32,
}

impl CostBudget {
    /// A generous minute: more than a person clicks, less than a script takes.
    pub const PER_MINUTE: u32 = 60_000;

    /// A budget of so much a minute and person.
    pub const fn new(limits: Limits, per_minute: u32) -> Self {
        Self { limits, per_minute }
    }
}

impl Budget for CostBudget {
    async fn spend(&self, who: &str, cost: u32) -> Result<(), RetryAfter> {
        self.limits.spend(&format!("cost:{who}"), cost, self.per_minute).await
    }
}

#[cfg(test)]
mod limit_test;
