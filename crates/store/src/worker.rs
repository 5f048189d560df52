//! The way to the database as `fonds_worker`: it reads no content; it folds, clears and asks what waits, through
//! functions that no other role may call.

use chrono::{DateTime, Utc};
use domain::tenant::TenantId;

use crate::{Error, Result, Store, pool::RoleFault};

/// The worker's own connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WorkerStore(Store);

/// A tenant with steps that are not yet folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Which.
    pub tenant: TenantId,
    /// How many, counted up to 100,000.
    pub deltas: i64,
}

/// What waits in all tenants together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Steps to fold.
    pub deltas: i64,
    /// Events to relay.
    pub outbox: i64,
}

impl WorkerStore {
    /// On a pool that connects as `fonds_worker`.
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    /// Refuses a role that row security does not bind, and one that may not fold.
    pub async fn check_role(&self) -> Result<Result<(), RoleFault>> {
        if let Err(fault) = self.0.check_role().await? {
            return Ok(Err(fault));
        }
        let mut connection = self.0.bare().await?;
        let role = sqlx::query!(
            r#"SELECT current_user::text AS "name!", has_function_privilege('sec.fold(int, int)', 'EXECUTE') AS "folds!""#
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(if role.folds {
            Ok(())
        } else {
            Err(RoleFault(format!("the role {} may not fold; the worker connects as fonds_worker", role.name)))
        })
    }

    /// Tenants with something to fold.
    pub async fn tenants_with_work(&self) -> Result<Vec<Pending>> {
        let mut connection = self.0.bare().await?;
        let rows = sqlx::query!(r#"SELECT tenant_id AS "tenant!", pending AS "pending!" FROM sec.tenants_with_work()"#)
            .fetch_all(&mut *connection)
            .await?;
        Ok(rows.into_iter().map(|row| Pending { tenant: TenantId(row.tenant), deltas: row.pending }).collect())
    }

    /// Folds a batch of a tenant's pending steps, the oldest first. Gives how many; 0 also where another worker is at it.
    pub async fn fold(&self, tenant: TenantId, limit: i32) -> Result<u64> {
        let mut connection = self.0.bare().await?;
        let taken = sqlx::query_scalar!(r#"SELECT sec.fold($1, $2) AS "taken!""#, tenant.0, limit)
            .fetch_one(&mut *connection)
            .await?;
        u64::try_from(taken).map_err(|_| Error::Stored("a negative number of folded steps".to_owned()))
    }

    /// Clears kept answers after a day, and sessions a month after their end. Gives how many rows went.
    pub async fn clear_expired(&self, at: DateTime<Utc>) -> Result<u64> {
        let mut connection = self.0.bare().await?;
        let gone =
            sqlx::query_scalar!(r#"SELECT sec.clear_expired($1) AS "gone!""#, at).fetch_one(&mut *connection).await?;
        u64::try_from(gone).map_err(|_| Error::Stored("a negative number of cleared rows".to_owned()))
    }

    /// How much waits.
    pub async fn queue_depth(&self) -> Result<QueueDepth> {
        let mut connection = self.0.bare().await?;
        let depth = sqlx::query!(r#"SELECT deltas AS "deltas!", outbox AS "outbox!" FROM sec.queue_depth()"#)
            .fetch_one(&mut *connection)
            .await?;
        Ok(QueueDepth { deltas: depth.deltas, outbox: depth.outbox })
    }

    /// A transaction for one tenant: the worker's rows of others are none.
    pub(crate) async fn begin(&self, tenant: TenantId) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
        let mut tx = self.0.begin().await?;
        sqlx::query!("SELECT set_config('app.tenant', $1, true)", tenant.0.to_string()).fetch_one(&mut *tx).await?;
        Ok(tx)
    }

    pub(crate) async fn bare(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>> {
        self.0.bare().await
    }

    /// A transaction whose functions enter the tenant themselves.
    pub(crate) async fn begin_bare(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>> {
        self.0.begin().await
    }

    /// Connections open and idle.
    pub fn gauge(&self) -> (u32, usize) {
        self.0.gauge()
    }

    /// Waits for what is under way and closes.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
