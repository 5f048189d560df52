//! The pool of connections as the application's role, and its guard.

use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, Executor, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use authz::Actor;

use crate::{Entry, Result, Tx, Way, tx};

/// Settings of the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where, as `fonds_app`: a `postgres://` address.
    pub url: SecretString,
    /// Connections at the most.
    pub max_connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
}

/// The way to the database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
}

/// What is wrong with the role that the settings name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFault(pub String);

impl Store {
    /// Opens the pool; connects when first asked.
    ///
    /// sqlx 0.9.0 can return a connection to the pool inside a transaction when a request is dropped while `BEGIN` is in
    /// flight (docs/decisions/004-pool-guard.md). So nothing goes back without a `ROLLBACK` and without forgetting its
    /// settings; a connection that cannot is closed.
    pub fn open(settings: &Settings) -> Result<Self> {
        let options: PgConnectOptions = settings.url.expose_secret().parse()?;
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(settings.acquire_timeout)
            .test_before_acquire(false)
            .after_release(|connection, _| {
                Box::pin(async move {
                    let clean = connection.execute(sqlx::raw_sql("ROLLBACK; RESET ROLE; RESET ALL")).await;
                    Ok(clean.is_ok())
                })
            })
            .connect_lazy_with(options.application_name("fonds"));
        Ok(Self { pool })
    }

    /// A transaction that only reads, entered. None: no such session, or link.
    pub async fn read(&self, way: &Way, at: DateTime<Utc>) -> Result<Option<(Actor, Tx)>> {
        let mut connection = self.pool.acquire().await?;
        connection.execute(sqlx::raw_sql("BEGIN READ ONLY")).await?;
        tx::enter(tx::Begun::Read(connection), way, at).await
    }

    /// A transaction that writes, entered. None: no such session.
    pub async fn write(&self, entry: Entry, at: DateTime<Utc>) -> Result<Option<(Actor, Tx)>> {
        let begun = self.pool.begin().await?;
        tx::enter(tx::Begun::Write(begun), &Way::Session(entry), at).await
    }

    /// A transaction without a context.
    pub(crate) async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
        Ok(self.pool.begin().await?)
    }

    /// A connection for the few functions that need no context (signing in, folding).
    pub(crate) async fn bare(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>> {
        Ok(self.pool.acquire().await?)
    }

    /// Refuses a role that row security does not bind: superuser, BYPASSRLS, or the owner of the tables.
    pub async fn check_role(&self) -> Result<Result<(), RoleFault>> {
        let mut connection = self.bare().await?;
        let role = sqlx::query!(
            r#"SELECT r.rolname AS "name!", (r.rolsuper OR r.rolbypassrls) AS "unbound!",
                      pg_has_role(current_user, 'fonds_owner', 'USAGE') AS "owner!"
                 FROM pg_roles r WHERE r.rolname = current_user"#
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(if role.unbound || role.owner {
            Err(RoleFault(format!("row security does not bind the role {}; serve as fonds_app", role.name)))
        } else {
            Ok(())
        })
    }

    /// Does the database answer, and is it migrated to what this binary knows?
    pub async fn ready(&self) -> Result<bool> {
        let mut connection = self.bare().await?;
        connection.ping().await?;
        let found = sqlx::query_scalar!(r#"SELECT fingerprint AS "fingerprint!" FROM sec.schema_state"#)
            .fetch_optional(&mut *connection)
            .await?;
        Ok(found.as_deref() == Some(crate::migrate::fingerprint().as_str()))
    }

    /// Connections open and idle.
    pub fn gauge(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Waits for what is under way and closes.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
