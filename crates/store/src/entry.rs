//! What a request brings along: whose session, in the name of which post.

use chrono::{DateTime, Utc};
use domain::{Id, file::FileAddress, id::noun, tenant::TenantKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A token taken apart: `tenantkey.secret`, of which only the digest goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The tenant that the token names.
    pub tenant: TenantKey,
    /// SHA-256 of the whole token.
    pub token_hash: [u8; 32],
    /// The one post in whose name a mutation is done; reads take all.
    pub acting: Option<Id<noun::Post>>,
}

impl Entry {
    /// Reads a token as it comes in a cookie or header; none where it is no token at all.
    pub fn of_token(token: &str) -> Option<Self> {
        let (key, secret) = token.split_once('.')?;
        let tenant = TenantKey::parse(key)?;
        let plausible = (20..=100).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic());
        plausible.then(|| Self { tenant, token_hash: Sha256::digest(token.as_bytes()).into(), acting: None })
    }

    /// The same session, in the name of a post.
    #[must_use]
    pub fn acting(&self, post: Id<noun::Post>) -> Self {
        Self { acting: Some(post), ..self.clone() }
    }
}

/// A link that a session has signed: one file, for a minute at the most. It opens what the session's person may read at
/// the moment of its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Whose.
    pub tenant: TenantKey,
    /// Which session has signed.
    pub session: Id<noun::Session>,
    /// Which file.
    pub address: FileAddress,
    /// Until when, in seconds of Unix time.
    pub until: i64,
    /// HMAC-SHA-256 over all of these, with the digest of the session's token as the key: `sec.enter_link` compares it.
    pub mac: [u8; 32],
}

impl Linked {
    /// Signs for a session that has been entered by this entry.
    pub fn sign(entry: &Entry, session: Id<noun::Session>, address: FileAddress, until: DateTime<Utc>) -> Self {
        let (tenant, until) = (entry.tenant.clone(), until.timestamp());
        let said = format!("fonds link 1\n{}\n{}\n{until}\n{address}", tenant.as_str(), session.uuid().simple());
        let mut key = [0; 64];
        key[..32].copy_from_slice(&entry.token_hash);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(said.as_bytes());
        Self { tenant, session, address, until, mac: mac.finalize().into_bytes().into() }
    }

    /// Reads what stands in the address of a link: `tenant.session.until.mac`.
    pub fn parse(grant: &str, address: FileAddress) -> Option<Self> {
        let mut parts = grant.split('.');
        let (tenant, session, until, sum) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let mut mac = [0; 32];
        hex::decode_to_slice(sum, &mut mac).ok()?;
        let session = format!("session:{session}").parse().ok()?;
        let linked = Self { tenant: TenantKey::parse(tenant)?, session, address, until: until.parse().ok()?, mac };
        parts.next().is_none().then_some(linked)
    }

    /// The same as it stands in the address.
    pub fn grant(&self) -> String {
        let (tenant, session) = (self.tenant.as_str(), self.session.uuid().simple());
        format!("{tenant}.{session}.{}.{}", self.until, hex::encode(self.mac))
    }
}

/// How somebody has entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By his session.
    Session(Entry),
    /// By a link, whose use began then.
    Link(Linked, DateTime<Utc>),
}
