//! The submissions behind a number: those of the organisation itself, then those that it has received. Both are read
//! backwards by month: the one is a range of `submission_own`, the other one of `receipt_drill` for each type.

use authz::{Permit, Scope, act};
use domain::{
    Id,
    calendar::Months,
    id::{ReceiptId, ReceiptNo, noun},
    submission::SubmissionState,
};
use serde::{Deserialize, Serialize};

use crate::{Result, Tx, record::ceiling};

/// So many are counted at the most, own and received each.
pub const MOST: i32 = 10_000;

/// A confidentiality below all.
const NOTHING: i16 = -1;

/// What a number is drilled to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Which months.
    pub months: Months,
    /// The type, or `*`.
    pub of_type: String,
    /// State of the submissions.
    pub state: SubmissionState,
    /// Only what came through this child; the organisation itself: only its own.
    pub child: Option<Id<noun::Org>>,
}

/// How far somebody sees behind the numbers of one organisation: up to which confidentiality, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    org: Id<noun::Org>,
    own: Option<i16>,
    received: Option<i16>,
}

impl Reach {
    /// What the actor may open at `org`: its own records, and those that it has received.
    pub fn at(org: Id<noun::Org>, records: &Scope<act::ViewRecord>, receipts: &Scope<act::ViewReceipt>) -> Self {
        Self { org, own: ceiling(records, org), received: ceiling(receipts, org) }
    }
}

/// Where a page goes on: after an own submission, or after a received one. Own ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Month, record and round: the newest month first.
    Own(i32, Id<noun::Record>, i32),
    /// Month, and number at the organisation: the newest month first.
    Received(i32, ReceiptNo),
}

/// A submission behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it stands in the list.
    pub place: Place,
    /// Its record.
    pub record: Id<noun::Record>,
    /// Its round.
    pub round: i32,
    /// Who wrote it.
    pub origin: Id<noun::Org>,
    /// Its primary type.
    pub of_type: String,
    /// Month of the activity, yyyymm.
    pub month: i32,
    /// Title of the version that was sent.
    pub title: String,
    /// The receipt through which it is read; none for an own one.
    pub receipt: Option<ReceiptId>,
}

/// The organisation's own submissions, the newest month first.
pub async fn own(
    tx: &mut Tx,
    reach: Reach,
    of: &Drill,
    after: Option<(i32, Id<noun::Record>, i32)>,
    limit: u32,
) -> Result<Vec<Line>> {
    let Some(ceiling) = reach.own.filter(|_| of.child.is_none_or(|child| child == reach.org)) else {
        return Ok(Vec::new());
    };
    let tenant = tx.tenant().0;
    let (month, record, round) = after.unwrap_or((i32::MAX, Id::of(uuid::Uuid::max()), i32::MAX));
    let rows = sqlx::query!(
        "SELECT s.record_id, s.round, s.type AS of_type, s.month, v.title
           FROM submission s
           JOIN record_version v ON v.tenant_id = s.tenant_id AND v.record_id = s.record_id AND v.version = s.version
          WHERE s.tenant_id = $1 AND s.org_id = $2 AND s.month BETWEEN $3 AND $4 AND s.state = $5
            AND ($6 = '*' OR s.type = $6 OR $6 = ANY (s.tags)) AND v.confidentiality <= $7
            AND (s.month, s.record_id, s.round) < ($8, $9, $10)
          ORDER BY s.month DESC, s.record_id DESC, s.round DESC LIMIT $11",
        tenant,
        reach.org.uuid(),
        of.months.from().number(),
        of.months.to().number(),
        of.state.as_str(),
        of.of_type,
        ceiling,
        month,
        record.uuid(),
        round,
        i64::from(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            place: Place::Own(row.month, Id::of(row.record_id), row.round),
            record: Id::of(row.record_id),
            round: row.round,
            origin: reach.org,
            of_type: row.of_type,
            month: row.month,
            title: row.title,
            receipt: None,
        })
        .collect())
}

/// What the organisation has received, the newest month first, without what is its own and listed as such.
pub async fn received(
    tx: &mut Tx,
    reach: Reach,
    of: &Drill,
    after: Option<(i32, ReceiptNo)>,
    limit: u32,
) -> Result<Vec<Line>> {
    let Some(ceiling) = reach.received else { return Ok(Vec::new()) };
    let (month, no) = after.unwrap_or((i32::MAX, ReceiptNo(i64::MAX)));
    let rows = sqlx::query!(
        r#"SELECT month AS "month!", no AS "no!", record_id AS "record_id!", round AS "round!", origin_id AS "origin_id!",
                  type AS "of_type!", title AS "title!"
             FROM sec.drill($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#,
        reach.org.uuid(),
        of.months.from().number(),
        of.months.to().number(),
        of.of_type,
        of.state.as_str(),
        of.child.map(Id::uuid),
        ceiling,
        reach.own.unwrap_or(NOTHING),
        month,
        no.0,
        i32::try_from(limit).unwrap_or(i32::MAX)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            place: Place::Received(row.month, ReceiptNo(row.no)),
            record: Id::of(row.record_id),
            round: row.round,
            origin: Id::of(row.origin_id),
            of_type: row.of_type,
            month: row.month,
            title: row.title,
            receipt: Some(ReceiptId { org: reach.org, no: ReceiptNo(row.no) }),
        })
        .collect())
}

/// A number, and how much of it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The number itself, as the figures give it.
    pub total: i64,
    /// Own submissions listed; [`MOST`] at the most.
    pub own: i64,
    /// Received ones listed; [`MOST`] at the most.
    pub received: i64,
}

/// The number, and the lengths of [`own`] and [`received`]: one statement, one snapshot.
pub async fn numbers(tx: &mut Tx, may: &Permit<act::ViewFigure>, reach: Reach, of: &Drill) -> Result<Numbers> {
    let tenant = tx.tenant().0;
    let row = sqlx::query_file!(
        "sql/figure_numbers.sql",
        tenant,
        may.of().uuid(),
        &of.months.cells(),
        &of.months.each(),
        of.of_type,
        of.child.is_some(),
        of.state.as_str(),
        of.child.filter(|child| child != may.of()).map(Id::uuid),
        of.months.from().number(),
        of.months.to().number(),
        reach.own.filter(|_| of.child.is_none_or(|child| child == reach.org)).unwrap_or(NOTHING),
        of.child.map(Id::uuid),
        reach.received.unwrap_or(NOTHING),
        MOST
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Numbers { total: row.total, own: row.own, received: row.received })
}
