//! What an object was and became. It stands outside the leaf, behind a salted digest, so that it can be destroyed by rule
//! while the log stays whole; without the salt nobody can try out what it may have been.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::canonical::NotCanonical;

/// What the object was and what it became.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// What it was.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
}

impl Body {
    /// RFC 8785 JSON of both, `null` where there is nothing. Whole numbers that it would round (RFC 8785 §3.2.2.3, beyond 2^53)
    /// are written as texts, so that no two bodies with different numbers are one.
    pub fn bytes(&self) -> Result<Vec<u8>, NotCanonical> {
        let exact = Self { before: self.before.clone().map(exact), after: self.after.clone().map(exact) };
        Ok(serde_json_canonicalizer::to_vec(&exact)?)
    }

    /// SHA-256 of the salt and the canonical bytes.
    pub fn digest(&self, salt: &Salt) -> Result<BodyDigest, NotCanonical> {
        Ok(BodyDigest::of(salt, &self.bytes()?))
    }
}

fn exact(value: Value) -> Value {
    const EXACT: u64 = 1 << 53;
    match value {
        Value::Number(number) => {
            let rounded = number.as_i64().map(i64::unsigned_abs).or(number.as_u64()).is_some_and(|size| size >= EXACT);
            if rounded { Value::String(number.to_string()) } else { Value::Number(number) }
        }
        Value::Array(values) => Value::Array(values.into_iter().map(exact).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, exact(value))).collect()),
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}

/// Chance that belongs to one body and is destroyed with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

/// What a leaf holds of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BodyDigest(pub [u8; 32]);

impl BodyDigest {
    /// The digest of canonical bytes.
    pub fn of(salt: &Salt, bytes: &[u8]) -> Self {
        Self(Sha256::new().chain_update(salt.0).chain_update(bytes).finalize().into())
    }
}

macro_rules! in_hex {
    ($($name:ident),*) => {$(
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
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut bytes = [0; 32];
                let text = String::deserialize(deserializer)?;
                hex::decode_to_slice(text, &mut bytes).map_err(de::Error::custom)?;
                Ok(Self(bytes))
            }
        }
    )*};
}
in_hex!(Salt, BodyDigest);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_digest_is_that_of_salt_and_canonical_json() {
        let body = Body { before: None, after: Some(json!({"b": 1.0, "a": "甲"})) };
        assert_eq!(body.bytes().unwrap(), r#"{"after":{"a":"甲","b":1},"before":null}"#.as_bytes());
        let salted = Sha256::new().chain_update([7; 32]).chain_update(body.bytes().unwrap()).finalize();
        assert_eq!(body.digest(&Salt([7; 32])).unwrap().to_string(), hex::encode(salted));
        assert_ne!(body.digest(&Salt([7; 32])).unwrap(), body.digest(&Salt([8; 32])).unwrap());
    }

    #[test]
    fn before_and_after_do_not_stand_for_each_other() {
        let (was, is) = (Some(json!(1)), Some(json!(2)));
        let one = Body { before: was.clone(), after: is.clone() };
        assert_ne!(one.bytes().unwrap(), Body { before: is, after: was }.bytes().unwrap());
    }

    #[test]
    fn large_numbers_are_not_rounded_into_each_other() {
        let body = |n: i64| Body { before: None, after: Some(json!([{"n": n}])) };
        assert_ne!(body(9_007_199_254_740_993).bytes().unwrap(), body(9_007_199_254_740_992).bytes().unwrap());
        assert_ne!(body(i64::MIN).bytes().unwrap(), body(i64::MIN + 1).bytes().unwrap());
        assert_eq!(body(-5).bytes().unwrap(), br#"{"after":[{"n":-5}],"before":null}"#);
    }
}
