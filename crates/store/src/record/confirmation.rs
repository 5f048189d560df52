//! Confirmation by another person of the organisation: what was asked, who may be asked, what waits.

use authz::{HeldPost, Permit, Scope, act};
use domain::{Id, id::noun, org::Place, tenant::Level};

use super::{Line, LineRow, ceiling};
use crate::{Error, Result, Tx};

/// Somebody who holds a post at the organisation now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmer {
    /// Who.
    pub account: Id<noun::Account>,
    /// As what.
    pub post: HeldPost,
}

/// Asks for the confirmation of a draft as it was read; asked before, it is as it was.
pub async fn ask(tx: &mut Tx, may: Permit<act::SubmitRecord>, rev: i32, origin: Option<&str>) -> Result<()> {
    let at = tx.at();
    sqlx::query!("SELECT sec.ask_confirmation($1, $2, $3, $4)", may.of().uuid(), rev, at, origin)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Who holds a post at an organisation of the actor's now. What each of them may, the policy says.
pub async fn holders(tx: &mut Tx, org: Id<noun::Org>) -> Result<Vec<Confirmer>> {
    let at = tx.at();
    let rows = sqlx::query!(
        r#"SELECT account_id AS "account_id!", id AS "id!", role AS "role!", duty, path AS "path!", level AS "level!"
             FROM sec.holders($1, $2)"#,
        org.uuid(),
        at
    )
    .fetch_all(tx.connection())
    .await?;
    let unknown = |what: &str| Error::Stored(format!("{what} of a post"));
    rows.into_iter()
        .map(|row| {
            let role = authz::RoleName::parse(&row.role).ok_or_else(|| unknown("role"))?;
            let duty = row.duty.map(|duty| authz::Duty::parse(&duty).ok_or_else(|| unknown("duty"))).transpose()?;
            let org = Place { org, path: row.path, level: Level(row.level) };
            Ok(Confirmer { account: Id::of(row.account_id), post: HeldPost { id: Id::of(row.id), org, role, duty } })
        })
        .collect()
}

/// What waits at an organisation for the reader to confirm it, the newest first: one ordered index range. He reads what he confirms,
/// has not written it himself, and at a closed organisation there is nothing to confirm.
pub async fn to_confirm(
    tx: &mut Tx,
    (view, submit): (&Scope<act::ViewRecord>, &Scope<act::SubmitRecord>),
    org: Id<noun::Org>,
    after: Option<Id<noun::Record>>,
    limit: u32,
) -> Result<Vec<Line>> {
    let Some(ceiling) = both(view, submit, org) else { return Ok(Vec::new()) };
    let tenant = tx.tenant().0;
    let rows = sqlx::query_as!(
        LineRow,
        "SELECT r.id, r.type AS of_type, r.type_version, r.state, r.rev, r.version, r.round, r.updated_at, r.asked_by, r.asked_at,
                v.title, v.occurred_on
           FROM record r
           JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
          WHERE r.tenant_id = $1 AND r.org_id = $2 AND r.asked_rev IS NOT NULL AND r.asked_by <> $3 AND r.id < $4
            AND v.confidentiality <= $6
            AND EXISTS (SELECT FROM org o WHERE o.tenant_id = $1 AND o.id = $2 AND o.state = 'active')
          ORDER BY r.id DESC LIMIT $5",
        tenant,
        org.uuid(),
        submit.who().uuid(),
        after.map_or(uuid::Uuid::max(), Id::uuid),
        i64::from(limit),
        ceiling
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(|row| row.line(org)).collect()
}

/// Up to which confidentiality the reader confirms at an organisation: what he may read, and send.
pub(crate) fn both(
    view: &Scope<act::ViewRecord>,
    submit: &Scope<act::SubmitRecord>,
    org: Id<noun::Org>,
) -> Option<i16> {
    ceiling(view, org).zip(ceiling(submit, org)).map(|(view, submit)| view.min(submit))
}
