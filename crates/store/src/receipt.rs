//! What an organisation has received: the queue, the inbox, everything held. The number is the keyset of every list.

use authz::{Act, Permit, Scope, Sealed, act};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    Id,
    id::{ReceiptId, ReceiptNo, noun},
    org::Place,
    record::Writing,
    record_type::TypeCode,
    submission::{ReceiptState, Remarks, Submission, SubmissionState, Verdict},
    tenant::Level,
};

use crate::{
    Error, Result, Tx,
    record::{both, ceiling, code, codes},
};

/// A receipt without content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub id: ReceiptId,
    /// The record.
    pub record: Id<noun::Record>,
    /// Its round.
    pub round: i32,
    /// Who wrote it.
    pub origin: Id<noun::Org>,
    /// Type.
    pub of_type: TypeCode,
    /// Month of the activity, yyyymm.
    pub month: i32,
    /// Title; none once withdrawn.
    pub title: Option<String>,
    /// SHA-256 of the canonical content.
    pub hash: Vec<u8>,
    /// Where it stands here.
    pub state: ReceiptState,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// By whom.
    pub decided_by: Option<Id<noun::Account>>,
    /// What was said.
    pub remarks: Option<Remarks>,
}

/// A receipt with the version that it proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The receipt.
    pub line: Line,
    /// Version of the record.
    pub version: i32,
    /// Version of the type.
    pub type_version: i32,
    /// What was received; none once withdrawn.
    pub writing: Option<Writing>,
    /// Who sent it.
    pub submitted_by: Id<noun::Account>,
}

/// Which receipts of an organisation a list asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Everything held, the newest first.
    Held,
    /// Waiting for a decision, the oldest first.
    Pending,
    /// Waiting since before this instant, the oldest first.
    Overdue(DateTime<Utc>),
}

struct LineRow {
    no: i64,
    record_id: uuid::Uuid,
    round: i32,
    origin_id: uuid::Uuid,
    of_type: String,
    month: i32,
    title: Option<String>,
    hash: Vec<u8>,
    state: String,
    received_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<uuid::Uuid>,
    decision: Option<serde_json::Value>,
}

impl LineRow {
    fn line(self, org: Id<noun::Org>) -> Result<Line> {
        Ok(Line {
            id: ReceiptId { org, no: ReceiptNo(self.no) },
            record: Id::of(self.record_id),
            round: self.round,
            origin: Id::of(self.origin_id),
            of_type: code(&self.of_type)?,
            month: self.month,
            title: self.title,
            hash: self.hash,
            state: ReceiptState::parse(&self.state).ok_or_else(|| Error::Stored("state of a receipt".to_owned()))?,
            received_at: self.received_at,
            decided_at: self.decided_at,
            decided_by: self.decided_by.map(Id::of),
            remarks: self.decision.and_then(|json| serde_json::from_value(json).ok()),
        })
    }
}

/// Finds a receipt and shows nothing of it.
pub async fn locate(tx: &mut Tx, id: ReceiptId) -> Result<Option<Sealed<ReceiptId>>> {
    let tenant = tx.tenant().0;
    let row = sqlx::query!(
        "SELECT o.path, o.level, q.confidentiality FROM receipt q
           JOIN org o ON o.tenant_id = q.tenant_id AND o.id = q.org_id
          WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no = $3",
        tenant,
        id.org.uuid(),
        id.no.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(row.map(|row| {
        let place = Place { org: id.org, path: row.path, level: Level(row.level) };
        Sealed::at(id, place, u8::try_from(row.confidentiality).unwrap_or(u8::MAX))
    }))
}

/// Reads a receipt with the version that it proves; a withdrawn one shows nothing.
pub async fn fetch<A: Act<Of = ReceiptId>>(tx: &mut Tx, may: &Permit<A>) -> Result<Receipt> {
    let (tenant, id) = (tx.tenant().0, *may.of());
    let row = sqlx::query!(
        r#"SELECT q.record_id, q.round, q.version, q.hash, q.origin_id, q.type AS of_type, q.month, q.title, q.received_at, q.state,
                  q.decided_at, q.decided_by, q.decision, s.submitted_by AS "submitted_by?", r.type_version AS "type_version?",
                  v.title AS "v_title?", v.occurred_on AS "occurred_on?", v.tags AS "tags?", v.confidentiality AS "confidentiality?",
                  v.content AS "content?"
             FROM receipt q
             LEFT JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round AND q.state <> 'withdrawn'
             LEFT JOIN record r ON r.tenant_id = q.tenant_id AND r.id = q.record_id
             LEFT JOIN record_version v ON v.tenant_id = q.tenant_id AND v.record_id = q.record_id AND v.version = q.version
                                       AND v.submitted AND q.state <> 'withdrawn'
            WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no = $3"#,
        tenant,
        id.org.uuid(),
        id.no.0
    )
    .fetch_one(tx.connection())
    .await?;
    let writing = match (row.v_title, row.occurred_on, row.tags, row.confidentiality, row.content) {
        (Some(title), Some(occurred_on), Some(tags), Some(confidentiality), Some(content)) => {
            Some(Writing { title, occurred_on, tags: codes(&tags)?, confidentiality, content })
        }
        _ => None,
    };
    let line = LineRow {
        no: id.no.0,
        record_id: row.record_id,
        round: row.round,
        origin_id: row.origin_id,
        of_type: row.of_type,
        month: row.month,
        title: row.title,
        hash: row.hash,
        state: row.state,
        received_at: row.received_at,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        decision: row.decision,
    }
    .line(id.org)?;
    let nobody = Id::of(uuid::Uuid::nil());
    Ok(Receipt {
        version: row.version,
        type_version: row.type_version.unwrap_or(1),
        writing,
        submitted_by: row.submitted_by.map_or(nobody, Id::of),
        line,
    })
}

/// A page of an organisation's receipts: one ordered index range, whatever the size of its subtree.
pub async fn page(
    tx: &mut Tx,
    scope: &Scope<act::ViewReceipt>,
    org: Id<noun::Org>,
    which: Which,
    after: Option<ReceiptNo>,
    limit: u32,
) -> Result<Vec<Line>> {
    let Some(ceiling) = ceiling(scope, org) else { return Ok(Vec::new()) };
    let (tenant, limit) = (tx.tenant().0, i64::from(limit));
    let rows = match which {
        Which::Held => {
            sqlx::query_as!(
                LineRow,
                "SELECT no, record_id, round, origin_id, type AS of_type, month, title, hash, state, received_at, decided_at, decided_by, decision
                   FROM receipt WHERE tenant_id = $1 AND org_id = $2 AND no < $3 AND confidentiality <= $5
                  ORDER BY no DESC LIMIT $4",
                tenant,
                org.uuid(),
                after.map_or(i64::MAX, |no| no.0),
                limit,
                ceiling
            )
            .fetch_all(tx.connection())
            .await?
        }
        Which::Pending | Which::Overdue(_) => {
            let before = if let Which::Overdue(before) = which { before } else { DateTime::<Utc>::MAX_UTC };
            // Receipts come in the order of time, so that overdue ones are a prefix of the queue: behind the first page
            // that is not full of them there are none, and nobody looks.
            sqlx::query_as!(
                LineRow,
                "SELECT no, record_id, round, origin_id, of_type, month, title, hash, state, received_at, decided_at, decided_by, decision
                   FROM (SELECT no, record_id, round, origin_id, type AS of_type, month, title, hash, state, received_at, decided_at, decided_by, decision
                           FROM receipt WHERE tenant_id = $1 AND org_id = $2 AND no > $3 AND state = 'pending' AND confidentiality <= $6
                          ORDER BY no LIMIT $5) AS queue
                  WHERE received_at < $4 ORDER BY no",
                tenant,
                org.uuid(),
                after.map_or(0, |no| no.0),
                before.min(far_future()),
                limit,
                ceiling
            )
            .fetch_all(tx.connection())
            .await?
        }
    };
    rows.into_iter().map(|row| row.line(org)).collect()
}

/// PostgreSQL's time ends before chrono's.
fn far_future() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(9999, 12, 31)
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map_or(DateTime::<Utc>::MIN_UTC, |at| at.and_utc())
}

/// A confidentiality below all.
const NOTHING: i32 = -1;

/// How many things wait for the people of an organisation; capped at 10,000 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Own drafts.
    pub drafts: i64,
    /// Own records that came back.
    pub returned: i64,
    /// Own records under review above.
    pub in_review: i64,
    /// Own drafts that wait for the reader to confirm them.
    pub to_confirm: i64,
    /// Receipts waiting for a decision here.
    pub to_review: i64,
    /// Of these, older than the tenant's limit.
    pub overdue: i64,
    /// Receipts held.
    pub held: i64,
}

/// The counts that stand over the lists: one statement, the same ranges as the lists. None where there are no lists.
pub async fn counts(
    tx: &mut Tx,
    (records, submit, receipts): (&Scope<act::ViewRecord>, &Scope<act::SubmitRecord>, &Scope<act::ViewReceipt>),
    org: Id<noun::Org>,
    overdue_before: DateTime<Utc>,
) -> Result<Option<Counts>> {
    let (own, held) = (ceiling(records, org), ceiling(receipts, org));
    if own.or(held).is_none() {
        return Ok(None);
    }
    let (tenant, confirms) = (tx.tenant().0, both(records, submit, org));
    let counts = sqlx::query_file_as!(
        Counts,
        "sql/counts.sql",
        tenant,
        org.uuid(),
        own.map_or(NOTHING, i32::from),
        held.map_or(NOTHING, i32::from),
        overdue_before,
        confirms.map_or(NOTHING, i32::from),
        submit.who().uuid()
    );
    Ok(Some(counts.fetch_one(tx.connection()).await?))
}

/// What a decision came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The record.
    pub record: Id<noun::Record>,
    /// Its round.
    pub round: i32,
    /// Where the submission stands now.
    pub state: SubmissionState,
    /// The receipt of the next level, if there is one.
    pub next: Option<ReceiptId>,
}

/// Decides a pending receipt; the step itself is written by `sec.decide`.
pub async fn decide<A: Act<Of = ReceiptId>>(
    tx: &mut Tx,
    may: Permit<A>,
    verdict: Verdict,
    remarks: &Remarks,
    origin: Option<&str>,
) -> Result<Decided> {
    let at = tx.at();
    let remarks = serde_json::to_value(remarks).map_err(|error| Error::Stored(error.to_string()))?;
    let row = sqlx::query!(
        r#"SELECT record_id AS "record_id!", round AS "round!", state AS "state!", receipt_org, receipt_no
             FROM sec.decide($1, $2, $3, $4, $5, $6)"#,
        may.of().org.uuid(),
        may.of().no.0,
        verdict.as_str(),
        remarks,
        at,
        origin
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(Decided {
        record: Id::of(row.record_id),
        round: row.round,
        state: SubmissionState::parse(&row.state).ok_or_else(|| Error::Stored("state of a submission".to_owned()))?,
        next: row.receipt_org.zip(row.receipt_no).map(|(org, no)| ReceiptId { org: Id::of(org), no: ReceiptNo(no) }),
    })
}

/// The submission behind a receipt, as far as a decision needs it: one statement.
pub async fn submission<A: Act<Of = ReceiptId>>(tx: &mut Tx, may: &Permit<A>) -> Result<(Submission, ReceiptState)> {
    let (tenant, id) = (tx.tenant().0, *may.of());
    let row = sqlx::query!(
        r#"SELECT q.state AS receipt_state, q.decided_by, q.record_id, q.round, s.state AS "state?", s.chain AS "chain?", s.route AS "route?", s.position AS "position?",
                  s.submitted_by AS "submitted_by?", v.author AS "author?"
             FROM receipt q
             LEFT JOIN submission s ON s.tenant_id = q.tenant_id AND s.record_id = q.record_id AND s.round = q.round
             LEFT JOIN record_version v ON v.tenant_id = q.tenant_id AND v.record_id = q.record_id AND v.version = q.version AND v.submitted
            WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no = $3"#,
        tenant,
        id.org.uuid(),
        id.no.0
    )
    .fetch_one(tx.connection())
    .await?;
    let receipt =
        ReceiptState::parse(&row.receipt_state).ok_or_else(|| Error::Stored("state of a receipt".to_owned()))?;
    let route: Vec<_> = row.route.unwrap_or_default().into_iter().map(Id::of).collect();
    let position = row.position.and_then(|position| usize::try_from(position).ok()).unwrap_or(0);
    // Whoever approved last is known where this receipt is the one before the pending one.
    let last = position.checked_sub(2).and_then(|at| route.get(at)) == Some(&id.org);
    let submission = Submission {
        record: Id::of(row.record_id),
        round: row.round,
        // A withdrawn submission cannot be seen by its former holder.
        state: row.state.as_deref().and_then(SubmissionState::parse).unwrap_or(SubmissionState::Withdrawn),
        chain: row.chain.unwrap_or_default().into_iter().map(Id::of).collect(),
        position,
        submitted_by: row.submitted_by.map_or_else(|| Id::of(uuid::Uuid::nil()), Id::of),
        author: row.author.map_or_else(|| Id::of(uuid::Uuid::nil()), Id::of),
        approved_by: if last { row.decided_by.map(Id::of) } else { None },
        route,
    };
    Ok((submission, receipt))
}

/// The receipt under which the same round waits here now, if it does: after an approval was taken back it has a new number.
pub async fn pending_again<A: Act<Of = ReceiptId>>(tx: &mut Tx, may: &Permit<A>) -> Result<Option<ReceiptNo>> {
    let (tenant, id) = (tx.tenant().0, *may.of());
    let no = sqlx::query_scalar!(
        "SELECT p.no FROM receipt q
           JOIN receipt p ON p.tenant_id = q.tenant_id AND p.org_id = q.org_id AND p.record_id = q.record_id AND p.round = q.round
                         AND p.state = 'pending'
          WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no = $3",
        tenant,
        id.org.uuid(),
        id.no.0
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(no.map(ReceiptNo))
}

/// Type of what a receipt proves, with the version of its form.
pub async fn form<A: Act<Of = ReceiptId>>(tx: &mut Tx, may: &Permit<A>) -> Result<Option<(TypeCode, i32)>> {
    let (tenant, id) = (tx.tenant().0, *may.of());
    let row = sqlx::query!(
        "SELECT q.type AS of_type, r.type_version FROM receipt q
           JOIN record r ON r.tenant_id = q.tenant_id AND r.id = q.record_id
          WHERE q.tenant_id = $1 AND q.org_id = $2 AND q.no = $3",
        tenant,
        id.org.uuid(),
        id.no.0
    )
    .fetch_optional(tx.connection())
    .await?;
    row.map(|row| Ok((code(&row.of_type)?, row.type_version))).transpose()
}
