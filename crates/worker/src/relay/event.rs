//! Events of the outbox that somebody may have to be told of, as they were written.

use chrono::{DateTime, Utc};
use domain::{Id, id::noun};
use serde::{Deserialize, de::DeserializeOwned};
use store::relay::Event;

/// An event that somebody may have to be told of.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) id: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Submitted(Flow),
    /// Another person is asked to confirm a draft.
    Asked(Request),
    Approved(Flow),
    Returned(Flow),
    /// Taken back by the branch.
    Withdrawn(Flow),
    /// An approval was taken back.
    Recalled(Flow),
    PasswordChanged(Id<noun::Account>),
    AddressChanged(Id<noun::Account>),
    Granted(Id<noun::Post>),
    Ended(Id<noun::Post>),
    FileRefused(Id<noun::File>),
    Overdue(Flow, DateTime<Utc>),
    Invited(Id<noun::Account>),
    HeadSigned,
    LogWrong(String),
}

/// A step of a record's way.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Flow {
    pub(super) record: Id<noun::Record>,
    pub(super) round: i32,
    pub(super) org: Id<noun::Org>,
    pub(super) who: Option<Id<noun::Account>>,
}

/// That a draft is to be confirmed, as it stood at a revision.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Request {
    pub(super) record: Id<noun::Record>,
    pub(super) rev: i32,
    pub(super) who: Option<Id<noun::Account>>,
}

/// An object of the trail: `{"kind":"post","id":"post:…"}`.
#[derive(Deserialize)]
struct Object {
    id: String,
}

#[derive(Deserialize)]
struct Refused {
    file: Id<noun::File>,
}

#[derive(Deserialize)]
struct Wrong {
    action: String,
    audit: String,
}

#[derive(Deserialize)]
struct Due {
    due: DateTime<Utc>,
}

/// Topics that somebody is told of. All others are taken away and forgotten.
pub(super) fn topics() -> Vec<String> {
    [
        "record.submit",
        "record.ask_confirmation",
        "receipt.approve",
        "receipt.return",
        "record.recall",
        "receipt.recall",
        "account.password",
        "account.readdress",
        "post.grant",
        "post.end",
        "file.refuse",
        "receipt.overdue",
        "account.invite",
        // One that was renewed without an address is handed over: no letter goes.
        "account.readdress_invitation",
        "audit.head",
        "audit.incident",
    ]
    .map(str::to_owned)
    .into()
}

/// None: it cannot be read.
pub(super) fn what(event: &Event) -> Option<What> {
    fn read<T: DeserializeOwned>(event: &Event) -> Option<T> {
        T::deserialize(&event.subject).ok()
    }
    let object = |event| read::<Object>(event).map(|object| object.id);
    Some(match event.topic.as_str() {
        "record.submit" => What::Submitted(read(event)?),
        "record.ask_confirmation" => What::Asked(read(event)?),
        "receipt.approve" => What::Approved(read(event)?),
        "receipt.return" => What::Returned(read(event)?),
        "record.recall" => What::Withdrawn(read(event)?),
        "receipt.recall" => What::Recalled(read(event)?),
        "account.password" => What::PasswordChanged(object(event)?.parse().ok()?),
        "account.readdress" => What::AddressChanged(object(event)?.parse().ok()?),
        "post.grant" => What::Granted(object(event)?.parse().ok()?),
        "post.end" => What::Ended(object(event)?.parse().ok()?),
        "receipt.overdue" => What::Overdue(read(event)?, read::<Due>(event)?.due),
        "account.invite" | "account.readdress_invitation" => What::Invited(object(event)?.parse().ok()?),
        "audit.head" => What::HeadSigned,
        "audit.incident" => {
            let Wrong { action, audit } = read(event)?;
            What::LogWrong(format!("{action} {audit}"))
        }
        "file.refuse" => What::FileRefused(read::<Refused>(event)?.file),
        _ => return None,
    })
}
