//! Settings of what goes out: letters and webhooks, `[mail]`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use ::mail::{
    render::Sender,
    smtp::{self, Login, Mode, Server, Smtp},
    webhook::{self, Reach, Webhooks},
};
use app::chance::{Chance as _, SystemChance};
use domain::seal::Keyring;
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use url::Url;
use worker::{Letters, Post};

use super::{Settings, SettingsError, secret::Secret};
use crate::words::Failure;

/// The mail server, who writes, and where webhooks may lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Mail {
    /// Name or address of the mail server; without one there are no letters, the inbox and webhooks go on.
    pub(crate) host: Option<String>,
    /// Its port; 587 with starttls, 465 with tls, 25 with plain.
    pub(crate) port: Option<u16>,
    /// starttls; tls from the first byte; plain, to this machine alone.
    pub(crate) mode: Mode,
    /// Who signs in, where the server asks for it.
    pub(crate) username: Option<String>,
    /// The password.
    pub(crate) password: Option<Secret>,
    /// A file that holds `password`.
    pub(crate) password_file: Option<PathBuf>,
    /// A file with certificates in PEM that are trusted beside the system's, for the mail server and for webhooks.
    pub(crate) ca_file: Option<PathBuf>,
    /// Who writes: `Name <address@host>`.
    pub(crate) from: Option<String>,
    /// Where answers go.
    pub(crate) reply_to: Option<String>,
    /// Where people open what they are told of, and, by its host, what every Message-ID ends with; `http.listen` where
    /// nothing is said.
    pub(crate) public_url: Option<String>,
    /// Attempts at the same time, letters and webhooks each.
    #[schemars(range(min = 1, max = 64))]
    pub(crate) connections: u8,
    /// Seconds that one attempt may take.
    #[schemars(range(min = 1, max = 300))]
    pub(crate) timeout_seconds: u16,
    /// Seconds before the second attempt; the pause doubles, up to an hour, twenty-four attempts in all.
    #[schemars(range(min = 1, max = 3600))]
    pub(crate) retry_seconds: u16,
    /// Inner networks that webhooks may reach by https, as 10.20.0.0/16.
    pub(crate) webhook_networks: Vec<String>,
    /// The key that seals where webhooks lead and what they sign with: 32 bytes in Base64. Without one none is set up.
    pub(crate) webhook_key: Option<Secret>,
    /// A file that holds `webhook_key`.
    pub(crate) webhook_key_file: Option<PathBuf>,
    /// While keys change: the key before, which opens what it has sealed.
    pub(crate) other_webhook_key: Option<Secret>,
    /// A file that holds `other_webhook_key`.
    pub(crate) other_webhook_key_file: Option<PathBuf>,
    /// Hosts that webhooks may reach wherever they are, by http too.
    pub(crate) webhook_hosts: Vec<String>,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            mode: Mode::default(),
            username: None,
            password: None,
            password_file: None,
            ca_file: None,
            from: None,
            reply_to: None,
            public_url: None,
            connections: 4,
            timeout_seconds: 30,
            retry_seconds: 30,
            webhook_key: None,
            webhook_key_file: None,
            other_webhook_key: None,
            other_webhook_key_file: None,
            webhook_networks: Vec::new(),
            webhook_hosts: Vec::new(),
        }
    }
}

impl Mail {
    /// The keys of webhooks: the first seals, both open.
    pub(crate) fn keyring(&self) -> Result<Keyring, SettingsError> {
        let named = [("mail.webhook_key", &self.webhook_key), ("mail.other_webhook_key", &self.other_webhook_key)];
        if self.webhook_key.is_none() && self.other_webhook_key.is_some() {
            return Err(SettingsError::Missing("mail.webhook_key"));
        }
        let keys = named.into_iter().filter_map(|(name, key)| Some((name, key.as_ref()?)));
        keys.into_iter().try_fold(Keyring::default(), |ring, (key, secret)| {
            let what = "32 bytes in Base64, as `openssl rand -base64 32` prints them";
            ring.and(secret.get().expose_secret()).map_err(|_| SettingsError::Range { key, what })
        })
    }
}

impl Settings {
    /// The ways out of notices; refuses what would never send anything.
    pub(crate) fn post(&self) -> Result<Post, Failure> {
        let mail = &self.mail;
        let ca = mail.ca_file.as_ref().map(std::fs::read_to_string).transpose();
        let ca = ca.map_err(|error| format!("settings: mail.ca_file: {error}"))?;
        let patience = Duration::from_secs(u64::from(mail.timeout_seconds));
        let public = self.public_url()?;
        let network = |text: &String| {
            text.parse()
                .map_err(|_| SettingsError::Range { key: "mail.webhook_networks", what: "networks, as 10.20.0.0/16" })
        };
        let networks = mail.webhook_networks.iter().map(network).collect::<Result<_, _>>()?;
        let reach = Reach { networks, hosts: mail.webhook_hosts.clone() };
        let hooks = webhook::Settings { reach, timeout: patience, ca: ca.clone() };
        let webhooks = Webhooks::open(&hooks).map_err(|error| format!("settings: mail: webhooks: {error}"))?;
        let letters = self.letters(&public, ca, patience)?;
        let retry = Duration::from_secs(u64::from(mail.retry_seconds));
        let (at_once, keyring) = (usize::from(mail.connections), Arc::new(mail.keyring()?));
        let chance = |bytes: &mut [u8]| SystemChance.fill(bytes);
        Ok(Post { letters, webhooks, public, retry, patience, at_once, keyring, chance })
    }

    fn letters(&self, public: &Url, ca: Option<String>, patience: Duration) -> Result<Option<Letters>, Failure> {
        let mail = &self.mail;
        let Some(host) = mail.host.clone() else { return Ok(None) };
        let server = Server { host, port: mail.port.unwrap_or_else(|| mail.mode.port()), mode: mail.mode };
        let login = match (&mail.username, &mail.password) {
            (Some(username), Some(password)) => Some(Login { username: username.clone(), password: password.get() }),
            (None, None) => None,
            _ => return Err(format!("settings: mail: {}", smtp::SettingsError::Login).into()),
        };
        let hello = public.host_str().map(str::to_owned);
        let settings =
            smtp::Settings { server, login, ca, hello, timeout: patience, connections: usize::from(mail.connections) };
        let smtp = Smtp::open(&settings).map_err(|error| format!("settings: mail: {error}"))?;
        let from = mail.from.as_deref().ok_or(SettingsError::Missing("mail.from"))?;
        let ends_with = public.host_str().unwrap_or_default().trim_matches(['[', ']']).replace(':', ".");
        let preferences = public.join("settings/notices").ok();
        let sender = Sender::new(from, mail.reply_to.as_deref(), &ends_with, preferences)
            .map_err(|error| format!("settings: mail: {error}"))?;
        Ok(Some(Letters { smtp, sender }))
    }

    /// With a slash at its end, so that paths are joined to it.
    fn public_url(&self) -> Result<Url, SettingsError> {
        let said = self.mail.public_url.clone().unwrap_or_else(|| format!("http://{}", self.http.listen));
        let wrong =
            || SettingsError::Range { key: "mail.public_url", what: "http://HOST/ or https://HOST/, without a query" };
        let url = Url::parse(&format!("{}/", said.trim_end_matches('/'))).map_err(|_| wrong())?;
        let fits = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        if fits { Ok(url) } else { Err(wrong()) }
    }
}
