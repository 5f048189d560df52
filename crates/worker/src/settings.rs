//! Settings of the worker, `[worker]`.

use std::time::Duration;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often the worker looks, how much it takes at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Pause between two folds of the figures, in milliseconds.
    #[schemars(range(min = 10, max = 60_000))]
    pub fold_pause_ms: u64,
    /// Steps that one fold takes at the most.
    #[schemars(range(min = 1, max = 100_000))]
    pub fold_batch: i32,
    /// Jobs at the same time.
    #[schemars(range(min = 1, max = 64))]
    pub concurrency: u8,
    /// Connections to the database at the most, beside those of the queue.
    #[schemars(range(min = 1, max = 100))]
    pub max_connections: u32,
    /// Seconds between two signs of life.
    #[schemars(range(min = 1, max = 60))]
    pub heartbeat_seconds: u64,
    /// Seconds without a sign of life after which another worker takes a dead one's jobs over.
    #[schemars(range(min = 5, max = 3600))]
    pub rescue_seconds: u64,
    /// Days after which a file that was uploaded and is in no record is released, so that it no longer counts against quotas.
    #[schemars(range(min = 1, max = 3650))]
    pub unattached_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fold_pause_ms: 1000,
            fold_batch: 10_000,
            concurrency: 2,
            max_connections: 4,
            heartbeat_seconds: 5,
            rescue_seconds: 30,
            unattached_days: 30,
        }
    }
}

impl Settings {
    pub(crate) const fn fold_pause(&self) -> Duration {
        Duration::from_millis(self.fold_pause_ms)
    }

    /// How long a kept file may be in no record.
    pub fn unattached(&self) -> TimeDelta {
        TimeDelta::days(self.unattached_days.into())
    }

    pub(crate) const fn heartbeat(&self) -> Duration {
        Duration::from_secs(self.heartbeat_seconds)
    }

    pub(crate) const fn rescue(&self) -> Duration {
        Duration::from_secs(self.rescue_seconds)
    }
}
