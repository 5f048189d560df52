//! Where the mail server is, and how it is spoken to.

use std::{net::IpAddr, time::Duration};

use percent_encoding::percent_decode_str;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

/// How the connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// STARTTLS, without which nothing is sent; port 587.
    #[default]
    StartTls,
    /// TLS from the first byte; port 465.
    Tls,
    /// In the clear: to this machine alone, for a relay of its own and for tests; port 25.
    Plain,
}

impl Mode {
    /// The port that belongs to it.
    pub const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::Plain => 25,
        }
    }
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Name or address; its certificate is for this name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How it is spoken to.
    pub mode: Mode,
}

/// Who signs in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// Settings of the way to the mail server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where.
    pub server: Server,
    /// Who signs in, where the server asks for it.
    pub login: Option<Login>,
    /// Certificates in PEM that are trusted beside the system's: an intranet has its own.
    pub ca: Option<String>,
    /// What we call ourselves in EHLO; the name of the machine where nothing is said.
    pub hello: Option<String>,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Connections at the same time.
    pub connections: usize,
}

/// What is wrong with the settings; names no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address is none.
    #[error("the address is smtp://HOST:PORT (STARTTLS), smtps://HOST:PORT, or smtp://localhost:PORT?tls=none")]
    Url,
    /// No host.
    #[error("host is empty")]
    Host,
    /// Not encrypted, and not this machine.
    #[error("mode is plain, which is for localhost alone: set starttls or tls")]
    Plain,
    /// A user without a password or the other way round.
    #[error("username and password go together")]
    Login,
    /// No time or no connection.
    #[error("the time-out and the number of connections are at least 1")]
    Bounds,
    /// The certificates cannot be read.
    #[error("the certificates to trust are no PEM")]
    Ca,
}

impl Settings {
    /// For a server, with thirty seconds and four connections.
    pub const fn of(server: Server) -> Self {
        Self { server, login: None, ca: None, hello: None, timeout: Duration::from_secs(30), connections: 4 }
    }

    /// Reads `smtp://user:password@host:port` (STARTTLS), `smtps://…` or, for this machine, `smtp://localhost?tls=none`.
    pub fn from_url(url: &SecretString) -> Result<Self, SettingsError> {
        let url = Url::parse(url.expose_secret()).map_err(|_| SettingsError::Url)?;
        let mode = match (url.scheme(), url.query()) {
            ("smtps", None) => Mode::Tls,
            ("smtp", None | Some("tls=required")) => Mode::StartTls,
            ("smtp", Some("tls=none")) => Mode::Plain,
            _ => return Err(SettingsError::Url),
        };
        let host = url.host_str().ok_or(SettingsError::Url)?.to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SettingsError::Url);
        }
        let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| SettingsError::Url);
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(SettingsError::Login),
            (username, Some(password)) => Some(Login {
                username: decoded(username)?.into_owned(),
                password: SecretString::from(decoded(password)?.into_owned()),
            }),
        };
        let server = Server { host, port: url.port().unwrap_or_else(|| mode.port()), mode };
        Ok(Self { login, ..Self::of(server) })
    }

    /// Refuses what would send letters or passwords in the clear, or never.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if self.server.host.is_empty() {
            return Err(SettingsError::Host);
        }
        if self.server.mode == Mode::Plain && !is_this_machine(&self.server.host) {
            return Err(SettingsError::Plain);
        }
        if self.timeout.is_zero() || self.connections == 0 {
            return Err(SettingsError::Bounds);
        }
        // lettre takes a text without any certificate for an empty list of them.
        if self.ca.as_ref().is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
            return Err(SettingsError::Ca);
        }
        Ok(())
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
