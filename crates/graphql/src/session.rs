//! Where a person is signed in, and tokens of programs.

mod mutation;

use app::session::{Session as AppSession, SessionKind};
use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun};

use crate::{
    account::Account,
    id::{parse, show},
    request::{Answer, Refuse as _, answer},
};

pub use mutation::SessionMutation;

/// What holds a token?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SessionKind", remote = "SessionKind")]
pub enum Kind {
    /// A person who signed in. 浏览器
    Browser,
    /// A program. 程序
    Program,
}

/// A session or token, without its secret.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Session {
    /// Its id.
    id: ID,
    /// Browser or program.
    kind: Kind,
    /// What it is called.
    label: String,
    /// May it ask for the schema?
    introspect: bool,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Until when at the most.
    expires_at: DateTime<Utc>,
    /// When it was ended, if it was.
    ended_at: Option<DateTime<Utc>>,
    /// Is it the one that asks?
    present: bool,
    #[graphql(skip)]
    account: Id<noun::Account>,
}

impl Session {
    pub(crate) fn of(session: AppSession, present: Id<noun::Session>) -> Self {
        Self {
            id: show(session.id),
            kind: session.kind.into(),
            label: session.label,
            introspect: session.introspect,
            created_at: session.created_at,
            expires_at: session.expires_at,
            ended_at: session.ended_at,
            present: session.id == present,
            account: session.account,
        }
    }
}

#[ComplexObject]
impl Session {
    /// Whose.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        Some(crate::account::load(ctx, self.account).await)
    }
}

/// Queries of sessions.
#[derive(Debug, Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// Open sessions and tokens of a person, newest first: one's own, or anybody's for the security administrator.
    async fn sessions(&self, ctx: &Context<'_>, #[graphql(desc = "Whose.")] account: ID) -> Answer<Vec<Session>> {
        answer(ctx, |request| async move {
            let account = parse(&account).or_refuse(request)?;
            let mut reading = request.reading().await.or_refuse(request)?;
            let present = reading.actor.session;
            let sessions = app::session::list(&mut reading, account).await.or_refuse(request)?;
            Ok(sessions.into_iter().map(|session| Session::of(session, present)).collect())
        })
        .await
    }
}
