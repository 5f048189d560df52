//! Posts: who holds which role where, from when to when.

mod mutation;

use app::{Reader, post::Post as AppPost};
use async_graphql::{
    ComplexObject, Context, ID, Object, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use domain::{Id, Locale, id::noun};

use crate::{
    account::Account,
    id::{parse, show},
    org::Org,
    page::{Cursor, asked, connection},
    request::{Answer, Refuse as _, answer, bad_request},
};

pub use mutation::PostMutation;

/// A role held at an organisation.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Post {
    /// Its id; a mutation names it as the acting post.
    id: ID,
    /// Name of the role in the policy.
    role: String,
    /// What the role is called.
    role_name: String,
    /// Id of the organisation.
    org_id: ID,
    /// From when.
    valid_from: DateTime<Utc>,
    /// From when on no more; none without an end.
    valid_to: Option<DateTime<Utc>>,
    /// When it was granted.
    granted_at: DateTime<Utc>,
    /// Is it held at this moment?
    current: bool,
    #[graphql(skip)]
    inner: Box<AppPost>,
}

impl Post {
    pub(crate) fn of(post: AppPost, reader: &Reader, locale: Locale) -> Self {
        Self {
            id: show(post.id),
            role: post.role.to_string(),
            role_name: app::policy::role_label(reader, &post.role, locale),
            org_id: show(post.org),
            valid_from: post.term.from,
            valid_to: post.term.to,
            granted_at: post.granted_at,
            current: post.term.covers(reader.now),
            inner: Box::new(post),
        }
    }
}

#[ComplexObject]
impl Post {
    /// Where.
    async fn org(&self, ctx: &Context<'_>) -> Answer<Org> {
        Some(crate::org::load(ctx, self.inner.org).await)
    }

    /// Who holds it.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.account).await)
    }

    /// Who granted it; none where the operator did.
    async fn granted_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.granted_by?).await)
    }

    /// Who set its end.
    async fn ended_by(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.inner.ended_by?).await)
    }
}

/// Queries of posts.
#[derive(Debug, Default)]
pub struct PostQuery;

#[Object]
impl PostQuery {
    /// Posts at an organisation, or of a person: name one of the two. In the order of granting.
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At which organisation.")] org: Option<ID>,
        #[graphql(desc = "Of which person.")] account: Option<ID>,
        #[graphql(desc = "Those that have ended too.", default)] ended_too: bool,
        #[graphql(desc = "How many, 1 to 100; 20 without.")] first: Option<i32>,
        #[graphql(desc = "After which cursor.")] after: Option<String>,
    ) -> Answer<Connection<Cursor, Post, EmptyFields, EmptyFields>> {
        answer(ctx, |request| async move {
            let page = asked::<Id<noun::Post>>(first, after, request.locale)?;
            let (first, after) = (page.first, page.after);
            let mut reading = request.reading().await.or_refuse(request)?;
            let posts = match (org, account) {
                (Some(org), None) => {
                    let org = parse(&org).or_refuse(request)?;
                    app::post::at(&mut reading, org, ended_too, after, first).await
                }
                (None, Some(account)) => {
                    let account = parse(&account).or_refuse(request)?;
                    app::post::of(&mut reading, account, ended_too, after, first).await
                }
                _ => {
                    let (zh, en) = ("org 与 account 须填且只填一个", "name either org or account");
                    return Err(bad_request(request.locale, zh, en));
                }
            };
            let mut posts = posts.or_refuse(request)?;
            let more = posts.len() > first as usize;
            posts.truncate(first as usize);
            let items = posts.into_iter().map(|post| (post.id, Post::of(post, &reading, request.locale)));
            Ok(connection(items, more, after.is_some()))
        })
        .await
    }
}
