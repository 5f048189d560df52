//! What an auditor takes away for one entry, such as the one that a record's receipt was written with: the entry, its path to a signed
//! head and, unless it was destroyed, what was and what became of the object.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Body, BodyDigest, Entry, Head, PublicKey, Salt, note::Untrusted};
use crate::{
    canonical::NotCanonical,
    merkle::{Hash, Refuted, verify_inclusion},
};

/// Version of this format.
pub const FORMAT: u32 = 1;

/// The proof of one entry, a file of JSON. Leaf and body are hashed as they stand, in canonical form.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// [`FORMAT`].
    pub format: u32,
    /// Number of the entry in the log, from 0.
    pub index: u64,
    /// The entry.
    pub entry: Box<RawValue>,
    /// None with a body that was destroyed.
    pub salt: Option<Salt>,
    /// What the object was and became.
    pub body: Option<Box<RawValue>>,
    /// From the leaf's sibling up to the root's child.
    pub path: Vec<Hash>,
    /// The signed head.
    pub head: String,
}

/// What a proof has proved.
#[derive(Debug, Clone, PartialEq)]
pub struct Proved {
    /// The entry.
    pub entry: Entry,
    /// What the object was and became; none where it was destroyed.
    pub body: Option<Body>,
    /// The head under which it stands.
    pub head: Head,
}

/// Why a proof does not prove.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// Not a proof of this format.
    #[error("not a proof of an audit entry that this version knows")]
    Malformed,
    /// The head is not to be trusted.
    #[error("the head: {0}")]
    Head(#[from] Untrusted),
    /// The entry is of another tenant than the head.
    #[error("the entry is not of the log that the head is of")]
    OtherLog,
    /// The entry is not in the log.
    #[error("the entry is not in the log: {0}")]
    NotLogged(#[from] Refuted),
    /// The body is not the one that was logged.
    #[error("before and after are not those that were logged")]
    Body,
}

impl Proof {
    /// Puts a proof together; the path is made by [`crate::merkle::prove::inclusion`] for the size of the head.
    pub fn new(
        index: u64,
        entry: &Entry,
        body: Option<(&Salt, &Body)>,
        path: Vec<Hash>,
        head: String,
    ) -> Result<Self, NotCanonical> {
        let text = body.map(|(_, body)| body.bytes().and_then(raw)).transpose()?;
        let salt = body.map(|(&salt, _)| salt);
        Ok(Self { format: FORMAT, index, entry: raw(entry.leaf()?)?, salt, body: text, path, head })
    }

    /// The file.
    pub fn write(&self) -> Result<String, NotCanonical> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Reads the file.
    pub fn parse(text: &str) -> Result<Self, Unproved> {
        let proof: Option<Self> = serde_json::from_str(text).ok();
        proof.filter(|proof| proof.format == FORMAT).ok_or(Unproved::Malformed)
    }
}

/// Checks a proof against the keys of the installation; needs nothing else.
pub fn verify_proof(proof: &Proof, keys: &[PublicKey]) -> Result<Proved, Unproved> {
    let (head, _) = Head::open(&proof.head, keys)?;
    let leaf = proof.entry.get();
    verify_inclusion(proof.index, head.size, Hash::leaf(leaf.as_bytes()), &proof.path, head.root)?;
    let entry: Entry = serde_json::from_str(leaf).map_err(|_| Unproved::Malformed)?;
    if entry.tenant != head.origin.tenant {
        return Err(Unproved::OtherLog);
    }
    let body = match (&proof.body, &proof.salt) {
        (None, None) => None,
        (Some(body), Some(salt)) if BodyDigest::of(salt, body.get().as_bytes()) == entry.body_digest => {
            Some(serde_json::from_str(body.get()).map_err(|_| Unproved::Malformed)?)
        }
        _ => return Err(Unproved::Body),
    };
    Ok(Proved { entry, body, head })
}

fn raw(canonical: Vec<u8>) -> Result<Box<RawValue>, NotCanonical> {
    Ok(serde_json::from_slice(&canonical)?)
}
