//! The trail as the auditor reads it: newest first, by object, by person or by time. Writing is [`crate::audit`].

use authz::{Scope, act};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun};

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
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
}

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

/// Entries older than a number, newest first. Each way of looking has a statement of its own, so that each has its index.
pub async fn find(
    tx: &mut Tx,
    scope: &Scope<act::ViewAudit>,
    search: &Search,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>> {
    if !scope.whole_tenant() {
        return Ok(Vec::new());
    }
    let (tenant, before) = (tx.tenant().0, before.unwrap_or(i64::MAX));
    let from = search.from.map_or(EARLIEST, |from| from.max(EARLIEST));
    let to = search.to.map_or(LATEST, |to| to.min(LATEST));
    let account = search.account.map(Id::uuid);
    let rows = match (&search.object, account) {
        (Some((kind, id)), _) => {
            sqlx::query_as!(
            Row,
            "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND object_kind = $2 AND object_id = $3 AND id < $4
                    AND at >= $5 AND at < $6 AND ($7::uuid IS NULL OR account_id = $7) ORDER BY id DESC LIMIT $8",
            tenant,
            kind,
            id,
            before,
            from,
            to,
            account,
            limit
        )
            .fetch_all(tx.connection())
            .await?
        }
        (None, Some(account)) => {
            sqlx::query_as!(
            Row,
            "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND account_id = $2 AND id < $3 AND at >= $4 AND at < $5
                  ORDER BY id DESC LIMIT $6",
            tenant,
            account,
            before,
            from,
            to,
            limit
        )
            .fetch_all(tx.connection())
            .await?
        }
        (None, None) => {
            sqlx::query_as!(
            Row,
            "SELECT id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin
                   FROM audit WHERE tenant_id = $1 AND id < $2 AND at >= $3 AND at < $4 ORDER BY id DESC LIMIT $5",
            tenant,
            before,
            from,
            to,
            limit
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
