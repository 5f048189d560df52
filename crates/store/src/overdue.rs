//! For the worker: reviews that have become overdue, noted once.

use chrono::{DateTime, TimeDelta, Utc};
use domain::tenant::{TenantId, TenantSettings};
use sqlx::postgres::types::PgInterval;

use crate::{Error, Result, worker::WorkerStore};

/// Days where a tenant has not said how many.
fn usual_days() -> i32 {
    i32::from(TenantSettings::default().review_days)
}

impl WorkerStore {
    /// Tenants in which a review has become overdue that was not noted: one look at an index for each tenant.
    pub async fn tenants_overdue(&self, at: DateTime<Utc>) -> Result<Vec<TenantId>> {
        let mut connection = self.bare().await?;
        let rows = sqlx::query_scalar!(
            r#"SELECT tenant AS "tenant!" FROM sec.tenants_overdue($1, $2) AS tenant"#,
            at,
            usual_days()
        )
        .fetch_all(&mut *connection)
        .await?;
        Ok(rows.into_iter().map(TenantId).collect())
    }

    /// Leaves an event for each review that has become overdue since the last time, but for those of longer ago than `news`,
    /// and remembers how far that was, in one transaction. Gives how many; less than `limit`: there are no more.
    pub async fn note_overdue(&self, tenant: TenantId, at: DateTime<Utc>, news: TimeDelta, limit: i32) -> Result<i32> {
        let news = PgInterval::try_from(news).map_err(|error| Error::Stored(error.to_string()))?;
        let mut connection = self.bare().await?;
        let noted = sqlx::query_scalar!(
            r#"SELECT sec.note_overdue($1, $2, $3, $4, $5) AS "noted!""#,
            tenant.0,
            at,
            usual_days(),
            news,
            limit
        );
        Ok(noted.fetch_one(&mut *connection).await?)
    }
}
