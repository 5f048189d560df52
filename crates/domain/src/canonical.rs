//! The canonical form of a version, and its digest: what a receipt proves to have been received.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Id, file::Attached, id::noun, record_type::TypeCode};

/// Everything of a version that a receipt vouches for. Texts are taken as given, without any normalisation.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Canonical<'a> {
    /// Code of the primary type.
    #[serde(rename = "type")]
    pub of_type: &'a TypeCode,
    /// Version of the type.
    pub type_version: i32,
    /// Whose record it is; written in the public form, `org:…`.
    #[serde(serialize_with = "public_form")]
    pub org: Id<noun::Org>,
    /// Title.
    pub title: &'a str,
    /// The day that it is about.
    pub occurred_on: NaiveDate,
    /// Further types that it counts for; a set, whatever their order.
    #[serde(serialize_with = "as_set")]
    pub tags: &'a [TypeCode],
    /// 0 public, 1 internal.
    pub confidentiality: i16,
    /// The content.
    pub content: &'a Value,
    /// The files, in their order; left out where there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub files: &'a [Attached],
}

/// A content that has no canonical form; none that a form has let through.
#[derive(Debug, thiserror::Error)]
#[error("the content has no canonical form")]
pub struct NotCanonical(#[from] serde_json::Error);

impl Canonical<'_> {
    /// RFC 8785 JSON, the bytes that are hashed.
    pub fn bytes(&self) -> Result<Vec<u8>, NotCanonical> {
        Ok(serde_json_canonicalizer::to_vec(self)?)
    }
}

/// SHA-256 of the canonical form.
pub fn digest(of: &Canonical<'_>) -> Result<[u8; 32], NotCanonical> {
    Ok(Sha256::digest(of.bytes()?).into())
}

/// SHA-256 of a content's canonical form: by it two contents are told apart where neither may be kept.
pub fn content_digest(content: &Value) -> Result<[u8; 32], NotCanonical> {
    Ok(Sha256::digest(serde_json_canonicalizer::to_vec(content)?).into())
}

fn public_form<S: Serializer>(org: &Id<noun::Org>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(org)
}

fn as_set<S: Serializer>(tags: &&[TypeCode], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tags.iter().collect::<BTreeSet<&TypeCode>>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};
    use uuid::Uuid;

    use super::*;

    fn hashed(content: &Value, tags: &[&str], title: &str) -> String {
        let tags: Vec<TypeCode> = tags.iter().map(|code| TypeCode::parse(code).unwrap()).collect();
        let of_type = TypeCode::parse("ZBDH").unwrap();
        let head = Canonical {
            of_type: &of_type,
            type_version: 1,
            org: Id::of(Uuid::from_u128(7)),
            title,
            occurred_on: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap(),
            tags: &tags,
            confidentiality: 1,
            content,
            files: &[],
        };
        hex::encode(digest(&head).unwrap())
    }

    #[test]
    fn another_file_or_order_is_another_content() {
        let of_type = TypeCode::parse("ZBDH").unwrap();
        let file = |n, sha256: &str| Attached {
            n,
            role: crate::file::FileRole::Photo,
            name: "会场照片.jpg".to_owned(),
            length: 12,
            media_type: "image/jpeg".to_owned(),
            sha256: sha256.to_owned(),
        };
        let hash = |files: &[Attached]| {
            digest(&Canonical {
                of_type: &of_type,
                type_version: 1,
                org: Id::of(Uuid::from_u128(7)),
                title: "大会",
                occurred_on: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap(),
                tags: &[],
                confidentiality: 0,
                content: &json!({}),
                files,
            })
            .unwrap()
        };
        let (one, other) = (hash(&[file(1, "aa"), file(2, "bb")]), hash(&[file(1, "bb"), file(2, "aa")]));
        assert_ne!(one, other);
        assert_ne!(one, hash(&[]));
    }

    #[test]
    fn the_bytes_are_those_of_rfc_8785() {
        let of_type = TypeCode::parse("ZBDH").unwrap();
        let tags = [TypeCode::parse("ZTDR").unwrap(), TypeCode::parse("DK").unwrap()];
        let content = json!({"present": 21.0, "host": "陈示一\n"});
        let head = Canonical {
            of_type: &of_type,
            type_version: 1,
            org: Id::of(Uuid::from_u128(7)),
            title: "大会",
            occurred_on: NaiveDate::from_ymd_opt(2026, 3, 12).unwrap(),
            tags: &tags,
            confidentiality: 1,
            content: &content,
            files: &[],
        };
        let text = String::from_utf8(head.bytes().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"confidentiality":1,"content":{"host":"陈示一\n","present":21},"occurred_on":"2026-03-12","org":"org:00000000000000000000000000000007","tags":["DK","ZTDR"],"title":"大会","type":"ZBDH","type_version":1}"#
        );
    }

    #[test]
    fn any_change_of_the_text_changes_the_digest() {
        let content = json!({"host": "陈示一"});
        let digest = hashed(&content, &["DK", "ZTDR"], "大会");
        assert_eq!(digest, hashed(&content, &["ZTDR", "DK"], "大会"), "tags are a set");
        assert_ne!(digest, hashed(&content, &["DK"], "大会"));
        assert_ne!(digest, hashed(&content, &["DK", "ZTDR"], "大会 "));
        assert_ne!(digest, hashed(&json!({"host": "陈示一 "}), &["DK", "ZTDR"], "大会"));
        // The same letter composed and decomposed: not normalised.
        assert_ne!(hashed(&content, &[], "é"), hashed(&content, &[], "e\u{301}"));
    }

    proptest! {
        #[test]
        fn the_order_of_keys_makes_no_difference(
            fields in proptest::collection::btree_map("[a-z_]{1,8}|[一-十]{1,3}", any::<i32>(), 0..12),
        ) {
            let written = |fields: Vec<(&String, &i32)>| {
                let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
                format!("{{{}}}", pairs.join(","))
            };
            let forward: Value = serde_json::from_str(&written(fields.iter().collect())).unwrap();
            let backward: Value = serde_json::from_str(&written(fields.iter().rev().collect())).unwrap();
            let map: Map<String, Value> = fields.iter().rev().map(|(name, value)| (name.clone(), json!(value))).collect();
            prop_assert_eq!(hashed(&forward, &[], "t"), hashed(&backward, &[], "t"));
            prop_assert_eq!(hashed(&forward, &[], "t"), hashed(&Value::Object(map), &[], "t"));
        }
    }
}
