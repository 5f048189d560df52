//! The first insert of every mutation's transaction: a repeated request gets the stored answer.

use sha2::{Digest, Sha256};

use crate::{Error, Result, Tx, error::touched};

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Never seen: go on.
    Fresh,
    /// The same request was answered.
    Answered(serde_json::Value),
    /// The key was used for another request.
    Other,
}

/// Digest of an operation and its input.
pub fn digest(operation: &str, input: &serde_json::Value) -> [u8; 32] {
    Sha256::digest(format!("{operation}\n{input}").as_bytes()).into()
}

/// Claims a key. A second request with the same key waits here until the first has committed or gone.
pub async fn claim(tx: &mut Tx, key: &str, operation: &'static str, digest: [u8; 32]) -> Result<Known> {
    let (tenant, who, at) = (tx.tenant().0, tx.who().uuid(), tx.at());
    let claimed = sqlx::query!(
        "INSERT INTO idempotency (tenant_id, account_id, key, operation, digest, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
        tenant,
        who,
        key,
        operation,
        digest.as_slice(),
        at
    )
    .execute(tx.connection())
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Known::Fresh);
    }
    let known = sqlx::query!(
        "SELECT operation, digest, answer FROM idempotency WHERE tenant_id = $1 AND account_id = $2 AND key = $3",
        tenant,
        who,
        key
    )
    .fetch_optional(tx.connection())
    .await?
    .ok_or_else(|| Error::Conflict("the first request under this key is still under way".to_owned()))?;
    if known.operation != operation || known.digest != digest {
        return Ok(Known::Other);
    }
    known.answer.map(Known::Answered).ok_or_else(|| Error::Stored("answer of a claimed key".to_owned()))
}

/// Keeps the answer beside its effect.
pub async fn answer(tx: &mut Tx, key: &str, answer: &serde_json::Value) -> Result<()> {
    let (tenant, who) = (tx.tenant().0, tx.who().uuid());
    let done = sqlx::query!(
        "UPDATE idempotency SET answer = $4 WHERE tenant_id = $1 AND account_id = $2 AND key = $3",
        tenant,
        who,
        key,
        answer
    )
    .execute(tx.connection())
    .await?;
    touched("answer of an idempotency key", 1, &done)
}
