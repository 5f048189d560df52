//! Webhooks: signed JSON for programs, ready bodies for the group robots of WeCom, DingTalk and Feishu.
//!
//! An address comes from a tenant, so it must not lead into the operator's own network ([`Reach`]); nothing follows a
//! redirect, goes through a proxy of the environment, or reads more of an answer than it needs.

mod reach;
mod robot;
mod signature;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::Locale;
use reqwest::{Certificate, Client, StatusCode, header, redirect};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use self::reach::{Forbidden, Guard};
pub use self::{
    reach::Reach,
    robot::Robot,
    signature::{Rejected, Secret, verify},
};
use crate::{Outcome, Reason, cause::caused_by, render::Notice};

/// Of an answer so much is read at the most.
const ANSWER: usize = 16 * 1024;

/// Who reads at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A program: signed JSON as in Standard Webhooks.
    Program,
    /// A group.
    Robot(Robot),
}

/// A webhook that an organisation has set up.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Who reads.
    pub reader: Reader,
    /// Where; that of a robot is a secret itself.
    pub url: SecretString,
    /// What is signed with: `whsec_…` for a program, where a robot has one its own.
    pub secret: Option<SecretString>,
    /// In which language.
    pub locale: Locale,
}

/// Settings of the way to webhooks.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where they may lead beside the public internet.
    pub reach: Reach,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// Certificates in PEM that are trusted beside the system's.
    pub ca: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { reach: Reach::default(), timeout: Duration::from_secs(10), ca: None }
    }
}

/// What is wrong with the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The certificates cannot be read.
    #[error("the certificates to trust are no PEM")]
    Ca,
    /// The system's certificates cannot be read.
    #[error("the certificates of the system cannot be read")]
    System,
    /// The process has not chosen who does TLS.
    #[error("no TLS provider is installed")]
    Provider,
}

/// The way to webhooks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Webhooks {
    client: Client,
    reach: Arc<Reach>,
}

/// What is posted.
struct Post {
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Webhooks {
    /// Makes the client. The process has installed its one TLS provider before.
    pub fn open(settings: &Settings) -> Result<Self, SettingsError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(SettingsError::Provider);
        }
        let reach = Arc::new(settings.reach.clone());
        let mut client = Client::builder()
            .dns_resolver(Guard::new(Arc::clone(&reach)))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("fonds/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &settings.ca {
            let trusted = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| SettingsError::Ca)?;
            if trusted.is_empty() {
                return Err(SettingsError::Ca);
            }
            client = client.tls_certs_merge(trusted);
        }
        Ok(Self { client: client.build().map_err(|_| SettingsError::System)?, reach })
    }

    /// Posts a notice. `id` is the delivery's, the same at every attempt: a program knows by it what it has had.
    pub async fn send(&self, to: &Endpoint, id: Uuid, notice: &Notice, at: DateTime<Utc>) -> Outcome {
        let post = match self.post(to, id, notice, at) {
            Ok(post) => post,
            Err(reason) => return Outcome::Refused(reason),
        };
        let mut request = self.client.post(post.url).header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        for (name, value) in post.headers {
            request = request.header(name, value);
        }
        match request.body(post.body).send().await {
            Err(error) => failure(&error),
            Ok(mut answer) => match (status(answer.status()), to.reader) {
                (Outcome::Sent, Reader::Robot(robot)) => match read(&mut answer).await {
                    Ok(body) => robot.outcome(&body),
                    Err(error) => failure(&error),
                },
                (outcome, Reader::Program | Reader::Robot(_)) => outcome,
            },
        }
    }

    fn post(&self, to: &Endpoint, id: Uuid, notice: &Notice, at: DateTime<Utc>) -> Result<Post, Reason> {
        if !notice.matter.kind().is_for_groups() {
            return Err(Reason::Personal);
        }
        let url = self.reach.admit(&to.url)?;
        match to.reader {
            Reader::Program => {
                let body = program(notice, to.locale, at).to_string();
                let secret = to.secret.as_ref().and_then(Secret::read).ok_or(Reason::WebhookSecret)?;
                let id = format!("msg_{}", id.as_simple());
                let signature = secret.sign(&id, at.timestamp(), body.as_bytes());
                let headers = vec![
                    ("webhook-id", id),
                    ("webhook-timestamp", at.timestamp().to_string()),
                    ("webhook-signature", signature),
                ];
                Ok(Post { url, headers, body })
            }
            Reader::Robot(robot) => {
                let (url, body) = robot.post(url, to.secret.as_ref(), notice, to.locale, at);
                Ok(Post { url, headers: Vec::new(), body: body.to_string() })
            }
        }
    }
}

/// The body for a program: type, time and data, as Standard Webhooks proposes.
fn program(notice: &Notice, locale: Locale, at: DateTime<Utc>) -> Value {
    let words = notice.words(locale);
    json!({
        "type": format!("notice.{}", notice.matter.kind().as_str()),
        "timestamp": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "data": {
            "event": notice.event,
            "subject": words.subject,
            "sentence": words.sentence,
            "ask": words.ask,
            "link": notice.link.as_str(),
            "language": locale.tag(),
        },
    })
}

/// As Standard Webhooks: 2xx is received. What is overloaded or broken at this moment may be asked again; a redirect
/// and what the receiver calls wrong may not.
fn status(status: StatusCode) -> Outcome {
    let reason = Reason::Http(status.as_u16());
    match status.as_u16() {
        200..=299 => Outcome::Sent,
        408 | 409 | 423 | 425 | 429 | 500..=599 => Outcome::TryLater(reason),
        _ => Outcome::Refused(reason),
    }
}

fn failure(error: &reqwest::Error) -> Outcome {
    if error.is_builder() {
        return Outcome::Refused(Reason::WebhookAddress);
    }
    if caused_by::<Forbidden>(error) {
        return Outcome::Refused(Reason::WebhookForbidden);
    }
    if caused_by::<rustls::Error>(error) {
        return Outcome::TryLater(Reason::Tls);
    }
    Outcome::TryLater(if error.is_timeout() { Reason::Timeout } else { Reason::Connection })
}

/// The beginning of an answer.
async fn read(answer: &mut reqwest::Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk[..chunk.len().min(ANSWER - body.len())]);
        if body.len() == ANSWER {
            break;
        }
    }
    Ok(body)
}
