//! What a request brings along: whose session, in the name of which post.

use domain::{Id, id::noun, tenant::TenantKey};
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
