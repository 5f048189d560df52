//! Invitations: a secret that opens an account once. Only its digest is kept.

use authz::{Permit, act};
use chrono::{DateTime, Utc};
use domain::{Id, id::noun, tenant::TenantId};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Entry, Result, Store, Tx, error::touched, worker::WorkerStore};

/// Writes an invitation for a person whom the actor may invite.
pub async fn insert(
    tx: &mut Tx,
    may: Permit<act::InviteAccount>,
    account: Id<noun::Account>,
    token: &Entry,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "INSERT INTO invitation (tenant_id, token_hash, account_id, expires_at, invited_by) VALUES ($1, $2, $3, $4, $5)",
        tenant,
        token.token_hash.as_slice(),
        account.uuid(),
        expires_at,
        may.who().uuid()
    )
    .execute(tx.connection())
    .await?;
    touched("invitation", 1, &done)
}

/// The login behind an open invitation; none where there is no such invitation.
pub async fn login(store: &Store, token: &Entry, at: DateTime<Utc>) -> Result<Option<String>> {
    let mut connection = store.bare().await?;
    let login =
        sqlx::query_scalar!("SELECT sec.invited($1, $2, $3)", token.tenant.as_str(), token.token_hash.as_slice(), at)
            .fetch_one(&mut *connection)
            .await?;
    Ok(login)
}

/// Opens the account with its first password, an argon2id PHC string. False: the invitation is gone.
pub async fn accept(
    store: &Store,
    token: &Entry,
    password: &str,
    at: DateTime<Utc>,
    origin: Option<&str>,
) -> Result<bool> {
    let mut connection = store.bare().await?;
    let accepted = sqlx::query_scalar!(
        r#"SELECT sec.accept_invitation($1, $2, $3, $4, $5) AS "accepted!""#,
        token.tenant.as_str(),
        token.token_hash.as_slice(),
        password,
        at,
        origin
    )
    .fetch_one(&mut *connection)
    .await?;
    Ok(accepted)
}

/// Those from before open nothing any more.
pub async fn end(tx: &mut Tx, account: Id<noun::Account>) -> Result<()> {
    let at = tx.at();
    sqlx::query!("SELECT sec.end_invitations($1, $2)", account.uuid(), at).execute(tx.connection()).await?;
    Ok(())
}

/// Where the letter with an invitation goes: to somebody who is not in yet.
pub async fn set_address(tx: &mut Tx, account: Id<noun::Account>, email: &SecretString) -> Result<()> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "INSERT INTO account_contact (tenant_id, account_id, email) VALUES ($1, $2, $3)",
        tenant,
        account.uuid(),
        email.expose_secret()
    )
    .execute(tx.connection())
    .await?;
    touched("address of somebody invited", 1, &done)
}

/// Another address for somebody who is not in yet: the letter with the next invitation goes there.
pub async fn readdress(tx: &mut Tx, account: Id<noun::Account>, email: &SecretString) -> Result<()> {
    sqlx::query!("SELECT sec.readdress_invited($1, $2)", account.uuid(), email.expose_secret())
        .execute(tx.connection())
        .await?;
    Ok(())
}

impl WorkerStore {
    /// Keeps the digest of the secret that goes with a letter, in the name of whoever has invited. False: the invitation was
    /// accepted, is over, or has been followed by another one.
    pub async fn letter_invitation(
        &self,
        tenant: TenantId,
        account: Id<noun::Account>,
        token: &Entry,
        until: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<bool> {
        let mut connection = self.bare().await?;
        let kept = sqlx::query_scalar!(
            r#"SELECT sec.letter_invitation($1, $2, $3, $4, $5) AS "kept!""#,
            tenant.0,
            account.uuid(),
            token.token_hash.as_slice(),
            until,
            at
        );
        Ok(kept.fetch_one(&mut *connection).await?)
    }
}
