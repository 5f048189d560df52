//! What own records and received ones have in common: rounds, receipts, timeline, remarks.

use app::record::{EventRow, ReceiptRow, RoundRow};
use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    id::ReceiptId,
    submission::{ReceiptState, Remarks, ReturnReason, SubmissionState},
};

use crate::{account::Account, id::show, org::Org, request::Answer};

/// The one state of a submission; figures count by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "SubmissionState")]
pub enum SubmissionStateKind {
    /// Pending at a level of its route. 审核中
    InReview,
    /// Came back. 已退回
    Returned,
    /// Taken back. 已撤回
    Withdrawn,
    /// Approved to the end. 已通过
    Final,
}

/// State of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ReceiptState")]
pub enum ReceiptStateKind {
    /// Waits for a decision. 待审核
    Pending,
    /// Approved here. 已通过
    Approved,
    /// Returned here. 已退回
    Returned,
    /// Withdrawn from below; shows nothing. 已撤回
    Withdrawn,
    /// The approval was recalled; a new receipt took its place. 已撤销审核
    Recalled,
}

/// Why something is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[graphql(remote = "ReturnReason")]
pub enum ReturnReasonKind {
    /// 材料不全
    Incomplete,
    /// 内容有误
    Content,
    /// 格式不规范
    Form,
    /// 程序不符合规定
    Procedure,
    /// 重复上报
    Duplicate,
    /// 类型或单位有误
    Misplaced,
    /// 其他; the note says what
    Other,
}

/// A remark at one field.
#[derive(Debug, Clone, SimpleObject)]
pub struct FieldComment {
    /// JSON pointer into the content, or /title and the like.
    path: String,
    /// The remark.
    text: String,
}

/// What was said with a decision.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Remarks")]
pub struct RemarksNode {
    /// Reason codes.
    reasons: Vec<ReturnReasonKind>,
    /// Comments at fields.
    comments: Vec<FieldComment>,
    /// In words.
    note: Option<String>,
}

impl From<Remarks> for RemarksNode {
    fn from(remarks: Remarks) -> Self {
        Self {
            reasons: remarks.reasons.into_iter().map(ReturnReasonKind::from).collect(),
            comments: remarks
                .comments
                .into_iter()
                .map(|comment| FieldComment { path: comment.path, text: comment.text })
                .collect(),
            note: remarks.note,
        }
    }
}

/// A proof by number: who received, under which number there.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct ReceiptRef {
    /// Its id.
    id: ID,
    /// Gapless number at the receiving organisation.
    no: i64,
    #[graphql(skip)]
    of: ReceiptId,
}

impl From<ReceiptId> for ReceiptRef {
    fn from(of: ReceiptId) -> Self {
        Self { id: show(of), no: of.no.0, of }
    }
}

#[ComplexObject]
impl ReceiptRef {
    /// Who received.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.of.org).await)
    }
}

/// Where a round was received, as its branch sees it.
#[derive(Debug, Clone, SimpleObject)]
pub struct RoundReceipt {
    /// Which.
    receipt: ReceiptRef,
    /// Where it stands there.
    state: ReceiptStateKind,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
    /// What was said.
    remarks: Option<RemarksNode>,
}

impl From<ReceiptRow> for RoundReceipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            receipt: row.id.into(),
            state: row.state.into(),
            received_at: row.received_at,
            decided_at: row.decided_at,
            remarks: row.remarks.map(RemarksNode::from),
        }
    }
}

/// One submission of a record.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Round {
    /// Its number.
    #[graphql(name = "round")]
    number: i32,
    /// Version of the record that was sent.
    version: i32,
    /// SHA-256 of the canonical content (RFC 8785), in hex.
    hash: String,
    /// Where it stands.
    state: SubmissionStateKind,
    /// 1-based position on the route; 0 with an empty one.
    position: i32,
    /// Levels that the type asks for and that do not exist above the organisation.
    skipped_levels: Vec<i32>,
    /// When it was sent.
    submitted_at: DateTime<Utc>,
    /// The proofs, in the order of time.
    receipts: Vec<RoundReceipt>,
    #[graphql(skip)]
    row: RoundRow,
}

impl From<RoundRow> for Round {
    fn from(row: RoundRow) -> Self {
        Self {
            number: row.round,
            version: row.version,
            hash: hex::encode(&row.hash),
            state: row.state.into(),
            position: i32::from(row.position),
            skipped_levels: row.skipped.iter().map(|level| i32::from(level.0)).collect(),
            submitted_at: row.submitted_at,
            receipts: row.receipts.iter().cloned().map(RoundReceipt::from).collect(),
            row,
        }
    }
}

#[ComplexObject]
impl Round {
    /// Who receives it, in order.
    async fn route(&self, ctx: &Context<'_>) -> Answer<Vec<Org>> {
        Some(crate::org::load_many(ctx, &self.row.route).await)
    }

    /// Who sent it.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.row.submitted_by).await)
    }
}

/// What happened to a record.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct TimelineEvent {
    /// Number within the record.
    seq: i32,
    /// Round; none while drafting.
    round: Option<i32>,
    /// Version that it was about.
    version: i32,
    /// created, asked, submitted, approved, returned, recalled, final, discarded.
    step: String,
    /// When.
    at: DateTime<Utc>,
    /// What was said.
    remarks: Option<RemarksNode>,
    #[graphql(skip)]
    who: domain::Id<domain::id::noun::Account>,
    #[graphql(skip)]
    at_org: domain::Id<domain::id::noun::Org>,
}

impl From<EventRow> for TimelineEvent {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            round: row.round,
            version: row.version,
            step: row.step,
            at: row.at,
            remarks: row.remarks.map(RemarksNode::from),
            who: row.who,
            at_org: row.at_org,
        }
    }
}

#[ComplexObject]
impl TimelineEvent {
    /// Who took the step.
    async fn who(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.who).await)
    }

    /// At which organisation it was taken.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.at_org).await)
    }
}
