//! One entry of the log, and the leaf that it is.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::BodyDigest;
use crate::{
    Id,
    canonical::NotCanonical,
    id::{Noun, noun},
    merkle::Hash,
    tenant::TenantKey,
};

/// The largest number that canonical JSON keeps exactly (RFC 8785, IEEE 754 double).
const EXACT: i64 = (1 << 53) - 1;

/// Everything of an entry that its leaf vouches for; what was and what became of the object stand behind `body_digest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Whose log: an entry is none of any other tenant's.
    pub tenant: TenantKey,
    /// Number of the audit row, in the order of writing; not without gaps.
    #[serde(serialize_with = "exact")]
    pub id: i64,
    /// When, to the microsecond, as the database keeps it.
    #[serde(serialize_with = "micros")]
    pub at: DateTime<Utc>,
    /// Who; none where nobody had entered.
    #[serde(with = "public_form")]
    pub account: Option<Id<noun::Account>>,
    /// In the name of which post.
    #[serde(with = "public_form")]
    pub post: Option<Id<noun::Post>>,
    /// At which organisation that post was then.
    #[serde(with = "public_form")]
    pub org: Option<Id<noun::Org>>,
    /// Name of the action, e.g. `record.approve`.
    pub action: String,
    /// Kind of the object.
    pub object_kind: String,
    /// Its id in the public form.
    pub object_id: String,
    /// Why.
    pub reason: Option<String>,
    /// Address that the request came from.
    pub origin: Option<String>,
    /// Salted digest of before and after.
    pub body_digest: BodyDigest,
}

impl Entry {
    /// The leaf: RFC 8785 JSON, every key present, `null` where there is nothing.
    pub fn leaf(&self) -> Result<Vec<u8>, NotCanonical> {
        Ok(serde_json_canonicalizer::to_vec(self)?)
    }

    /// The hash of the leaf.
    pub fn leaf_hash(&self) -> Result<Hash, NotCanonical> {
        Ok(Hash::leaf(&self.leaf()?))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn exact<S: Serializer>(id: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    if (0..=EXACT).contains(id) {
        serializer.serialize_i64(*id)
    } else {
        Err(ser::Error::custom("the number of an entry lies between 0 and 2^53 - 1"))
    }
}

fn micros<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.trunc_subsecs(6).format("%Y-%m-%dT%H:%M:%S%.6fZ"))
}

mod public_form {
    use super::{Deserialize, Deserializer, Id, Noun, Serialize, Serializer, de};

    #[expect(clippy::ref_option, reason = "the shape that serde asks for")]
    pub(super) fn serialize<S: Serializer, T: Noun>(id: &Option<Id<T>>, serializer: S) -> Result<S::Ok, S::Error> {
        id.map(|id| id.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Noun>(deserializer: D) -> Result<Option<Id<T>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::audit::{Body, Salt};

    fn entry() -> Entry {
        let body = Body { before: None, after: Some(json!({"state": "final"})) };
        Entry {
            tenant: TenantKey::parse("zj").unwrap(),
            id: 12,
            at: DateTime::from_timestamp_nanos(1_760_000_000_123_456_789),
            account: Some(Id::of(Uuid::from_u128(7))),
            post: None,
            org: Some(Id::of(Uuid::from_u128(9))),
            action: "record.approve".into(),
            object_kind: "record".into(),
            object_id: "record:00000000000000000000000000000005".into(),
            reason: Some("材料齐全".into()),
            origin: None,
            body_digest: body.digest(&Salt([1; 32])).unwrap(),
        }
    }

    #[test]
    fn the_leaf_is_written_in_one_way_only() {
        let digest = entry().body_digest;
        assert_eq!(
            String::from_utf8(entry().leaf().unwrap()).unwrap(),
            format!(
                r#"{{"account":"account:00000000000000000000000000000007","action":"record.approve","at":"2025-10-09T08:53:20.123456Z","body_digest":"{digest}","id":12,"object_id":"record:00000000000000000000000000000005","object_kind":"record","org":"org:00000000000000000000000000000009","origin":null,"post":null,"reason":"材料齐全","tenant":"zj"}}"#
            )
        );
    }

    #[test]
    fn a_leaf_reads_back_to_the_same_leaf() {
        let leaf = entry().leaf().unwrap();
        let read: Entry = serde_json::from_slice(&leaf).unwrap();
        assert_eq!(read.leaf().unwrap(), leaf);
        assert_eq!(read, Entry { at: entry().at.trunc_subsecs(6), ..entry() });
    }

    #[test]
    fn every_part_of_an_entry_changes_its_leaf() {
        let changes: [fn(&mut Entry); 12] = [
            |entry| entry.tenant = TenantKey::parse("js").unwrap(),
            |entry| entry.id = 13,
            |entry| entry.at += chrono::TimeDelta::microseconds(1),
            |entry| entry.account = None,
            |entry| entry.post = Some(Id::of(Uuid::from_u128(7))),
            |entry| entry.org = None,
            |entry| entry.action.push('e'),
            |entry| entry.object_kind = "receipt".into(),
            |entry| entry.object_id.push('0'),
            |entry| entry.reason = None,
            |entry| entry.origin = Some(String::new()),
            |entry| entry.body_digest = BodyDigest([0; 32]),
        ];
        for (part, change) in changes.into_iter().enumerate() {
            let mut other = entry();
            change(&mut other);
            assert_ne!(other.leaf_hash().unwrap(), entry().leaf_hash().unwrap(), "part {part}");
        }
    }

    #[test]
    fn a_number_that_json_cannot_keep_is_refused() {
        assert!(Entry { id: EXACT, ..entry() }.leaf().is_ok());
        assert!(Entry { id: EXACT + 1, ..entry() }.leaf().is_err());
    }
}
