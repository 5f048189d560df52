//! The settings: defaults, then the file, then `FONDS_…` variables with `__` between levels, then the files that hold
//! secrets. Each crate owns its section; an unknown key is refused.

mod load;
mod mail;
mod secret;
#[cfg(test)]
mod trial;

use std::{path::PathBuf, time::Duration};

use domain::audit::SigningKey;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

pub(crate) use self::load::{SettingsError, load, strangers, variable};
pub(crate) use self::mail::Mail;
pub(crate) use self::secret::Secret;

/// All settings of Fonds, as in `fonds.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The gateway.
    pub(crate) http: gateway::Settings,
    /// PostgreSQL.
    pub(crate) database: Database,
    /// Redis: limits and budgets shared by several gateways; nothing that may not be lost.
    pub(crate) redis: Redis,
    /// The bodies of files.
    pub(crate) blobs: blob::Settings,
    /// What comes in: limits of the guard, the virus scanner.
    pub(crate) intake: intake::Settings,
    /// The worker.
    pub(crate) worker: worker::Settings,
    /// Letters and webhooks.
    pub(crate) mail: Mail,
    /// The audit log.
    pub(crate) audit: Audit,
    /// The log.
    pub(crate) log: Log,
}

/// Where the database is, under which roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Database {
    /// As `fonds_app`: `postgres://fonds_app:…@host/fonds`.
    pub(crate) url: Option<Secret>,
    /// A file that holds `url`.
    pub(crate) url_file: Option<PathBuf>,
    /// As `fonds_worker`, for `fonds work` and `fonds serve --with-worker`.
    pub(crate) worker_url: Option<Secret>,
    /// A file that holds `worker_url`.
    pub(crate) worker_url_file: Option<PathBuf>,
    /// As a superuser or a member of `fonds_owner`, for `migrate`, `verify`, `import` and `admin` alone.
    pub(crate) admin_url: Option<Secret>,
    /// A file that holds `admin_url`.
    pub(crate) admin_url_file: Option<PathBuf>,
    /// Connections of the gateway at the most.
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) max_connections: u32,
    /// Milliseconds that a request waits for a connection before it is refused.
    #[schemars(range(min = 10, max = 60_000))]
    pub(crate) acquire_timeout_ms: u64,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            worker_url: None,
            worker_url_file: None,
            admin_url: None,
            admin_url_file: None,
            max_connections: 16,
            acquire_timeout_ms: 3000,
        }
    }
}

/// Where redis is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Redis {
    /// `redis://host:6379` or `redis+unix:///DIR/redis.sock`; without one, limits are kept in the process.
    pub(crate) url: Option<Secret>,
    /// A file that holds `url`.
    pub(crate) url_file: Option<PathBuf>,
}

/// Who signs the heads of the audit log, and where they go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Audit {
    /// The key that signs, as `fonds audit key` makes it; without one no head is signed.
    pub(crate) key: Option<Secret>,
    /// A file that holds `key`.
    pub(crate) key_file: Option<PathBuf>,
    /// While keys change: a second key that signs beside it, of the same name.
    pub(crate) other_key: Option<Secret>,
    /// A file that holds `other_key`.
    pub(crate) other_key_file: Option<PathBuf>,
    /// A folder on other disks, better on another machine: signed heads are written to it as well.
    pub(crate) heads_folder: Option<PathBuf>,
    /// Addresses outside, of the committee above or of an auditor's own: each gets a signed head by letter once a day.
    pub(crate) mail_to: Vec<String>,
    /// Seconds between two heads.
    #[schemars(range(min = 1, max = 86_400))]
    pub(crate) head_seconds: u64,
    /// Pause between two looks at what waits for the log, in milliseconds.
    #[schemars(range(min = 10, max = 60_000))]
    pub(crate) pause_ms: u64,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            key: None,
            key_file: None,
            other_key: None,
            other_key_file: None,
            heads_folder: None,
            mail_to: Vec::new(),
            head_seconds: 60,
            pause_ms: 1000,
        }
    }
}

impl Audit {
    /// The keys that sign; all have one name.
    pub(crate) fn keys(&self) -> Result<Vec<SigningKey>, SettingsError> {
        let what = "a key as `fonds audit key` makes it";
        let named = [("audit.key", &self.key), ("audit.other_key", &self.other_key)];
        let keys = named.into_iter().filter_map(|(name, key)| Some((name, key.as_ref()?)));
        let read = |(key, secret): (&'static str, &Secret)| {
            SigningKey::parse(secret.get().expose_secret()).map_err(|_| SettingsError::Range { key, what })
        };
        let keys = keys.map(read).collect::<Result<Vec<_>, _>>()?;
        match keys.as_slice() {
            [one, other] if one.public().name() != other.public().name() => {
                Err(SettingsError::Range { key: "audit.other_key", what: "a key of the same name as audit.key" })
            }
            _ => Ok(keys),
        }
    }
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// Levels by target, as in `info,sqlx=warn`.
    pub(crate) filter: String,
    /// One JSON object a line, or text for a person.
    pub(crate) format: Format,
}

/// Form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One JSON object a line.
    Json,
    /// For a person.
    Text,
}

impl Default for Log {
    fn default() -> Self {
        // A ROLLBACK outside a transaction is how the pool makes sure; PostgreSQL warns each time.
        let filter = "info,sqlx=warn,sqlx::postgres::notice=error,graphile_worker=warn,graphile_worker_migrations=warn";
        Self { filter: filter.to_owned(), format: Format::Json }
    }
}

impl Settings {
    /// The gateway's database.
    pub(crate) fn store(&self) -> Result<store::Settings, SettingsError> {
        let url = Secret::demand(self.database.url.as_ref(), "database.url")?;
        Ok(store::Settings {
            url,
            max_connections: self.database.max_connections,
            acquire_timeout: self.acquire_timeout(),
        })
    }

    /// The worker's database.
    pub(crate) fn worker_store(&self) -> Result<store::Settings, SettingsError> {
        let url = Secret::demand(self.database.worker_url.as_ref(), "database.worker_url")?;
        Ok(store::Settings {
            url,
            max_connections: self.worker.max_connections,
            acquire_timeout: self.acquire_timeout(),
        })
    }

    /// The address for migrations and for what the owner does.
    pub(crate) fn admin_url(&self) -> Result<secrecy::SecretString, SettingsError> {
        Secret::demand(self.database.admin_url.as_ref(), "database.admin_url")
    }

    /// Redis, where there is one.
    pub(crate) fn redis_url(&self) -> Option<secrecy::SecretString> {
        self.redis.url.as_ref().map(Secret::get)
    }

    const fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.database.acquire_timeout_ms)
    }
}
