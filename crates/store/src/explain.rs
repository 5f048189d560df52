//! What an explanation is about: where objects stand, as far as the asker may know of them at all.

use std::collections::HashMap;

use authz::{Scope, act};
use domain::{
    Id,
    id::{ReceiptId, noun},
    org::Place,
    record::RecordState,
    record_type::TypeCode,
    submission::{ReceiptState, Submission, SubmissionState},
    tenant::Level,
};

use crate::{Error, Result, Tx};

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

/// A record as an explanation takes it: where it stands, and what its state allows. Nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFacts {
    /// Where it stands.
    pub standing: Standing,
    /// Is that organisation still at work?
    pub org_active: bool,
    /// Of which type.
    pub of_type: TypeCode,
    /// Its state.
    pub state: RecordState,
    /// Who wrote the newest version.
    pub author: Id<noun::Account>,
    /// Was that version sent?
    pub submitted: bool,
    /// The newest submission; none: never sent.
    pub sent: Option<Submission>,
}

/// A receipt as an explanation takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// At which organisation it is held.
    pub standing: Standing,
    /// Its state.
    pub state: ReceiptState,
    /// The submission that it proves.
    pub sent: Submission,
}

/// The facts of a record: the database gives those of all to the security administrator, to others those of their own and of what they
/// have received.
pub async fn record_facts(tx: &mut Tx, id: Id<noun::Record>) -> Result<Option<RecordFacts>> {
    let row = sqlx::query!(
        r#"SELECT org_id AS "org_id!", path AS "path!", level AS "level!", org_active AS "org_active!", type AS "of_type!", state AS "state!",
                  confidentiality AS "confidentiality!", author AS "author!", submitted AS "submitted!",
                  round, sent_state, route, "position", submitted_by, approved_by
             FROM sec.explain_record($1)"#,
        id.uuid()
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let sent = match (row.round, row.sent_state, row.submitted_by) {
        (Some(round), Some(state), Some(by)) => {
            let position = usize::try_from(row.position.unwrap_or(0)).unwrap_or(0);
            // Who wrote what was sent matters to a decision alone, which is asked of its receipt.
            let hands = (Id::of(by), Id::of(row.author), row.approved_by.map(Id::of));
            Some(submission((id, round), &state, row.route.unwrap_or_default(), position, hands)?)
        }
        _ => None,
    };
    Ok(Some(RecordFacts {
        standing: standing(row.org_id, row.path, row.level, row.confidentiality),
        org_active: row.org_active,
        of_type: TypeCode::parse(&row.of_type).ok_or_else(|| Error::Stored(format!("type {}", row.of_type)))?,
        state: RecordState::parse(&row.state).ok_or_else(|| Error::Stored(format!("state {}", row.state)))?,
        author: Id::of(row.author),
        submitted: row.submitted,
        sent,
    }))
}

/// The facts of a receipt: of any for the security administrator, of those of their organisations for others.
pub async fn receipt_facts(tx: &mut Tx, id: ReceiptId) -> Result<Option<ReceiptFacts>> {
    let row = sqlx::query!(
        r#"SELECT path AS "path!", level AS "level!", confidentiality AS "confidentiality!", state AS "state!", record_id AS "record_id!",
                  round AS "round!", sent_state AS "sent_state!", route AS "route!", "position" AS "position!",
                  submitted_by AS "submitted_by!", author AS "author!", decided_by
             FROM sec.explain_receipt($1, $2)"#,
        id.org.uuid(),
        id.no.0
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let position = usize::try_from(row.position).unwrap_or(0);
    // Whoever approved last is known where this receipt is the one before the pending one.
    let last = position.checked_sub(2).and_then(|at| row.route.get(at)) == Some(&id.org.uuid());
    let approved = row.decided_by.filter(|_| last).map(Id::of);
    let hands = (Id::of(row.submitted_by), Id::of(row.author), approved);
    Ok(Some(ReceiptFacts {
        standing: standing(id.org.uuid(), row.path, row.level, row.confidentiality),
        state: ReceiptState::parse(&row.state).ok_or_else(|| Error::Stored(format!("state {}", row.state)))?,
        sent: submission((Id::of(row.record_id), row.round), &row.sent_state, row.route, position, hands)?,
    }))
}

type Hands = (Id<noun::Account>, Id<noun::Account>, Option<Id<noun::Account>>);

fn submission(
    (record, round): (Id<noun::Record>, i32),
    state: &str,
    route: Vec<uuid::Uuid>,
    position: usize,
    (submitted_by, author, approved_by): Hands,
) -> Result<Submission> {
    let state = SubmissionState::parse(state).ok_or_else(|| Error::Stored(format!("state of a submission {state}")))?;
    let route = route.into_iter().map(Id::of).collect();
    Ok(Submission { record, round, state, chain: Vec::new(), route, position, submitted_by, author, approved_by })
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
