//! What an explanation is about: where objects stand, as far as the asker may know of them at all.

use std::collections::HashMap;

use authz::{Scope, act};
use domain::{
    Id,
    id::{ReceiptId, noun},
    org::Place,
    record::RecordState,
    submission::ReceiptState,
    tenant::Level,
};

use crate::{Result, Tx};

/// Where an object stands, and how confidential it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In which organisation.
    pub place: Place,
    /// 0 public, 1 internal.
    pub confidentiality: u8,
}

fn standing(org: uuid::Uuid, path: String, level: i16, confidentiality: i16) -> Standing {
    let place = Place { org: Id::of(org), path, level: Level(level) };
    Standing { place, confidentiality: u8::try_from(confidentiality).unwrap_or(u8::MAX) }
}

/// An organisation of the scope.
pub async fn org(tx: &mut Tx, scope: &Scope<act::ViewOrg>, id: Id<noun::Org>) -> Result<Option<Standing>> {
    let place = crate::post::place(tx, id).await?.map(|(place, _)| place);
    Ok(place.filter(|place| scope.holds(place, 0)).map(|place| Standing { place, confidentiality: 0 }))
}

/// A person of the scope, at the organisation that invited him.
pub async fn account(tx: &mut Tx, scope: &Scope<act::ViewAccount>, id: Id<noun::Account>) -> Result<Option<Standing>> {
    let (tenant, own) = (tx.tenant().0, tx.who() == id);
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level FROM account a JOIN org o ON o.tenant_id = a.tenant_id AND o.id = a.home_org
          WHERE a.tenant_id = $1 AND a.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    let found = row.map(|row| standing(row.id, row.path, row.level, 0));
    Ok(found.filter(|found| own || scope.holds(&found.place, 0)))
}

/// A post of the scope, or one's own.
pub async fn post(tx: &mut Tx, scope: &Scope<act::ViewPost>, id: Id<noun::Post>) -> Result<Option<Standing>> {
    let (tenant, who) = (tx.tenant().0, tx.who());
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level, p.account_id FROM post p JOIN org o ON o.tenant_id = p.tenant_id AND o.id = p.org_id
          WHERE p.tenant_id = $1 AND p.id = $2",
        tenant,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let own = Id::of(row.account_id) == who;
    Ok(Some(standing(row.id, row.path, row.level, 0)).filter(|found| own || scope.holds(&found.place, 0)))
}

/// A record that is one's organisation's own, in its newest version.
pub async fn record(tx: &mut Tx, scope: &Scope<act::ViewRecord>, id: Id<noun::Record>) -> Result<Option<Standing>> {
    let tenant = tx.tenant().0;
    let orgs: Vec<_> = scope.org_ids().into_iter().map(Id::uuid).collect();
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level, v.confidentiality
           FROM record r
           JOIN record_version v ON v.tenant_id = r.tenant_id AND v.record_id = r.id AND v.version = r.version
           JOIN org o ON o.tenant_id = r.tenant_id AND o.id = r.org_id
          WHERE r.tenant_id = $1 AND r.id = $2 AND r.org_id = ANY ($3)",
        tenant,
        id.uuid(),
        &orgs
    )
    .fetch_optional(tx.connection())
    .await?;
    let found = row.map(|row| standing(row.id, row.path, row.level, row.confidentiality));
    Ok(found.filter(|found| scope.holds(&found.place, found.confidentiality)))
}

/// Where a record that one's organisation has received stands: at its writer. The confidentiality is that of the newest
/// version received.
pub async fn held_record(
    tx: &mut Tx,
    scope: &Scope<act::ViewReceipt>,
    id: Id<noun::Record>,
) -> Result<Option<Standing>> {
    let tenant = tx.tenant().0;
    let orgs: Vec<_> = scope.org_ids().into_iter().map(Id::uuid).collect();
    let rows = sqlx::query!(
        "SELECT o.id, o.path, o.level, c.confidentiality, h.id AS holder, h.path AS holder_path, h.level AS holder_level
           FROM receipt c
           JOIN org o ON o.tenant_id = c.tenant_id AND o.id = c.origin_id
           JOIN org h ON h.tenant_id = c.tenant_id AND h.id = c.org_id
          WHERE c.tenant_id = $1 AND c.record_id = $2 AND c.org_id = ANY ($3) AND c.state <> 'withdrawn'
          ORDER BY c.round DESC LIMIT 50",
        tenant,
        id.uuid(),
        &orgs
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().find_map(|row| {
        let holder = standing(row.holder, row.holder_path, row.holder_level, row.confidentiality);
        let visible = scope.holds(&holder.place, holder.confidentiality);
        visible.then(|| standing(row.id, row.path, row.level, row.confidentiality))
    }))
}

/// A receipt of the scope.
pub async fn receipt(tx: &mut Tx, scope: &Scope<act::ViewReceipt>, id: ReceiptId) -> Result<Option<Standing>> {
    let tenant = tx.tenant().0;
    let orgs: Vec<_> = scope.org_ids().into_iter().map(Id::uuid).collect();
    let row = sqlx::query!(
        "SELECT o.id, o.path, o.level, c.confidentiality
           FROM receipt c JOIN org o ON o.tenant_id = c.tenant_id AND o.id = c.org_id
          WHERE c.tenant_id = $1 AND c.org_id = $2 AND c.no = $3 AND c.org_id = ANY ($4) AND c.state <> 'withdrawn'",
        tenant,
        id.org.uuid(),
        id.no.0,
        &orgs
    )
    .fetch_optional(tx.connection())
    .await?;
    let found = row.map(|row| standing(row.id, row.path, row.level, row.confidentiality));
    Ok(found.filter(|found| scope.holds(&found.place, found.confidentiality)))
}

/// The state of a record of one's own; none where it is not.
pub async fn record_state(tx: &mut Tx, id: Id<noun::Record>) -> Result<Option<RecordState>> {
    let tenant = tx.tenant().0;
    let state = sqlx::query_scalar!("SELECT state FROM record WHERE tenant_id = $1 AND id = $2", tenant, id.uuid())
        .fetch_optional(tx.connection())
        .await?;
    Ok(state.and_then(|state| RecordState::parse(&state)))
}

/// The state of a receipt, and who wrote and who sent what it proves.
pub async fn receipt_state(tx: &mut Tx, id: ReceiptId) -> Result<Option<(ReceiptState, Vec<Id<noun::Account>>)>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        r#"SELECT q.state, s.submitted_by AS "submitted_by?", v.author AS "author?" FROM receipt q
             LEFT JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
             LEFT JOIN record_version v ON v.tenant_id = q.tenant_id AND v.record_id = q.record_id AND v.version = q.version AND v.submitted
            WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no = $3"#,
        tenant,
        id.org.uuid(),
        id.no.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.and_then(|row| {
        let hands = [row.submitted_by, row.author].into_iter().flatten().map(Id::of).collect();
        Some((ReceiptState::parse(&row.state)?, hands))
    }))
}

/// Names of organisations; everybody in the tenant may know them.
pub async fn org_names(tx: &mut Tx, ids: &[Id<noun::Org>]) -> Result<HashMap<Id<noun::Org>, String>> {
    let tenant = tx.tenant().0;
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!("SELECT id, name FROM org WHERE tenant_id = $1 AND id = ANY ($2)", tenant, &ids)
        .fetch_all(tx.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (Id::of(row.id), row.name)).collect())
}
