//! Links for what cannot send a session along: viewers, players. Short, for one file and one person, and worth no more
//! than what he may read when it is used.

use chrono::{DateTime, TimeDelta, Utc};
use domain::file::FileAddress;
use store::{Linked, Way};

use crate::{App, Caller, Error, Reader, Result};

/// How long a link opens its file.
const LASTS: TimeDelta = TimeDelta::seconds(60);

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where, on this server.
    pub path: String,
    /// When it opens nothing any more.
    pub expires_at: DateTime<Utc>,
}

/// Signs a link to a file that the reader has reached.
pub fn link(reader: &Reader, who: &Caller, address: FileAddress) -> Link {
    let expires_at = reader.now + LASTS;
    let linked = Linked::sign(&who.entry, reader.actor.session, address, expires_at);
    Link { path: format!("/files/link/{}/{address}", linked.grant()), expires_at }
}

/// Enters by a link whose use began at `begun`: as the person who was given it, with the posts of this moment.
pub async fn read_linked(cx: &App, linked: &Linked, begun: DateTime<Utc>, origin: Option<String>) -> Result<Reader> {
    cx.enter(Way::Link(linked.clone(), begun), origin).await?.ok_or(Error::NotFound)
}
