//! Letters with a head to addresses of the installation's: one a day of each log to each.

use chrono::{DateTime, NaiveDate, Utc};
use domain::tenant::TenantId;

use crate::{Result, error::touched, worker::WorkerStore};

/// A letter that is to go: whose head, of which day, to which address, which is known here by its digest alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadLetter {
    /// Whose log.
    pub tenant: TenantId,
    /// The day of the head, UTC.
    pub day: NaiveDate,
    /// SHA-256 of the address.
    pub address: [u8; 32],
}

impl WorkerStore {
    /// Takes the letter until then. False: it was sent, or somebody is at it.
    pub async fn take_head_letter(&self, letter: HeadLetter, at: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.begin(letter.tenant).await?;
        let taken = sqlx::query!(
            "INSERT INTO audit_letter AS l (tenant_id, day, address, until) VALUES ($1, $2, $3, $5)
             ON CONFLICT (tenant_id, day, address) DO UPDATE SET until = EXCLUDED.until WHERE l.sent_at IS NULL AND l.until <= $4",
            letter.tenant.0,
            letter.day,
            letter.address.as_slice(),
            at,
            until
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(taken.rows_affected() == 1)
    }

    /// It has gone.
    pub async fn head_letter_sent(&self, letter: HeadLetter, at: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin(letter.tenant).await?;
        let sent = sqlx::query!(
            "UPDATE audit_letter SET sent_at = coalesce(sent_at, $4) WHERE tenant_id = $1 AND day = $2 AND address = $3",
            letter.tenant.0,
            letter.day,
            letter.address.as_slice(),
            at
        )
        .execute(&mut *tx)
        .await?;
        touched("a letter with a head", 1, &sent)?;
        Ok(tx.commit().await?)
    }
}
