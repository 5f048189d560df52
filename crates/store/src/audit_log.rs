//! The trail as the auditor reads it: newest first, by object, by person, by action or by time; and the log that it is kept in, with
//! its heads, proofs and exports. Writing is [`crate::audit`].

mod export;
pub mod head;
mod letter;
pub mod logged;
pub mod object;
mod sequence;

use authz::{Scope, act};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun};

pub use export::{Export, OwnerExport, newest_head};
pub use letter::HeadLetter;
pub use logged::Logged;
pub use sequence::Sequenced;

use crate::{Result, Tx};

/// One thing that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number in the tenant's order of writing.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none where nobody had entered.
    pub account: Option<Id<noun::Account>>,
    /// In the name of which post.
    pub post: Option<Id<noun::Post>>,
    /// At which organisation that post was then.
    pub org: Option<Id<noun::Org>>,
    /// Name of the action, e.g. `post.grant`.
    pub action: String,
    /// Kind of the object.
    pub object_kind: String,
    /// Its id in the public form.
    pub object_id: String,
    /// What it was.
    pub before: Option<serde_json::Value>,
    /// What it became.
    pub after: Option<serde_json::Value>,
    /// Why.
    pub reason: Option<String>,
    /// Address that the request came from.
    pub origin: Option<String>,
}

/// What is looked for; all of it must fit.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Done by this person.
    pub account: Option<Id<noun::Account>>,
    /// Done to this object: kind and id.
    pub object: Option<(String, String)>,
    /// This was done, e.g. `post.grant`.
    pub action: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

/// Where an entry stands in the lists: its time, then its number.
pub type Place = (DateTime<Utc>, i64);

struct Row {
    id: i64,
    at: DateTime<Utc>,
    account_id: Option<uuid::Uuid>,
    post_id: Option<uuid::Uuid>,
    org_id: Option<uuid::Uuid>,
    action: String,
    object_kind: String,
    object_id: String,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
    reason: Option<String>,
    origin: Option<String>,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: row.at,
            account: row.account_id.map(Id::of),
            post: row.post_id.map(Id::of),
            org: row.org_id.map(Id::of),
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            before: row.before,
            after: row.after,
            reason: row.reason,
            origin: row.origin,
        }
    }
}

/// Entries before a place, newest first. Each way of looking has a statement of its own, which is one range of its index: of an
/// object, else of a person, else of an action, else of a time. What is named beside it is looked for within that range.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope<act::ViewAudit>,
    search: &Search,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<Entry>> {
    if !scope.whole_tenant() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant().0;
    let from = search.from.map_or(EARLIEST, |from| from.max(EARLIEST));
    let to = search.to.map_or(LATEST, |to| to.min(LATEST));
    let (at, id) = before.map_or((LATEST, i64::MAX), |(at, id)| (at.clamp(EARLIEST, LATEST), id));
    let (account, action) = (search.account.map(Id::uuid), search.action.as_deref());
    let rows = match (&search.object, account, action) {
        (Some((kind, object)), ..) => {
            sqlx::query_as!(
                Row,
                "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND (at, id) < ($4, $5)
                    AND object_kind = $7 AND object_id = $8 AND ($9::uuid IS NULL OR account_id = $9) AND ($10::text IS NULL OR action = $10)
                  ORDER BY at DESC, id DESC LIMIT $6",
                tenant, from, to, at, id, limit, kind, object, account, action
            )
            .fetch_all(tx.connection())
            .await?
        }
        (None, Some(account), _) => {
            sqlx::query_as!(
                Row,
                "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND (at, id) < ($4, $5)
                    AND account_id = $7 AND ($8::text IS NULL OR action = $8)
                  ORDER BY at DESC, id DESC LIMIT $6",
                tenant, from, to, at, id, limit, account, action
            )
            .fetch_all(tx.connection())
            .await?
        }
        (None, None, Some(action)) => {
            sqlx::query_as!(
                Row,
                "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND (at, id) < ($4, $5)
                    AND action = $7
                  ORDER BY at DESC, id DESC LIMIT $6",
                tenant, from, to, at, id, limit, action
            )
            .fetch_all(tx.connection())
            .await?
        }
        (None, None, None) => {
            sqlx::query_as!(
                Row,
                "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND at >= $2 AND at < $3 AND (at, id) < ($4, $5)
                  ORDER BY at DESC, id DESC LIMIT $6",
                tenant, from, to, at, id, limit
            )
            .fetch_all(tx.connection())
            .await?
        }
    };
    Ok(rows.into_iter().map(Entry::from).collect())
}

// PostgreSQL's timestamps are narrower than chrono's.
const EARLIEST: DateTime<Utc> = DateTime::<Utc>::UNIX_EPOCH;
const LATEST: DateTime<Utc> = match DateTime::from_timestamp(32_503_680_000, 0) {
    Some(at) => at,
    None => EARLIEST,
};
