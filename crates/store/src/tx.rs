//! The one transaction entry: nothing is read or written before `sec.enter` has told who asks.

use authz::{Actor, Duty, HeldPost, RoleName};
use chrono::{DateTime, Utc};
use domain::{
    Id, Locale,
    id::noun,
    org::Place,
    tenant::{Level, TenantId, TenantKey},
};
use sqlx::{Executor, PgConnection, Postgres, Transaction, pool::PoolConnection};

use crate::{Error, Result, Way};

/// The transaction below.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It reads only, and ends when the connection goes back: the pool's guard rolls back (one message less for each read).
    Read(PoolConnection<Postgres>),
    /// It writes, and is kept by a commit.
    Write(Transaction<'static, Postgres>),
}

impl Begun {
    fn connection(&mut self) -> &mut PgConnection {
        match self {
            Self::Read(connection) => connection,
            Self::Write(transaction) => transaction,
        }
    }
}

/// A transaction that has entered.
#[derive(Debug)]
pub struct Tx {
    inner: Begun,
    tenant: TenantId,
    who: Id<noun::Account>,
    post: Option<Id<noun::Post>>,
    at: DateTime<Utc>,
}

impl Tx {
    /// The tenant that it has entered.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Who has entered.
    pub const fn who(&self) -> Id<noun::Account> {
        self.who
    }

    /// The acting post.
    pub const fn post(&self) -> Option<Id<noun::Post>> {
        self.post
    }

    /// The instant at which it entered: the time of everything that it writes.
    pub const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Keeps what was written.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            Begun::Read(_) => Ok(()),
            Begun::Write(transaction) => Ok(transaction.commit().await?),
        }
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.inner.connection()
    }
}

struct EnteredRow {
    tenant_id: i32,
    account_id: uuid::Uuid,
    session_id: uuid::Uuid,
    locale: String,
    introspect: bool,
    policy_version: i64,
    post_ids: Option<Vec<uuid::Uuid>>,
    post_orgs: Option<Vec<uuid::Uuid>>,
    post_roles: Option<Vec<String>>,
    post_duties: Option<Vec<String>>,
    post_paths: Option<Vec<String>>,
    post_levels: Option<Vec<i16>>,
}

/// What a transaction begins anew for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anew {
    /// It was read in; now it is written in, too.
    ToWrite,
    /// What was written is kept; now it is read in again.
    ToRead,
}

impl Tx {
    /// Ends the transaction of a read and begins another on the same connection, entered anew: who asks, and what he may, is asked
    /// again. None: the session has ended meanwhile.
    pub async fn begin_anew(&mut self, anew: Anew, way: &Way) -> Result<Option<Actor>> {
        let statement = match anew {
            Anew::ToWrite => "ROLLBACK; BEGIN",
            Anew::ToRead => "COMMIT; BEGIN READ ONLY",
        };
        self.connection().execute(sqlx::raw_sql(statement)).await?;
        let at = self.at;
        enter_as(self.connection(), way, at).await
    }
}

pub(crate) async fn enter(mut inner: Begun, way: &Way, at: DateTime<Utc>) -> Result<Option<(Actor, Tx)>> {
    let actor = enter_as(inner.connection(), way, at).await?;
    Ok(actor.map(|actor| {
        let tx = Tx { inner, tenant: actor.tenant, who: actor.account, post: actor.acting, at };
        (actor, tx)
    }))
}

async fn enter_as(connection: &mut PgConnection, way: &Way, at: DateTime<Utc>) -> Result<Option<Actor>> {
    match way {
        Way::Session(entry) => {
            let row = sqlx::query_as!(
                EnteredRow,
                r#"SELECT tenant_id AS "tenant_id!", account_id AS "account_id!", session_id AS "session_id!", locale AS "locale!",
                          introspect AS "introspect!", policy_version AS "policy_version!", post_ids, post_orgs, post_roles,
                          post_duties, post_paths, post_levels
                     FROM sec.enter($1, $2, $3, $4)"#,
                entry.tenant.as_str(),
                entry.token_hash.as_slice(),
                entry.acting.map(Id::uuid),
                at
            )
            .fetch_optional(connection)
            .await?;
            row.map(|row| actor(row, entry.tenant.clone(), entry.acting)).transpose()
        }
        Way::Link(linked, begun) => {
            let row = sqlx::query_as!(
                EnteredRow,
                r#"SELECT tenant_id AS "tenant_id!", account_id AS "account_id!", session_id AS "session_id!", locale AS "locale!",
                          introspect AS "introspect!", policy_version AS "policy_version!", post_ids, post_orgs, post_roles,
                          post_duties, post_paths, post_levels
                     FROM sec.enter_link($1, $2, $3, $4, $5, $6, $7)"#,
                linked.tenant.as_str(),
                linked.session.uuid(),
                linked.address.to_string(),
                linked.until,
                linked.mac.as_slice(),
                begun,
                at
            )
            .fetch_optional(connection)
            .await?;
            row.map(|row| actor(row, linked.tenant.clone(), None)).transpose()
        }
    }
}

fn actor(row: EnteredRow, tenant_key: TenantKey, acting: Option<Id<noun::Post>>) -> Result<Actor> {
    let stored = |what: &str| Error::Stored(what.to_owned());
    let orgs = row.post_orgs.unwrap_or_default();
    let roles = row.post_roles.unwrap_or_default();
    let duties = row.post_duties.unwrap_or_default();
    let paths = row.post_paths.unwrap_or_default();
    let levels = row.post_levels.unwrap_or_default();
    let posts = row
        .post_ids
        .unwrap_or_default()
        .into_iter()
        .zip(orgs)
        .zip(roles.into_iter().zip(duties))
        .zip(paths.into_iter().zip(levels))
        .map(|(((id, org), (role, duty)), (path, level))| {
            Ok(HeldPost {
                id: Id::of(id),
                org: Place { org: Id::of(org), path, level: Level(level) },
                role: RoleName::parse(&role).ok_or_else(|| stored("role of a post"))?,
                duty: if duty.is_empty() {
                    None
                } else {
                    Some(Duty::parse(&duty).ok_or_else(|| stored("duty of a post"))?)
                },
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Actor {
        tenant: TenantId(row.tenant_id),
        tenant_key,
        account: Id::of(row.account_id),
        session: Id::of(row.session_id),
        locale: if row.locale == "en" { Locale::En } else { Locale::Zh },
        introspect: row.introspect,
        policy_version: row.policy_version,
        posts,
        acting,
    })
}
