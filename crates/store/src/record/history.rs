//! What became of a record: its timeline, its rounds, and where each has been received.

use chrono::{DateTime, Utc};
use domain::{
    Id,
    id::{ReceiptId, ReceiptNo, noun},
    submission::{ReceiptState, Remarks, SubmissionState},
    tenant::Level,
};

use crate::{Error, Result, Tx};

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Number within the record.
    pub seq: i32,
    /// Round; none while drafting.
    pub round: Option<i32>,
    /// Version that it was about.
    pub version: i32,
    /// created, submitted, approved …
    pub step: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub who: Id<noun::Account>,
    /// Where it was taken.
    pub at_org: Id<noun::Org>,
    /// Remarks, where it was a decision.
    pub remarks: Option<Remarks>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundRow {
    /// Its number.
    pub round: i32,
    /// The version that was sent.
    pub version: i32,
    /// SHA-256 of its canonical content.
    pub hash: Vec<u8>,
    /// Where it stands.
    pub state: SubmissionState,
    /// Who receives, in order.
    pub route: Vec<Id<noun::Org>>,
    /// 1-based position on the route.
    pub position: i16,
    /// Levels that did not exist.
    pub skipped: Vec<Level>,
    /// Who sent it.
    pub submitted_by: Id<noun::Account>,
    /// When.
    pub submitted_at: DateTime<Utc>,
    /// The proofs, in the order of time.
    pub receipts: Vec<ReceiptRow>,
}

/// A proof, as the record's own organisation sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Which.
    pub id: ReceiptId,
    /// Where it stands.
    pub state: ReceiptState,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// What was said.
    pub remarks: Option<Remarks>,
}

fn remarks(json: Option<serde_json::Value>) -> Option<Remarks> {
    json.and_then(|json| serde_json::from_value(json).ok())
}

/// The timeline, oldest first, as far as row security lets the reader see it: the own organisation all, a holder the rounds
/// that it has received. `rounds` narrows it to those of the receipt, so that the first wall holds alone as well.
pub async fn history(tx: &mut Tx, record: Id<noun::Record>, rounds: Option<i32>) -> Result<Vec<EventRow>> {
    let tenant = tx.tenant().0;
    let rows = sqlx::query!(
        "SELECT seq, round, version, step, at, who, at_org, detail FROM event
          WHERE tenant_id = $1 AND record_id = $2 AND ($3::int IS NULL OR round = $3) ORDER BY seq LIMIT 1000",
        tenant,
        record.uuid(),
        rounds
    )
    .fetch_all(tx.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| EventRow {
            seq: row.seq,
            round: row.round,
            version: row.version,
            remarks: matches!(row.step.as_str(), "approved" | "returned").then(|| remarks(Some(row.detail))).flatten(),
            step: row.step,
            at: row.at,
            who: Id::of(row.who),
            at_org: Id::of(row.at_org),
        })
        .collect())
}

/// The rounds of an own record with their receipts, newest first: one statement.
pub async fn rounds(tx: &mut Tx, record: Id<noun::Record>) -> Result<Vec<RoundRow>> {
    let tenant = tx.tenant().0;
    let rows = sqlx::query!(
        r#"SELECT s.round, s.version, s.hash, s.state, s.route, s.position, s.skipped, s.submitted_by, s.submitted_at,
                  q.org_id AS "org_id?", q.no AS "no?", q.state AS "receipt_state?", q.received_at AS "received_at?", q.decided_at, q.decision
             FROM submission s
             LEFT JOIN receipt q ON q.tenant_id = s.tenant_id AND q.record_id = s.record_id AND q.round = s.round
            WHERE s.tenant_id = $1 AND s.record_id = $2 ORDER BY s.round DESC, q.received_at, q.no"#,
        tenant,
        record.uuid()
    )
    .fetch_all(tx.connection())
    .await?;
    let mut rounds: Vec<RoundRow> = Vec::new();
    for row in rows {
        let receipt = match (row.org_id, row.no, row.receipt_state, row.received_at) {
            (Some(org), Some(no), Some(state), Some(received_at)) => Some(ReceiptRow {
                id: ReceiptId { org: Id::of(org), no: ReceiptNo(no) },
                state: ReceiptState::parse(&state).ok_or_else(|| Error::Stored("state of a receipt".to_owned()))?,
                received_at,
                decided_at: row.decided_at,
                remarks: remarks(row.decision),
            }),
            _ => None,
        };
        if rounds.last().is_none_or(|last| last.round != row.round) {
            let skipped: Vec<i16> = serde_json::from_value(row.skipped).unwrap_or_default();
            rounds.push(RoundRow {
                round: row.round,
                version: row.version,
                hash: row.hash,
                state: SubmissionState::parse(&row.state)
                    .ok_or_else(|| Error::Stored("state of a submission".to_owned()))?,
                route: row.route.into_iter().map(Id::of).collect(),
                position: row.position,
                skipped: skipped.into_iter().map(Level).collect(),
                submitted_by: Id::of(row.submitted_by),
                submitted_at: row.submitted_at,
                receipts: Vec::new(),
            });
        }
        if let (Some(receipt), Some(last)) = (receipt, rounds.last_mut()) {
            last.receipts.push(receipt);
        }
    }
    Ok(rounds)
}
