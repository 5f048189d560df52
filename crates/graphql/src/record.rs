//! Records of one's own organisation.

mod mutation;
mod subscription;

use app::record::Record as AppRecord;
use async_graphql::{
    ComplexObject, Context, Enum, ID, Json, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Id, id::noun, record::RecordState};

use crate::{
    account::Account,
    file::Attachment,
    flow::{Round, TimelineEvent},
    id::{parse, show},
    org::Org,
    page::{Cursor, asked, connection},
    problem::{Problem, split},
    request::{Answer, Refuse as _, answer},
};

pub use mutation::RecordMutation;
pub(crate) use mutation::{RecordPayload, inputs, reread};
pub use subscription::RecordSubscription;

/// Where a record stands, from its branch's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "RecordState")]
pub enum State {
    /// Being written; never sent. 草稿
    Draft,
    /// Sent, and under review somewhere above. 审核中
    InReview,
    /// Came back; to be mended and sent again. 已退回
    Returned,
    /// Taken back by its submitter. 已撤回
    Withdrawn,
    /// Approved at the last level of its route. 已通过
    Final,
    /// A draft put aside. 已废弃
    Discarded,
}

impl From<RecordState> for State {
    fn from(state: RecordState) -> Self {
        match state {
            RecordState::Draft => Self::Draft,
            RecordState::InReview => Self::InReview,
            RecordState::Returned => Self::Returned,
            RecordState::Withdrawn => Self::Withdrawn,
            RecordState::Final => Self::Final,
            RecordState::Discarded => Self::Discarded,
        }
    }
}

impl From<State> for RecordState {
    fn from(state: State) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::InReview => Self::InReview,
            State::Returned => Self::Returned,
            State::Withdrawn => Self::Withdrawn,
            State::Final => Self::Final,
            State::Discarded => Self::Discarded,
        }
    }
}

/// Who may see it within the tree; state secrets are refused altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
pub enum Confidentiality {
    /// 公开
    Public,
    /// 内部
    Internal,
}

impl Confidentiality {
    pub(crate) const fn of(grade: i16) -> Self {
        if grade == 0 { Self::Public } else { Self::Internal }
    }

    const fn grade(self) -> i16 {
        match self {
            Self::Public => 0,
            Self::Internal => 1,
        }
    }
}

/// A record of one's own organisation, with its newest version. Committees read through their receipts.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Record {
    /// Its id.
    id: ID,
    /// Code of its type, e.g. ZBDH.
    #[graphql(name = "type")]
    of_type: String,
    /// Version of the type that it was begun with, and keeps.
    type_version: i32,
    /// Where it stands.
    state: State,
    /// Revision of the draft; name it when you save.
    rev: i32,
    /// Number of the newest version.
    version: i32,
    /// Number of the newest submission; 0 before the first.
    round: i32,
    /// Title.
    title: String,
    /// Day of the activity; its month is the month of the figures.
    occurred_on: NaiveDate,
    /// Further types that the same meeting counts for, each once.
    tags: Vec<String>,
    /// Public or internal.
    confidentiality: Confidentiality,
    /// The form's content, as the type's JSON Schema says.
    content: Json<serde_json::Value>,
    /// When the newest version was saved.
    saved_at: DateTime<Utc>,
    /// When it was begun.
    created_at: DateTime<Utc>,
    /// Since when it waits for another person of its organisation to confirm it; every change ends that.
    asked_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    inner: Box<AppRecord>,
}

impl From<AppRecord> for Record {
    fn from(record: AppRecord) -> Self {
        let inner = Box::new(record.clone());
        let writing = record.writing;
        Self {
            id: show(record.head.id),
            of_type: record.head.of_type.as_str().to_owned(),
            type_version: record.head.type_version,
            state: record.head.state.into(),
            rev: record.head.rev,
            version: record.head.version,
            round: record.head.round,
            title: writing.title,
            occurred_on: writing.occurred_on,
            tags: writing.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            confidentiality: Confidentiality::of(writing.confidentiality),
            content: Json(writing.content),
            saved_at: record.saved_at,
            created_at: record.created_at,
            asked_at: record.request.map(|request| request.at),
            inner,
        }
    }
}

#[ComplexObject]
impl Record {
    /// The organisation that wrote it.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.inner.head.org).await)
    }

    /// Who wrote the newest version.
    async fn author(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.author).await)
    }

    /// Who asked for its confirmation, while it waits for that.
    async fn asked_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.request?.by).await)
    }

    /// Who may confirm it beside its writer: of a draft that nobody above reviews, whoever may send it at its organisation now.
    async fn confirmers(&self, ctx: &Context<'_>) -> Answer<Vec<Account>> {
        answer(ctx, |request| async move {
            let who = {
                let mut reading = request.reading().await.or_refuse(request)?;
                app::record::confirmers(&mut reading, &self.inner).await.or_refuse(request)?
            };
            crate::account::load_many(ctx, &who).await
        })
        .await
    }

    /// What has happened to it, the oldest first.
    async fn timeline(&self, ctx: &Context<'_>) -> Answer<Vec<TimelineEvent>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let events = app::record::history(&mut reading, &self.inner).await.or_refuse(request)?;
            Ok(events.into_iter().map(TimelineEvent::from).collect())
        })
        .await
    }

    /// Its files, in their order.
    async fn files(&self, ctx: &Context<'_>) -> Answer<Vec<Attachment>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let files = app::record::files(&mut reading, &self.inner).await.or_refuse(request)?;
            let (id, version) = (self.inner.head.id, self.inner.head.version);
            Ok(files.into_iter().map(|file| Attachment::own(file, id, version)).collect())
        })
        .await
    }

    /// What was sent, the newest round first, with the receipts of every level.
    async fn rounds(&self, ctx: &Context<'_>) -> Answer<Vec<Round>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let rounds = app::record::rounds(&mut reading, &self.inner).await.or_refuse(request)?;
            Ok(rounds.into_iter().map(Round::from).collect())
        })
        .await
    }

    /// What would be refused or warned of if it were submitted now.
    async fn check(&self, ctx: &Context<'_>) -> Answer<Vec<Problem>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let (refusals, warnings) =
                app::record::check(&request.app, &mut reading, &self.inner).await.or_refuse(request)?;
            let mut problems = split(domain::Outcome::<()>::Refused(refusals), request.locale).1;
            problems.extend(split(domain::Outcome::Done((), warnings), request.locale).1);
            Ok(problems)
        })
        .await
    }

    /// Who would receive it, in order, if it were submitted now.
    async fn route(&self, ctx: &Context<'_>) -> Answer<Vec<Org>> {
        answer(ctx, |request| async move {
            let stops = {
                let mut reading = request.reading().await.or_refuse(request)?;
                app::record::route(&mut reading, &self.inner).await.or_refuse(request)?
            };
            crate::org::load_many(ctx, &stops).await
        })
        .await
    }
}

/// One line of a list of own records.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct RecordLine {
    /// Its id.
    id: ID,
    /// Code of its type.
    #[graphql(name = "type")]
    of_type: String,
    /// Where it stands.
    state: State,
    /// Revision of the draft.
    rev: i32,
    /// Title of the newest version.
    title: String,
    /// Day of the activity.
    occurred_on: NaiveDate,
    /// Last change.
    updated_at: DateTime<Utc>,
    /// Since when it waits for another person of its organisation to confirm it.
    asked_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    asked_by: Option<Id<noun::Account>>,
}

impl From<app::record::Line> for RecordLine {
    fn from(line: app::record::Line) -> Self {
        Self {
            id: show(line.head.id),
            of_type: line.head.of_type.as_str().to_owned(),
            state: line.head.state.into(),
            rev: line.head.rev,
            title: line.title,
            occurred_on: line.occurred_on,
            updated_at: line.updated_at,
            asked_at: line.request.map(|request| request.at),
            asked_by: line.request.map(|request| request.by),
        }
    }
}

#[ComplexObject]
impl RecordLine {
    /// Who asked for its confirmation, while it waits for that.
    async fn asked_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.asked_by?).await)
    }
}

/// Queries about own records.
#[derive(Debug, Default)]
pub struct RecordQuery;

#[Object]
impl RecordQuery {
    /// An own record.
    async fn record(&self, ctx: &Context<'_>, id: ID) -> Answer<Record> {
        answer(ctx, |request| async move {
            let id = parse(&id).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(app::record::view(&mut reading, id).await.or_refuse(request)?.into())
        })
        .await
    }

    /// Own records of an organisation in one state, the newest first: DRAFT are the drafts, RETURNED what came back.
    async fn records(
        &self,
        ctx: &Context<'_>,
        org: ID,
        state: State,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Connection<Cursor, RecordLine, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let org: Id<noun::Org> = parse(&org).or_refuse(request)?;
            let asked = asked::<Id<noun::Record>>(first, after, request.locale)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let lines = app::record::list(&mut reading, org, state.into(), asked.after, asked.first)
                .await
                .or_refuse(request)?;
            let more = lines.len() > asked.first as usize;
            let items = lines.into_iter().take(asked.first as usize).map(|line| (line.head.id, RecordLine::from(line)));
            Ok(connection(items, more, asked.after.is_some()))
        })
        .await
    }

    /// What waits at an organisation for the viewer to confirm it, the newest first: drafts that nobody above reviews, written by
    /// others. `submitRecord` confirms one.
    async fn records_to_confirm(
        &self,
        ctx: &Context<'_>,
        org: ID,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Connection<Cursor, RecordLine, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let org: Id<noun::Org> = parse(&org).or_refuse(request)?;
            let asked = asked::<Id<noun::Record>>(first, after, request.locale)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let lines =
                app::record::to_confirm(&mut reading, org, asked.after, asked.first).await.or_refuse(request)?;
            let more = lines.len() > asked.first as usize;
            let items = lines.into_iter().take(asked.first as usize).map(|line| (line.head.id, RecordLine::from(line)));
            Ok(connection(items, more, asked.after.is_some()))
        })
        .await
    }
}
