//! Who did what, written in the transaction that did it. Append-only for the application; the auditor reads.

use domain::{Id, id::noun};

use crate::{Result, Tx};

/// One entry, without what the transaction itself knows (tenant, person, post, time).
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// Name of the action, e.g. `org.move`.
    pub action: &'a str,
    /// Kind of the object.
    pub object_kind: &'a str,
    /// Its id.
    pub object_id: String,
    /// Organisation of the acting post.
    pub org: Option<Id<noun::Org>>,
    /// What it was.
    pub before: Option<serde_json::Value>,
    /// What it is.
    pub after: Option<serde_json::Value>,
    /// Why.
    pub reason: Option<&'a str>,
    /// Address that the request came from.
    pub origin: Option<&'a str>,
}

/// Appends an entry, and beside it the outbox row that tells others.
pub async fn append(tx: &mut Tx, entry: Entry<'_>) -> Result<()> {
    let (tenant, who, post, at) = (tx.tenant().0, tx.who().uuid(), tx.post().map(Id::uuid), tx.at());
    sqlx::query!(
        "WITH told AS (
           INSERT INTO outbox (tenant_id, topic, subject, at) VALUES ($1, $6, jsonb_build_object('kind', $7::text, 'id', $8::text), $2))
         INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tenant,
        at,
        who,
        post,
        entry.org.map(Id::uuid),
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.before,
        entry.after,
        entry.reason,
        entry.origin
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
