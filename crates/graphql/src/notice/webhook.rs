//! Webhooks of organisations.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun};

use super::NoticeKind;
use crate::{
    account::{Account, Language},
    id::show,
    org::Org,
    request::Answer,
};

/// Who reads at the other end of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[graphql(name = "WebhookReader", remote = "app::notice::WebhookReader")]
pub enum Reader {
    /// A program: JSON, signed as in Standard Webhooks.
    Program,
    /// A group robot of WeCom. 企业微信
    WeCom,
    /// A group robot of DingTalk. 钉钉
    DingTalk,
    /// A group robot of Feishu. 飞书
    Feishu,
}

/// Where an organisation's notices go beside its people. Neither its address nor its secret is shown again.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Webhook {
    /// Its id.
    id: ID,
    /// What it is called.
    name: String,
    /// Who reads: program, wecom, dingtalk or feishu.
    reader: String,
    /// The host of its address.
    host: String,
    /// Its language.
    locale: Language,
    /// Of what it is told.
    kinds: Vec<NoticeKind>,
    /// When it was set up.
    created_at: DateTime<Utc>,
    #[graphql(skip)]
    inner: (Id<noun::Org>, Id<noun::Account>),
}

impl From<app::notice::Webhook> for Webhook {
    fn from(hook: app::notice::Webhook) -> Self {
        Self {
            id: show(hook.id),
            name: hook.name,
            reader: hook.reader,
            host: hook.host,
            locale: hook.locale.into(),
            kinds: hook.kinds.into_iter().map(NoticeKind::from).collect(),
            created_at: hook.created_at,
            inner: (hook.org, hook.created_by),
        }
    }
}

#[ComplexObject]
impl Webhook {
    /// Whose.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.inner.0).await)
    }

    /// Who set it up.
    async fn created_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.1).await)
    }
}
