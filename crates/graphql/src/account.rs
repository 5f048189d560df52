//! People: oneself, others by name, inviting, shutting out, language and password.

mod mutation;

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, Enum, Error, ID, Object, SimpleObject,
    connection::{Connection, EmptyFields},
    dataloader::Loader,
};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, account::AccountState, id::noun};

use crate::{
    error::{Result, refuse},
    id::{parse, show},
    loader::Batch,
    org::Org,
    page::{Cursor, asked, connection},
    post::Post,
    request::{Answer, Refuse as _, answer, loaders, request},
    session::Session,
};

pub use mutation::AccountMutation;
pub(crate) use mutation::personal_inputs;

/// Is a person let in?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "AccountState", remote = "AccountState")]
pub enum State {
    /// The invitation is not accepted yet. 待接受邀请
    Invited,
    /// May sign in. 正常
    Open,
    /// Shut out. 停用
    Suspended,
}

/// Language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Serialize)]
#[graphql(name = "Language", remote = "Locale")]
pub enum Language {
    /// Simplified Chinese. 简体中文
    Zh,
    /// English. 英文
    En,
}

/// A person of the tenant.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Account {
    /// The person's id.
    id: ID,
    /// What the person is called.
    name: String,
    /// Let in?
    state: State,
    /// Language of messages.
    locale: Language,
    /// The organisation that invited the person.
    org_id: ID,
    /// Since when known here.
    created_at: DateTime<Utc>,
    #[graphql(skip)]
    inner: (Id<noun::Account>, Id<noun::Org>),
}

impl From<domain::account::Account> for Account {
    fn from(account: domain::account::Account) -> Self {
        Self {
            id: show(account.id),
            name: account.name,
            state: account.state.into(),
            locale: account.locale.into(),
            org_id: show(account.home_org),
            created_at: account.created_at,
            inner: (account.id, account.home_org),
        }
    }
}

#[ComplexObject]
impl Account {
    /// The organisation that invited the person.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.inner.1).await)
    }

    /// What the person signs in with; told to the person alone.
    async fn login(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            if reading.actor.account != self.inner.0 {
                return Ok(None);
            }
            app::account::login(&mut reading).await.map(Some).or_refuse(request)
        })
        .await
    }
}

impl Loader<Id<noun::Account>> for Batch {
    type Value = domain::account::Account;
    type Error = Error;

    async fn load(&self, ids: &[Id<noun::Account>]) -> Result<HashMap<Id<noun::Account>, Self::Value>> {
        let request = &self.request;
        let mut reading = request.reading().await.or_refuse(request)?;
        let accounts = app::account::names(&mut reading, ids).await.or_refuse(request)?;
        Ok(accounts.into_iter().map(|account| (account.id, account)).collect())
    }
}

/// A person by id, through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: Id<noun::Account>) -> Result<Account> {
    let absent = || refuse(&app::Error::NotFound, request(ctx).locale);
    loaders(ctx).load_one(id).await?.map(Account::from).ok_or_else(absent)
}

/// Several of them, in the order asked for; those that the asker may not see are left out.
pub(crate) async fn load_many(ctx: &Context<'_>, ids: &[Id<noun::Account>]) -> Result<Vec<Account>> {
    let mut found = loaders(ctx).load_many(ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).map(Account::from).collect())
}

/// The signed-in person, with posts and sessions.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Viewer {
    /// Key of the tenant; tokens begin with it.
    tenant_key: String,
    /// May this session ask for the schema?
    introspect: bool,
}

#[ComplexObject]
impl Viewer {
    /// Oneself.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            app::account::own(&mut reading).await.map(Account::from).or_refuse(request)
        })
        .await
    }

    /// Posts held at this moment; a mutation names one of them.
    async fn posts(&self, ctx: &Context<'_>) -> Answer<Vec<Post>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let posts = app::post::mine(&mut reading).await.or_refuse(request)?;
            Ok(posts.into_iter().map(|post| Post::of(post, &reading, request.locale)).collect())
        })
        .await
    }

    /// Open sessions and tokens of one's own, newest first; two hundred at the most.
    async fn sessions(&self, ctx: &Context<'_>) -> Answer<Vec<Session>> {
        answer(ctx, |request| async move {
            let mut reading = request.reading().await.or_refuse(request)?;
            let present = reading.actor.session;
            let sessions = app::session::own(&mut reading).await.or_refuse(request)?;
            Ok(sessions.into_iter().map(|session| Session::of(session, present)).collect())
        })
        .await
    }
}

/// Queries of people.
#[derive(Debug, Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The signed-in person.
    async fn viewer(&self, ctx: &Context<'_>) -> Answer<Viewer> {
        answer(ctx, |request| async move {
            let reading = request.reading().await.or_refuse(request)?;
            let actor = &reading.actor;
            Ok(Viewer { tenant_key: actor.tenant_key.as_str().to_owned(), introspect: actor.introspect })
        })
        .await
    }

    /// A person of the tenant.
    async fn account(&self, ctx: &Context<'_>, id: ID) -> Answer<Account> {
        answer(ctx, |request| async move {
            let id = parse(&id).or_refuse(request)?;
            load(ctx, id).await
        })
        .await
    }

    /// People invited at an organisation, in the order of invitation.
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organisation.")] org: ID,
        #[graphql(desc = "How many, 1 to 100; 20 without.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> Answer<Connection<Cursor, Account, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<Id<noun::Account>>(first, after, request.locale)?;
            let org = parse(&org).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let mut accounts =
                app::account::list(&mut reading, org, page.after, page.first).await.or_refuse(request)?;
            let more = accounts.len() > page.first as usize;
            accounts.truncate(page.first as usize);
            let items = accounts.into_iter().map(|account| (account.id, Account::from(account)));
            Ok(connection(items, more, page.after.is_some()))
        })
        .await
    }
}
