//! Figures of an organisation's subtree, and the lists behind them.

use authz::{Permit, Scope, act};
use domain::{
    Id,
    calendar::Months,
    id::{ReceiptId, ReceiptNo, noun},
    measure::Measures,
    submission::SubmissionState,
};

use crate::{Error, Result, Tx};

/// "All types", each record once.
pub const ALL_TYPES: &str = "*";

/// What is asked of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which months.
    pub months: Months,
    /// Which types; `*` is all, each record once.
    pub types: Vec<String>,
    /// Broken down by child?
    pub by_child: bool,
    /// Broken down by month?
    pub by_month: bool,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The child; none is the organisation's own (or the total, where not broken down).
    pub child: Option<Id<noun::Org>>,
    /// The type, or `*`.
    pub of_type: String,
    /// The month, yyyymm, where broken down.
    pub month: Option<i32>,
    /// State of the submissions.
    pub state: SubmissionState,
    /// How many.
    pub count: i64,
    /// Their measures.
    pub measures: Measures,
}

/// Reads figures: one statement, one snapshot, exact at its moment.
pub async fn read(tx: &mut Tx, may: &Permit<act::ViewFigure>, question: &Question) -> Result<Vec<Cell>> {
    let cells = if question.by_month { question.months.each() } else { question.months.cells() };
    let months = question.months.each();
    let rows = sqlx::query!(
        r#"SELECT child, type AS "of_type!", month, state AS "state!", n AS "n!", m1 AS "m1!", m2 AS "m2!", m3 AS "m3!", m4 AS "m4!", m5 AS "m5!",
                  m6 AS "m6!", m7 AS "m7!", m8 AS "m8!", m9 AS "m9!", m10 AS "m10!", m11 AS "m11!", m12 AS "m12!"
             FROM sec.figures($1, $2, $3, $4, $5, $6)"#,
        may.of().uuid(),
        &cells,
        &months,
        &question.types,
        question.by_child,
        question.by_month
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Cell {
                child: row.child.map(Id::of),
                of_type: row.of_type,
                month: row.month,
                state: SubmissionState::parse(&row.state)
                    .ok_or_else(|| Error::Stored("state of a submission".to_owned()))?,
                count: row.n,
                measures: Measures([
                    row.m1, row.m2, row.m3, row.m4, row.m5, row.m6, row.m7, row.m8, row.m9, row.m10, row.m11, row.m12,
                ]),
            })
        })
        .collect()
}

/// What a number is drilled to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Which months.
    pub months: Months,
    /// The type, or `*`.
    pub of_type: String,
    /// State of the submissions.
    pub state: SubmissionState,
    /// Only what came through this child.
    pub child: Option<Id<noun::Org>>,
}

/// Receipts behind a number, as far as the organisation holds them, the newest first.
pub async fn drill(
    tx: &mut Tx,
    scope: &Scope<act::ViewReceipt>,
    org: Id<noun::Org>,
    of: &Drill,
    after: Option<ReceiptNo>,
    limit: u32,
) -> Result<Vec<ReceiptId>> {
    if !scope.org_ids().contains(&org) {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant().0;
    let rows = sqlx::query_scalar!(
        "SELECT q.no FROM receipt q
           JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
          WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no < $3 AND q.state NOT IN ('withdrawn','recalled') AND q.month = ANY ($4)
            AND s.state = $5 AND ($6 = '*' OR q.type = $6 OR $6 = ANY (s.tags)) AND ($7::uuid IS NULL OR q.via_id = $7)
          ORDER BY q.no DESC LIMIT $8",
        tenant,
        org.uuid(),
        after.map_or(i64::MAX, |no| no.0),
        &of.months.each(),
        of.state.as_str(),
        of.of_type,
        of.child.map(Id::uuid),
        i64::from(limit)
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows.into_iter().map(|no| ReceiptId { org, no: ReceiptNo(no) }).collect())
}

/// How many of them the organisation holds; capped at 10,000.
pub async fn drill_count(tx: &mut Tx, scope: &Scope<act::ViewReceipt>, org: Id<noun::Org>, of: &Drill) -> Result<i64> {
    if !scope.org_ids().contains(&org) {
        return Ok(0);
    }
    let tenant = tx.tenant().0;
    let counted = sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM (
             SELECT FROM receipt q
               JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
              WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.state NOT IN ('withdrawn','recalled') AND q.month = ANY ($3)
                AND s.state = $4 AND ($5 = '*' OR q.type = $5 OR $5 = ANY (s.tags)) AND ($6::uuid IS NULL OR q.via_id = $6)
              LIMIT 10000) AS some_of_them"#,
        tenant,
        org.uuid(),
        &of.months.each(),
        of.state.as_str(),
        of.of_type,
        of.child.map(Id::uuid)
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(counted)
}
