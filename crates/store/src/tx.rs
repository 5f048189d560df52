//! The one transaction entry: nothing is read or written before `sec.enter` has told who asks.

use authz::{Actor, Duty, HeldPost, RoleName};
use chrono::{DateTime, Utc};
use domain::{
    Id, Locale,
    id::noun,
    org::Place,
    tenant::{Level, TenantId, TenantKey},
};
use sqlx::{PgConnection, Postgres, Transaction, pool::PoolConnection};

use crate::{Entry, Error, Linked, Result};

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

pub(crate) async fn enter(mut inner: Begun, entry: &Entry, at: DateTime<Utc>) -> Result<Option<(Actor, Tx)>> {
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
    .fetch_optional(inner.connection())
    .await?;
    row.map(|row| entered(row, inner, entry.tenant.clone(), entry.acting, at)).transpose()
}

/// By a signed link, whose use began at `begun`.
pub(crate) async fn enter_link(
    mut inner: Begun,
    linked: &Linked,
    begun: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<Option<(Actor, Tx)>> {
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
    .fetch_optional(inner.connection())
    .await?;
    row.map(|row| entered(row, inner, linked.tenant.clone(), None, at)).transpose()
}

fn entered(
    row: EnteredRow,
    inner: Begun,
    tenant_key: TenantKey,
    acting: Option<Id<noun::Post>>,
    at: DateTime<Utc>,
) -> Result<(Actor, Tx)> {
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
    let (tenant, who) = (TenantId(row.tenant_id), Id::of(row.account_id));
    let actor = Actor {
        tenant,
        tenant_key,
        account: who,
        session: Id::of(row.session_id),
        locale: if row.locale == "en" { Locale::En } else { Locale::Zh },
        introspect: row.introspect,
        policy_version: row.policy_version,
        posts,
        acting,
    };
    Ok((actor, Tx { inner, tenant, who, post: acting, at }))
}
