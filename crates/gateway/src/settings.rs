//! Settings of the gateway, `[http]`.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where it listens, who it believes, what it allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port.
    pub listen: SocketAddr,
    /// Address and port of health and metrics alone; without one `/metrics` is served at `listen`.
    pub metrics_listen: Option<SocketAddr>,
    /// The public origins, e.g. `https://dangan.example.cn`; without any, the host that a request names is the own one.
    pub origins: Vec<String>,
    /// The public address is https: the session cookie is `__Host-fonds`. Off only for plain http on one's own machine.
    pub https: bool,
    /// A proxy stands before it: a client's address is the last one of `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Requests at the same time; more are refused with 503.
    #[schemars(range(min = 1, max = 100_000))]
    pub max_requests: usize,
    /// Uploads and downloads at the same time; more are refused with 503.
    #[schemars(range(min = 1, max = 100_000))]
    pub max_transfers: usize,
    /// Of these, those of one person; more are refused with 429. Pictures of pages do not count.
    #[schemars(range(min = 1, max = 100_000))]
    pub max_transfers_per_person: usize,
    /// Bytes that a line has to bring or take in a second, on the average of `patience_seconds`; a slower one is cut, and
    /// of an upload what came is kept.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub least_bytes_per_second: u64,
    /// Seconds for which a line may be slower than that, or silent.
    #[schemars(range(min = 1, max = 3600))]
    pub patience_seconds: u64,
    /// Seconds after which a running transfer is stopped whose person has lost his session or his right.
    #[schemars(range(min = 1, max = 60))]
    pub recheck_seconds: u64,
    /// Seconds that a request may take, reading of the body included.
    #[schemars(range(min = 1, max = 600))]
    pub request_seconds: u64,
    /// Cost of GraphQL operations that a person, or an address without a session, may spend in a minute.
    #[schemars(range(min = 1))]
    pub cost_per_minute: u32,
    /// Requests at `/uploads` and `/files` of one person in a minute; more are refused with 429.
    #[schemars(range(min = 1))]
    pub file_requests_per_minute: u32,
    /// The same of one address, before it is known who asks: an office behind one address shares them.
    #[schemars(range(min = 1))]
    pub file_requests_per_address: u32,
    /// Attempts to sign in per minute, login and address.
    #[schemars(range(min = 1))]
    pub sign_in_per_minute: u32,
    /// Attempts to sign in per minute and address, whatever the login.
    #[schemars(range(min = 1))]
    pub sign_in_per_address: u32,
    /// Sockets of subscriptions.
    pub live: crate::live::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: None,
            origins: Vec::new(),
            https: true,
            behind_proxy: false,
            max_requests: 512,
            max_transfers: 256,
            max_transfers_per_person: 8,
            least_bytes_per_second: 1024,
            patience_seconds: 60,
            recheck_seconds: 5,
            request_seconds: 30,
            cost_per_minute: crate::limit::CostBudget::PER_MINUTE,
            file_requests_per_minute: 6_000,
            file_requests_per_address: 30_000,
            sign_in_per_minute: 10,
            sign_in_per_address: 100,
            live: crate::live::Settings::default(),
        }
    }
}
