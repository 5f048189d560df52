//! Drafts: a new record, and saving it. Every insert and update is bound by row security to one's own organisation.

use authz::{Permit, act};
use chrono::TimeDelta;
use domain::{Id, id::noun, record::Writing, record_type::TypeCode};

use super::Record;
use crate::{Error, Result, Tx, error::touched};

/// What a save came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The new revision.
    pub rev: i32,
    /// The version that was written: a new one where another person wrote, some time has passed, or the last was sent.
    pub version: i32,
}

/// After this time a save opens a new version, so that earlier wordings are kept.
const VERSION_AGE: TimeDelta = TimeDelta::minutes(10);

fn words(tags: &[TypeCode]) -> Vec<String> {
    tags.iter().map(|tag| tag.as_str().to_owned()).collect()
}

/// A new draft, with its first version, its timeline and its audit. Head first: row security looks for it under the rest.
pub async fn insert(
    tx: &mut Tx,
    may: Permit<act::CreateRecord>,
    id: Id<noun::Record>,
    of_type: (&TypeCode, i32),
    writing: &Writing,
    origin: Option<&str>,
) -> Result<()> {
    let (tenant, org, at) = (tx.tenant().0, may.of().uuid(), tx.at());
    let post = may.post().map(Id::uuid);
    let head = sqlx::query!(
        "INSERT INTO record (tenant_id, id, org_id, type, type_version, seq, created_by, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $7)",
        tenant,
        id.uuid(),
        org,
        of_type.0.as_str(),
        of_type.1,
        may.who().uuid(),
        at
    )
    .execute(tx.connection())
    .await?;
    touched("head of a new draft", 1, &head)?;
    let written = sqlx::query_scalar!(
        r#"WITH version AS (
             INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, tags, confidentiality, content, author, saved_at)
             VALUES ($1, $2, 1, $3, $8, $9, $10, $11, $12, $6, $7) RETURNING 1
           ), told AS (
             INSERT INTO event (tenant_id, record_id, seq, org_id, round, version, step, at, who, post_id, at_org)
             VALUES ($1, $2, 1, $3, NULL, 1, 'created', $7, $6, $13, $3) RETURNING 1
           ), traced AS (
             INSERT INTO audit (tenant_id, at, account_id, post_id, org_id, action, object_kind, object_id, after, origin)
             VALUES ($1, $7, $6, $13, $3, 'record.create', 'record', 'record:' || replace($2::uuid::text, '-', ''),
                     jsonb_build_object('state', 'draft', 'type', $4::text), $5)
           )
           SELECT (SELECT count(*) FROM version) + (SELECT count(*) FROM told) AS "n!""#,
        tenant,
        id.uuid(),
        org,
        of_type.0.as_str(),
        origin,
        may.who().uuid(),
        at,
        writing.title,
        writing.occurred_on,
        &words(&writing.tags),
        writing.confidentiality,
        writing.content,
        post
    )
    .fetch_one(tx.connection())
    .await?;
    if written == 2 {
        Ok(())
    } else {
        Err(Error::Rows { what: "a new draft", expected: 2, touched: written.unsigned_abs() })
    }
}

/// Saves a draft that was read at `before.head.rev`. None: somebody else saved meanwhile.
pub async fn save(
    tx: &mut Tx,
    may: Permit<act::EditRecord>,
    before: &Record,
    writing: &Writing,
) -> Result<Option<Saved>> {
    let (tenant, id, at) = (tx.tenant().0, may.of().uuid(), tx.at());
    let fresh = before.submitted || before.author != may.who() || at - before.saved_at > VERSION_AGE;
    let version = before.head.version + i32::from(fresh);
    let head = sqlx::query!(
        "UPDATE record SET rev = rev + 1, version = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2 AND rev = $3",
        tenant,
        id,
        before.head.rev,
        version,
        at
    )
    .execute(tx.connection())
    .await?;
    if head.rows_affected() == 0 {
        return Ok(None);
    }
    let written = if fresh {
        sqlx::query!(
            "INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, tags, confidentiality, content, author, saved_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            tenant,
            id,
            version,
            before.head.org.uuid(),
            writing.title,
            writing.occurred_on,
            &words(&writing.tags),
            writing.confidentiality,
            writing.content,
            may.who().uuid(),
            at
        )
        .execute(tx.connection())
        .await?
    } else {
        sqlx::query!(
            "UPDATE record_version SET title = $4, occurred_on = $5, tags = $6, confidentiality = $7, content = $8
              WHERE tenant_id = $1 AND record_id = $2 AND version = $3 AND NOT submitted",
            tenant,
            id,
            version,
            writing.title,
            writing.occurred_on,
            &words(&writing.tags),
            writing.confidentiality,
            writing.content
        )
        .execute(tx.connection())
        .await?
    };
    touched("a version", 1, &written)?;
    if fresh {
        crate::file::carry(tx, before.head.id, before.head.version, version).await?;
    }
    Ok(Some(Saved { rev: before.head.rev + 1, version }))
}
