//! What could not be delivered.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, id::noun, notice::Channel as DomainChannel};

use super::{NoticeKind, label};
use crate::{account::Account, id::show, request::Answer};

/// How a notice reaches people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[graphql(name = "NoticeChannel", remote = "DomainChannel")]
pub enum Channel {
    /// The inbox. 站内消息
    InApp,
    /// A letter. 电子邮件
    Mail,
    /// A webhook of an organisation. 群机器人
    Webhook,
}

/// A notice that could not be delivered and was given up. It holds nothing of what it said.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct DeadLetter {
    /// Its id.
    id: ID,
    /// What it was about.
    kind: NoticeKind,
    /// The same in words.
    label: String,
    /// How it was to go.
    channel: Channel,
    /// The webhook that it was for.
    webhook_id: Option<ID>,
    /// When it happened.
    at: DateTime<Utc>,
    /// How often it was tried.
    attempts: i32,
    /// Why it was given up, as a code: `smtp_550`, `connection`, `timeout`, `robot_19021` …
    reason: Option<String>,
    /// When it was given up.
    failed_at: DateTime<Utc>,
    #[graphql(skip)]
    reader: Option<Id<noun::Account>>,
}

impl DeadLetter {
    pub(super) fn of(dead: app::notice::DeadLetter, locale: Locale) -> Self {
        let to_person = dead.channel != DomainChannel::Webhook;
        Self {
            id: show(dead.id),
            kind: dead.kind.into(),
            label: label(dead.kind, locale).to_owned(),
            channel: dead.channel.into(),
            webhook_id: (!to_person).then(|| show(Id::<noun::Webhook>::of(dead.recipient))),
            at: dead.at,
            attempts: dead.attempts,
            reason: dead.reason,
            failed_at: dead.failed_at,
            reader: to_person.then(|| Id::of(dead.recipient)),
        }
    }
}

#[ComplexObject]
impl DeadLetter {
    /// The person that it was for.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.reader?).await)
    }
}
