//! What processes tell one another of open subscriptions: that something may have changed, never what.

use serde::{Deserialize, Serialize};

use crate::{Id, id::noun, tenant::TenantId};

/// The channel of redis that wake-ups go through. Whoever has committed publishes; what is lost is found by looking.
pub const CHANNEL: &str = "fonds:live";

/// What can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "topic", content = "id", rename_all = "lowercase")]
pub enum Topic {
    /// A record.
    Record(Id<noun::Record>),
    /// The figures of an organisation.
    Rollup(Id<noun::Org>),
    /// The notices of a person.
    Inbox(Id<noun::Account>),
}

impl Topic {
    /// Its name in messages and in the database.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Rollup(_) => "rollup",
            Self::Inbox(_) => "inbox",
        }
    }

    /// The bare UUID.
    pub const fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Record(id) => id.uuid(),
            Self::Rollup(id) => id.uuid(),
            Self::Inbox(id) => id.uuid(),
        }
    }
}

/// A wake-up, as it is published: `{"tenant":1,"topic":"record","id":"0190…"}`. Without content: whoever is woken looks,
/// with the rights of whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wake {
    /// Whose.
    pub tenant: TenantId,
    /// What.
    #[serde(flatten)]
    pub topic: Topic,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_up_is_published_as_it_is_documented() {
        let id = Id::of(uuid::Uuid::from_u128(7));
        for (topic, kind) in [
            (Topic::Record(Id::of(id.uuid())), "record"),
            (Topic::Rollup(id), "rollup"),
            (Topic::Inbox(Id::of(id.uuid())), "inbox"),
        ] {
            let wake = Wake { tenant: TenantId(3), topic };
            let text = serde_json::to_string(&wake).unwrap();
            assert_eq!(text, format!(r#"{{"tenant":3,"topic":"{kind}","id":"00000000-0000-0000-0000-000000000007"}}"#));
            assert_eq!((serde_json::from_str::<Wake>(&text).unwrap(), topic.kind()), (wake, kind));
        }
        assert!(serde_json::from_str::<Wake>(r#"{"tenant":3,"topic":"what","id":"x"}"#).is_err());
    }
}
