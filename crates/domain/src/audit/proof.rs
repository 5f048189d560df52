//! What an auditor takes away for one entry, such as the one that a record's receipt was written with: the entry, its path to a signed
//! head and, unless it was destroyed, what was and what became of the object.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Body, BodyDigest, Entry, Head, PublicKey, Salt, export::raw, note::Untrusted};
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
        let text = body.map(|(_, body)| body.bytes().and_then(|bytes| raw(&bytes))).transpose()?;
        let salt = body.map(|(&salt, _)| salt);
        Ok(Self { format: FORMAT, index, entry: raw(&entry.leaf()?)?, salt, body: text, path, head })
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
    verify_under(proof, head)
}

/// Checks a proof against a head that is trusted for the way it came; the signature is not looked at.
pub fn verify_under(proof: &Proof, head: Head) -> Result<Proved, Unproved> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::specimen::{Log, Row, key},
        merkle::prove,
    };

    /// The file that an auditor downloads; whoever changes it changes a public contract.
    const GOLDEN: &str = include_str!("../../golden/audit-proof.json");

    fn proof_of(log: &Log, index: usize) -> Proof {
        let Row { index, entry, body, .. } = &log.rows[index];
        let path = prove::inclusion(*index, log.size, &log.tiles).unwrap();
        let body = body.as_ref().map(|(salt, body)| (salt, body));
        Proof::new(*index, entry, body, path, log.head(log.size).sign(&[&key()])).unwrap()
    }

    #[test]
    fn a_proof_is_the_file_that_it_always_was() {
        assert_eq!(proof_of(&Log::true_log(300), 123).write().unwrap(), GOLDEN);
    }

    #[test]
    fn a_downloaded_proof_is_checked_with_the_key_alone() {
        let log = Log::true_log(300);
        let proved = verify_proof(&Proof::parse(GOLDEN).unwrap(), &[key().public()]).unwrap();
        assert_eq!(proved.entry, log.rows[123].entry);
        assert_eq!(proved.body, log.rows[123].body.clone().map(|(_, body)| body));
        assert_eq!(proved.head, log.head(300));
        assert_eq!(verify_proof(&Proof::parse(GOLDEN).unwrap(), &[]), Err(Unproved::Head(Untrusted::UnknownKey)));
    }

    #[test]
    fn every_entry_of_a_log_can_be_proved_also_without_its_body() {
        let mut log = Log::true_log(261);
        log.row(7).body = None;
        for index in [0, 7, 255, 256, 260] {
            let proved = verify_proof(&proof_of(&log, index), &[key().public()]).unwrap();
            assert_eq!((proved.entry, proved.body.is_none()), (log.rows[index].entry.clone(), index == 7));
        }
    }

    #[test]
    fn a_proof_that_was_touched_proves_nothing() {
        let changed = |from: &str, to: &str| {
            assert!(GOLDEN.contains(from), "{from}");
            verify_proof(&Proof::parse(&GOLDEN.replacen(from, to, 1))?, &[key().public()]).map(|_| ())
        };
        assert_eq!(changed("record.submit", "record.recall"), Err(Unproved::NotLogged(Refuted::Root)));
        assert_eq!(changed("\"index\": 123", "\"index\": 122"), Err(Unproved::NotLogged(Refuted::Root)));
        assert_eq!(changed("\"index\": 123", "\"index\": 300"), Err(Unproved::NotLogged(Refuted::Sizes)));
        assert_eq!(changed("次会议", "次大会"), Err(Unproved::Body));
        assert_eq!(changed("\\n300\\n", "\\n301\\n"), Err(Unproved::Head(Untrusted::BadSignature)));
        assert_eq!(changed("\"format\": 1", "\"format\": 2"), Err(Unproved::Malformed));
    }

    #[test]
    fn an_entry_of_another_tenant_is_not_taken_for_ours() {
        let mut rows = Log::true_log(3).rows;
        rows[1].entry.tenant = crate::tenant::TenantKey::parse("js").unwrap();
        rows[1] = rows[1].clone().rehashed();
        let proof = proof_of(&Log::of(rows), 1);
        assert_eq!(verify_proof(&proof, &[key().public()]), Err(Unproved::OtherLog));
    }
}
