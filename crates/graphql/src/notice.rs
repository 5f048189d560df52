//! The inbox, what one wishes to be told of, webhooks of organisations, and what could not be delivered.

mod delivery;
mod mutation;
mod preference;
mod subscription;
mod webhook;

use app::notice::Notice as AppNotice;
use async_graphql::{
    ComplexObject, Context, Enum, ID, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, id::noun, notice::NoticeKind as Kind};

use crate::{
    id::{parse, show},
    org::Org,
    page::{Cursor, asked, connection},
    request::{Answer, Refuse as _, answer},
};

pub use self::{
    delivery::DeadLetter, mutation::NoticeMutation, preference::NoticePreferences, subscription::NoticeSubscription,
    webhook::Webhook,
};

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[graphql(remote = "Kind")]
pub enum NoticeKind {
    /// A record waits for review at your organisation. 待审核
    ToReview,
    /// A draft of your organisation waits for you to confirm it. 待确认
    ToConfirm,
    /// A record came back. 已退回
    Returned,
    /// A record was approved at the last level, or confirmed where no level is above. 已通过
    Final,
    /// A record was approved at a level that is not the last. 本级已通过
    Approved,
    /// A record that waited for you was taken back. 已撤回
    Recalled,
    /// A review waits longer than the tenant allows. 超期未审
    Overdue,
    /// An invitation. 邀请
    Invitation,
    /// Your password was changed. 密码已更改
    PasswordChanged,
    /// The address that your letters go to was changed or removed. 邮件地址已更改
    AddressChanged,
    /// You hold a post now. 职务开始
    PostGranted,
    /// You hold a post no longer. 职务结束
    PostEnded,
    /// A file that you uploaded was refused. 文件被拒收
    FileRefused,
    /// A file that was uploaded carries malware. 文件带有恶意代码
    FileInfected,
    /// The signed head of the audit log. 审计日志签名
    AuditHead,
    /// The audit log is not what was signed, or has lost an entry. 审计日志异常
    AuditIncident,
    /// The daily digest. 每日汇总
    Digest,
    /// A trial of a webhook. 测试消息
    Trial,
}

/// What a kind is called.
fn label(kind: Kind, locale: Locale) -> &'static str {
    let en = match kind {
        Kind::ToReview => "to review",
        Kind::ToConfirm => "to confirm",
        Kind::Returned => "returned",
        Kind::Final => "approved",
        Kind::Approved => "approved at one level",
        Kind::Recalled => "taken back",
        Kind::Overdue => "overdue",
        Kind::Invitation => "invitation",
        Kind::PasswordChanged => "password changed",
        Kind::AddressChanged => "mail address changed",
        Kind::PostGranted => "post begins",
        Kind::PostEnded => "post ends",
        Kind::FileRefused => "file refused",
        Kind::FileInfected => "file with malware",
        Kind::AuditHead => "audit head",
        Kind::AuditIncident => "audit incident",
        Kind::Digest => "daily digest",
        Kind::Trial => "trial",
    };
    locale.pick(kind.zh(), en)
}

/// Something that one is told of.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Notice {
    /// Its number in one's own inbox, rising in the order in which notices came.
    no: i32,
    /// What it is about.
    kind: NoticeKind,
    /// The same in words.
    label: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// When it was read; none: it is unread.
    read_at: Option<DateTime<Utc>>,
    /// The record.
    record_id: Option<ID>,
    /// The receipt at the organisation whose step it is.
    receipt_id: Option<ID>,
    /// The post.
    post_id: Option<ID>,
    /// The file.
    file_id: Option<ID>,
    /// Title of the record, where one may see it now.
    title: Option<String>,
    #[graphql(skip)]
    org: Option<Id<noun::Org>>,
}

impl Notice {
    /// In the language of the request.
    pub fn of(told: AppNotice, locale: Locale) -> Self {
        let AppNotice { notice, title } = told;
        let subject = notice.subject;
        Self {
            no: notice.no,
            kind: notice.kind.into(),
            label: label(notice.kind, locale).to_owned(),
            at: notice.at,
            read_at: notice.read_at,
            record_id: subject.record.map(show),
            receipt_id: subject.receipt().map(show),
            post_id: subject.post.map(show),
            file_id: subject.file.map(show),
            title,
            org: subject.org,
        }
    }
}

#[ComplexObject]
impl Notice {
    /// The organisation whose step it is, or where something waits; none for what concerns one's account.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.org?).await)
    }
}

/// Queries of notices.
#[derive(Debug, Default)]
pub struct NoticeQuery;

#[Object]
impl NoticeQuery {
    /// One's own inbox, the newest first.
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what is unread.", default)] unread_only: bool,
        #[graphql(desc = "How many, 1 to 100; 20 without.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> Answer<Connection<Cursor, Notice, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<i32>(first, after, request.locale)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let notices = app::notice::page(&mut reading, unread_only, page.after, page.first).await;
            let mut notices = notices.or_refuse(request)?;
            let more = notices.len() > page.first as usize;
            notices.truncate(page.first as usize);
            let items = notices.into_iter().map(|told| (told.notice.no, Notice::of(told, request.locale)));
            Ok(connection(items, more, page.after.is_some()))
        })
        .await
    }

    /// How many notices of one's own inbox are unread, counted up to 100.
    async fn unread_notices(&self, ctx: &Context<'_>) -> Answer<i64> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            app::notice::unread(&mut reading).await.or_refuse(request)
        })
        .await
    }

    /// What one wishes to be told of, and how.
    async fn notice_preferences(&self, ctx: &Context<'_>) -> Answer<NoticePreferences> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            Ok(app::notice::preferences(&mut reading).await.or_refuse(request)?.into())
        })
        .await
    }

    /// Webhooks of an organisation: for whoever administers it.
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organisation.")] org: ID,
        #[graphql(desc = "How many, 1 to 100; 20 without.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> Answer<Connection<Cursor, Webhook, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<Id<noun::Webhook>>(first, after, request.locale)?;
            let org = parse(&org).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let mut hooks = app::notice::list(&mut reading, org, page.after, page.first).await.or_refuse(request)?;
            let more = hooks.len() > page.first as usize;
            hooks.truncate(page.first as usize);
            let items = hooks.into_iter().map(|hook| (hook.id, Webhook::from(hook)));
            Ok(connection(items, more, page.after.is_some()))
        })
        .await
    }

    /// What could not be delivered and was given up, the newest first: for the system administrator.
    async fn dead_letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 without.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> Answer<Connection<Cursor, DeadLetter, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<(DateTime<Utc>, Id<noun::Delivery>)>(first, after, request.locale)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let mut dead = app::notice::dead(&mut reading, page.after, page.first).await.or_refuse(request)?;
            let more = dead.len() > page.first as usize;
            dead.truncate(page.first as usize);
            let items = dead.into_iter().map(|one| ((one.failed_at, one.id), DeadLetter::of(one, request.locale)));
            Ok(connection(items, more, page.after.is_some()))
        })
        .await
    }
}
