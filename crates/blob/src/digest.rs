//! Digests of bodies, and what the database keeps of one.

use std::{fmt, str::FromStr};

use domain::tenant::TenantId;
use serde::{Deserialize, Serialize};

use crate::chunks::CHUNK;

/// What stood where a digest was expected is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: 64 lower-case hex digits")]
pub struct NotADigest;

macro_rules! digests {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(pub [u8; 32]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = NotADigest;

            fn from_str(text: &str) -> Result<Self, NotADigest> {
                // One spelling per digest: it is a name in the places.
                if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Err(NotADigest);
                }
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| NotADigest)?;
                Ok(Self(bytes))
            }
        }
        impl TryFrom<String> for $name {
            type Error = NotADigest;

            fn try_from(text: String) -> Result<Self, NotADigest> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(digest: $name) -> Self {
                digest.to_string()
            }
        }
    )*};
}

digests! {
    /// SHA-256 (FIPS 180-4), 64 lower-case hex digits: what a body is known by.
    Sha256Digest;
    /// SM3 (GB/T 32905-2016), 64 lower-case hex digits: kept beside it for those who ask for the national algorithm.
    Sm3Digest;
}

/// What hashing an upload gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// Bytes.
    pub len: u64,
    /// SHA-256 of all of it.
    pub sha256: Sha256Digest,
    /// SM3 of all of it.
    pub sm3: Sm3Digest,
    /// SHA-256 of the list of its chunks ([`crate::ChunkList`]).
    pub chunks: Sha256Digest,
}

/// A promoted body as the database knows it. Its key is tenant and digest: no body is shared by two tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Body {
    /// Whose it is.
    pub tenant: TenantId,
    /// SHA-256 of all of it.
    pub sha256: Sha256Digest,
    /// SHA-256 of the list of its chunks.
    pub chunks: Sha256Digest,
    /// Bytes.
    pub len: u64,
}

impl Body {
    /// What `put` promoted.
    pub const fn of(tenant: TenantId, digests: &Digests) -> Self {
        Self { tenant, sha256: digests.sha256, chunks: digests.chunks, len: digests.len }
    }

    /// Where it lies in a place: `<tenant>/<first two digits>/<digest>`.
    pub(crate) fn key(&self) -> String {
        let name = self.sha256.to_string();
        format!("{}/{}/{name}", self.tenant.0, &name[..2])
    }

    /// Where the list of its chunks lies, beside it.
    pub(crate) fn list_key(&self) -> String {
        format!("{}.chunks", self.key())
    }

    pub(crate) const fn chunk_count(&self) -> u64 {
        self.len.div_ceil(CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_and_has_one_spelling() {
        let digest = Sha256Digest([0xab; 32]);
        let text = digest.to_string();
        assert_eq!(text.parse::<Sha256Digest>().unwrap(), digest);
        assert!(text.to_uppercase().parse::<Sha256Digest>().is_err());
        assert!(text[1..].parse::<Sha256Digest>().is_err());
        assert!("../../etc/passwd".parse::<Sha256Digest>().is_err());
    }

    #[test]
    fn equal_bodies_of_two_tenants_lie_apart() {
        let one = Body { tenant: TenantId(1), sha256: Sha256Digest([7; 32]), chunks: Sha256Digest([8; 32]), len: 3 };
        let other = Body { tenant: TenantId(11), ..one };
        assert_ne!(one.key(), other.key());
        assert!(one.key().starts_with("1/07/0707"));
        assert_eq!(one.list_key(), format!("{}.chunks", one.key()));
    }
}
