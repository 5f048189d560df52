//! Where settings come from: the one place that reads the environment.

use std::path::{Path, PathBuf};

use figment::{
    Figment,
    providers::{Env, Format as _, Toml},
};

use super::{Settings, secret::Secret};

/// The file that is read where none is named.
const FILE: &str = "fonds.toml";
/// Variables begin with this.
const PREFIX: &str = "FONDS_";
/// Variables that are no settings: of the command line, and of the scripts.
const OTHERS: [&str; 6] = ["SETTINGS", "STATE", "PORT", "DATABASE_URL", "REDIS_URL", "ROOT"];

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The named file is not there.
    #[error("settings: there is no file {}", .0.display())]
    NoFile(PathBuf),
    /// A value or a key is wrong.
    #[error("settings: {0}")]
    Wrong(#[from] Box<figment::Error>),
    /// A file that is to hold a secret cannot be read.
    #[error("settings: {key}_file: {}: {cause}", path.display())]
    SecretFile {
        /// The key without `_file`.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A secret is given twice.
    #[error("settings: {0} and {0}_file are both set")]
    Twice(&'static str),
    /// A setting that the command needs is not there.
    #[error("settings: {0} is not set (nor {0}_file)")]
    Missing(&'static str),
    /// A number outside its range, or a text that is none.
    #[error("settings: {key}: {what}")]
    Range {
        /// Which.
        key: &'static str,
        /// What it has to be.
        what: &'static str,
    },
}

/// Reads them: a named file has to be there, `fonds.toml` may be.
pub(crate) fn load(file: Option<&Path>) -> Result<Settings, SettingsError> {
    if let Some(path) = file.filter(|path| !path.is_file()) {
        return Err(SettingsError::NoFile(path.to_owned()));
    }
    // The defaults are not merged in, but filled in by serde: a choice of one (`intake.scanner`) would else keep the default's
    // key beside the one that was named, and the default would win.
    let mut sources = Figment::new();
    let path = file.unwrap_or(Path::new(FILE));
    if path.is_file() {
        sources = sources.merge(Toml::file_exact(path));
    }
    // Only names with a `__` are settings: FONDS_SETTINGS and the scripts' own are none.
    let environment = Env::prefixed(PREFIX).filter(|key| key.as_str().contains("__")).split("__");
    let mut settings: Settings = sources.merge(environment).extract().map_err(Box::new)?;
    open_files(&mut settings)?;
    check(&settings)?;
    Ok(settings)
}

/// Takes the secrets out of their files.
fn open_files(settings: &mut Settings) -> Result<(), SettingsError> {
    let (database, redis) = (&mut settings.database, &mut settings.redis);
    let (mail, audit) = (&mut settings.mail, &mut settings.audit);
    for (key, secret, file) in [
        ("database.url", &mut database.url, &database.url_file),
        ("database.worker_url", &mut database.worker_url, &database.worker_url_file),
        ("database.admin_url", &mut database.admin_url, &database.admin_url_file),
        ("redis.url", &mut redis.url, &redis.url_file),
        ("mail.password", &mut mail.password, &mail.password_file),
        ("mail.webhook_key", &mut mail.webhook_key, &mail.webhook_key_file),
        ("mail.other_webhook_key", &mut mail.other_webhook_key, &mail.other_webhook_key_file),
        ("audit.key", &mut audit.key, &audit.key_file),
        ("audit.other_key", &mut audit.other_key, &audit.other_key_file),
    ] {
        let Some(path) = file else { continue };
        if secret.is_some() {
            return Err(SettingsError::Twice(key));
        }
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|cause| SettingsError::SecretFile { key, path: path.clone(), cause })?;
        *secret = Some(Secret::new(text.trim()));
    }
    Ok(())
}

/// The ranges that the schema names.
fn check(settings: &Settings) -> Result<(), SettingsError> {
    let (http, database, worker, mail) = (&settings.http, &settings.database, &settings.worker, &settings.mail);
    let bounds = [
        ("http.max_requests", (1..=100_000).contains(&http.max_requests), "1 to 100000"),
        ("http.request_seconds", (1..=600).contains(&http.request_seconds), "1 to 600"),
        ("http.cost_per_minute", http.cost_per_minute >= 1, "at least 1"),
        ("http.sign_in_per_minute", http.sign_in_per_minute >= 1, "at least 1"),
        ("http.file_requests_per_minute", http.file_requests_per_minute >= 1, "at least 1"),
        ("http.file_requests_per_address", http.file_requests_per_address >= 1, "at least 1"),
        ("http.sign_in_per_address", http.sign_in_per_address >= 1, "at least 1"),
        ("http.live.max_sockets", (1..=1_000_000).contains(&http.live.max_sockets), "1 to 1000000"),
        ("http.live.max_per_session", (1..=1000).contains(&http.live.max_per_session), "1 to 1000"),
        ("http.live.max_subscriptions", (1..=64).contains(&http.live.max_subscriptions), "1 to 64"),
        ("http.live.looks_at_once", (1..=1000).contains(&http.live.looks_at_once), "1 to 1000"),
        ("http.live.check_ms", (50..=900).contains(&http.live.check_ms), "50 to 900"),
        ("http.live.init_seconds", (1..=60).contains(&http.live.init_seconds), "1 to 60"),
        ("http.live.ping_seconds", (1..=600).contains(&http.live.ping_seconds), "1 to 600"),
        (
            "http.origins",
            http.origins.iter().all(|one| is_origin(one)),
            "each is https://HOST or http://HOST, without a path",
        ),
        ("database.max_connections", (1..=1000).contains(&database.max_connections), "1 to 1000"),
        ("database.acquire_timeout_ms", (10..=60_000).contains(&database.acquire_timeout_ms), "10 to 60000"),
        ("worker.fold_pause_ms", (10..=60_000).contains(&worker.fold_pause_ms), "10 to 60000"),
        ("worker.fold_batch", (1..=100_000).contains(&worker.fold_batch), "1 to 100000"),
        ("worker.concurrency", (1..=64).contains(&worker.concurrency), "1 to 64"),
        ("worker.max_connections", (1..=100).contains(&worker.max_connections), "1 to 100"),
        ("worker.heartbeat_seconds", (1..=60).contains(&worker.heartbeat_seconds), "1 to 60"),
        (
            "worker.rescue_seconds",
            (5..=3600).contains(&worker.rescue_seconds) && worker.rescue_seconds >= 3 * worker.heartbeat_seconds,
            "5 to 3600, and three heartbeats at least",
        ),
        ("worker.unattached_days", (1..=3650).contains(&worker.unattached_days), "1 to 3650"),
        ("mail.connections", (1..=64).contains(&mail.connections), "1 to 64"),
        ("mail.timeout_seconds", (1..=300).contains(&mail.timeout_seconds), "1 to 300"),
        ("mail.retry_seconds", (1..=3600).contains(&mail.retry_seconds), "1 to 3600"),
        ("mail.from", mail.host.is_none() || mail.from.is_some(), "set, where mail.host is"),
        (
            "audit.mail_to",
            settings.audit.mail_to.iter().all(|one| ::mail::render::is_address(one)),
            "each is NAME@HOST",
        ),
        ("audit.mail_to", settings.audit.mail_to.is_empty() || mail.host.is_some(), "set only where mail.host is"),
        ("audit.head_seconds", (1..=86_400).contains(&settings.audit.head_seconds), "1 to 86400"),
        ("audit.pause_ms", (10..=60_000).contains(&settings.audit.pause_ms), "10 to 60000"),
        (
            "log.filter",
            settings.log.filter.parse::<tracing_subscriber::EnvFilter>().is_ok(),
            "levels by target, as in info,sqlx=warn",
        ),
    ];
    match bounds.into_iter().find(|(_, fits, _)| !fits) {
        Some((key, _, what)) => Err(SettingsError::Range { key, what }),
        None => Ok(()),
    }
}

fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.trim_end_matches('/').is_empty() && !host.trim_end_matches('/').contains('/'))
}

/// One variable of the environment.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Variables that begin like settings and are none: a misspelt one would be passed over in silence.
pub(crate) fn strangers() -> Vec<String> {
    let ours = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut found: Vec<String> = ours
        .filter(|name| {
            name.strip_prefix(PREFIX)
                .is_some_and(|rest| !rest.contains("__") && !OTHERS.contains(&rest) && !rest.starts_with("TEST_"))
        })
        .collect();
    found.sort();
    found
}
