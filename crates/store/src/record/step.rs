//! The upward step of one's own record: through `sec.submit`, `sec.recall`, `sec.discard`, which alone may write it.

use authz::{Act, Permit, act};
use domain::{
    Id,
    id::{ReceiptId, ReceiptNo, noun},
    measure::Measures,
    org::{OrgKind, Place},
    submission::{Routed, Stop, Submission, SubmissionState},
    tenant::Level,
};

use super::Record;
use crate::{Error, Result, Tx};

/// What a submission came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// The new round.
    pub round: i32,
    /// in review, or final with an empty route.
    pub state: SubmissionState,
    /// The proof.
    pub receipt: ReceiptId,
}

/// What a recall came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recalled {
    /// The round.
    pub round: i32,
    /// withdrawn, or in review at a lower level.
    pub state: SubmissionState,
    /// The new receipt of the organisation whose approval was recalled.
    pub receipt: Option<ReceiptId>,
}

/// A draft was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Discarded;

fn state(text: &str) -> Result<SubmissionState> {
    SubmissionState::parse(text).ok_or_else(|| Error::Stored(format!("state of a submission {text}")))
}

/// The chain of an organisation, itself first, as the tree is now.
pub async fn chain(tx: &mut Tx, org: Id<noun::Org>) -> Result<Vec<Stop>> {
    let tenant = tx.tenant().0;
    let rows = sqlx::query!(
        r#"WITH RECURSIVE up AS (
             SELECT o.id, o.parent_id, o.path, o.level, o.kind, 1 AS n FROM org o WHERE o.tenant_id = $1 AND o.id = $2
             UNION ALL
             SELECT o.id, o.parent_id, o.path, o.level, o.kind, up.n + 1 FROM up JOIN org o ON o.tenant_id = $1 AND o.id = up.parent_id)
           SELECT id AS "id!", path AS "path!", level AS "level!", kind AS "kind!" FROM up ORDER BY n"#,
        tenant,
        org.uuid()
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Stop {
                place: Place { org: Id::of(row.id), path: row.path, level: Level(row.level) },
                kind: OrgKind::parse(&row.kind).ok_or_else(|| Error::Stored(format!("kind {}", row.kind)))?,
            })
        })
        .collect()
}

/// Sends the newest version as a new round.
pub async fn submit(
    tx: &mut Tx,
    may: Permit<act::SubmitRecord>,
    record: &Record,
    hash: [u8; 32],
    routed: &Routed,
    measures: &Measures,
    origin: Option<&str>,
) -> Result<Submitted> {
    let at = tx.at();
    let route: Vec<_> = routed.stops.iter().map(|org| org.uuid()).collect();
    let skipped = serde_json::json!(routed.skipped.iter().map(|level| level.0).collect::<Vec<_>>());
    let month = domain::calendar::Month::of(record.writing.occurred_on).number();
    let row = sqlx::query!(
        r#"SELECT round AS "round!", receipt_org AS "receipt_org!", receipt_no AS "receipt_no!", state AS "state!"
             FROM sec.submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
        may.of().uuid(),
        record.head.rev,
        record.head.version,
        hash.as_slice(),
        &route,
        skipped,
        month,
        measures.0.as_slice(),
        at,
        origin
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Submitted {
        round: row.round,
        state: state(&row.state)?,
        receipt: ReceiptId { org: Id::of(row.receipt_org), no: ReceiptNo(row.receipt_no) },
    })
}

/// The newest submission of a record, as far as a decision needs it. None: never sent.
pub async fn submission(tx: &mut Tx, record: Id<noun::Record>, round: i32) -> Result<Option<Submission>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        r#"SELECT s.state, s.chain, s.route, s.position, s.submitted_by, v.author,
                  (SELECT q.decided_by FROM receipt q
                    WHERE q.tenant_id = s.tenant_id AND q.record_id = s.record_id AND q.round = s.round AND q.state = 'approved'
                      AND q.org_id = s.route[s.position - 1]) AS approved_by
             FROM submission s
             JOIN record_version v ON v.tenant_id = s.tenant_id AND v.record_id = s.record_id AND v.version = s.version
            WHERE s.tenant_id = $1 AND s.record_id = $2 AND s.round = $3"#,
        tenant,
        record.uuid(),
        round
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| {
        Ok(Submission {
            record,
            round,
            state: state(&row.state)?,
            chain: row.chain.into_iter().map(Id::of).collect(),
            route: row.route.into_iter().map(Id::of).collect(),
            position: usize::try_from(row.position).unwrap_or(0),
            submitted_by: Id::of(row.submitted_by),
            author: Id::of(row.author),
            approved_by: row.approved_by.map(Id::of),
        })
    })
    .transpose()
}

/// Takes a submission or an approval back.
pub async fn recall<A: Act>(
    tx: &mut Tx,
    _may: Permit<A>,
    record: Id<noun::Record>,
    origin: Option<&str>,
) -> Result<Recalled> {
    let at = tx.at();
    let row = sqlx::query!(
        r#"SELECT round AS "round!", state AS "state!", receipt_org, receipt_no FROM sec.recall($1, $2, $3)"#,
        record.uuid(),
        at,
        origin
    )
    .fetch_one(tx.connection())
    .await?;
    let receipt =
        row.receipt_org.zip(row.receipt_no).map(|(org, no)| ReceiptId { org: Id::of(org), no: ReceiptNo(no) });
    Ok(Recalled { round: row.round, state: state(&row.state)?, receipt })
}

/// Puts a draft aside that was never sent.
pub async fn discard(
    tx: &mut Tx,
    may: Permit<act::DiscardRecord>,
    rev: i32,
    origin: Option<&str>,
) -> Result<Discarded> {
    let at = tx.at();
    sqlx::query!("SELECT sec.discard($1, $2, $3, $4)", may.of().uuid(), rev, at, origin)
        .execute(tx.connection())
        .await?;
    Ok(Discarded)
}

/// Has the organisation another record of this type and day under review or final?
pub async fn reported_before(tx: &mut Tx, record: &super::Record) -> Result<bool> {
    let tenant = tx.tenant().0;
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM submission s
               JOIN record_version v ON v.tenant_id = s.tenant_id AND v.record_id = s.record_id AND v.version = s.version
              WHERE s.tenant_id = $1 AND s.org_id = $2 AND s.month = $3 AND s.type = $4 AND s.state IN ('in_review', 'final')
                AND s.record_id <> $5 AND v.occurred_on = $6) AS "found!""#,
        tenant,
        record.head.org.uuid(),
        domain::calendar::Month::of(record.writing.occurred_on).number(),
        record.head.of_type.as_str(),
        record.head.id.uuid(),
        record.writing.occurred_on
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(found)
}
