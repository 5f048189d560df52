//! Who did what, written in the transaction that did it. Append-only for the application; the auditor reads.

use chrono::{DateTime, Utc};
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
    let post = tx.post();
    write(tx, post, entry, true).await
}

/// Appends an entry alone, in the name of a post that the transaction has not entered with.
pub async fn note(tx: &mut Tx, post: Option<Id<noun::Post>>, entry: Entry<'_>) -> Result<()> {
    write(tx, post, entry, false).await
}

async fn write(tx: &mut Tx, post: Option<Id<noun::Post>>, entry: Entry<'_>, told: bool) -> Result<()> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    sqlx::query!(
        "WITH told AS (
           INSERT INTO outbox (tenant_id, topic, subject, at)
           SELECT $1, $6, jsonb_build_object('kind', $7::text, 'id', $8::text), $2 WHERE $13)
         INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, before, after, reason, origin)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tenant,
        at,
        who,
        post.map(Id::uuid),
        entry.org.map(Id::uuid),
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.before,
        entry.after,
        entry.reason,
        entry.origin,
        told
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// A look at restricted content.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// `record.read` or `file.read`.
    pub action: &'static str,
    /// Of which record.
    pub record: Id<noun::Record>,
    /// At which organisation it is held.
    pub org: Id<noun::Org>,
    /// By which post there.
    pub post: Option<Id<noun::Post>>,
    /// Version, receipt and file, as far as they are named.
    pub what: serde_json::Value,
}

/// Has this person's same look been written down since?
pub async fn look_noted(tx: &mut Tx, look: &Look, since: DateTime<Utc>) -> Result<bool> {
    let noted = sqlx::query_scalar!(
        r#"SELECT sec.read_noted($1, $2, $3, $4) AS "noted!""#,
        look.action,
        look.record.uuid(),
        look.what,
        since
    );
    Ok(noted.fetch_one(tx.connection()).await?)
}

/// Writes a look down. It concerns nobody but the auditor: there is no outbox row.
pub async fn note_look(tx: &mut Tx, look: Look, origin: Option<&str>) -> Result<()> {
    let post = look.post;
    let entry = Entry {
        action: look.action,
        object_kind: "record",
        object_id: look.record.to_string(),
        org: Some(look.org),
        after: Some(look.what),
        origin,
        ..Entry::default()
    };
    note(tx, post, entry).await
}
