//! Letters over SMTP: lettre's connections, kept here, so that none that is half used is ever used again.
//!
//! lettre's own pool takes a connection back whatever has become of it, and its reads have no deadline: after a deadline
//! of ours had cut a letter off in the middle, the next one would read the answers to the first, and be called sent.
//! Here a connection is kept only after a letter has gone through on it; a cut-off one is closed.

mod settings;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    Message,
    address::Envelope,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        extension::ClientId,
        response::Severity,
    },
};
use secrecy::ExposeSecret;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

pub use self::settings::{Login, Mode, Server, Settings, SettingsError};
use crate::{Outcome, Reason, cause::caused_by};

/// After so long without a letter a connection is closed with the next one; mail servers close it themselves after five minutes.
const IDLE: Duration = Duration::from_mins(1);
/// After so long it is asked whether it still stands before a letter is trusted to it.
const ASKED: Duration = Duration::from_secs(5);

/// The way to the mail server. Cheap to clone; connects when first asked.
#[derive(Debug, Clone)]
pub struct Smtp {
    inner: Arc<Inner>,
}

struct Inner {
    server: Server,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
    places: Semaphore,
    parked: Mutex<Vec<Parked>>,
}

struct Parked {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Checks the settings.
    pub fn open(settings: &Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let tls = match settings.server.mode {
            Mode::Plain => None,
            Mode::Tls | Mode::StartTls => Some(trust(settings)?),
        };
        let credentials = settings
            .login
            .as_ref()
            .map(|login| Credentials::new(login.username.clone(), login.password.expose_secret().to_owned()));
        let inner = Inner {
            server: settings.server.clone(),
            tls,
            credentials,
            hello: settings.hello.clone().map_or_else(ClientId::default, ClientId::Domain),
            timeout: settings.timeout,
            places: Semaphore::new(settings.connections),
            parked: Mutex::new(Vec::new()),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Hands a letter over. Waits for a free connection, then for the time of the settings at the most.
    ///
    /// `TryLater` may mean that the letter has arrived and only the answer has not: the next attempt has the same
    /// `Message-ID`.
    pub async fn send(&self, message: &Message) -> Outcome {
        let Ok(_place) = self.inner.places.acquire().await else {
            return Outcome::TryLater(Reason::Connection);
        };
        let letter = message.formatted();
        let attempt = self.inner.attempt(message.envelope(), &letter);
        timeout(self.inner.timeout, attempt).await.unwrap_or(Outcome::TryLater(Reason::Timeout))
    }

    /// Connects and signs in, without a letter: is the server of use?
    ///
    /// # Errors
    /// It is not, and why.
    pub async fn greet(&self) -> Result<(), Reason> {
        let greeted = timeout(self.inner.timeout, self.inner.connect()).await.map_err(|_| Reason::Timeout)?;
        let mut connection = greeted.map_err(|error| fault(&error))?;
        // Whether it hears the goodbye is not waited for.
        let _ = timeout(Duration::from_secs(1), connection.quit()).await;
        Ok(())
    }

    /// Takes leave of the server; nothing is sent after it.
    pub async fn close(&self) {
        self.inner.places.close();
        for mut parked in self.inner.take_all() {
            // Whether it hears us is not waited for.
            let _ = timeout(Duration::from_secs(1), parked.connection.quit()).await;
        }
    }
}

impl Inner {
    async fn attempt(&self, envelope: &Envelope, letter: &[u8]) -> Outcome {
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(reason) => return Outcome::TryLater(reason),
        };
        match connection.send(envelope, letter).await {
            Ok(answer) if answer.code().severity == Severity::PositiveCompletion => {
                self.park(connection);
                Outcome::Sent
            }
            // An answer that is no end of the conversation: the connection is not used again.
            Ok(answer) => Outcome::TryLater(Reason::Smtp(answer.code().into())),
            Err(error) => refusal(&error, envelope),
        }
    }

    /// One that stands, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Reason> {
        while let Some(Parked { mut connection, since }) = self.take() {
            let idle = since.elapsed();
            if idle < ASKED || (idle < IDLE && connection.test_connected().await) {
                return Ok(connection);
            }
        }
        self.connect().await.map_err(|error| fault(&error))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let Server { host, port, mode } = &self.server;
        let wrapper = if *mode == Mode::Tls { self.tls.clone() } else { None };
        let address = (host.trim_matches(['[', ']']), *port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.hello, wrapper, None).await?;
        if let (Mode::StartTls, Some(tls)) = (mode, &self.tls) {
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        if !connection.has_broken() && !self.places.is_closed() {
            let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
            parked.retain(|one| one.since.elapsed() < IDLE);
            parked.push(Parked { connection, since: Instant::now() });
        }
    }

    /// The one used last, so that those not needed grow old and are closed.
    fn take(&self) -> Option<Parked> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn take_all(&self) -> Vec<Parked> {
        std::mem::take(&mut *self.parked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The system's certificates, and those of the settings.
fn trust(settings: &Settings) -> Result<TlsParameters, SettingsError> {
    let mut tls = TlsParameters::builder(settings.server.host.clone());
    if let Some(pem) = &settings.ca {
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|_| SettingsError::Ca)?;
        tls = tls.add_root_certificate(certificate);
    }
    tls.build_rustls().map_err(|_| SettingsError::Ca)
}

/// What an error says before there is a letter: whatever the code, it is not the letter's fault.
fn fault(error: &SmtpError) -> Reason {
    match error.status() {
        Some(code) => Reason::SmtpLogin(Some(code.into())),
        None if error.is_client() => Reason::SmtpUnfit,
        None => broken(error),
    }
}

/// What an error says about a letter: 4xx is for now, 5xx for good (RFC 5321 §4.2.1), except that we are to sign in first.
fn refusal(error: &SmtpError, envelope: &Envelope) -> Outcome {
    match error.status().map(u16::from) {
        Some(code @ (530 | 534 | 535 | 538)) => Outcome::TryLater(Reason::SmtpLogin(Some(code))),
        Some(code) if error.is_permanent() => Outcome::Refused(Reason::Smtp(code)),
        Some(code) => Outcome::TryLater(Reason::Smtp(code)),
        // The server does not speak SMTPUTF8 (RFC 6531), which an address in Chinese needs.
        None if error.is_client() && !is_ascii(envelope) => Outcome::Refused(Reason::SmtpUnfit),
        None if error.is_client() => Outcome::TryLater(Reason::SmtpUnfit),
        None => Outcome::TryLater(broken(error)),
    }
}

fn is_ascii(envelope: &Envelope) -> bool {
    envelope.to().iter().chain(envelope.from()).all(|address: &lettre::Address| address.to_string().is_ascii())
}

fn broken(error: &SmtpError) -> Reason {
    if error.is_timeout() {
        return Reason::Timeout;
    }
    if error.is_tls() || caused_by::<rustls::Error>(error) { Reason::Tls } else { Reason::Connection }
}
