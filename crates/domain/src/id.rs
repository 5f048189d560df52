//! Typed ids: a UUIDv7 made by the server, shown as `record:0190…`.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A noun that has ids of its own.
pub trait Noun {
    /// What stands before the colon in the public form.
    const PREFIX: &'static str;
}

/// The id of a `T`, unique in all tenants, ordered by the time of making.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T> {
    uuid: Uuid,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

/// What stood where an id was expected is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

impl<T> Id<T> {
    /// The id that a stored UUID stands for.
    pub const fn of(uuid: Uuid) -> Self {
        Self { uuid, of: PhantomData }
    }

    /// A new id, made of the moment and ten random bytes.
    pub fn mint(at: DateTime<Utc>, chance: [u8; 10]) -> Self {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Self::of(uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid())
    }

    /// The bare UUID, for the database.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T: Noun> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", T::PREFIX, self.uuid.simple())
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.uuid.simple())
    }
}
impl<T: Noun> FromStr for Id<T> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let rest = text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix(':')).ok_or(NotAnId)?;
        // One spelling per id: 32 lower-case hex digits, so that equal ids are equal strings.
        if rest.len() != 32 || rest.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotAnId);
        }
        Uuid::try_parse(rest).map(Self::of).map_err(|_| NotAnId)
    }
}

macro_rules! nouns {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}
        impl Noun for $name {
            const PREFIX: &'static str = $prefix;
        }
    )*};
}

/// The nouns that have ids, as types that are never made.
pub mod noun {
    use super::Noun;
    nouns! {
        /// An organisation of the tree.
        Org = "org";
        /// One dated version of an organisation.
        OrgVersion = "orgversion";
        /// A person who signs in.
        Account = "account";
        /// A role at an organisation, held from day to day.
        Post = "post";
        /// A session of a browser or a token of a program.
        Session = "session";
        /// A record.
        Record = "record";
        /// A file that is uploaded.
        File = "file";
        /// Where an organisation's notices go beside its people.
        Webhook = "webhook";
        /// A notice on its way to one recipient.
        Delivery = "delivery";
        /// A line of the tenant's policy.
        PolicyLine = "policyline";
    }
}

/// Number of a receipt at its organisation: gapless, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptNo(pub i64);

/// A receipt is known by the organisation that received and its number there: `receipt:<org>.<no>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReceiptId {
    /// Who received.
    pub org: Id<noun::Org>,
    /// The number there.
    pub no: ReceiptNo,
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "receipt:{}.{}", self.org.uuid().simple(), self.no.0)
    }
}

impl FromStr for ReceiptId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (org, no) = text.strip_prefix("receipt:").and_then(|rest| rest.split_once('.')).ok_or(NotAnId)?;
        let canonical = !no.is_empty() && !no.starts_with('0') && no.bytes().all(|byte| byte.is_ascii_digit());
        if !canonical {
            return Err(NotAnId);
        }
        let org = format!("org:{org}").parse()?;
        Ok(Self { org, no: ReceiptNo(no.parse().map_err(|_| NotAnId)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_refuses_other_kinds_and_spellings() {
        let at = DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        let id: Id<noun::Record> = Id::mint(at, [7; 10]);
        let text = id.to_string();
        assert_eq!(text.parse::<Id<noun::Record>>().unwrap(), id);
        assert!(text.parse::<Id<noun::Org>>().is_err());
        assert!(text.to_uppercase().parse::<Id<noun::Record>>().is_err());
        let receipt = ReceiptId { org: Id::of(id.uuid()), no: ReceiptNo(12) };
        assert_eq!(receipt.to_string().parse::<ReceiptId>().unwrap(), receipt);
        assert!(receipt.to_string().replace(".12", ".012").parse::<ReceiptId>().is_err());
    }
}
