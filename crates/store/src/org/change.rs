//! Changes of the tree: each is one function of the second wall, which checks the structure again under a lock.

use authz::{Act, Permit, act};
use chrono::NaiveDate;
use domain::{
    Id,
    id::noun,
    org::{
        Approval, Description, OrgKind, Place,
        change::{OpenWork, Standing},
    },
    tenant::Level,
};

use super::fetch;
use crate::{Error, Result, Tx};

/// What every change carries: the ids of the versions that it writes, its day and what it rests on.
#[derive(Debug, Clone)]
pub struct Stamp<'a> {
    /// Id of the new version.
    pub version: Id<noun::OrgVersion>,
    /// Id under which the old version is written again with its end.
    pub closed: Id<noun::OrgVersion>,
    /// The day from which it is true.
    pub from: NaiveDate,
    /// What it rests on.
    pub approval: &'a Approval,
}

/// A new organisation.
#[derive(Debug, Clone)]
pub struct Founding<'a> {
    /// Its id.
    pub id: Id<noun::Org>,
    /// Level; the next below the superior's if none is given.
    pub level: Option<Level>,
    /// Kind.
    pub kind: OrgKind,
    /// Code.
    pub code: &'a str,
    /// Full name.
    pub name: &'a str,
    /// Short name.
    pub short_name: Option<&'a str>,
    /// Setting and term.
    pub description: &'a Description,
}

/// What a decision has to know of the organisation of a permit.
pub async fn standing<A: Act<Of = Id<noun::Org>>>(tx: &mut Tx, may: &Permit<A>) -> Result<Standing> {
    let org = fetch(tx, may).await?;
    let (tenant, id) = (tx.tenant().0, org.id.uuid());
    let row = sqlx::query!(
        r#"SELECT o.path, min(v.valid_from) AS "since!", max(v.valid_from) AS "last_change!"
             FROM org o JOIN org_version v ON v.tenant_id = o.tenant_id AND v.org_id = o.id AND v.superseded_at IS NULL
            WHERE o.tenant_id = $1 AND o.id = $2 GROUP BY o.path"#,
        tenant,
        id
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or_else(|| Error::Stored("an organisation without a version".to_owned()))?;
    let place = Place { org: org.id, path: row.path, level: org.level };
    Ok(Standing { org, place, since: row.since, last_change: row.last_change })
}

/// What a move carries and what stands in the way of closing.
pub async fn open_work<A: Act<Of = Id<noun::Org>>>(tx: &mut Tx, may: &Permit<A>) -> Result<OpenWork> {
    let (id, at) = (may.of().uuid(), tx.at());
    let row = sqlx::query!(
        r#"SELECT orgs AS "orgs!", children AS "children!", posts AS "posts!", in_review AS "in_review!",
                  pending AS "pending!", awaited AS "awaited!", drafts AS "drafts!", deepest AS "deepest!", child_until
             FROM sec.open_work($1, $2)"#,
        id,
        at
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(OpenWork {
        orgs: row.orgs,
        children: row.children,
        posts: row.posts,
        in_review: row.in_review,
        pending: row.pending,
        awaited: row.awaited,
        drafts: row.drafts,
        deepest: Level(row.deepest),
        child_until: row.child_until,
    })
}

/// Would the moved one come to stand below itself on any day since?
pub async fn makes_cycle(
    tx: &mut Tx,
    may: &Permit<act::MoveOrg>,
    into: &Permit<act::CreateOrg>,
    from: NaiveDate,
) -> Result<bool> {
    let (org, parent) = (may.of().uuid(), into.of().uuid());
    Ok(sqlx::query_scalar!(r#"SELECT sec.makes_cycle($1, $2, $3) AS "cycle!""#, org, parent, from)
        .fetch_one(tx.connection())
        .await?)
}

/// Founds an organisation below that of the permit. A code in use: `Error::Constraint`.
pub async fn create(tx: &mut Tx, may: Permit<act::CreateOrg>, new: &Founding<'_>, stamp: &Stamp<'_>) -> Result<()> {
    let (parent, at, description) = (may.of().uuid(), tx.at(), new.description);
    sqlx::query!(
        "SELECT sec.create_org($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        new.id.uuid(),
        stamp.version.uuid(),
        parent,
        new.level.map(|level| level.0),
        new.kind.as_str(),
        new.code,
        new.name,
        new.short_name,
        description.formation,
        description.unit_name,
        description.unit_code,
        description.unit_category,
        description.term_start,
        description.term_years,
        stamp.from,
        stamp.approval.document_no,
        stamp.approval.document_date,
        stamp.approval.reason,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Renames the organisation of the permit.
pub async fn rename(
    tx: &mut Tx,
    may: Permit<act::RenameOrg>,
    name: &str,
    short_name: Option<&str>,
    stamp: &Stamp<'_>,
) -> Result<()> {
    let (org, at) = (may.of().uuid(), tx.at());
    sqlx::query!(
        "SELECT sec.rename_org($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        org,
        stamp.version.uuid(),
        stamp.closed.uuid(),
        name,
        short_name,
        stamp.from,
        stamp.approval.document_no,
        stamp.approval.document_date,
        stamp.approval.reason,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Puts the organisation of the first permit, with all below, under that of the second, at a level.
pub async fn relocate(
    tx: &mut Tx,
    may: Permit<act::MoveOrg>,
    into: Permit<act::CreateOrg>,
    level: Level,
    stamp: &Stamp<'_>,
) -> Result<()> {
    let (org, parent, at) = (may.of().uuid(), into.of().uuid(), tx.at());
    sqlx::query!(
        "SELECT sec.move_org($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        org,
        stamp.version.uuid(),
        stamp.closed.uuid(),
        parent,
        level.0,
        stamp.from,
        stamp.approval.document_no,
        stamp.approval.document_date,
        stamp.approval.reason,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Closes the organisation of the first permit; that of the second, if any, continues it and reads its records.
pub async fn close(
    tx: &mut Tx,
    may: Permit<act::CloseOrg>,
    successor: Option<Permit<act::CreateOrg>>,
    stamp: &Stamp<'_>,
) -> Result<()> {
    let (org, at) = (may.of().uuid(), tx.at());
    let successor = successor.as_ref().map(|into| into.of().uuid());
    sqlx::query!(
        "SELECT sec.close_org($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        org,
        stamp.version.uuid(),
        stamp.closed.uuid(),
        successor,
        stamp.from,
        stamp.approval.document_no,
        stamp.approval.document_date,
        stamp.approval.reason,
        at
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}
