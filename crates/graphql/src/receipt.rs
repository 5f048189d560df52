//! What a committee has received.

mod mutation;

use app::receipt::{Held, Line, Queue};
use async_graphql::{
    ComplexObject, Context, Enum, ID, Json, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::id::ReceiptNo;

use crate::{
    account::Account,
    file::Attachment,
    flow::{ReceiptStateKind, RemarksNode, TimelineEvent},
    id::{parse, show},
    org::Org,
    page::{Cursor, asked, connection},
    record::Confidentiality,
    request::{Answer, Refuse as _, answer},
};

pub use mutation::ReceiptMutation;

/// Proof that an organisation has received a submission.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Receipt {
    /// Its id.
    id: ID,
    /// Gapless number at the receiving organisation.
    no: i64,
    /// Id of the record; it can be read only through this receipt.
    record_id: ID,
    /// Round of the record.
    round: i32,
    /// Code of the record's type.
    #[graphql(name = "type")]
    of_type: String,
    /// Month of the activity, yyyymm.
    month: i32,
    /// Title; none once withdrawn.
    title: Option<String>,
    /// SHA-256 of the canonical content (RFC 8785), in hex.
    hash: String,
    /// Where it stands here.
    state: ReceiptStateKind,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
    /// What was said.
    remarks: Option<RemarksNode>,
    #[graphql(skip)]
    line: Line,
}

impl From<Line> for Receipt {
    fn from(line: Line) -> Self {
        Self {
            id: show(line.id),
            no: line.id.no.0,
            record_id: show(line.record),
            round: line.round,
            of_type: line.of_type.as_str().to_owned(),
            month: line.month,
            title: line.title.clone(),
            hash: hex::encode(&line.hash),
            state: line.state.into(),
            received_at: line.received_at,
            decided_at: line.decided_at,
            remarks: line.remarks.clone().map(RemarksNode::from),
            line,
        }
    }
}

#[ComplexObject]
impl Receipt {
    /// Who received.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.line.id.org).await)
    }

    /// Who wrote the record.
    async fn origin(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.line.origin).await)
    }

    /// Who decided.
    async fn decided_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.line.decided_by?).await)
    }
}

/// A receipt with the version that it proves, never a later draft.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct HeldRecord {
    /// The receipt.
    receipt: Receipt,
    /// Version of the record that was received.
    version: i32,
    /// Version of its type.
    type_version: i32,
    /// Day of the activity; none once withdrawn.
    occurred_on: Option<NaiveDate>,
    /// Further types that the meeting counts for.
    tags: Option<Vec<String>>,
    /// Public or internal.
    confidentiality: Option<Confidentiality>,
    /// The form's content; none once withdrawn.
    content: Option<Json<serde_json::Value>>,
    #[graphql(skip)]
    held: Box<Held>,
}

impl From<Held> for HeldRecord {
    fn from(held: Held) -> Self {
        let writing = held.writing.clone();
        Self {
            receipt: held.line.clone().into(),
            version: held.version,
            type_version: held.type_version,
            occurred_on: writing.as_ref().map(|writing| writing.occurred_on),
            tags: writing.as_ref().map(|writing| writing.tags.iter().map(|tag| tag.as_str().to_owned()).collect()),
            confidentiality: writing.as_ref().map(|writing| Confidentiality::of(writing.confidentiality)),
            content: writing.map(|writing| Json(writing.content)),
            held: Box::new(held),
        }
    }
}

#[ComplexObject]
impl HeldRecord {
    /// What happened in this round, the oldest first.
    async fn timeline(&self, ctx: &Context<'_>) -> Answer<Vec<TimelineEvent>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let events = app::receipt::history(&mut reading, &self.held).await.or_refuse(request)?;
            Ok(events.into_iter().map(TimelineEvent::from).collect())
        })
        .await
    }

    /// Its files, as they were received; none once withdrawn.
    async fn files(&self, ctx: &Context<'_>) -> Answer<Vec<Attachment>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let files = app::receipt::files(&mut reading, &self.held).await.or_refuse(request)?;
            Ok(files.into_iter().map(|file| Attachment::held(file, self.held.line.id)).collect())
        })
        .await
    }

    /// Who sent it.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        self.held.writing.as_ref()?;
        Some(crate::account::load(ctx, self.held.submitted_by).await)
    }
}

/// Which list of receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ReceiptQueue {
    /// Everything held, the newest first. 收到的全部记录
    Held,
    /// Waiting for a decision, the oldest first. 待审核
    ToReview,
    /// Waiting for longer than the tenant allows, the oldest first. 超期未审
    Overdue,
}

/// How many there are in each list; capped at 10,000 each.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Counts {
    /// Own drafts.
    drafts: i64,
    /// Own records that came back.
    returned: i64,
    /// Own records under review above.
    in_review: i64,
    /// Own drafts that wait for the viewer to confirm them.
    to_confirm: i64,
    /// Receipts waiting for a decision here.
    to_review: i64,
    /// Of these, older than the tenant's limit.
    overdue: i64,
    /// Receipts held.
    held: i64,
}

/// Queries about received records.
#[derive(Debug, Default)]
pub struct ReceiptQuery;

#[Object]
impl ReceiptQuery {
    /// A received record: the version that was received.
    async fn receipt(&self, ctx: &Context<'_>, id: ID) -> Answer<HeldRecord> {
        answer(ctx, |request| async move {
            let id = parse(&id).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(app::receipt::view(&mut reading, id).await.or_refuse(request)?.into())
        })
        .await
    }

    /// A list of an organisation's receipts.
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        org: ID,
        queue: ReceiptQueue,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Connection<Cursor, Receipt, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let org = parse(&org).or_refuse(request)?;
            let asked = asked::<ReceiptNo>(first, after, request.locale)?;
            let queue = match queue {
                ReceiptQueue::Held => Queue::Held,
                ReceiptQueue::ToReview => Queue::ToReview,
                ReceiptQueue::Overdue => Queue::Overdue,
            };
            let mut reading = request.reading().await.or_refuse(request)?;
            let lines =
                app::receipt::list(&mut reading, org, queue, asked.after, asked.first).await.or_refuse(request)?;
            let more = lines.len() > asked.first as usize;
            let items = lines.into_iter().take(asked.first as usize).map(|line| (line.id.no, Receipt::from(line)));
            Ok(connection(items, more, asked.after.is_some()))
        })
        .await
    }

    /// How many things wait in each list of an organisation; equal to the lists.
    async fn counts(&self, ctx: &Context<'_>, org: ID) -> Answer<Counts> {
        answer(ctx, |request| async move {
            let org = parse(&org).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let counts = app::receipt::counts(&mut reading, org).await.or_refuse(request)?;
            let app::receipt::Counts { drafts, returned, in_review, to_confirm, to_review, overdue, held } = counts;
            Ok(Counts { drafts, returned, in_review, to_confirm, to_review, overdue, held })
        })
        .await
    }
}
