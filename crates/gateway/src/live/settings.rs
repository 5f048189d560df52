//! Settings of the sockets, `[http.live]`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many sockets of subscriptions, and how often is looked after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Sockets at the same time; more are refused with 503.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_sockets: usize,
    /// Sockets of one session at the same time.
    #[schemars(range(min = 1, max = 1000))]
    pub max_per_session: usize,
    /// Subscriptions of one socket at the same time.
    #[schemars(range(min = 1, max = 64))]
    pub max_subscriptions: u32,
    /// Subscriptions that are looked at (read from the database) at the same time, all sockets together.
    #[schemars(range(min = 1, max = 1000))]
    pub looks_at_once: usize,
    /// Milliseconds between two checks of all sessions and watched objects together: what was taken away ends within the
    /// next one, and what no wake-up told of is found.
    #[schemars(range(min = 50, max = 900))]
    pub check_ms: u64,
    /// Seconds from the opening of a socket until somebody has said who he is.
    #[schemars(range(min = 1, max = 60))]
    pub init_seconds: u64,
    /// Seconds of silence after which a socket is pinged; after twice as many it is dropped.
    #[schemars(range(min = 1, max = 600))]
    pub ping_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_sockets: 10_000,
            max_per_session: 16,
            max_subscriptions: 32,
            looks_at_once: 4,
            check_ms: 500,
            init_seconds: 5,
            ping_seconds: 25,
        }
    }
}

impl Settings {
    pub(super) const fn check(&self) -> Duration {
        Duration::from_millis(self.check_ms)
    }

    pub(super) const fn init(&self) -> Duration {
        Duration::from_secs(self.init_seconds)
    }

    pub(super) const fn ping(&self) -> Duration {
        Duration::from_secs(self.ping_seconds)
    }
}
